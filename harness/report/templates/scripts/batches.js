"use strict";
// Draws latency against throughput as more samples go into a query: a line per candidate but for its batch size.
(() => {
  const box = document.getElementById("batches-chart");
  const { data } = page;
  const curves = charts.told.batches;
  const known = (name, row) => name in data.values && data.values[name].value[row] !== null;

  // The latency that most lines have at all of their points: only one kind can stand on an axis.
  function latency() {
    const names = [...new Set(curves.map((curve) => curve.latency))];
    const drawn = (name) => curves.filter((curve) => curve.rows.every((row) => known(name, row))).length;
    return names.reduce((most, name) => (drawn(name) > drawn(most) ? name : most));
  }

  const unbatched = (row) => data.served[row].replace(`, batch ${data.groups.batch[row]}`, "");

  const axis = (name) => look.axis(charts.metrics[name], charts.metrics[name].can_log);

  // "strong" is the row that the line is drawn for; without one it only stands behind the others.
  function line(curve, strong) {
    const behind = strong === undefined;
    const { color, width } = behind ? { color: look.style("--rule"), width: 1.25 } : legend.line(strong);
    return {
      type: "scatter", mode: behind ? "lines+markers" : "lines+markers+text", customdata: curve.rows, hoverinfo: "none",
      x: curve.rows.map((row) => data.values.throughput.value[row]), y: curve.rows.map((row) => data.values[name].value[row]),
      text: curve.rows.map((row) => data.groups.batch[row]), textposition: "top center", line: { color, width }, marker: { size: behind ? 5 : 8, color },
    };
  }

  const name = latency();
  const drawn = curves.filter((curve) => curve.rows.every((row) => known(name, row) && known("throughput", row)));
  const all = new Map(drawn.flatMap((curve) => curve.rows.map((row) => [row, curve])));

  // The row that a line is drawn for; undefined where it only stands behind the others.
  function strongest() {
    const on = new Set(legend.shown(all));
    return (curve) => curve.rows.find((row) => on.has(row));
  }

  function draw() {
    const strong = strongest();
    const layout = { xaxis: axis("throughput"), yaxis: axis(name) };
    const first = !box.data;
    charts.draw(box, [...drawn].sort((a, b) => (strong(a) !== undefined) - (strong(b) !== undefined)).map((curve) => line(curve, strong(curve))), layout, "batches");
    if (first) tip.follow(box);
  }

  function tell() {
    const named = drawn.map(strongest()).filter((row) => row !== undefined);
    legend.key(box, named.map((row) => ({ ...legend.entry(row, unbatched(row)), line: { ...legend.line(row), dash: "solid" } })));
  }

  charts.place(box, draw, tell, "selection", "setting");
})();
