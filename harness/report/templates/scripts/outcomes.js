"use strict";
// Why each candidate is recommended or not, under a profile as it is set now. Pure: it knows no page.
const outcomes = (() => {
  // In this order they are sorted.
  const RECOMMENDED = 0, TIED = 1, LESS = 2, BREAKS = 3, OUTSIDE = 4, ENDED = 5, FAILED = 6;

  // A constraint that a row breaks: its value and bound, by how much it misses, also as a share of the bound, or that it is
  // kept only within the noise. ``by`` is null where that is not known.
  function miss(weighed, i, row, value) {
    const constraint = weighed.profile.constraints[i];
    const [bound, slack] = [weighed.bound[i][row], weighed.slack[i][row]];
    const known = !Number.isNaN(slack);
    return {
      text: constraint.text, metric: constraint.metric, value: value(row, constraint.metric), bound: Number.isNaN(bound) ? null : bound,
      by: known && slack < 0 ? -slack : null, share: known && slack < 0 && bound ? weighed.miss[i][row] : null, within: known && slack >= 0,
    };
  }

  const misses = (row, weighed, value) => utility.broken(weighed, row).map((i) => miss(weighed, i, row, value));

  // The metric that costs a row most of its utility beside another's, and how much that is; null where none does.
  function worst(weighed, row, best) {
    const losses = Object.entries(weighed.shares).map(([metric, share]) => ({ metric, loss: share * (weighed.useful[metric][best] - weighed.useful[metric][row]) }));
    return losses.reduce((most, one) => (one.loss > (most ? most.loss : 0) ? one : most), null);
  }

  // Of a row with figures: "best" is the row to deploy or null, "tied" those that are known to be tied with it.
  function of(row, weighed, best, tied, eligible, value) {
    if (!eligible[row]) return { kind: OUTSIDE };
    const broken = misses(row, weighed, value);
    if (broken.length) return { kind: BREAKS, misses: broken };
    if (row === best) return { kind: RECOMMENDED };
    return { kind: tied.has(row) ? TIED : LESS, gap: weighed.utility[best] - weighed.utility[row], most: worst(weighed, row, best) };
  }

  return { RECOMMENDED, TIED, LESS, BREAKS, OUTSIDE, ENDED, FAILED, of, misses };
})();
