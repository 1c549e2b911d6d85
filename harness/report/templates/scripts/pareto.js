"use strict";
// The chart of all candidates across two metrics, or three: which, on what scales and in what colours, and what is selected in it.
(() => {
  const find = (id) => document.getElementById(id);
  const { data } = page;
  const { metrics } = charts;
  const box = find("chart");
  const before = {};
  const WAYS = ["x", "y", "z"];

  // The axes that are chosen: a metric, whether its scale is logarithmic, and its figures.
  function chosen() {
    const ways = find("z").value ? WAYS : ["x", "y"];
    return ways.map((way) => ({ way, metric: metrics[find(way).value], log: find(`log-${way}`).checked, ...data.values[find(way).value] }));
  }

  const measured = (axes) => Array.from(data.labels.keys()).filter((row) => axes.every(({ value }) => value[row] !== null));

  function tell() {
    const axes = chosen();
    const [all, shown] = [data.labels.length, measured(axes).length].map((number) => units.fixed(number, 0));
    const which = axes.map(({ metric }) => metric.label);
    const told = `${which.slice(0, -1).join(", ")} and ${which[which.length - 1]}`;
    const said = shown === all ? `All ${all} candidates with figures are shown.` : `${shown} of ${all} candidates have ${told}; the others are not shown.`;
    find("chart-note").textContent = said + (axes.length > 2 ? " Large points are best trade-offs between the three. Drag to turn, scroll to come nearer." : "");
  }

  function draw() {
    const axes = chosen();
    const rows = measured(axes);
    const { traces, layout } = (axes.length > 2 ? depth : plane).drawn(axes, rows, { by: find("colour").value, bars: find("bars").value });
    const uirevision = axes.map(({ metric, log }) => `${metric.name} ${log}`).join();
    // A picture that is saved has none of the page's styles, by which a crowd is drawn.
    const without = ["autoScale2d", ...(layout.shapes && layout.shapes.length ? ["toImage"] : [])];
    const first = !box.data;
    charts.draw(box, traces, { showlegend: true, uirevision, ...layout }, "pareto", { modeBarButtonsToRemove: without });
    if (first) listen();
  }

  function listen() {
    tip.follow(box);
    // Plotly tells of a selection once more, without its bounds, when the chart is drawn anew.
    box.on("plotly_selected", (told) => { if (told && (told.range || told.lassoPoints)) page.select(within(told)); });
    box.on("plotly_deselect", () => page.select([]));
  }

  function within(told) {
    const [x, y] = chosen();
    return measured([x, y]).filter((row) => crowd.inside(told, x.value[row], y.value[row]));
  }

  function scaled(way) {
    const one = metrics[find(way).value];
    find(`log-${way}`).checked = Boolean(one && one.log);
    find(`log-${way}`).disabled = !one || !one.can_log;
    before[way] = find(way).value;
  }

  // Two axes of one metric would be a line: the other takes what this one showed before, or else what no axis shows.
  function part(way) {
    const other = WAYS.find((one) => one !== way && find(one).value === find(way).value);
    if (other) {
      const unused = data.metrics.find(({ name }) => WAYS.every((one) => find(one).value !== name));
      find(other).value = before[way] || (other === "z" || !unused ? "" : unused.name);
      scaled(other);
    }
    scaled(way);
  }

  // What has depth is drawn by WebGL, and by three metrics.
  function flat() {
    if (!find("z").value || document.createElement("canvas").getContext("webgl")) return;
    find("z").value = "";
    find("z").disabled = true;
    find("z").title = "This browser has no WebGL, which draws what has depth";
  }

  // The profile that the charts look at is that of the whole page.
  const choice = find("chart-profile");
  const called = find("chart-profile-name");

  function profiled() {
    if (choice) choice.value = page.profile();
    if (called) called.textContent = page.profile();
  }

  if (choice) choice.addEventListener("change", () => page.setProfile(choice.value));
  page.on("setting", profiled);
  profiled();

  find("z").disabled = data.metrics.length < 3;
  const again = charts.place(box, draw, tell, "selection", "setting");
  for (const way of WAYS) {
    scaled(way);
    find(way).addEventListener("change", () => { flat(); part(way); again(); });
    find(`log-${way}`).addEventListener("change", again);
  }
  for (const id of ["colour", "bars"]) find(id).addEventListener("change", again);
  find("chart-controls").addEventListener("submit", (event) => event.preventDefault());
})();
