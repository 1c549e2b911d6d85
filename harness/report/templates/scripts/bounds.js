"use strict";
// What must hold in "What if", what a metric is worth nothing and everything at, and how far a figure keeps from its bound.
(() => {
  const { data } = page;
  const { make } = elements;
  const { now, kind, turn, field } = wishes;
  const SIGNS = { "<=": "≤", ">=": "≥" };
  const [bounds, ranges] = ["wish-bounds", "wish-ranges"].map((id) => document.getElementById(id));

  // The setting with another constraint in the place of one, or with none.
  const replaced = (i, by) => ({ ...now(), constraints: now().constraints.flatMap((each, at) => (at === i ? by(each) : [each])) });

  function switched({ off, ...constraint }, on) {
    return on ? constraint : { ...constraint, off: true };
  }

  function bound(one, i) {
    const what = `${kind(one.metric).label} ${SIGNS[one.op]}`;
    const tick = make("input", { type: "checkbox", id: `wish-bound-${i}`, checked: one.off ? null : "checked" });
    const away = make("button", { type: "button", class: "quiet", "aria-label": `Remove the constraint ${what}` }, "×");
    const [input, wrong] = field({ "aria-label": `${what}: bound` }, written.boundText(one, data.kinds), (text) => {
      return replaced(i, () => [switched(written.constraint(one.metric, one.op, text, data.kinds), tick.checked)]);
    });
    tick.addEventListener("change", () => turn(replaced(i, (each) => [switched(each, tick.checked)]), true));
    away.addEventListener("click", () => turn(replaced(i, () => [])));
    return make("div", { class: "bound" }, tick, make("label", { for: tick.id }, what), input, away, wrong);
  }

  // The bound that keeps out no candidate with the figure, its noise included; 0 where none has it.
  function loosest(metric, op) {
    const [margin] = utility.weigh({ ...now(), constraints: [{ metric, op, factor: 0, offset: 0 }] }, data).margin;
    const known = utility.eligible(data).map((row) => margin[row]).filter((one) => !Number.isNaN(one));
    const least = known.reduce((a, b) => Math.min(a, b), Infinity);
    return op === "<=" ? outward(-least, Math.ceil) : outward(least, Math.floor);
  }

  // A number in three digits, rounded to one side.
  function outward(value, rounded) {
    if (!value || !Number.isFinite(value)) return 0;
    const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
    return Number((rounded(value / step) * step).toPrecision(3));
  }

  // Another constraint begins where it keeps nothing out, or at the baseline.
  function add(metric) {
    const { higher, unit } = kind(metric);
    const op = higher ? ">=" : "<=";
    const text = Object.hasOwn(data.anchor, metric) ? "baseline" : units.write(loosest(metric, op), unit);
    turn({ ...now(), constraints: [...now().constraints, written.constraint(metric, op, text, data.kinds)] });
    [...bounds.querySelectorAll("input[type=text]")].pop().select();
  }

  function layBounds() {
    const another = wishes.asking("+ another constraint", "Metric of another constraint", data.metrics, add);
    bounds.replaceChildren(...now().constraints.map(bound), another);
  }

  function ends(metric) {
    const { unit, label } = kind(metric);
    const range = written.range(now(), metric);
    if (!range) return make("div", { class: "ends-of" }, make("span", {}, label), make("small", {}, "has no range here, so it adds nothing"));
    const tick = make("input", { type: "checkbox", "aria-label": `${label}: log scale`, checked: range.scale === "log" ? "checked" : null });
    const wanted = () => {
      const [from, to] = [worst, best].map((input) => written.end(input.value, unit));
      return written.withRange(now(), metric, { worst: from, best: to, scale: tick.checked ? "log" : "linear" }, data);
    };
    const [worst, wrong] = field({ "aria-label": `${label}: worth nothing at` }, written.endText(range.worst, unit), wanted);
    const [best, wrongToo] = field({ "aria-label": `${label}: worth everything at` }, written.endText(range.best, unit), wanted);
    tick.addEventListener("change", () => {
      const { setting, refused } = wishes.attempt(wanted);
      wrong.textContent = refused;
      if (setting) turn(setting, true);
    });
    return make("div", { class: "ends-of" }, make("span", {}, label), worst, "→", best, make("label", {}, tick, " log"), wrong, wrongToo);
  }

  function layRanges() {
    const { guard = 2 } = now();
    const [input, wrong] = field({ "aria-label": "Guard, in standard errors", inputmode: "decimal", class: "guard" }, String(guard), (text) => {
      const value = units.parse(text, "number");
      if (value < 0) throw new Error("0 or more standard errors");
      return { ...now(), guard: value };
    });
    const asked = make("p", { class: "note" }, "A figure must keep ", input, " standard errors from its bound; 0 takes figures as they are.", wrong);
    ranges.replaceChildren(...Object.keys(now().weights).map(ends), asked);
  }

  wishes.lay(layBounds);
  wishes.lay(layRanges);
})();
