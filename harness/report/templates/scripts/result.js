"use strict";
// What comes of the setting: what to deploy and how it compares, what that changes, who comes next, and what constraints keep out.
(() => {
  const { data } = page;
  const { make } = elements;
  const FIGURES = 4;
  const RANKED = 10;
  const QUIET = 500; // milliseconds after which the result is read out
  const kind = (metric) => data.kinds[metric];
  const short = (row) => `${data.chains[row]} on ${data.served[row]}`;
  const of = (name, row) => fact(data.values, name, row);
  const isEstimate = (metric, row) => (data.estimates[metric] || []).includes(row);
  const owns = new Map(); // by profile, the row that the suite's own priorities choose
  let timer = null;

  // A figure with its interval, of a candidate or of a baseline; null where it is not known.
  function fact(columns, name, row) {
    if (row === null || !Object.hasOwn(columns, name) || columns[name].value[row] === null) return null;
    return { value: columns[name].value[row], low: columns[name].low[row], high: columns[name].high[row] };
  }

  function ownBest(name) {
    if (!owns.has(name)) owns.set(name, utility.best(utility.weigh(data.profiles[name], data), data));
    return owns.get(name);
  }

  // The metrics that tell most, heaviest first, then how right scores are, and size.
  function telling(weighed) {
    const heaviest = Object.entries(weighed.shares).filter(([, share]) => share > 0).sort((a, b) => b[1] - a[1]).map(([metric]) => metric);
    const rights = Object.keys(data.kinds).filter((metric) => kind(metric).quality);
    return [...new Set([...heaviest, ...rights, "size", "latency_p90"])].filter((metric) => Object.hasOwn(data.kinds, metric));
  }

  // A row's figures against its baseline's, in a few words each.
  function figures(row, weighed) {
    const told = telling(weighed).filter((metric) => of(metric, row)).slice(0, FIGURES);
    return make("dl", { class: "headlines" }, ...told.map((metric) => figure(metric, row)));
  }

  function figure(metric, row) {
    const { unit, label } = kind(metric);
    const at = data.baselines.of[row];
    const baseline = data.labels[row] === data.baselines.labels[at] ? null : fact(data.baselines.values, metric, at);
    const mine = comparison.figure(of(metric, row), unit, isEstimate(metric, row));
    const [value, low, high] = data.baselines.apart[row][metric] || [];
    const paired = value === undefined ? null : { value, low, high };
    const found = baseline && comparison.compare(kind(metric), of(metric, row), baseline, paired, isEstimate(metric, row));
    if (!found || !found.change) return make("div", {}, make("dt", { class: "change" }, mine), make("dd", {}, label));
    return make("div", {}, make("dt", {}, ...change(found)), make("dd", {}, `${label} ${mine}, baseline ${units.show(baseline.value, unit)}`));
  }

  function change({ change: text, ends, tone }) {
    const doubt = tone === "even" && ends ? ", inside the noise" : "";
    return [make("span", { class: `change ${tone}` }, text), ...(ends ? [" ", make("span", { class: "ends" }, `(${ends})${doubt}`)] : [])];
  }

  // How the choice differs from what the suite's own priorities choose.
  function moved(name, row) {
    if (!page.isTurned(name)) return make("p", { class: "moved" }, "By the suite's own priorities.");
    const before = ownBest(name);
    if (before === row) return make("p", { class: "moved" }, "Your priorities, and the choice stays the same as by the suite's own.");
    if (before === null) return make("p", { class: "moved" }, "By the suite's own priorities nothing would do.");
    const told = telling(page.weighed(name)).filter((metric) => of(metric, row) && of(metric, before)).map((metric) => {
      const estimate = isEstimate(metric, row) || isEstimate(metric, before);
      return comparison.compare(kind(metric), of(metric, row), of(metric, before), null, estimate);
    });
    const differs = told.filter(({ change: text, tone }) => text && tone !== "even").slice(0, FIGURES);
    const words = differs.flatMap((each, i) => [i ? ", " : " It is ", ...change(each)]);
    words.push(differs.length ? "." : " The two differ by no more than noise.");
    return make("p", { class: "moved" }, "Your priorities choose it instead of ", make("code", {}, data.labels[before]), ".", ...words);
  }

  function broken(weighed, row) {
    const misses = utility.broken(weighed, row).map((i) => {
      const { text, metric } = weighed.profile.constraints[i];
      const words = missed(metric, row, weighed.bound[i][row], weighed.slack[i][row]);
      return make("li", {}, make("code", {}, text), make("span", {}, words));
    });
    return make("ul", { class: "misses" }, ...misses);
  }

  function missed(metric, row, bound, slack) {
    const { unit, label } = kind(metric);
    const mine = of(metric, row);
    if (!mine) return `${label} is not known`;
    if (Number.isNaN(slack)) return `${label} is ${units.show(mine.value, unit)}, and its bound is not known`;
    const by = slack >= 0 ? "kept only within its noise" : `misses by ${apart(-slack, unit)}`;
    return `${units.show(mine.value, unit)} where ${units.show(bound, unit)} is the bound: ${by}`;
  }

  const apart = (size, unit) => (unit === "share" ? `${units.significant(100 * size, 2)} pp` : units.show(size, unit));

  function heading(name, weighed) {
    const heaviest = telling(weighed).filter((metric) => weighed.shares[metric] > 0);
    const words = heaviest.map((metric) => `${kind(metric).label} ${units.significant(100 * weighed.shares[metric], 3)}\u00a0%`).join(", ");
    return make("h3", {}, name, make("span", {}, words));
  }

  function verdict(name, weighed, row) {
    const said = (...words) => make("p", { class: "verdict" }, ...words);
    const deploy = make("span", { class: "verb" }, "Deploy");
    const label = (at) => make("p", { class: "name" }, make("code", {}, data.labels[at]));
    if (row !== null) return [said(deploy, ` ${short(row)}.`), label(row), moved(name, row), figures(row, weighed)];
    const near = utility.nearest(weighed, data);
    if (near === null) return [said("Nothing can be recommended: no candidate was measured in full yet.")];
    const nearest = make("p", {}, `The nearest is ${short(near)}. It breaks:`);
    return [said(make("strong", {}, "Nothing meets every constraint.")), nearest, broken(weighed, near), label(near)];
  }

  // The utility of a row, split into what each metric adds, with its interval.
  function stack(weighed, row, palette) {
    const parts = Object.entries(weighed.shares).map(([metric, share], rank) => {
      const part = make("span", { title: adds(weighed, row, metric) });
      part.style.width = `${100 * share * weighed.useful[metric][row]}%`;
      part.style.background = palette[rank % palette.length];
      return part;
    });
    const doubt = make("span", { class: "doubt-of" });
    const [low, high] = [Math.max(0, weighed.utility[row] - weighed.halfWidth[row]), Math.min(1, weighed.utility[row] + weighed.halfWidth[row])];
    doubt.style.left = `${100 * low}%`;
    doubt.style.width = `${100 * (high - low)}%`;
    return make("span", { class: "stack", "aria-hidden": "true" }, ...parts, doubt);
  }

  function adds(weighed, row, metric) {
    const share = weighed.shares[metric];
    return `${kind(metric).label} adds ${units.fixed(share * weighed.useful[metric][row], 3)} of ${units.fixed(share, 3)}`;
  }

  function ranked(weighed, row, palette) {
    const half = weighed.halfWidth[row];
    const pick = make("button", { type: "button", class: "pick", "data-row": row, title: "Select it in the charts and the table" }, data.labels[row]);
    pick.setAttribute("aria-pressed", String(page.selected.has(row)));
    pick.addEventListener("click", () => page.toggle(row));
    const said = make("span", { class: "unseen" }, Object.keys(weighed.shares).map((metric) => adds(weighed, row, metric)).join(", "));
    const reached = units.fixed(weighed.utility[row], 3) + (half ? ` ± ${units.fixed(half, 3)}` : "");
    return make("li", {}, pick, make("span", { class: "figure" }, reached), stack(weighed, row, palette), said);
  }

  function ranking(weighed, rows) {
    if (!rows.length) return [];
    const more = rows.length - RANKED;
    const palette = page.palette();
    return [
      make("h3", { class: "ranked" }, "Ranking ", make("span", {}, "by utility, ± half of its 95 % interval")),
      make("ol", { class: "ranking" }, ...rows.slice(0, RANKED).map((row) => ranked(weighed, row, palette))),
      more > 0 && make("p", { class: "note" }, `and ${more} more in the `, make("a", { href: "#candidates" }, "table"), "."),
    ];
  }

  // How many candidates each constraint keeps out.
  function kept(weighed) {
    const rows = utility.eligible(data);
    const out = rows.filter((row) => !weighed.feasible[row]).length;
    if (!weighed.profile.constraints.length) return make("p", { class: "note" }, "No constraint: any candidate may be chosen.");
    const each = weighed.profile.constraints.map(({ text }, i) => [text, rows.filter((row) => !(weighed.margin[i][row] >= 0)).length]);
    const words = each.map(([text, count]) => `${text} (${count})`).join(", ");
    return make("p", { class: "note" }, `${out} of ${rows.length} candidates break a constraint: ${words}.`);
  }

  function tell() {
    const name = page.profile();
    const weighed = page.weighed(name);
    const rows = utility.ranking(weighed, data);
    const row = rows.length ? rows[0] : null;
    document.querySelector(".result").classList.toggle("infeasible", row === null);
    document.getElementById("what-if").classList.toggle("turned", page.isTurned(name)); // on paper it is only there where it tells something
    const parts = [heading(name, weighed), ...verdict(name, weighed, row), ...ranking(weighed, rows), kept(weighed)];
    document.getElementById("result").replaceChildren(...parts.filter(Boolean));
    const brief = row === null ? "Nothing meets every constraint." : `Deploy ${short(row)}.`;
    document.getElementById("result-brief").textContent = brief;
    clearTimeout(timer);
    timer = setTimeout(() => { document.getElementById("result-told").textContent = brief; }, QUIET);
  }

  function mark() {
    for (const pick of document.querySelectorAll(".pick")) {
      pick.setAttribute("aria-pressed", String(page.selected.has(Number(pick.dataset.row))));
    }
  }

  page.on("setting", tell);
  page.on("look", tell);
  page.on("selection", mark);
  tell();
})();
