"use strict";
// The upright scales of the chart in which every candidate is a line: where a figure lies on them, and whether it lies in the
// ranges that a reader marked. Pure: it knows no page. A scale is { value, higher, log }, its values a row each, null where not known.
const scales = (() => {
  // The scale with its ends, and how far up each figure lies, from 0 at the worst to 1 at the best; NaN where it is not known.
  function laid(scale) {
    const shade = (value) => (scale.log ? Math.log10(value) : value);
    const known = scale.value.filter((value) => value !== null).map(shade);
    const least = known.reduce((a, b) => Math.min(a, b), Infinity);
    const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
    const [worst, best] = scale.higher ? [least, most] : [most, least];
    const up = (value) => (value === null ? NaN : worst === best ? 0.5 : (shade(value) - worst) / (best - worst));
    const at = (share) => (scale.log ? 10 ** (worst + share * (best - worst)) : worst + share * (best - worst));
    return { ...scale, up: Float64Array.from(scale.value, up), at };
  }

  // The rows within every range that is marked; a range is [from, to] of shares, or null. None where nothing is marked.
  function within(laidOut, ranges) {
    const marked = laidOut.flatMap((scale, i) => (ranges[i] ? [[scale.up, ranges[i]]] : []));
    if (!marked.length) return [];
    return Array.from(laidOut[0].up.keys()).filter((row) => marked.every(([up, [from, to]]) => up[row] >= from && up[row] <= to));
  }

  // The row whose line passes nearest to a point between two scales, and how far off it is, in shares of the height.
  function nearest(left, right, part, up) {
    let found = { row: null, off: Infinity };
    for (let row = 0; row < left.up.length; row++) {
      const off = Math.abs(left.up[row] + part * (right.up[row] - left.up[row]) - up);
      if (off < found.off) found = { row, off };
    }
    return found;
  }

  return { laid, within, nearest };
})();
