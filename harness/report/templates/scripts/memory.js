"use strict";
// Draws the memory that a measuring process holds over time: the empty runtime, loading, then queries.
(() => {
  const box = document.getElementById("memory-chart");
  const told = new Map(Object.entries(charts.told.memory).map(([row, one]) => [Number(row), one]));

  function line(row) {
    const { seconds, bytes } = told.get(row);
    return {
      type: "scatter", mode: seconds.length > 1 ? "lines" : "markers", x: seconds, y: bytes, line: legend.line(row),
      text: bytes.map((size, i) => `${units.show(size, "B")} after ${units.show(seconds[i], "s")}`), hovertemplate: "%{text}<extra></extra>",
    };
  }

  function axis(text, form, suffix) {
    return { ...look.lines(), title: { text, standoff: 12 }, tickformat: form, ticksuffix: suffix, rangemode: "tozero", nticks: 8 };
  }

  function draw() {
    const layout = { xaxis: axis("time since the process began", "~g", " s"), yaxis: axis("resident memory", "~s", "B") };
    charts.draw(box, legend.shown(told).map(line), layout, "memory");
  }

  const tell = () => legend.key(box, legend.shown(told).map((row) => legend.entry(row)));

  charts.place(box, draw, tell, "selection", "setting");
})();
