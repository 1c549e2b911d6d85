"use strict";
// What the charts share: each is drawn when it comes near the view and again when what it shows changes; and how Plotly is called.
const charts = (() => {
  const { data, style, narrow } = page;
  const PAPER = { width: 690, scale: 11 / 16 }; // pixels of a page's width, and how much smaller its letters are, as page.css has it
  const placed = new Map();
  const told = JSON.parse(document.getElementById("charts-data").textContent);
  const metrics = Object.fromEntries(data.metrics.map((metric) => [metric.name, metric]));

  const watch = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      placed.get(target).near = isIntersecting;
      refresh(placed.get(target));
    }
  }, { rootMargin: "400px" });

  // Has ``draw`` called when the box comes near the view, and again after the page told one of ``what``; returns what asks for that.
  function place(box, draw, ...what) {
    const one = { draw, stale: true, near: false, timer: null };
    const again = () => {
      one.stale = true;
      refresh(one);
    };
    placed.set(box, one);
    for (const each of ["look", ...what]) page.on(each, again);
    watch.observe(box);
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

  // Everything is on paper, also what was never in view. The page's own listener came first: the look is that of paper already.
  window.addEventListener("beforeprint", () => {
    for (const one of placed.values()) now(one);
  });

  // A text as Plotly takes it: it reads some markup in names and hovers.
  const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  // With "few", only those of decades where there are more than two.
  function ticks(metric, log, few = narrow()) {
    if (!log) return { tickformat: metric.format, ticksuffix: metric.suffix };
    const wide = metric.ticks.filter((tick) => tick.decade || !few);
    const chosen = wide.length > 2 ? wide : metric.ticks;
    return { tickmode: "array", tickvals: chosen.map((tick) => tick.value), ticktext: chosen.map((tick) => tick.text) };
  }

  function axis(metric, log) {
    return { type: log ? "log" : "linear", title: { text: metric.title, standoff: 12 }, ...ticks(metric, log), ...lines(), nticks: narrow() ? 5 : 10 };
  }

  function lines() {
    return { gridcolor: style("--rule"), linecolor: style("--rule"), zeroline: false, automargin: true };
  }

  const DECADES = Array.from({ length: 19 }, (_, i) => i - 9);
  const STEPS = DECADES.flatMap((decade) => [1, 2, 5].map((digit) => Number(`${digit}e${decade}`)));

  // A logarithmic axis of what is no metric.
  function logarithmic(text, unit) {
    const drawn = narrow() ? STEPS.filter((_, i) => i % 3 === 0) : STEPS;
    return { ...lines(), type: "log", title: { text, standoff: 12 }, tickvals: drawn, ticktext: drawn.map((at) => units.show(at, unit)) };
  }

  const words = () => ({ family: style("--font"), size: 13, color: style("--ink") });

  // How large a chart is where it cannot look for itself, which is on paper.
  function sized(box) {
    if (!document.documentElement.classList.contains("printing")) return {};
    const share = box.clientWidth / box.closest("main").clientWidth;
    return { font: { ...words(), size: 10 }, autosize: false, width: Math.round(PAPER.width * share), height: Math.round(box.clientHeight * PAPER.scale) };
  }

  // Draws with the fonts and colours of the page; a finger scrolls the page on a phone, not the chart.
  function draw(box, traces, layout, name, config = {}) {
    const whole = {
      ...data.layout, showlegend: false, dragmode: narrow() ? false : data.layout.dragmode,
      font: words(),
      hoverlabel: { ...data.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: style("--faint"), activecolor: style("--ink") },
      ...(layout.showlegend ? {} : { margin: { ...data.layout.margin, t: 16 } }), ...layout, ...sized(box),
    };
    const image = { format: "svg", filename: name };
    return Plotly.react(box, traces, whole, { ...data.config, toImageButtonOptions: image, displayModeBar: narrow() ? false : "hover", ...config });
  }

  return { told, metrics, place, plain, axis, ticks, lines, logarithmic, draw };
})();
