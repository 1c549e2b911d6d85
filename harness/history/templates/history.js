"use strict";
// Draws each metric over the jobs, with Plotly from the data in the page.
(() => {
  const told = JSON.parse(document.getElementById("drawing").textContent);
  const MARKS = ["circle", "diamond", "square", "triangle-up", "cross", "x"];
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const colour = (rank) => { const all = style("--palette").split(/\s+/); return all[rank % all.length]; };

  function points(line) {
    return {
      type: "scatter", mode: "markers", x: line.x, y: line.y, text: line.told.map((lines) => lines.map(plain).join("<br>")),
      hovertemplate: "%{text}<extra></extra>", marker: { color: colour(line.rank), symbol: MARKS[line.rank % MARKS.length], size: 6, opacity: 0.75 },
    };
  }

  const levels = (line) => line.levels.map((one) => ({
    type: "scatter", mode: "lines", x: one.x, y: [one.y, one.y], hoverinfo: "skip", line: { color: colour(line.rank), width: 2 },
  }));

  const mark = (one) => ({
    type: "line", x0: one.x, x1: one.x, yref: "paper", y0: 0, y1: 1, line: { color: style(one.worse ? "--worse" : "--better"), width: 1, dash: "dot" },
  });

  const label = (one) => ({
    x: one.x, yref: "paper", y: 1, yanchor: "bottom", text: plain(one.text), showarrow: false, font: { size: 12, color: style(one.worse ? "--worse" : "--better") },
  });

  const axis = (one) => ({
    range: one.range, gridcolor: style("--rule"), linecolor: style("--rule"), zeroline: false, fixedrange: true, automargin: true,
  });

  function draw(chart) {
    const layout = {
      ...told.layout, dragmode: false, showlegend: false, margin: { l: 8, r: 12, t: 22, b: 8 },
      font: { family: style("--font"), size: 12, color: style("--soft") },
      hoverlabel: { ...told.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
      xaxis: { ...axis(chart.x), showgrid: false, tickangle: 0, tickmode: "array", tickvals: chart.x.at, ticktext: chart.x.text.map(plain) },
      yaxis: { ...axis(chart.y), nticks: 5, tickformat: chart.y.ticks[0], ticksuffix: chart.y.ticks[1] },
      shapes: chart.breaks.map(mark), annotations: chart.breaks.map(label),
    };
    return Plotly.react(document.getElementById(chart.id), chart.lines.flatMap((line) => [...levels(line), points(line)]), layout, { ...told.config, displayModeBar: false });
  }

  function all() {
    told.charts.forEach(draw);
    document.querySelectorAll("[data-rank]").forEach((one) => { one.style.background = colour(Number(one.dataset.rank)); });
  }

  // Paper is light, whatever the screen is.
  function print(now) {
    document.documentElement.classList.toggle("printing", now);
    all();
  }

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  all();
})();
