"use strict";
// Draws a metric of one side against that of another, with the line on which both are the same.
(() => {
  const told = JSON.parse(document.getElementById("sides-data").textContent);
  const find = (id) => document.getElementById(id);
  const { SYMBOLS, style, plain } = look;
  const stars = new Set(told.recommended);
  const runtimes = [...new Set(told.runtimes)].sort();

  // What is chosen: a metric, and a column of its figures for either side.
  function chosen() {
    const metric = told.metrics[Number(find("metric").value)];
    const pair = find("pair") ? Number(find("pair").value) : 0;
    const [one, other] = told.pairs[pair];
    const [x, y] = [one, other].map((side) => ({ name: told.sides[side], ...told.values[metric.name][side] }));
    return { metric, x, y, log: metric.can_log && find("log").checked, beyond: new Set(told.beyond[pair][metric.name] || []) };
  }

  function shown({ value, low, high }, row, unit) {
    const ends = low[row] === high[row] ? "" : ` (${units.show(low[row], unit)} – ${units.show(high[row], unit)})`;
    return units.show(value[row], unit) + ends;
  }

  const hover = ({ x, y, metric }, row) =>
    [told.labels[row], ...[x, y].map((side) => `${side.name}: ${shown(side, row, metric.unit)}`)].map(plain).join("<br>");

  function bars({ value, low, high }, rows, colour) {
    const [array, arrayminus] = [rows.map((row) => high[row] - value[row]), rows.map((row) => value[row] - low[row])];
    return { type: "data", symmetric: false, array, arrayminus, width: 0, thickness: 1, color: `${colour}80` };
  }

  function group(now, rows, runtime, rank) {
    const colours = look.palette();
    const colour = colours[rank % colours.length];
    const symbol = SYMBOLS[rank % SYMBOLS.length];
    return {
      type: rows.length > 1500 ? "scattergl" : "scatter", mode: "markers", name: plain(runtime),
      x: rows.map((row) => now.x.value[row]), y: rows.map((row) => now.y.value[row]),
      error_x: bars(now.x, rows, colour), error_y: bars(now.y, rows, colour),
      text: rows.map((row) => hover(now, row)), hovertemplate: "%{text}<extra></extra>",
      marker: {
        color: colour, size: 9, line: { width: 1.5, color: colour },
        symbol: rows.map((row) => (now.beyond.has(row) ? symbol : `${symbol}-open`)),
      },
    };
  }

  function starred(now, rows) {
    return {
      type: "scatter", mode: "markers", showlegend: false, hoverinfo: "skip",
      x: rows.map((row) => now.x.value[row]), y: rows.map((row) => now.y.value[row]),
      marker: { symbol: "star", size: 17, color: style("--star"), line: { color: style("--ink"), width: 1.5 } },
    };
  }

  function diagonal(ends) {
    return { type: "scatter", mode: "lines", x: ends, y: ends, showlegend: false, hoverinfo: "skip", line: { color: style("--front"), width: 1.5, dash: "dot" } };
  }

  const axis = ({ metric, log }, name) => look.axis(metric, log, `${plain(metric.label)}, ${plain(name)}`);

  function draw() {
    const now = chosen();
    const rows = told.labels.map((_, row) => row).filter((row) => now.x.value[row] !== null && now.y.value[row] !== null);
    const figures = rows.flatMap((row) => [now.x.value[row], now.y.value[row]]);
    const ends = [Math.min(...figures), Math.max(...figures)];
    const groups = runtimes.map((runtime, rank) => [rows.filter((row) => told.runtimes[row] === runtime), runtime, rank]).filter(([members]) => members.length);
    const traces = [diagonal(ends), starred(now, rows.filter((row) => stars.has(told.labels[row]))), ...groups.map((one) => group(now, ...one))];
    find("chart-note").textContent = rows.length ? `${rows.length} candidates have this figure on both; it is better ${now.metric.higher ? "higher" : "lower"}.` : "No candidate has this figure on both.";
    find("log").disabled = !now.metric.can_log;
    const layout = { showlegend: runtimes.length > 1, xaxis: axis(now, now.x.name), yaxis: axis(now, now.y.name) };
    return look.draw(told, find("chart"), traces, layout, "side-by-side");
  }

  function another() {
    find("log").checked = told.metrics[Number(find("metric").value)].log;
    draw();
  }

  find("metric").addEventListener("change", another);
  for (const id of ["pair", "log"]) if (find(id)) find(id).addEventListener("change", draw);
  look.onChange(draw);
  another();
})();
