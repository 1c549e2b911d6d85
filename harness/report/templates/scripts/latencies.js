"use strict";
// Draws which share of its queries a candidate answered within which time, up to the slowest of them.
(() => {
  const box = document.getElementById("latencies-chart");
  const choice = document.getElementById("latencies-scenario");
  const told = new Map(Object.entries(charts.told.latencies).map(([row, one]) => [Number(row), one]));
  const SHARES = [0.5, 0.9, 0.99, 0.999, 0.9999];
  const scenarios = [...new Set([...told.values()].flatMap(Object.keys))];

  // Each further nine of a share takes as much room as the one before: 90 %, 99 %, 99.9 %.
  const nines = (share) => -Math.log10(1 - share);

  function line(row, curve) {
    // The slowest of all queries has no share above it: it stands half a query before the end.
    const shares = curve.shares.map((share) => Math.min(share, 1 - 0.5 / curve.n));
    const said = curve.seconds.map((time, i) => `${units.fixed(100 * curve.shares[i], shares[i] > 0.99 ? 2 : 0)} % within ${units.show(time, "s")}`);
    return {
      type: "scatter", mode: "lines", x: curve.seconds, y: shares.map(nines), text: said,
      line: { ...legend.line(row), shape: "hv" }, hovertemplate: "%{text}<extra></extra>",
    };
  }

  function axis(most) {
    const drawn = SHARES.filter((share) => share <= most || share === 0.9);
    return {
      ...look.lines(), title: { text: "share of queries", standoff: 12 }, tickvals: drawn.map(nines), ticktext: drawn.map((share) => `${+(100 * share).toFixed(2)} %`),
      rangemode: "tozero",
    };
  }

  // The curves of the scenario that is chosen, by row.
  function known() {
    const of = choice ? choice.value : scenarios[0];
    return new Map([...told].filter(([, one]) => of in one).map(([row, one]) => [row, one[of]]));
  }

  function draw() {
    const curves = known();
    const rows = legend.shown(curves);
    const n = rows.reduce((most, row) => Math.max(most, curves.get(row).n), 2);
    const layout = { xaxis: charts.logarithmic("time of a query", "s"), yaxis: axis(1 - 1 / n) };
    charts.draw(box, rows.map((row) => line(row, curves.get(row))), layout, "latencies");
  }

  const tell = () => legend.key(box, legend.shown(known()).map((row) => legend.entry(row)));

  if (choice) choice.replaceChildren(...scenarios.map((name) => elements.make("option", { value: name }, name.replaceAll("_", " "))));
  const again = charts.place(box, draw, tell, "selection", "setting");
  if (choice) choice.addEventListener("change", again);
})();
