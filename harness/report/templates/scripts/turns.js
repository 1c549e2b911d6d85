"use strict";
// The weights at which another candidate would win, as harness/decide/sensitivity.py finds them; a test holds the two together. Pure.
const turns = (() => {
  const LEVEL = 1e-12;

  // By weighted metric its share of all weights, and the nearest shares "below" and "above" at which "best" is not the winner any
  // more: { at, row }, or null. The others keep their proportions, so every score is a straight line in the share.
  function weights(weighed, best, data) {
    const rows = utility.ranking(weighed, data);
    const found = {};
    for (const [metric, share] of Object.entries(weighed.shares)) {
      if (share >= 1) continue;
      const good = weighed.useful[metric];
      const rest = (row) => (weighed.utility[row] - share * good[row]) / (1 - share);
      const lines = rows.map((row) => ({ row, level: rest(row) - rest(best), slope: good[row] - good[best] - rest(row) + rest(best) }));
      found[metric] = { share, below: crossing(lines, share, -1, data), above: crossing(lines, share, 1, data) };
    }
    return found;
  }

  // The nearest share, upwards (1) or downwards (-1), beyond which some line is above 0, and the steepest there.
  function crossing(lines, share, way, data) {
    const rising = lines.filter(({ slope }) => way * slope > LEVEL).map((line) => {
      const at = -line.level / line.slope;
      return { ...line, at: way * (at - share) < 0 ? share : at }; // an equal one overtakes at once
    });
    const reached = rising.filter(({ at }) => (way > 0 ? at < 1 : at > 0));
    if (!reached.length) return null;
    const nearest = reached.reduce((least, { at }) => (way * (at - least) < 0 ? at : least), reached[0].at);
    const there = reached.filter(({ at }) => Math.abs(at - nearest) <= LEVEL);
    there.sort((a, b) => way * (b.slope - a.slope) || utility.before(data.labels[a.row], data.labels[b.row]));
    return { at: nearest, row: there[0].row };
  }

  return { weights };
})();
