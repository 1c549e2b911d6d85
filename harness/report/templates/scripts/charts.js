"use strict";
// What the charts of the page share: each is drawn when it comes near the view and again when what it shows changes; what stands
// beside it is there from the beginning, since what came later would move all below it under the reader's hand.
const charts = (() => {
  const { data } = page;
  const placed = new Map();
  const told = JSON.parse(document.getElementById("charts-data").textContent);
  const metrics = Object.fromEntries(data.metrics.map((metric) => [metric.name, metric]));

  const watch = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      placed.get(target).near = isIntersecting;
      refresh(placed.get(target));
    }
  }, { rootMargin: "400px" });

  // Has ``tell`` called now, for the notes, keys and tables of a chart, and ``draw`` when its box comes near the view; both again
  // after the look changed or the page told one of ``what``. Returns what asks for that.
  function place(box, draw, tell, ...what) {
    const one = { draw, stale: true, near: false, timer: null };
    const again = () => {
      tell();
      one.stale = true;
      refresh(one);
    };
    placed.set(box, one);
    look.onChange(again);
    for (const each of what) page.on(each, again);
    watch.observe(box);
    tell();
    return again;
  }

  function refresh(one) {
    if (!one.near || !one.stale) return;
    clearTimeout(one.timer);
    one.timer = setTimeout(() => now(one));
  }

  function now(one) {
    if (!one.stale) return;
    one.stale = false;
    one.draw();
  }

  // Everything is on paper, also what was never in view. The look's own listener came first: it is that of paper already.
  window.addEventListener("beforeprint", () => {
    for (const one of placed.values()) now(one);
  });

  const DECADES = Array.from({ length: 19 }, (_, i) => i - 9);
  const STEPS = DECADES.flatMap((decade) => [1, 2, 5].map((digit) => Number(`${digit}e${decade}`)));

  // A logarithmic axis of what is no metric.
  function logarithmic(text, unit) {
    const drawn = look.narrow() ? STEPS.filter((_, i) => i % 3 === 0) : STEPS;
    return { ...look.lines(), type: "log", title: { text, standoff: 12 }, tickvals: drawn, ticktext: drawn.map((at) => units.show(at, unit)) };
  }

  const draw = (box, traces, layout, name, config) => look.draw(data, box, traces, layout, name, config);

  return { told, metrics, place, logarithmic, draw };
})();
