"use strict";
// How every page of ours looks, and how Plotly is called so that its charts look like it. It knows no data but what it is given.
const look = (() => {
  const PAPER = { width: 690, scale: 11 / 16 }; // pixels of a page's width, and how much smaller its letters are, as page.css has it
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "pentagon", "triangle-down", "hexagon"];
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const thin = window.matchMedia("(max-width: 40rem)");
  const styles = new Map();
  const listeners = [];

  // Has a listener called when colours or the width changed: what it drew is to be drawn anew.
  function onChange(listener) {
    listeners.push(listener);
  }

  function changed() {
    styles.clear();
    for (const listener of listeners) listener();
  }

  // Paper is light, whatever the screen is.
  function print(now) {
    document.documentElement.classList.toggle("printing", now);
    changed();
  }

  dark.addEventListener("change", changed);
  thin.addEventListener("change", changed);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));

  // A variable of the style sheet, read once for each look: to ask the browser makes it lay out what has changed.
  function style(name) {
    if (!styles.has(name)) styles.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
    return styles.get(name);
  }

  const palette = () => style("--palette").split(/\s+/);
  const narrow = () => thin.matches;

  // A text as Plotly takes it: it reads some markup in names and hovers.
  const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  const lines = () => ({ gridcolor: style("--rule"), linecolor: style("--rule"), zeroline: false, automargin: true });

  // With "few", only those of decades where there are more than two.
  function ticks(metric, log, few = narrow()) {
    if (!log) return { tickformat: metric.format, ticksuffix: metric.suffix };
    const wide = metric.ticks.filter((tick) => tick.decade || !few);
    const chosen = wide.length > 2 ? wide : metric.ticks;
    return { tickmode: "array", tickvals: chosen.map((tick) => tick.value), ticktext: chosen.map((tick) => tick.text) };
  }

  // An axis of a metric as the page's data has it.
  function axis(metric, log, text = metric.title) {
    return { type: log ? "log" : "linear", title: { text, standoff: 12 }, ...ticks(metric, log), ...lines(), nticks: narrow() ? 5 : 10 };
  }

  const words = () => ({ family: style("--font"), size: 13, color: style("--ink") });

  // How large a chart is where it cannot look for itself, which is on paper.
  function sized(box) {
    if (!document.documentElement.classList.contains("printing")) return {};
    const share = box.clientWidth / box.closest("main").clientWidth;
    return { font: { ...words(), size: 10 }, autosize: false, width: Math.round(PAPER.width * share), height: Math.round(box.clientHeight * PAPER.scale) };
  }

  // Draws with the fonts and colours of the page, from its data's layout and config on; a finger scrolls the page on a phone, not the chart.
  function draw(data, box, traces, layout, name, config = {}) {
    const whole = {
      ...data.layout, showlegend: false, dragmode: narrow() ? false : data.layout.dragmode, font: words(),
      hoverlabel: { ...data.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: style("--faint"), activecolor: style("--ink") },
      ...(layout.showlegend ? {} : { margin: { ...data.layout.margin, t: 16 } }), ...layout, ...sized(box),
    };
    const image = { format: "svg", filename: name };
    return Plotly.react(box, traces, whole, { ...data.config, toImageButtonOptions: image, displayModeBar: narrow() ? false : "hover", ...config });
  }

  return { SYMBOLS, onChange, style, palette, narrow, plain, lines, ticks, axis, draw };
})();
