"use strict";
// Candidates as points across two metrics.
const plane = (() => {
  const { data } = page;
  const { style, SYMBOLS } = look;
  const { form, faded } = points;
  const SHADES = 12;

  // A hollow point is drawn by its ring.
  const ring = (row, holds) => (holds(row) ? form(row).ring : Math.max(1.5, form(row).ring));

  function marker(rows, holds, symbol) {
    return {
      symbol: rows.map((row) => (holds(row) ? symbol : `${symbol}-open`)), size: rows.map((row) => form(row).size),
      opacity: rows.map((row) => form(row).opacity * faded(row)), line: { color: style("--ink"), width: rows.map((row) => ring(row, holds)) },
    };
  }

  // Those that are drawn as a crowd, where there are very many: nothing but their place and colour is to be told of them.
  function ordinary(stars) {
    if (data.labels.length <= crowd.MANY) return () => false;
    return (row) => !data.standing[row] && !page.selected.has(row) && !stars.includes(row);
  }

  // The same as shapes: what breaks a constraint is paler there.
  function shapes([x, y], rows, holds, colour) {
    return [true, false].map((kept) => {
      const drawn = rows.filter((row) => holds(row) === kept);
      const share = (kept ? 0.5 : 0.2) * (page.selected.size ? 0.4 : 1);
      return crowd.shape(drawn.map((row) => x.value[row]), drawn.map((row) => y.value[row]), colour, kept ? 7 : 5, share);
    }).filter((shape) => shape.path);
  }

  // A trace for each kind, or one in a colour scale; and the crowd of its ordinary points.
  function coloured(axes, rows, { by, bars, holds, plain }) {
    const [some, many] = [rows.filter((row) => !plain(row)), rows.filter(plain)];
    if (by in data.groups) {
      const few = new Map(points.groups(by, some).map((group) => [group.label, group.rows]));
      const traces = points.groups(by, rows).map(({ label, rank, colour }) => {
        const drawn = few.get(label) || [];
        const intervals = axes.map((axis) => points.errors(axis, drawn, bars, colour));
        const named = { name: look.plain(label), marker: { ...marker(drawn, holds, SYMBOLS[rank % SYMBOLS.length]), color: colour } };
        return drawn.length ? points.trace(axes, drawn, Object.assign(named, ...intervals)) : { x: [null], y: [null], mode: "markers", name: named.name, marker: { color: colour } };
      });
      return { traces, shapes: points.groups(by, many).flatMap((group) => shapes(axes, group.rows, holds, group.colour)) };
    }
    const scale = points.scale(by, rows);
    const drawn = scale.rows.filter((row) => !plain(row));
    const buckets = Array.from({ length: SHADES }, () => []);
    for (const row of scale.rows.filter(plain)) buckets[Math.round(scale.at(row) * (SHADES - 1))].push(row);
    return {
      traces: [points.trace(axes, drawn, { showlegend: false, marker: { ...marker(drawn, holds, "circle"), ...scale.marker(drawn) } })],
      shapes: buckets.flatMap((members, i) => shapes(axes, members, holds, shades.at(i / (SHADES - 1)))),
    };
  }

  // Between two points of the line the worse of both is what is to be had; which corner that is depends on the direction of x.
  function along(axes) {
    const line = { color: style("--front"), width: 1.5, dash: "dot", shape: axes[0].metric.higher ? "vh" : "hv" };
    return points.trace(axes, points.best(axes), { showlegend: false, hoverinfo: "skip", mode: "lines", line });
  }

  function stars(axes, rows) {
    const marker = { symbol: "star", size: 19, color: style("--star"), line: { color: style("--ink"), width: 1.5 } };
    return points.trace(axes, rows, { showlegend: false, cliponaxis: false, marker });
  }

  function rings(axes, rows) {
    const marker = { symbol: "circle-open", size: 20, color: style("--accent"), line: { color: style("--accent"), width: 2 } };
    return points.trace(axes, rows, { showlegend: false, hoverinfo: "skip", marker });
  }

  // The names of the profiles, below and above their stars in turn, so that neighbours do not cover each other.
  function names(axes, rows) {
    const [x, y] = axes.map(({ value, log }) => (row) => (log ? Math.log10(value[row]) : value[row]));
    return [...rows].sort((a, b) => x(a) - x(b)).map((row, n) => ({
      x: x(row), y: y(row), text: points.starred(row), ax: 0, ay: (n % 2 ? -1 : 1) * (34 + 18 * (Math.floor(n / 2) % 2)), showarrow: true,
      arrowhead: 0, arrowwidth: 1, arrowcolor: style("--front"), standoff: 11, font: { color: style("--ink"), size: 13 }, bgcolor: style("--raised"), borderpad: 1,
    }));
  }

  // What Plotly is given: traces, and what of the layout is told by them.
  function drawn(axes, rows, { by, bars }) {
    const ordered = [...rows].sort((a, b) => form(a).opacity - form(b).opacity); // what matters most lies on top
    const best = Object.keys(page.recommended()).map(Number).filter((row) => axes.every(({ value }) => value[row] !== null));
    const plain = ordinary(best);
    const { traces, shapes } = coloured(axes, ordered, { by, bars, holds: points.feasible(), plain });
    const told = points.trace(axes, ordered.filter(plain), { mode: "none", hoveron: "points", showlegend: false });
    const [xaxis, yaxis] = axes.map(({ metric, log }) => look.axis(metric, log));
    return {
      traces: [along(axes), told, ...traces, rings(axes, rows.filter((row) => page.selected.has(row))), stars(axes, best)],
      layout: { shapes, annotations: names(axes, best), xaxis, yaxis, selections: [], selectionrevision: Math.random() },
    };
  }

  return { drawn };
})();
