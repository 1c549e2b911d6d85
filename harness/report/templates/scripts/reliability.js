"use strict";
// Draws how often candidates are right against how sure they are, with the line on which both are the same.
(() => {
  const box = document.getElementById("reliability-chart");
  const told = new Map(Object.entries(charts.told.reliability).map(([row, one]) => [Number(row), one]));
  const percent = (share) => `${units.fixed(100 * share, 1)} %`;

  function line(row) {
    const { confidence, accuracy, low, high, n } = told.get(row);
    const style = legend.line(row);
    return {
      type: "scatter", mode: "lines+markers", x: confidence, y: accuracy, line: style, marker: { size: 8, color: style.color },
      error_y: {
        type: "data", symmetric: false, array: high.map((end, i) => end - accuracy[i]), arrayminus: low.map((end, i) => accuracy[i] - end),
        color: style.color, thickness: 1, width: 0,
      },
      text: confidence.map((sure, i) => `${percent(sure)} sure, ${percent(accuracy[i])} right (${percent(low[i])} to ${percent(high[i])}) of ${units.fixed(n[i], 0)}`),
      hovertemplate: "%{text}<extra></extra>",
    };
  }

  const axis = (text) => ({ ...look.lines(), title: { text, standoff: 12 }, tickformat: ".0%" });

  function draw() {
    const same = { type: "line", x0: 0, y0: 0, x1: 1, y1: 1, line: { color: look.style("--front"), width: 2, dash: "dot" }, layer: "below" };
    const rows = legend.shown(told);
    const least = Math.min(...rows.flatMap((row) => [...told.get(row).confidence, ...told.get(row).low]), 0.9);
    const ends = [Math.max(0, least - 0.03), 1.02];
    const layout = { shapes: [same], xaxis: { ...axis("how sure it is"), range: ends }, yaxis: { ...axis("how often it is right"), range: ends } };
    charts.draw(box, rows.map(line), layout, "reliability");
  }

  const tell = () => legend.key(box, legend.shown(told).map((row) => legend.entry(row)));

  charts.place(box, draw, tell, "selection", "setting");
})();
