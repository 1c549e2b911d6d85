"use strict";
// Draws how often candidates are right as samples are made worse, by one kind or all kinds together.
(() => {
  const box = document.getElementById("corruptions-chart");
  const choice = document.getElementById("corruptions-kind");
  const told = new Map(Object.entries(charts.told.corruptions).map(([row, one]) => [Number(row), one]));
  const kinds = [...new Set([...told.values()].flatMap(Object.keys))];

  // The share right from severity 0 on; with no kind, the mean of all.
  function shares(row, kind) {
    const of = told.get(row);
    if (kind) return of[kind] || [];
    const each = Object.values(of);
    return each[0].map((_, i) => each.reduce((sum, one) => sum + one[i], 0) / each.length);
  }

  function line(row) {
    const y = shares(row, kinds[choice.selectedIndex - 1]);
    const style = legend.line(row);
    return {
      type: "scatter", mode: "lines+markers", x: y.map((_, i) => i), y, line: style, marker: { size: 8, color: style.color },
      text: y.map((share, i) => `${units.fixed(100 * share, 1)} % right ${i ? `at severity ${i}` : "as they are"}`), hovertemplate: "%{text}<extra></extra>",
    };
  }

  function draw() {
    const layout = {
      xaxis: { ...look.lines(), title: { text: "severity", standoff: 12 }, dtick: 1 },
      yaxis: { ...look.lines(), title: { text: "how often it is right", standoff: 12 }, tickformat: ".0%" },
    };
    charts.draw(box, legend.shown(told).map(line), layout, "corruptions");
  }

  const tell = () => legend.key(box, legend.shown(told).map((row) => legend.entry(row)));

  choice.replaceChildren(...["all kinds, their mean", ...kinds].map((kind) => elements.make("option", {}, kind.replaceAll("_", " "))));
  const again = charts.place(box, draw, tell, "selection", "setting");
  choice.addEventListener("change", again);
})();
