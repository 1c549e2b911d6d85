"use strict";
// A figure against another's, and with its interval, in the words of harness/report; a test holds the two together. Pure.
// A fact is { value, low, high }; a kind is what the page knows of its metric.
const comparison = (() => {
  // How many times or by how much a fact is better than a reference: { change: "3.1× faster", ends: "2.9–3.3×", tone }. Of figures
  // that were taken on the same samples "paired" is their difference. What rests on an estimate is not known to be better.
  function compare(kind, fact, reference, paired = null, estimate = false) {
    const found = changed(kind, fact, reference, paired);
    if (!found.change || !estimate) return found;
    return { change: `≈ ${found.change}`, ends: ["estimate", found.ends].filter(Boolean).join(", "), tone: "plain" };
  }

  function changed(kind, fact, reference, paired) {
    const tell = { share: points, number: numbers }[kind.unit];
    if (paired && tell) return tell(kind, paired);
    if (fact.value === reference.value) return { change: `same ${kind.label}`, ends: "", tone: "even" };
    if (tell) return tell(kind, difference(fact, reference));
    const gain = kind.higher ? ratio(fact, reference) : ratio(reference, fact);
    return gain ? times(kind, gain) : { change: "", ends: "", tone: "plain" };
  }

  function difference(a, b) {
    const value = a.value - b.value;
    return { value, low: value - Math.hypot(a.value - a.low, b.high - b.value), high: value + Math.hypot(a.high - a.value, b.value - b.low) };
  }

  function ratio(a, b) {
    if (!(Math.min(a.value, a.low, b.value, b.low) > 0)) return null;
    const [one, other] = [a, b].map((fact) => each(fact, Math.log));
    return each(difference(one, other), Math.exp);
  }

  const each = ({ value, low, high }, made) => ({ value: made(value), low: made(low), high: made(high) });

  const points = (kind, change) => differs(kind, change, each(change, (end) => signed(end * 100, 1)), " pp");

  // With as many decimals as the smallest end needs for two digits.
  function numbers(kind, change) {
    const sizes = [change.value, change.low, change.high].filter((end) => end).map(Math.abs);
    const decimals = sizes.length ? Math.max(0, 1 - Math.floor(Math.log10(Math.min(...sizes)))) : 0;
    return differs(kind, change, each(change, (end) => signed(end, Math.min(decimals, 6))), "");
  }

  function differs(kind, change, shown, unit) {
    const [gain, loss] = kind.higher ? [change.low > 0, change.high < 0] : [change.high < 0, change.low > 0];
    return {
      change: change.value ? `${shown.value}${unit} ${kind.label}` : `same ${kind.label}`,
      ends: shown.low === shown.high ? "" : `${shown.low} to ${shown.high}${unit}`, tone: tone(gain, loss),
    };
  }

  function times(kind, gain) {
    const turned = gain.value < 1;
    const shown = each(turned ? { value: 1 / gain.value, low: 1 / gain.high, high: 1 / gain.low } : gain, factor);
    return {
      change: `${shown.value}× ${kind.words[turned ? 1 : 0]}`,
      ends: shown.low === shown.high ? "" : `${shown.low}–${shown.high}×`, tone: tone(gain.low > 1, gain.high < 1),
    };
  }

  const factor = (number) => units.fixed(number, number < 2 ? 2 : number < 10 ? 1 : 0);
  const tone = (gain, loss) => (gain ? "better" : loss ? "worse" : "even");

  function signed(number, decimals) {
    const text = units.fixed(Math.abs(number), decimals);
    return /[1-9]/.test(text) ? (number < 0 ? "−" : "+") + text : text;
  }

  // A fact as "166 µs (160–175)", an estimate as "≈ 3 mJ (estimate, 2–5)".
  function figure(fact, unit, estimate = false) {
    const ends = [estimate && "estimate", interval(fact, unit)].filter(Boolean).join(", ");
    return (estimate ? "≈ " : "") + units.show(fact.value, unit) + (ends && ` (${ends})`);
  }

  // The ends of an interval, "160–175" where they share the value's scale; empty where there is none.
  function interval(fact, unit) {
    const [shown, low, high] = [fact.value, fact.low, fact.high].map((end) => units.show(end, unit));
    if (low === high) return "";
    const [scale, lows, highs] = [shown, low, high].map((text) => (text.includes(" ") ? text.slice(text.indexOf(" ") + 1) : ""));
    const number = (text) => text.split(" ")[0];
    return scale === lows && scale === highs ? `${number(low)}–${number(high)}` : `${low} – ${high}`;
  }

  return { compare, figure, interval };
})();
