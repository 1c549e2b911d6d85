"use strict";
// How every candidate fares under a profile: by definition what harness/decide/utility.py, bounds.py and recommend.py say, and a test
// holds them together. Pure functions of a profile (as under "priorities" in facts.json) and the data of the page.
const utility = (() => {
  const ERRORS_IN_HALF = 1.959964;
  const LEAST = 2.2250738585072014e-308;
  const kept = new WeakMap();

  // Lists of the page as arrays of numbers, made once; what is not known is NaN.
  function numbers(list) {
    if (!kept.has(list)) kept.set(list, Float64Array.from(list, (one) => (one === null ? NaN : one)));
    return kept.get(list);
  }

  function own(data, metric) {
    const found = Object.hasOwn(data.values, metric) ? data.values[metric] : null;
    if (found) return { value: numbers(found.value), low: numbers(found.low), high: numbers(found.high) };
    const nothing = new Float64Array(data.labels.length).fill(NaN);
    return { value: nothing, low: nothing, high: nothing };
  }

  // Of the baseline of each candidate; and what a candidate has more than it: 0 where the fact is the same, else by "apart".
  function theirs(data, metric) {
    const { of, values, same, apart } = data.baselines;
    const known = Object.hasOwn(values, metric) ? values[metric] : { value: [], low: [], high: [] };
    const taken = (end) => Float64Array.from(of, (row) => (row === null || !known[end].length || known[end][row] === null ? NaN : known[end][row]));
    const paired = (end) => Float64Array.from(apart, (one) => (Object.hasOwn(one, metric) ? one[metric][end] : NaN));
    return {
      value: taken("value"), low: taken("low"), high: taken("high"), same: Uint8Array.from(same, (names) => (names.includes(metric) ? 1 : 0)),
      apart: { value: paired(0), low: paired(1), high: paired(2) },
    };
  }

  function reference(data, metric) {
    if (!kept.has(data)) kept.set(data, new Map());
    const known = kept.get(data);
    if (!known.has(metric)) known.set(metric, theirs(data, metric));
    return known.get(metric);
  }

  // From 0 at the worst end to 1 at the best; 0 where the value or the range is not known.
  function desirability(value, worst, best, scale) {
    if (Number.isNaN(value) || worst === best) return 0;
    const log = scale === "log";
    const at = log ? Math.log(Math.max(value, LEAST)) : value;
    const from = log ? Math.log(Math.max(worst, LEAST)) : worst;
    const to = log ? Math.log(Math.max(best, LEAST)) : best;
    const part = (at - from) / (to - from);
    return Number.isNaN(part) ? 0 : Math.min(Math.max(part, 0), 1);
  }

  function useful(values, metric, profile) {
    const found = new Float64Array(values.length);
    if (!Object.hasOwn(profile.ranges, metric)) return found;
    const [worst, best] = profile.ranges[metric];
    const scale = scales(profile, metric);
    for (let row = 0; row < values.length; row++) found[row] = desirability(values[row], worst, best, scale);
    return found;
  }

  const scales = (profile, metric) => (Object.hasOwn(profile.scales || {}, metric) ? profile.scales[metric] : "linear");

  // The weights as shares of one, all 0 where the weights are.
  function shares(profile) {
    const total = Object.values(profile.weights).reduce((sum, weight) => sum + weight, 0);
    return Object.fromEntries(Object.entries(profile.weights).map(([metric, weight]) => [metric, total ? weight / total : 0]));
  }

  const side = (column, row, upwards) => (upwards ? column.high[row] - column.value[row] : column.value[row] - column.low[row]) / ERRORS_IN_HALF;

  // The standard error of how far a candidate is inside its bound.
  function noise(constraint, mine, other, row) {
    const upwards = constraint.op === "<=";
    const { factor } = constraint;
    const alone = side(mine, row, upwards);
    if (!factor) return alone;
    const apart = other.same[row] ? 0 : side(other.apart, row, upwards);
    if (Number.isNaN(apart)) return Math.hypot(alone, factor * side(other, row, upwards === factor < 0));
    return Math.hypot(apart, (1 - factor) * side(other, row, upwards === factor < 1));
  }

  function held(constraint, guard, data) {
    const mine = own(data, constraint.metric);
    const other = reference(data, constraint.metric);
    const rows = data.labels.length;
    const [bound, slack, margin, miss] = [0, 1, 2, 3].map(() => new Float64Array(rows));
    for (let row = 0; row < rows; row++) {
      bound[row] = constraint.factor ? constraint.factor * other.value[row] + constraint.offset : constraint.offset;
      slack[row] = constraint.op === "<=" ? bound[row] - mine.value[row] : mine.value[row] - bound[row];
      margin[row] = slack[row] - guard * noise(constraint, mine, other, row);
      const short = slack[row] >= 0 ? -margin[row] : -slack[row];
      miss[row] = margin[row] >= 0 ? 0 : short / (bound[row] === 0 ? 1 : Math.abs(bound[row]));
    }
    return { bound, slack, margin, miss };
  }

  // Every candidate under a profile: arrays with a number for each row of the data. "useful" and "spread" (half the width of an
  // interval, as desirability) are by metric; "bound", "slack" (how far inside), "margin" (what of that is beyond the guard band:
  // below 0 the constraint is broken, NaN where that is not known) and "miss" are lists, one per constraint.
  function weigh(profile, data) {
    const rows = data.labels.length;
    const part = shares(profile);
    const found = { profile, shares: part, useful: {}, spread: {}, utility: new Float64Array(rows), halfWidth: new Float64Array(rows) };
    for (const metric of Object.keys(profile.weights)) {
      const column = own(data, metric);
      const [good, low, high] = [column.value, column.low, column.high].map((values) => useful(values, metric, profile));
      const spread = high.map((end, row) => Math.abs(end - low[row]) / 2);
      found.useful[metric] = good;
      found.spread[metric] = spread;
      for (let row = 0; row < rows; row++) {
        found.utility[row] += part[metric] * good[row];
        found.halfWidth[row] += (part[metric] * spread[row]) ** 2;
      }
    }
    found.utility.forEach((sum, row) => { found.utility[row] = Math.min(sum, 1); });
    found.halfWidth.forEach((sum, row) => { found.halfWidth[row] = Math.sqrt(Math.min(sum, 1)); });
    const guard = profile.guard === undefined ? 2 : profile.guard;
    const each = profile.constraints.map((constraint) => held(constraint, guard, data));
    for (const name of ["bound", "slack", "margin", "miss"]) found[name] = each.map((one) => one[name]);
    found.feasible = new Uint8Array(rows).map((_, row) => (found.margin.every((margin) => margin[row] >= 0) ? 1 : 0));
    return found;
  }

  // By code points, as Python orders texts.
  function before(a, b) {
    const [one, two] = [Array.from(a), Array.from(b)];
    const at = one.findIndex((sign, i) => sign !== two[i]);
    if (at < 0) return one.length - two.length;
    return at < two.length ? one[at].codePointAt(0) - two[at].codePointAt(0) : 1;
  }

  const better = (weighed, data) => (a, b) => weighed.utility[b] - weighed.utility[a] || before(data.labels[a], data.labels[b]);

  // The rows that may be recommended: the candidates of the suite that were measured in full.
  function eligible(data) {
    if (!kept.has(data.eligible)) kept.set(data.eligible, Array.from(data.labels.keys()).filter((row) => data.eligible[row]));
    return kept.get(data.eligible);
  }

  // The feasible rows, the best first; of equals the first by label.
  function ranking(weighed, data) {
    return eligible(data).filter((row) => weighed.feasible[row]).sort(better(weighed, data));
  }

  function first(rows, order) {
    return rows.length ? rows.reduce((best, row) => (order(row, best) < 0 ? row : best)) : null;
  }

  // The row to deploy, or null where nothing is feasible.
  function best(weighed, data) {
    return first(eligible(data).filter((row) => weighed.feasible[row]), better(weighed, data));
  }

  // The nearest miss, where nothing is feasible: those come first that break nothing but by their noise, then those that miss least.
  function nearest(weighed, data) {
    const rows = eligible(data);
    const sum = (row, of) => weighed.miss.reduce((added, miss, i) => added + of(miss[row], weighed.slack[i][row] >= 0), 0);
    const beyond = new Map(rows.map((row) => [row, sum(row, (miss, inside) => (inside ? 0 : Number.isNaN(miss) ? Infinity : miss))]));
    const within = new Map(rows.map((row) => [row, sum(row, (miss, inside) => (inside ? miss : 0))]));
    const least = (among, by) => among.filter((row) => by.get(row) === among.reduce((low, one) => Math.min(low, by.get(one)), Infinity));
    return first(least(least(rows, beyond), within), better(weighed, data));
  }

  // The constraints that a row breaks, as their places in the profile.
  function broken(weighed, row) {
    return weighed.margin.flatMap((margin, i) => (margin[row] >= 0 ? [] : [i]));
  }

  return { weigh, eligible, best, nearest, ranking, broken, before };
})();
