"use strict";
// Draws resident memory over time with Plotly from the data in the page.
(() => {
  const told = JSON.parse(document.getElementById("memory-drawing").textContent);
  const box = document.getElementById("memory-chart");
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function line(one, rank) {
    const colours = style("--palette").split(/\s+/);
    return {
      type: "scatter", mode: one.x.length > 1 ? "lines" : "markers", name: one.name, x: one.x, y: one.y,
      line: { color: colours[rank % colours.length], width: 2, dash: one.baseline ? "dash" : "solid" },
      hovertemplate: "%{y:.1f} MB at %{x:.1f} s<extra></extra>",
    };
  }

  function axis(text, suffix) {
    return {
      title: { text, standoff: 12 }, ticksuffix: suffix, rangemode: "tozero", gridcolor: style("--rule"), linecolor: style("--rule"),
      zeroline: false, automargin: true, nticks: 8,
    };
  }

  function draw() {
    const narrow = window.matchMedia("(max-width: 40rem)").matches;
    const beside = { orientation: "v", x: 1.02, xanchor: "left", y: 1, yanchor: "top", tracegroupgap: 0 };
    const below = { orientation: "h", x: 0, xanchor: "left", y: -0.25, yanchor: "top" };
    const layout = {
      ...told.layout, dragmode: narrow ? false : told.layout.dragmode, showlegend: true,
      font: { family: style("--font"), size: 13, color: style("--ink") },
      legend: { ...(narrow ? below : beside), font: { size: 12 } },
      hoverlabel: { ...told.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: style("--faint"), activecolor: style("--ink") },
      xaxis: axis("time since the process began", " s"), yaxis: axis("resident memory", " MB"),
    };
    const config = { ...told.config, toImageButtonOptions: { format: "svg", filename: "memory" }, displayModeBar: narrow ? false : "hover" };
    return Plotly.react(box, told.lines.map(line), layout, config);
  }

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.addEventListener("beforeprint", draw);
  window.addEventListener("afterprint", draw);
  draw();
})();
