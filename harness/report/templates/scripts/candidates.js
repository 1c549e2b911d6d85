"use strict";
// What is known of every candidate, by row, and what becomes of it under the present setting. First come those with figures, in
// the rows of the page's data, then those without: they failed, or a quick look ended them.
const candidates = (() => {
  const told = JSON.parse(document.getElementById("candidates-data").textContent);
  const { data } = page;
  const measured = data.labels.length;
  const count = measured + told.others.length;
  const other = (row) => told.others[row - measured];
  const columns = Object.fromEntries(told.columns.map((column) => [column.name, column]));
  const baselines = new Set(told.baselines);
  const ENDS = ["value", "low", "high"];

  const label = (row) => (row < measured ? data.labels[row] : other(row).label);
  const chain = (row) => (row < measured ? data.chains[row] : other(row).label);
  const served = (row) => (row < measured ? data.served[row] : "");
  const short = (row) => [chain(row), served(row)].filter(Boolean).join(" on ");

  // A figure, or null where there is none; of a quick look where that is all there is.
  function value(row, name) {
    if (row < measured) return name in data.values ? data.values[name].value[row] : null;
    return ended(row) && name in other(row).facts ? other(row).facts[name].value : null;
  }

  // All that is told of a figure; null where there is none.
  function fact(row, name) {
    if (value(row, name) === null) return null;
    const unit = columns[name] ? columns[name].unit : "";
    if (row >= measured) return { n: 0, processes: 1, tries: 1, quality: "clean", provenance: "measured", ...other(row).facts[name] };
    const counts = Object.fromEntries(Object.entries(told.counts[name]).map(([field, counted]) => [field, counted[row]]));
    const ends = Object.fromEntries(ENDS.map((end) => [end, data.values[name][end][row]]));
    return { unit, ...ends, ...counts, quality: noted(row, name, "quality") || "clean", provenance: noted(row, name, "provenance") || "measured" };
  }

  const noted = (row, name, field) => (told.noted[field][name] || {})[row] || "";
  const names = (row) => Object.keys(row < measured ? data.values : other(row).facts || {}).filter((name) => value(row, name) !== null);

  // The figure of a candidate's baseline; null where there is none, or it is its own baseline.
  function baseline(row, name) {
    const { of, labels, values } = data.baselines;
    const base = row < measured ? of[row] : null;
    if (base === null || labels[base] === label(row) || !values[name] || values[name].value[base] === null) return null;
    return Object.fromEntries(ENDS.map((end) => [end, values[name][end][base]]));
  }

  // A figure of a candidate beside its baseline's, as ``comparison`` tells; null where one is not known.
  function against(row, name) {
    const [mine, other] = [fact(row, name), baseline(row, name)];
    if (!mine || !other || !data.kinds[name]) return null;
    const apart = data.baselines.apart[row][name];
    const paired = apart ? Object.fromEntries(ENDS.map((end, i) => [end, apart[i]])) : null;
    return comparison.compare(data.kinds[name], mine, other, paired, isEstimate(mine));
  }

  // Why a figure is absent; empty where that is not told.
  function absent(row, name) {
    const reason = row < measured ? told.withheld[row][name] : undefined;
    return reason === undefined ? "" : told.reasons[reason];
  }

  const withheld = (row) => (row < measured ? Object.keys(told.withheld[row]) : []);
  const cause = (row) => (row < measured ? told.failed[row] : other(row).cause);
  const ended = (row) => row >= measured && other(row).why !== undefined;
  const standing = (row) => (row < measured ? data.standing[row] : "");

  // ``clean``, or what else was noted and of which metrics: "contended: latency p90".
  function quality(row) {
    const by = {};
    for (const name of names(row)) {
      const found = fact(row, name).quality;
      if (found !== "clean") (by[found] = by[found] || []).push(columns[name] ? columns[name].label : name);
    }
    const said = Object.entries(by).sort().map(([what, which]) => `${what}: ${which.join(", ")}`);
    return said.join("; ") || (names(row).length ? "clean" : "");
  }

  const interval = (one) => comparison.interval(one, one.unit);
  const isEstimate = (one) => one.provenance === "estimate";
  const figure = (one) => (isEstimate(one) ? "≈ " : "") + units.show(one.value, one.unit);

  // The outcomes under the present setting, each worked out when it is first asked for.
  let setting = null;
  page.on("setting", () => { setting = null; });

  function now() {
    if (setting) return setting;
    const name = page.profile();
    const weighed = name === undefined ? null : page.weighed(name);
    const best = weighed && utility.best(weighed, data);
    const tied = new Set(weighed && !page.isTurned(name) ? told.tied[name] : []);
    setting = { weighed, best, tied, stars: page.recommended(), known: new Array(count) };
    return setting;
  }

  // The profiles that a row is recommended for.
  const stars = (row) => now().stars[row] || [];

  function outcome(row) {
    const { known } = now();
    if (!known[row]) known[row] = reckoned(row);
    return known[row];
  }

  function reckoned(row) {
    if (cause(row) !== undefined) return { kind: outcomes.FAILED, cause: cause(row) };
    if (ended(row)) return { kind: outcomes.ENDED, why: other(row).why };
    const { weighed, best, tied } = now();
    return weighed ? outcomes.of(row, weighed, best, tied, data.eligible, value) : { kind: outcomes.LESS, gap: null, most: null };
  }

  // The utility under the present setting and half the width of its interval; null where there is none.
  function score(row) {
    const { weighed } = now();
    return weighed && row < measured && cause(row) === undefined ? { value: weighed.utility[row], half: weighed.halfWidth[row] } : null;
  }

  const feasible = (row) => outcome(row).kind <= outcomes.LESS;

  return {
    outcome, score, feasible, stars, told, measured, count, columns, label, chain, served, short, value, fact, names, baseline, against, absent, withheld, cause, standing, quality,
    interval, figure, isEstimate, isBaseline: (row) => baselines.has(row),
    dominator: (row) => (row < measured ? told.dominated[row] : undefined),
  };
})();
