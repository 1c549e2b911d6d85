"use strict";
// Draws the chart of candidates with Plotly from the data in the page. Which candidates are on a front is not decided here.
(() => {
  const find = (id) => document.getElementById(id);
  const drawing = JSON.parse(find("drawing").textContent);
  const axes = Object.fromEntries(drawing.axes.map((axis) => [axis.name, axis]));
  const box = find("chart");
  const before = {};
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "x", "pentagon", "triangle-down"];
  const LOOKS = {
    front: { size: 12, opacity: 1, ring: 2 },
    near: { size: 9, opacity: 0.75, ring: 0.75 },
    "": { size: 7, opacity: 0.4, ring: 0 },
  };

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = () => style("--palette").split(/\s+/);

  function measured(x, y) {
    return drawing.points.map((point, index) => index).filter((i) => x in drawing.points[i].values && y in drawing.points[i].values);
  }

  function errors(indices, name, which, colour) {
    const sides = (end) => indices.map((i) => {
      const shown = which === "all" || (which === "front" && drawing.points[i].standing === "front");
      const [value, low, high] = drawing.points[i].values[name];
      return shown ? (end ? high - value : value - low) : 0;
    });
    return { type: "data", symmetric: false, array: sides(1), arrayminus: sides(0), width: 0, thickness: 1, color: colour };
  }

  function look(indices, key) {
    return indices.map((i) => LOOKS[drawing.points[i].standing][key]);
  }

  function group(label, rank, indices, x, y, bars) {
    const colours = palette();
    const colour = colours[rank % colours.length];
    return {
      type: "scatter", mode: "markers", name: label, customdata: indices,
      x: indices.map((i) => drawing.points[i].values[x][0]),
      y: indices.map((i) => drawing.points[i].values[y][0]),
      error_x: errors(indices, x, bars, colour), error_y: errors(indices, y, bars, colour),
      hoverinfo: "text", hovertext: indices.map((i) => drawing.points[i].hover),
      marker: {
        color: colour, symbol: SYMBOLS[rank % SYMBOLS.length], size: look(indices, "size"), opacity: look(indices, "opacity"),
        line: { color: style("--ink"), width: look(indices, "ring") },
      },
    };
  }

  function groups(indices, x, y) {
    const by = find("colour").value;
    const labels = [...new Set(drawing.points.map((point) => point.groups[by]))];
    if (by === "batch") labels.sort((a, b) => a - b);
    return labels
      .map((label, rank) => [label, rank, indices.filter((i) => drawing.points[i].groups[by] === label)])
      .filter((one) => one[2].length)
      .map(([label, rank, members]) => group(label, rank, members, x, y, find("bars").value));
  }

  function front(x, y) {
    const members = drawing.fronts[`${x} ${y}`] || drawing.fronts[`${y} ${x}`] || [];
    const sorted = [...members].sort((a, b) => drawing.points[a].values[x][0] - drawing.points[b].values[x][0]);
    return {
      type: "scatter", mode: "lines", showlegend: false, hoverinfo: "skip",
      x: sorted.map((i) => drawing.points[i].values[x][0]), y: sorted.map((i) => drawing.points[i].values[y][0]),
      // Between two points the worse of both is what is to be had; which corner that is depends on the direction of x.
      line: { color: style("--front"), width: 1.5, dash: "dot", shape: axes[x].higher ? "vh" : "hv" },
    };
  }

  function stars(indices, x, y) {
    const starred = indices.filter((i) => drawing.points[i].stars);
    return {
      type: "scatter", mode: "markers", showlegend: false, hoverinfo: "text", customdata: starred,
      x: starred.map((i) => drawing.points[i].values[x][0]), y: starred.map((i) => drawing.points[i].values[y][0]),
      hovertext: starred.map((i) => drawing.points[i].hover), cliponaxis: false,
      marker: { symbol: "star", size: 19, color: style("--star"), line: { color: style("--ink"), width: 1.5 } },
    };
  }

  // The names of the profiles, below and above their stars in turn, so that neighbours do not cover each other.
  function names(indices, x, y) {
    const place = (i, name, which) => (find(`log-${which}`).checked ? Math.log10(drawing.points[i].values[name][0]) : drawing.points[i].values[name][0]);
    return indices
      .filter((i) => drawing.points[i].stars)
      .map((i) => [place(i, x, "x"), place(i, y, "y"), drawing.points[i].stars])
      .sort((a, b) => a[0] - b[0])
      .map(([at, up, text], n) => ({
        x: at, y: up, text, ax: 0, ay: (n % 2 ? -1 : 1) * (34 + 18 * (Math.floor(n / 2) % 2)), showarrow: true, arrowhead: 0,
        arrowwidth: 1, arrowcolor: style("--front"), standoff: 11, font: { color: style("--ink"), size: 13 },
        bgcolor: style("--raised"), borderpad: 1,
      }));
  }

  function ticks(one, log, narrow) {
    if (!log) return { tickformat: one.format, ticksuffix: one.suffix };
    const wide = one.ticks.filter((tick) => tick.decade || !narrow);
    const chosen = wide.length > 2 ? wide : one.ticks;
    return { tickmode: "array", tickvals: chosen.map((tick) => tick.value), ticktext: chosen.map((tick) => tick.text) };
  }

  function axis(name, log, narrow) {
    const one = axes[name];
    return {
      type: log ? "log" : "linear", title: { text: one.title, standoff: 12 }, ...ticks(one, log, narrow),
      gridcolor: style("--rule"), linecolor: style("--rule"), zeroline: false, automargin: true, nticks: narrow ? 5 : 10,
    };
  }

  function note(indices, x, y) {
    const all = drawing.points.length;
    const both = `${axes[x].label} and ${axes[y].label}`;
    find("chart-note").textContent = indices.length === all
      ? `All ${all} candidates with figures are shown.` : `${indices.length} of ${all} candidates have both ${both}; the others are not shown.`;
  }

  function draw() {
    const x = find("x").value;
    const y = find("y").value;
    const indices = measured(x, y);
    const narrow = window.matchMedia("(max-width: 40rem)").matches; // a finger scrolls the page there, not the chart
    const traces = [front(x, y), ...groups(indices, x, y), stars(indices, x, y)];
    const layout = {
      ...drawing.layout,
      font: { family: style("--font"), size: 13, color: style("--ink") },
      hoverlabel: { ...drawing.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: style("--faint"), activecolor: style("--ink") },
      annotations: names(indices, x, y), dragmode: narrow ? false : drawing.layout.dragmode,
      xaxis: axis(x, find("log-x").checked, narrow), yaxis: axis(y, find("log-y").checked, narrow),
    };
    note(indices, x, y);
    return Plotly.react(box, traces, layout, { ...drawing.config, displayModeBar: narrow ? false : "hover" });
  }

  // Paper is light, whatever the screen is.
  function print(now) {
    document.documentElement.classList.toggle("printing", now);
    draw();
  }

  function scale(which) {
    const one = axes[find(which).value];
    find(`log-${which}`).checked = one.log;
    find(`log-${which}`).disabled = !one.can_log;
    before[which] = one.name;
  }

  // Both axes of one metric would be a line: the other axis takes what this one showed before.
  function part(which) {
    const other = which === "x" ? "y" : "x";
    if (find(which).value === find(other).value) {
      find(other).value = before[which];
      scale(other);
    }
    scale(which);
  }

  function choose(event) {
    const point = drawing.points[event.points[0].customdata];
    if (!point) return;
    const link = find("chosen").querySelector("a");
    link.setAttribute("href", `#candidate-${Number(event.points[0].customdata)}`);
    link.firstElementChild.textContent = point.label;
    find("chosen").hidden = false;
  }

  for (const which of ["x", "y"]) {
    scale(which);
    find(which).addEventListener("change", () => { part(which); draw(); });
    find(`log-${which}`).addEventListener("change", draw);
  }
  for (const id of ["colour", "bars"]) find(id).addEventListener("change", draw);
  find("chart-controls").addEventListener("submit", (event) => event.preventDefault());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  draw().then(() => box.on("plotly_click", choose));
})();
