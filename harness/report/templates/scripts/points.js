"use strict";
// What the points of candidates look like: where each stands, what breaks a constraint, and by what they are coloured.
const points = (() => {
  const { data } = page;
  const FORMS = {
    front: { size: 12, opacity: 1, ring: 2 },
    near: { size: 9, opacity: 0.75, ring: 0.75 },
    "": { size: 7, opacity: 0.4, ring: 0 },
  };
  const FADED = 0.3;

  const form = (row) => FORMS[data.standing[row]];
  const faded = (row) => (page.selected.size && !page.selected.has(row) ? FADED : 1);

  // Whether a row keeps the constraints of the profile that is looked at.
  function feasible() {
    if (page.profile() === undefined) return () => true;
    const weighed = page.weighed(page.profile());
    return (row) => Boolean(weighed.feasible[row]);
  }

  const best = (axes) => front.rows(axes.map(({ metric, value }) => ({ values: value, higher: metric.higher })));

  // The rows by what they are: a runtime, a model; each with a colour and a rank.
  function groups(by, rows) {
    const of = data.groups[by];
    const labels = [...new Set(of)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const colours = look.palette();
    const members = new Map(labels.map((label) => [label, []]));
    for (const row of rows) members.get(of[row]).push(row);
    return labels.map((label, rank) => ({ label, rank, colour: colours[rank % colours.length], rows: members.get(label) })).filter((one) => one.rows.length);
  }

  // A colour scale over a metric or over utility: what is better stands out from the page. "at" is where a row lies on it,
  // from 0 to 1, null where that is not known; "marker" is how Plotly is told.
  function scale(by, rows) {
    const utilities = by === "utility";
    const metric = utilities ? { title: `utility for ${page.profile()}`, higher: true } : charts.metrics[by];
    const values = utilities ? page.weighed(page.profile()).utility : data.values[by].value;
    const shade = (value) => (metric.log ? Math.log10(value) : value);
    const known = rows.filter((row) => values[row] !== null);
    const least = known.reduce((low, row) => Math.min(low, shade(values[row])), Infinity);
    const most = known.reduce((high, row) => Math.max(high, shade(values[row])), -Infinity);
    const part = (row) => (most > least ? (shade(values[row]) - least) / (most - least) : 1);
    const ticks = utilities ? { tickformat: ".2f", nticks: 6 } : look.ticks(metric, metric.log);
    return {
      rows: known,
      at: (row) => (metric.higher ? part(row) : 1 - part(row)),
      marker: (drawn) => ({
        color: drawn.map((row) => shade(values[row])), cmin: least, cmax: most, colorscale: shades.stops(), reversescale: !metric.higher,
        colorbar: {
          title: { text: look.plain(metric.title), side: "right" }, thickness: 12, len: 0.9, outlinewidth: 0, ...ticks,
          ...(metric.log ? { tickvals: ticks.tickvals.map(Math.log10) } : {}),
        },
      }),
    };
  }

  // Intervals along one axis, of the rows that "which" names.
  function errors({ way, value, low, high }, rows, which, colour) {
    const sides = (end) => rows.map((row) => {
      const drawn = faded(row) === 1 && (which === "all" || (which === "front" && data.standing[row] === "front"));
      return drawn ? (end ? high[row] - value[row] : value[row] - low[row]) : 0;
    });
    if (which === "none") return {};
    return { [`error_${way}`]: { type: "data", symmetric: false, array: sides(1), arrayminus: sides(0), width: 0, thickness: 1, color: colour } };
  }

  // A trace with the points of some rows.
  function trace(axes, rows, more) {
    const at = Object.fromEntries(axes.map(({ way, value }) => [way, rows.map((row) => value[row])]));
    return { type: axes.length > 2 ? "scatter3d" : "scatter", mode: "markers", customdata: rows, hoverinfo: "none", ...at, ...more };
  }

  const starred = (row) => look.plain(page.recommended()[row].join(", "));

  return { form, faded, feasible, best, groups, scale, errors, trace, starred };
})();
