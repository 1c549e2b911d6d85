"use strict";
// Which candidates no other beats in everything, as harness/decide/pareto.py says it; a test holds them together. Pure: it knows no page.
const front = (() => {
  // The rows on the front of some metrics, the best in the first of them first. A row without one of the figures is on no front;
  // equal rows stay together. Each metric is { values, higher }, its values a row each, null where not known.
  function rows(metrics) {
    const losses = metrics.map(({ values, higher }) => Float64Array.from(values, (value) => (value === null ? NaN : higher ? -value : value)));
    const known = Array.from(losses[0].keys()).filter((row) => losses.every((loss) => !Number.isNaN(loss[row])));
    known.sort((a, b) => compare(losses, a, b));
    const kept = [];
    for (const row of known) if (!kept.some((other) => dominates(losses, other, row))) kept.push(row); // only an earlier one can
    return kept;
  }

  function compare(losses, a, b) {
    for (const loss of losses) if (loss[a] !== loss[b]) return loss[a] - loss[b];
    return a - b;
  }

  // Whether row a is nowhere worse than row b, and somewhere better.
  function dominates(losses, a, b) {
    let better = false;
    for (const loss of losses) {
      if (loss[a] > loss[b]) return false;
      better = better || loss[a] < loss[b];
    }
    return better;
  }

  return { rows };
})();
