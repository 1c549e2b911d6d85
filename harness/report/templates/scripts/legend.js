"use strict";
// The lines of charts: which candidates have one, in what colour, and what they are called below the chart.
const legend = (() => {
  const { make } = elements;

  const ranks = new Map();
  [...Object.keys(page.data.stars).map(Number), ...candidates.told.baselines].forEach(ranked); // what the suite recommends comes first

  function ranked(row) {
    if (!ranks.has(row)) ranks.set(row, ranks.size);
    return ranks.get(row);
  }

  // The line of a candidate, the same in every chart.
  function line(row) {
    const colours = look.palette();
    const rank = ranked(row);
    const dash = candidates.isBaseline(row) && !(row in page.recommended()) ? "dash" : rank < colours.length ? "solid" : "dot";
    return { color: colours[rank % colours.length], dash, width: 2 };
  }

  // Those a chart of lines begins with, or the selected if some of them have one: what is recommended now, then the baselines.
  function shown(known) {
    const chosen = [...page.selected].filter((row) => known.has(row));
    if (chosen.length) return chosen;
    return [...new Set([...Object.keys(page.recommended()).map(Number), ...candidates.told.baselines])].filter((row) => known.has(row));
  }

  // Tells below a chart what its lines are: a list of { line, text, roles }.
  function key(box, entries) {
    const list = make("ul", { class: "key lines" }, ...entries.map(({ line: { color, dash }, text, roles = "" }) => {
      const swatch = make("span", { class: "stroke" });
      Object.assign(swatch.style, { borderTopColor: color, borderTopStyle: { dash: "dashed", dot: "dotted" }[dash] || "solid" });
      return make("li", {}, swatch, make("span", {}, text, roles && make("strong", {}, ` ${roles}`)));
    }));
    const before = box.nextElementSibling;
    if (before && before.matches(".lines")) before.replaceWith(list);
    else box.after(list);
  }

  // The same as a table, after the key, for those who would rather read it.
  function table(box, heads, lines) {
    const cells = (kind, texts, more = {}) => make("tr", {}, ...texts.map((text) => make(kind, more, String(text))));
    const body = [make("thead", {}, cells("th", heads, { scope: "col" })), make("tbody", {}, ...lines.map((line) => cells("td", line)))];
    const made = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The chart as a table" }, make("table", {}, ...body));
    const list = box.nextElementSibling;
    const before = list.nextElementSibling;
    if (before && before.matches(".as-table")) before.lastElementChild.replaceWith(made);
    else list.after(make("details", { class: "as-table" }, make("summary", {}, "As a table"), made));
  }

  // A candidate as an entry of a key.
  function entry(row, served = page.data.served[row]) {
    const stars = page.recommended()[row];
    const roles = [...(stars ? [`★ ${stars.join(", ")}`] : []), ...(candidates.isBaseline(row) ? ["baseline"] : [])];
    return { line: line(row), text: `${page.data.chains[row]}, ${served}`, roles: roles.join(", ") };
  }

  return { line, shown, key, entry, table };
})();
