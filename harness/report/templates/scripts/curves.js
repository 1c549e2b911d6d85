"use strict";
// Draws what searches reached, against their evaluations, with Plotly from the data in the page.
(() => {
  const told = JSON.parse(document.getElementById("drawing").textContent);
  const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
  const coloured = (rank) => look.palette()[rank % look.palette().length];

  function faint(colour) {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${r}, ${g}, ${b}, 0.13)`;
  }

  // The band first, so that all lines lie above all bands.
  function band(name, values, rank) {
    const colour = coloured(rank);
    const x = values.mean.map((_, i) => i + 1);
    const common = { type: "scatter", mode: "lines", x, legendgroup: name, showlegend: false, hoverinfo: "skip", line: { width: 0, shape: "hv", color: colour } };
    return [{ ...common, y: values.least }, { ...common, y: values.most, fill: "tonexty", fillcolor: faint(colour) }];
  }

  function line(name, values, rank, form) {
    return {
      type: "scatter", mode: "lines", name, legendgroup: name, x: values.mean.map((_, i) => i + 1), y: values.mean,
      line: { color: coloured(rank), width: 2.5, dash: DASHES[rank % DASHES.length], shape: "hv" },
      hovertemplate: `%{x} evaluations: %{y:${form}}`,
    };
  }

  const axis = (text, more) => ({ title: { text, standoff: 12 }, ...look.lines(), ...more });

  function draw(box, lines, title, form, y) {
    const named = Object.entries(lines);
    const traces = [...named.flatMap(([name, values], rank) => band(name, values, rank)), ...named.map(([name, values], rank) => line(name, values, rank, form))];
    const layout = {
      hovermode: "x unified", showlegend: true,
      xaxis: axis("evaluations", { range: [1, Math.max(2, named[0][1].mean.length)] }), yaxis: axis(title, { tickformat: form, ...y }),
    };
    return look.draw(told, box, traces, layout, box.id);
  }

  function all() {
    told.problems.forEach((one, i) => {
      const start = Math.min(...Object.values(one.hypervolume).map((values) => values.least[Math.min(4, values.least.length - 1)]));
      draw(document.getElementById(`hypervolume-${i}`), one.hypervolume, "share of the full hypervolume", ".0%", { range: [Math.min(0.95, start), 1.005] });
      draw(document.getElementById(`regret-${i}`), one.regret, "regret, mean over profiles", ".2f", { rangemode: "tozero" });
    });
  }

  look.onChange(all);
  all();
})();
