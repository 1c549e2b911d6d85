"use strict";
// Everything that is known of one candidate, as it opens under its row.
const details = (() => {
  const { make, copyButton } = elements;
  const ORIGINS = {
    measured: "measured", counter: "hardware counter", estimate: "estimate, not measured", derived: "from other figures",
    published: "published by others",
  };

  function facts(row) {
    const names = candidates.names(row);
    if (!names.length) return null;
    const heads = ["metric", "value", "95 % interval", "beside its baseline", "n", "processes", "tries", "quality", "from"];
    const lines = names.map((name) => {
      const one = candidates.fact(row, name);
      const counts = [one.n, one.processes, one.tries].map((times) => units.fixed(times, 0));
      return make(
        "tr", {}, make("th", { scope: "row" }, cells.named(name)), number(candidates.figure(one)), number(candidates.interval(one)), beside(row, name), ...counts.map(number),
        make("td", { class: one.quality === "clean" ? "" : "caution" }, one.quality), make("td", {}, ORIGINS[one.provenance] || one.provenance),
      );
    });
    const header = heads.map((text, i) => make("th", { scope: "col", class: (i > 0 && i < 3) || (i > 3 && i < 7) ? "number" : "" }, text));
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures" }, make("table", { class: "figures" }, make("thead", {}, make("tr", {}, ...header)), make("tbody", {}, ...lines)));
  }

  function beside(row, name) {
    const told = candidates.against(row, name);
    return make("td", {}, ...(told ? [make("span", { class: told.tone }, told.change), make("span", { class: "ends" }, told.ends && ` (${told.ends})`)] : []));
  }

  const number = (text) => make("td", { class: "number" }, text);

  function pairs(heading, found) {
    if (!found.length) return null;
    const lines = found.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text)));
    return make("div", {}, make("h3", {}, heading), make("dl", { class: "pairs" }, ...lines));
  }

  // What a stage told about itself, in words.
  function said(value) {
    if (Array.isArray(value)) return value.map(said).join(", ");
    if (value !== null && typeof value === "object") return Object.entries(value).map(([key, one]) => `${key.replaceAll("_", " ")} ${said(one)}`).join("; ");
    if (typeof value === "number") return units.significant(value, Number.isInteger(value) ? 15 : 4);
    return { true: "yes", false: "no", null: "not known" }[String(value)] || String(value);
  }

  // What a candidate is made of; of one that failed there may be nothing.
  const made = (row) => candidates.told.artifacts[candidates.told.made[row]] || { digest: "", notes: {} };

  const pair = (gained, lost, n, p) => `gained ${units.fixed(gained, 0)}, lost ${units.fixed(lost, 0)} of ${units.fixed(n, 0)} samples (p = ${units.significant(p, 2)})`;

  function profiles(row) {
    return page.profiles.map((name) => {
      const weighed = page.weighed(name);
      const broken = outcomes.misses(row, weighed, candidates.value).map((miss) => cells.missed(miss, row));
      const score = cells.plusMinus({ value: weighed.utility[row], half: weighed.halfWidth[row] });
      return [name, `${score}; ${broken.length ? broken.join("; ") : "keeps every constraint"}`];
    });
  }

  // A word as a shell takes it.
  const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

  function command(row) {
    const text = `harness export ${quoted(candidates.told.suite_file)} --candidate ${quoted(candidates.label(row))} deploy`;
    return make("div", { class: "command" }, make("h3", {}, "Hand it over"), make("pre", { tabindex: "0" }, text), ...copyButton("Copy", () => text));
  }

  function about(row) {
    const { told, measured } = candidates;
    if (row >= measured) return [];
    const withheld = candidates.withheld(row).map((name) => [cells.named(name), candidates.absent(row, name)]);
    const paired = Object.entries(told.paired[row]).map(([name, found]) => [cells.named(name), pair(...found)]);
    const notes = Object.entries(made(row).notes).map(([name, value]) => [name.replaceAll("_", " "), said(value)]);
    const known = candidates.cause(row) === undefined;
    return [
      pairs("Under the profiles, as they are set now", known ? profiles(row) : []), pairs("Sample by sample, beside its baseline", paired),
      pairs("Withheld", withheld), pairs("What making it told of itself", notes),
    ];
  }

  // Where more is said of a candidate without figures.
  function why(row) {
    const cause = candidates.cause(row);
    return cause === undefined ? make("a", { href: "#ended" }, "What that means") : make("a", { href: `#failure-${cause}` }, "What that means, and its log");
  }

  function of(row) {
    const { measured } = candidates;
    const artifact = row < measured && made(row).digest;
    const [first, ...rest] = cells.words(row);
    const parts = [
      make("p", { class: "title" }, make("code", {}, candidates.label(row)), artifact ? " artifact " : null, artifact ? make("code", {}, artifact) : null),
      row >= measured && make("p", {}, `${[first, ...rest].join(": ")}. `, why(row)),
      facts(row), make("div", { class: "groups" }, ...about(row)), row < measured && candidates.cause(row) === undefined ? command(row) : null,
    ];
    return make("div", { class: "about" }, ...parts);
  }

  return { of };
})();
