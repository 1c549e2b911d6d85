"use strict";
// What is known of a candidate, beside the pointer that is over it in a chart. The table has the same for everybody else.
const tip = (() => {
  const { make } = elements;
  const MOST = 12;
  const STANDINGS = { front: "on the Pareto front", near: "could be on the front, within the noise" };
  const box = make("div", { class: "tip", "aria-hidden": "true" });
  box.hidden = true;
  document.body.append(box);

  function remarks(row) {
    const stars = page.recommended()[row];
    const name = page.profile();
    const broken = name === undefined ? [] : utility.broken(page.weighed(name), row).map((i) => page.priorities(name).constraints[i].text);
    return [
      ...(stars ? [`★ recommended for ${stars.join(", ")}`] : []),
      ...(candidates.isBaseline(row) ? ["a baseline"] : []),
      ...(page.data.standing[row] ? [STANDINGS[page.data.standing[row]]] : []),
      ...(broken.length ? [`breaks ${broken.join(", ")} (${name})`] : []),
    ];
  }

  function figures(row) {
    const main = new Set(page.data.metrics.filter((metric) => metric.main).map((metric) => metric.name));
    const names = page.data.metrics.map((metric) => metric.name).filter((name) => page.data.values[name].value[row] !== null);
    const ordered = [...names.filter((name) => main.has(name)), ...names.filter((name) => !main.has(name))];
    const list = make("dl");
    for (const name of ordered.slice(0, MOST)) {
      const fact = candidates.fact(row, name);
      const ends = candidates.interval(fact);
      const shown = make("dd", {}, candidates.figure(fact), ...(ends ? [" ", make("span", { class: "ends" }, ends)] : []));
      list.append(make("dt", {}, candidates.columns[name].label), shown);
    }
    const more = ordered.length - MOST;
    return more > 0 ? [list, make("p", {}, `and ${more} more in the table`)] : [list];
  }

  // "at" is where the pointer is: an event of it.
  function show(row, at) {
    box.replaceChildren(
      make("strong", {}, page.data.chains[row]), make("p", {}, page.data.served[row]), ...remarks(row).map((text) => make("p", { class: "remark" }, text)), ...figures(row),
    );
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    const left = at.clientX + 18 + width < window.innerWidth ? at.clientX + 18 : at.clientX - 18 - width;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, Math.min(at.clientY + 12, window.innerHeight - height - 8))}px`;
  }

  function hide() {
    box.hidden = true;
  }

  // Tells of the candidates that the points of a chart have as their "customdata", and has a click select them.
  function follow(chart) {
    chart.on("plotly_hover", ({ points, event }) => {
      if (Number.isInteger(points[0].customdata) && event) show(points[0].customdata, event);
    });
    chart.on("plotly_unhover", hide);
    chart.on("plotly_click", ({ points, event }) => {
      if (Number.isInteger(points[0].customdata)) choose(points[0].customdata, event);
    });
  }

  // Alone, or with shift beside those that are selected already.
  function choose(row, event) {
    if (event && (event.shiftKey || event.ctrlKey || event.metaKey)) page.toggle(row);
    else page.select(page.selected.size === 1 && page.selected.has(row) ? [] : [row]);
  }

  document.addEventListener("scroll", hide, { passive: true });
  return { show, hide, follow, choose };
})();
