"use strict";
// Draws where the time of a query goes: the operators of a candidate above its parent's, on one scale.
(() => {
  const { style } = look;

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

  function draw(box, { bars }) {
    const layout = {
      margin: { l: 2, r: 2, t: 2, b: 2 }, uniformtext: { minsize: 10, mode: "hide" },
      font: { family: style("--font"), size: 12, color: style("--ink") },
    };
    charts.draw(box, bars.map((one, i) => bar(one, i, bars.length)), layout, "operators");
  }

  for (const box of document.querySelectorAll("[data-picture]")) charts.place(box, () => draw(box, charts.told.icicle[Number(box.dataset.picture)]), () => {}); // its note is in the page already
})();
