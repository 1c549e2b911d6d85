"use strict";
// Draws latency as queries come faster, in the server scenario: what was tried of each candidate, and where its latency no longer held.
(() => {
  const box = document.getElementById("rates-chart");
  const told = new Map(Object.entries(charts.told.rates).map(([row, one]) => [Number(row), one]));

  function line(row) {
    const found = told.get(row);
    const probes = found.probes.filter((probe) => probe.latency !== null).sort((a, b) => a.rate - b.rate);
    const style = legend.line(row);
    return {
      type: "scatter", mode: "lines+markers", x: probes.map((probe) => probe.rate), y: probes.map((probe) => probe.latency), line: style,
      marker: { size: 9, color: style.color, symbol: probes.map((probe) => (probe.held ? "circle" : "circle-open")), line: { width: 2, color: style.color } },
      text: probes.map((probe) => said(found, probe)), hovertemplate: "%{text}<extra></extra>",
    };
  }

  const percentile = (found) => `p${+(100 * found.percentile).toFixed(2)}`;
  const answer = ({ held }) => (held ? "held" : "too slow");
  const rate = (value) => (value === null ? "none" : units.show(value, "samples/s"));

  function said(found, probe) {
    return `${rate(probe.rate)} arriving, ${rate(probe.achieved)} answered<br>${percentile(found)} ${units.show(probe.latency, "s")} of ${units.fixed(probe.queries, 0)} queries: ${answer(probe)}`;
  }

  function lines(row) {
    const found = told.get(row);
    return [...found.probes].sort((a, b) => a.rate - b.rate).map((probe) => [
      `${page.data.chains[row]}, ${page.data.served[row]}`, rate(probe.rate), rate(probe.achieved),
      probe.latency === null ? "none in time" : `${percentile(found)} ${units.show(probe.latency, "s")}`, units.fixed(probe.queries, 0), answer(probe),
    ]);
  }

  // The latency that had to hold, once where it is the same for all.
  function limits(rows) {
    const ends = new Set(rows.map((row) => told.get(row).limit));
    return [...ends].map((limit) => ({
      type: "line", xref: "paper", x0: 0, x1: 1, y0: limit, y1: limit, line: { color: look.style("--worse"), width: 1.5, dash: "dash" },
      label: { text: `${units.show(limit, "s")}, to be held`, textposition: "start", font: { color: look.style("--worse"), size: 12 } },
    }));
  }

  function draw() {
    const rows = legend.shown(told);
    const layout = {
      shapes: limits(rows), xaxis: charts.logarithmic("queries that arrive", "samples/s"),
      yaxis: charts.logarithmic("latency", "s"),
    };
    charts.draw(box, rows.map(line), layout, "rates");
  }

  function tell() {
    const rows = legend.shown(told);
    legend.key(box, rows.map((row) => legend.entry(row)));
    legend.table(box, ["candidate", "arriving", "answered", "latency", "queries", "limit"], rows.flatMap(lines));
  }

  charts.place(box, draw, tell, "selection", "setting");
})();
