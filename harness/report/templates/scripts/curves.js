"use strict";
// Draws what searches reached, against their evaluations, with Plotly from the data in the page.
(() => {
  const told = JSON.parse(document.getElementById("drawing").textContent);
  const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colours = () => style("--palette").split(/\s+/);

  function faint(colour) {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${r}, ${g}, ${b}, 0.13)`;
  }

  // The band first, so that all lines lie above all bands.
  function band(name, values, rank) {
    const colour = colours()[rank % colours().length];
    const x = values.mean.map((_, i) => i + 1);
    const common = { type: "scatter", mode: "lines", x, legendgroup: name, showlegend: false, hoverinfo: "skip", line: { width: 0, shape: "hv", color: colour } };
    return [{ ...common, y: values.least }, { ...common, y: values.most, fill: "tonexty", fillcolor: faint(colour) }];
  }

  function line(name, values, rank, form) {
    return {
      type: "scatter", mode: "lines", name, legendgroup: name, x: values.mean.map((_, i) => i + 1), y: values.mean,
      line: { color: colours()[rank % colours().length], width: 2.5, dash: DASHES[rank % DASHES.length], shape: "hv" },
      hovertemplate: `%{x} evaluations: %{y:${form}}`,
    };
  }

  function axis(text, more) {
    return { title: { text, standoff: 12 }, gridcolor: style("--rule"), linecolor: style("--rule"), zeroline: false, automargin: true, ...more };
  }

  function draw(box, lines, title, form, y) {
    const narrow = window.matchMedia("(max-width: 40rem)").matches;
    const named = Object.entries(lines);
    const traces = [...named.flatMap(([name, values], rank) => band(name, values, rank)), ...named.map(([name, values], rank) => line(name, values, rank, form))];
    const layout = {
      ...told.layout, hovermode: "x unified", dragmode: narrow ? false : told.layout.dragmode, showlegend: true,
      font: { family: style("--font"), size: 13, color: style("--ink") },
      hoverlabel: { ...told.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: style("--faint"), activecolor: style("--ink") },
      xaxis: axis("evaluations", { range: [1, Math.max(2, named[0][1].mean.length)] }), yaxis: axis(title, { tickformat: form, ...y }),
    };
    const config = { ...told.config, toImageButtonOptions: { format: "svg", filename: box.id }, displayModeBar: narrow ? false : "hover" };
    return Plotly.react(box, traces, layout, config);
  }

  function all() {
    told.problems.forEach((one, i) => {
      const start = Math.min(...Object.values(one.hypervolume).map((values) => values.least[Math.min(4, values.least.length - 1)]));
      draw(document.getElementById(`hypervolume-${i}`), one.hypervolume, "share of the full hypervolume", ".0%", { range: [Math.min(0.95, start), 1.005] });
      draw(document.getElementById(`regret-${i}`), one.regret, "regret, mean over profiles", ".2f", { rangemode: "tozero" });
    });
  }

  // Paper is light, whatever the screen is.
  function print(now) {
    document.documentElement.classList.toggle("printing", now);
    all();
  }

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  all();
})();
