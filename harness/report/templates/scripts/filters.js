"use strict";
// What the table of candidates shows: words, a kind, ranges of metrics and columns, as the reader chose them. What was chosen
// stays for the session, so that a page that is loaded anew shows the same.
const filters = (() => {
  const { make } = elements;
  const { told, measured, columns } = candidates;
  const KEPT = `candidates of ${told.suite}`;
  const find = (id) => document.getElementById(id);
  const main = told.columns.filter((one) => one.main).map((one) => one.name);
  const plain = () => ({ text: "", show: "all", ranges: {}, columns: main, sort: "utility", descending: true });
  const state = restored();
  let listener = () => {};

  const KINDS = {
    all: () => true,
    feasible: (row) => candidates.feasible(row),
    front: (row) => candidates.standing(row) === "front",
    near: (row) => candidates.standing(row) !== "",
    selected: (row) => page.selected.has(row),
    unmeasured: (row) => row >= measured || candidates.cause(row) !== undefined,
  };

  // What was chosen before in this session, as far as it makes sense here.
  function restored() {
    const begin = plain();
    const kept = read() || {};
    for (const key of ["text", "show", "sort", "descending"]) if (typeof kept[key] === typeof begin[key]) begin[key] = kept[key];
    if (Array.isArray(kept.columns)) begin.columns = kept.columns.filter((name) => Object.hasOwn(columns, name));
    for (const [name, ends] of Object.entries(kept.ranges || {})) {
      if (Object.hasOwn(columns, name) && Array.isArray(ends) && ends.length === 2 && ends.every((end) => typeof end === "string")) begin.ranges[name] = ends;
    }
    return begin;
  }

  function read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      return null;
    }
  }

  function keep() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(state));
    } catch {
      return; // a browser may refuse to remember
    }
  }

  // A typed quantity; null where it is none, which its field tells.
  function quantity(text, name) {
    try {
      return text.trim() ? units.parse(text, columns[name].unit) : null;
    } catch {
      return null;
    }
  }

  const ranges = () => Object.entries(state.ranges).map(([name, ends]) => [name, ends.map((text) => quantity(text, name))]).filter(([, ends]) => ends.some((end) => end !== null));

  // Whether a row is to be shown; ``text`` is what words are looked for in.
  function matcher() {
    const wanted = sift.words(state.text);
    const limits = ranges();
    const fits = Object.hasOwn(KINDS, state.show) ? KINDS[state.show] : KINDS.all;
    return (row, text) => fits(row) && sift.holds(text, wanted) && limits.every(([name, ends]) => sift.inside(candidates.value(row, name), ends));
  }

  function changed() {
    keep();
    tell();
    listener();
  }

  function limit(name, end, field) {
    const ends = [...(state.ranges[name] || ["", ""])];
    ends[end] = field.value;
    if (ends.some((text) => text.trim())) state.ranges[name] = ends;
    else delete state.ranges[name];
    judge(name, field);
    changed();
  }

  // Says under a metric's fields why what was typed is no quantity.
  function judge(name, field) {
    let why = "";
    try {
      if (field.value.trim()) units.parse(field.value, columns[name].unit);
    } catch (error) {
      why = error.message;
    }
    field.setAttribute("aria-invalid", String(why !== ""));
    find(field.getAttribute("aria-describedby")).textContent = why;
  }

  function rangeFields(one, number) {
    const known = Array.from({ length: measured }, (_, row) => candidates.value(row, one.name)).filter((value) => value !== null);
    const ends = known.length ? [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))] : ["", ""];
    const wrong = `range-wrong-${number}`;
    const fields = ["at least", "at most"].map((which, end) => {
      const hint = ends[end] === "" ? "" : units.show(ends[end], one.unit);
      const field = make("input", { type: "text", "aria-label": `${one.label} ${which}`, placeholder: hint, autocomplete: "off", spellcheck: "false", "aria-describedby": wrong });
      field.addEventListener("input", () => limit(one.name, end, field));
      field.dataset.range = `${end} ${one.name}`;
      return field;
    });
    return make("div", { class: "limit" }, make("span", { title: one.summary }, one.label), fields[0], make("span", { "aria-hidden": "true" }, "to"), fields[1], make("small", { id: wrong, role: "status", class: "wrong" }));
  }

  function columnTick(one) {
    const tick = make("input", { type: "checkbox" });
    tick.dataset.column = one.name;
    tick.addEventListener("change", () => {
      state.columns = told.columns.map((each) => each.name).filter((name) => (name === one.name ? tick.checked : state.columns.includes(name)));
      changed();
    });
    return make("label", { class: "tick", title: one.summary }, tick, one.label);
  }

  // Puts what is chosen into the fields.
  function refresh() {
    find("filter").value = state.text;
    find("show").value = Object.hasOwn(KINDS, state.show) ? state.show : "all";
    if (find("profile")) find("profile").value = page.profile();
    for (const tick of find("columns").querySelectorAll("input")) tick.checked = state.columns.includes(tick.dataset.column);
    for (const field of find("ranges").querySelectorAll("input")) {
      const [, end, name] = /^(\d) (.*)$/s.exec(field.dataset.range);
      field.value = (state.ranges[name] || ["", ""])[Number(end)];
      judge(name, field);
    }
    tell();
  }

  function tell() {
    const limits = ranges().length;
    find("ranges-told").textContent = limits ? ` (${limits})` : "";
    find("columns-told").textContent = ` (${state.columns.length} of ${told.columns.length})`;
    find("reset-filters").hidden = !(state.text || state.show !== "all" || Object.keys(state.ranges).length);
  }

  // Shows every candidate again.
  function reset() {
    Object.assign(state, { text: "", show: "all", ranges: {} });
    refresh();
    keep();
  }

  function columnsTo(wanted) {
    state.columns = wanted;
    refresh();
    changed();
  }

  find("ranges").append(...told.columns.map(rangeFields));
  find("columns").prepend(...told.columns.map(columnTick));
  for (const id of ["filter", "show"]) {
    find(id).addEventListener("input", () => {
      state[id === "filter" ? "text" : "show"] = find(id).value;
      changed();
    });
  }
  find("columns-all").addEventListener("click", () => columnsTo(told.columns.map((one) => one.name)));
  find("columns-main").addEventListener("click", () => columnsTo(main));
  find("reset-filters").addEventListener("click", () => {
    reset();
    listener();
    find("filter").focus();
  });
  if (find("profile")) find("profile").addEventListener("change", () => page.setProfile(find("profile").value));
  find("table-controls").addEventListener("submit", (event) => event.preventDefault());
  page.on("setting", refresh);
  refresh();

  return { state, matcher, reset, keep, onChange: (changes) => { listener = changes; } };
})();
