"use strict";
// Draws where the time of a query goes with Plotly from the data in the page: the candidate above its parent, on one scale.
(() => {
  const told = JSON.parse(document.getElementById("icicle-drawing").textContent);
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function colours(roles) {
    const by = {
      whole: style("--sunk"), outside: style("--sunk"), layer: style("--fill"), conversion: style("--role-conversion"),
      other: style("--role-other"),
    };
    return roles.map((role) => by[role]);
  }

  function bar(one, index, count) {
    const height = 1 / count;
    const top = 1 - index * height;
    return {
      type: "icicle", name: one.name, ids: one.ids, parents: one.parents, labels: one.labels, values: one.values,
      branchvalues: "total", sort: false, tiling: { orientation: "v", pad: 1 }, pathbar: { visible: false },
      domain: { x: [0, Math.max(one.width, 0.02)], y: [top - height + (index < count - 1 ? 0.05 : 0), top] },
      marker: { colors: colours(one.roles), line: { width: 0.5, color: style("--raised") } }, root: { color: style("--sunk") },
      customdata: one.times.map((time, i) => [time, one.about[i]]), texttemplate: "%{label} %{customdata[0]}",
      insidetextfont: { color: one.roles.map((role) => (role === "whole" || role === "outside" ? style("--ink") : style("--on-role"))) },
      hovertemplate: "%{label}<br>%{customdata[0]}<br>%{customdata[1]}<extra></extra>", outsidetextfont: { color: style("--ink") },
    };
  }

  function draw() {
    const narrow = window.matchMedia("(max-width: 40rem)").matches;
    for (const box of document.querySelectorAll(".icicle")) {
      const picture = told.pictures[Number(box.dataset.picture)];
      const layout = {
        ...told.layout, margin: { l: 2, r: 2, t: 2, b: 2 }, uniformtext: { minsize: 10, mode: "hide" },
        font: { family: style("--font"), size: 12, color: style("--ink") },
        hoverlabel: { ...told.layout.hoverlabel, bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink"), size: 13 } },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: style("--faint"), activecolor: style("--ink") },
      };
      const config = { ...told.config, toImageButtonOptions: { format: "svg", filename: "operators" }, displayModeBar: narrow ? false : "hover" };
      Plotly.react(box, picture.bars.map((one, i) => bar(one, i, picture.bars.length)), layout, config);
    }
  }

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.addEventListener("beforeprint", draw);
  window.addEventListener("afterprint", draw);
  draw();
})();
