"use strict";
// Draws what a sample costs, and how many are handed over, if asking a person had another price.
(() => {
  const [paid, review] = ["paid-chart", "review-chart"].map((id) => document.getElementById(id));
  const told = new Map(Object.entries(charts.told.mistakes).map(([row, one]) => [Number(row), one]));
  const cost = (value) => units.show(value, "number");
  const percent = (share) => `${units.fixed(100 * share, 1)} %`;

  function line(row, y) {
    const one = told.get(row);
    const said = one.price.map((price, i) => `a person at ${cost(price)}: ${cost(one.paid[i])} a sample, of which mistakes ${cost(one.mistakes[i])}; ${percent(one.review[i])} handed over`);
    return { type: "scatter", mode: "lines", x: one.price, y: one[y], line: legend.line(row), text: said, hovertemplate: "%{text}<extra></extra>" };
  }

  // The suite's own price, if it has one.
  function own(rows) {
    const prices = new Set(rows.map((row) => told.get(row).person).filter((price) => price !== null));
    return [...prices].map((price) => ({
      type: "line", yref: "paper", y0: 0, y1: 1, x0: price, x1: price, line: { color: look.style("--caution"), width: 1.5, dash: "dash" },
      label: { text: cost(price), textposition: "end", textangle: 0, xanchor: "left", font: { color: look.style("--caution"), size: 12 } },
    }));
  }

  function draw(box, y, axis, name) {
    const rows = legend.shown(told);
    const xaxis = { ...look.lines(), title: { text: "price of asking a person", standoff: 12 }, rangemode: "tozero" };
    charts.draw(box, rows.map((row) => line(row, y)), { shapes: own(rows), xaxis, yaxis: { ...look.lines(), rangemode: "tozero", ...axis } }, name);
  }

  const tell = () => legend.key(document.getElementById("paid-key"), legend.shown(told).map((row) => legend.entry(row)));

  charts.place(paid, () => draw(paid, "paid", { title: { text: "cost of a sample", standoff: 12 } }, "costs"), tell, "selection", "setting");
  charts.place(review, () => draw(review, "review", { title: { text: "handed to a person", standoff: 12 }, tickformat: ".0%" }, "reviews"), () => {}, "selection", "setting");
})();
