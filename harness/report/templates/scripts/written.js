"use strict";
// A profile as people write it: bounds and ends of ranges as harness/suitefile reads them, and the whole profile as YAML for a
// suite. Pure functions; what cannot be is an Error in words for the reader. An "end" is a factor of the baseline and an offset.
const written = (() => {
  const BASELINE = /^(?:([0-9.]+)\s*\*\s*)?baseline(?:\s*\*\s*([0-9.]+))?(?:\s*([+-])\s*([^+*-].*))?$/;
  const FORM = /^\s*(\w+)\s*(<=|>=)\s*(.+?)\s*$/;

  // What "baseline - 1 pp", "0.5 * baseline" or "20 ms" comes to.
  function end(text, unit) {
    const trimmed = text.trim();
    const match = BASELINE.exec(trimmed);
    if (match === null) {
      if (/baseline/.test(trimmed)) throw new Error(`'${trimmed}' is no bound; write it like '0.5 * baseline' or 'baseline - ${example(unit)}'`);
      return { factor: 0, offset: units.parse(trimmed, unit) };
    }
    const [, before, after, sign, offset] = match;
    if (before && after) throw new Error(`'${trimmed}' multiplies the baseline twice`);
    const factor = units.parse(before || after || "1", "count");
    if (factor <= 0) throw new Error(`'${trimmed}' multiplies the baseline by 0; use a factor above 0`);
    const shift = offset ? units.parse(offset, unit) : 0;
    return { factor, offset: sign === "-" ? 0 - shift : shift };
  }

  const example = (unit) => ({ share: "1 pp", s: "1 ms", B: "1 MB" })[unit] || "1";

  function endText({ factor, offset }, unit) {
    if (!factor) return units.write(offset, unit);
    const moved = factor === 1 ? "baseline" : `${plain(factor)} * baseline`;
    return offset ? `${moved} ${offset < 0 ? "-" : "+"} ${units.write(Math.abs(offset), unit, true)}` : moved;
  }

  // A number without a power of ten.
  const plain = (number) => (String(number).includes("e") ? number.toFixed(30).replace(/\.?0+$/, "") : String(number));

  // A constraint from its parts, or from its whole text.
  function constraint(metric, op, bound, kinds) {
    const { factor, offset } = end(bound, kinds[metric].unit);
    return { metric, op, factor, offset, text: `${metric} ${op} ${bound.trim().replace(/\s+/g, " ")}` };
  }

  function constraintOf(text, kinds) {
    const match = FORM.exec(text);
    if (match === null || !Object.hasOwn(kinds, match[1])) throw new Error(`'${text}' is no constraint; write it like 'latency_p90 <= 5 ms'`);
    return constraint(match[1], match[2], match[3], kinds);
  }

  // The bound of a constraint as it was written.
  function boundText(one, kinds) {
    const match = FORM.exec(one.text);
    return match ? match[3] : endText(one, kinds[one.metric].unit);
  }

  // The range of a metric as the profile states it: two ends, and its scale; null where it has none.
  function range(profile, metric) {
    const scale = Object.hasOwn(profile.scales || {}, metric) ? profile.scales[metric] : "linear";
    if (Object.hasOwn(profile.relative || {}, metric)) return { worst: profile.relative[metric][0], best: profile.relative[metric][1], scale };
    if (!Object.hasOwn(profile.ranges, metric)) return null;
    const [worst, best] = profile.ranges[metric].map((offset) => ({ factor: 0, offset }));
    return { worst, best, scale };
  }

  // The profile with another range of a metric, settled by the baseline's values.
  function withRange(profile, metric, { worst, best, scale }, data) {
    const { label, higher } = data.kinds[metric];
    const moves = worst.factor || best.factor;
    if (moves && !Object.hasOwn(data.anchor, metric)) throw new Error(`the baseline has no ${label}, so no end can move with it`);
    const [from, to] = [worst, best].map((one) => (one.factor ? one.factor * data.anchor[metric] + one.offset : one.offset));
    if (!Number.isFinite(from) || !Number.isFinite(to)) throw new Error("both ends are finite numbers");
    if (from === to) throw new Error("both ends are equal, so there is nothing to weigh");
    if (higher ? to < from : to > from) throw new Error(`the ends are the other way round: ${higher ? "more" : "less"} ${label} is better`);
    if (scale === "log" && Math.min(from, to) <= 0) throw new Error("on a log scale both ends are above 0");
    const [relative, scales] = [profile.relative, profile.scales].map((by) => without(by, metric));
    if (moves) relative[metric] = [worst, best];
    if (scale === "log") scales[metric] = "log";
    return { ...profile, ranges: { ...profile.ranges, [metric]: [from, to] }, relative, scales };
  }

  const without = (by, metric) => Object.fromEntries(Object.entries(by || {}).filter(([name]) => name !== metric));

  // The profile as an entry under "profiles:" of a suite.
  function yaml(profile, kinds) {
    const weights = Object.entries(profile.weights).filter(([, weight]) => weight > 0);
    const lines = [`  ${name(profile.name)}:`, `    weights: {${weights.map(([metric, weight]) => `${metric}: ${number(weight)}`).join(", ")}}`];
    const ranges = weights.map(([metric]) => [metric, range(profile, metric)]).filter(([, one]) => one);
    if (ranges.length) lines.push("    range:", ...ranges.map(([metric, one]) => `      ${metric}: ${rangeText(one, kinds[metric].unit)}`));
    if (profile.constraints.length) lines.push("    constraints:", ...profile.constraints.map((one) => `      - ${quoted(one.text)}`));
    if (profile.guard !== undefined && profile.guard !== 2) lines.push(`    guard: ${number(profile.guard)}`);
    return `${lines.join("\n")}\n`;
  }

  function rangeText({ worst, best, scale }, unit) {
    const [from, to] = [worst, best].map((one) => endText(one, unit));
    return `{worst: ${from}, best: ${to}${scale === "log" ? ", scale: log" : ""}}`;
  }

  // YAML 1.1 reads some plain words as something else, and takes a power of ten for a text unless there is a point before it.
  const name = (text) => (/^[A-Za-z][\w-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : quoted(text));
  const escaped = (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const quoted = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped);
  const number = (value) => String(value).replace(/^(-?\d+)e/, "$1.0e");

  return { end, endText, constraint, constraintOf, boundText, range, withRange, yaml };
})();
