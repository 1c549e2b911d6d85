"use strict";
// Draws how often candidates are right about each class, with intervals; the class that each knows worst has a ring.
(() => {
  const box = document.getElementById("classes-chart");
  const told = new Map(Object.entries(charts.told.classes).map(([row, one]) => [Number(row), one]));
  const percent = (share) => `${units.fixed(100 * share, 1)} %`;

  // Where points of several candidates stand side by side: the classes that any of them tells of, in their order.
  const names = (rows) => [...new Set(rows.flatMap((row) => told.get(row).names))];

  function dots(row, place, count, all) {
    const { names: own, value, low, high, n } = told.get(row);
    const style = legend.line(row);
    const worst = value.indexOf(Math.min(...value));
    return {
      type: "scatter", mode: "markers", x: own.map((name) => all.indexOf(name) + (0.6 * (place + 0.5)) / count - 0.3), y: value,
      marker: {
        opacity: 1, size: value.map((_, i) => (i === worst ? 13 : 8)), symbol: value.map((_, i) => (i === worst ? "circle-open-dot" : "circle")), color: style.color,
        line: { width: 2, color: style.color },
      },
      error_y: {
        type: "data", symmetric: false, array: high.map((end, i) => end - value[i]), arrayminus: low.map((end, i) => value[i] - end),
        color: style.color, thickness: 1, width: 0,
      },
      text: own.map((name, i) => `${look.plain(name)}: ${percent(value[i])} right (${percent(low[i])} to ${percent(high[i])}) of ${units.fixed(n[i], 0)}`),
      hovertemplate: "%{text}<extra></extra>",
    };
  }

  const short = (name) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

  function draw() {
    const rows = legend.shown(told);
    const all = names(rows);
    const layout = {
      xaxis: { ...look.lines(), showgrid: false, tickvals: all.map((_, i) => i), ticktext: all.map((name) => look.plain(short(name))), range: [-0.6, all.length - 0.4] },
      yaxis: { ...look.lines(), title: { text: "how often it is right", standoff: 12 }, tickformat: ".0%" },
    };
    charts.draw(box, rows.map((row, i) => dots(row, i, rows.length, all)), layout, "classes");
  }

  const tell = () => legend.key(box, legend.shown(told).map((row) => legend.entry(row)));

  charts.place(box, draw, tell, "selection", "setting");
})();
