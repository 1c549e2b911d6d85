"use strict";
// Candidates as the lines of a spreadsheet: a heading, then one each, in SI units.
const sheet = (() => {
  const { told, measured } = candidates;
  const ABOUT = ["candidate", "model", "passes", "runtime", "batch size", "front", "recommended for", "quality"];

  function lines(rows) {
    const name = page.profile();
    const scored = name === undefined ? [] : [`outcome under ${name}`, `utility under ${name}`, "half width"];
    const metrics = told.columns.flatMap((one) => [`${one.name} [${one.unit}]`, `${one.name} low`, `${one.name} high`]);
    return [[...ABOUT, ...scored, ...metrics], ...rows.map((row) => [...about(row), ...(scored.length ? outcome(row) : []), ...figures(row)])];
  }

  function about(row) {
    const [model, passes, runtime, batch] = ["model", "passes", "runtime", "batch"].map((group) => (row < measured ? page.data.groups[group][row] : null));
    return [
      candidates.label(row), model, passes, runtime, batch === null ? null : Number(batch), candidates.standing(row), candidates.stars(row).join(" "),
      candidates.quality(row),
    ];
  }

  function outcome(row) {
    const score = candidates.score(row);
    return [cells.words(row).join("; "), score && score.value, score && score.half];
  }

  function figures(row) {
    return told.columns.flatMap((one) => {
      const fact = candidates.fact(row, one.name);
      return fact ? [fact.value, fact.low, fact.high] : [null, null, null];
    });
  }

  return { lines };
})();
