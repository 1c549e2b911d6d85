"use strict";
// Candidates as points across three metrics, which can be turned. Those that nothing beats in all three are large.
const depth = (() => {
  const { data } = page;
  const { style } = look;
  const SYMBOLS = ["circle", "square", "diamond"]; // all that Plotly has here with a hollow form
  const CAMERA = { eye: { x: 1.4, y: 1.4, z: 0.7 }, center: { x: 0, y: 0, z: -0.12 } };

  function marker(rows, holds, on, symbol) {
    return { symbol: rows.map((row) => (holds(row) ? symbol : `${symbol}-open`)), size: rows.map((row) => (on.has(row) ? 10 : 5)), line: { width: 0 } };
  }

  function coloured(axes, rows, { by, bars }) {
    const holds = points.feasible();
    const on = new Set(points.best(axes));
    if (!(by in data.groups)) {
      const scale = points.scale(by, rows);
      return [points.trace(axes, scale.rows, { showlegend: false, marker: { ...marker(scale.rows, holds, on, "circle"), ...scale.marker(scale.rows) } })];
    }
    return points.groups(by, rows).map(({ label, rank, colour, rows: members }) => {
      const color = members.map((row) => shades.pale(colour, points.faded(row))); // no point has an opacity of its own here
      const named = { name: look.plain(label), marker: { ...marker(members, holds, on, SYMBOLS[rank % SYMBOLS.length]), color } };
      return points.trace(axes, members, Object.assign(named, ...axes.map((axis) => points.errors(axis, members, bars, colour))));
    });
  }

  function stars(axes, rows) {
    const marker = { symbol: "diamond", size: 9, color: style("--star"), line: { color: style("--ink"), width: 1.5 } };
    return points.trace(axes, rows, { showlegend: false, mode: "markers+text", text: rows.map(points.starred), textposition: "top center", marker });
  }

  function rings(axes, rows) {
    const marker = { symbol: "circle-open", size: 9, color: style("--accent"), line: { color: style("--accent"), width: 2 } };
    return points.trace(axes, rows, { showlegend: false, hoverinfo: "skip", marker });
  }

  function side({ metric, log }) {
    return { ...look.axis(metric, log), ...look.ticks(metric, log, true), title: { text: look.plain(metric.label) }, nticks: 5 };
  }

  function drawn(axes, rows, how) {
    const best = rows.filter((row) => row in page.recommended());
    return {
      traces: [...coloured(axes, rows, how), rings(axes, rows.filter((row) => page.selected.has(row))), stars(axes, best)],
      layout: {
        scene: { ...Object.fromEntries(axes.map((axis) => [`${axis.way}axis`, side(axis)])), aspectmode: "cube", camera: CAMERA },
        margin: { l: 0, r: 0, t: 40, b: 0 },
      },
    };
  }

  return { drawn };
})();
