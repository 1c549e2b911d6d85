"use strict";
// The table of all candidates: sorted, filtered, a hundred rows at a time, each of which opens. It follows the setting and the
// selection. What is known of a row is not its business, nor how a cell is filled.
(() => {
  const { make } = elements;
  const { told, measured, count } = candidates;
  const { state } = filters;
  const SIZE = 100;
  const find = (id) => document.getElementById(id);
  const table = find("all");
  const everyone = Array.from({ length: count }, (_, row) => row);
  const texts = everyone.map((row) => `${candidates.label(row)} ${candidates.short(row)}`.toLowerCase());
  const open = new Set();
  let shown = everyone;
  let at = 0;

  // Those that may be deployed first, by utility; then the others.
  function rank(row) {
    const score = candidates.score(row);
    return candidates.outcome(row).kind + (1 - (score ? score.value : 0)) / 2;
  }

  function utilityKey(row) {
    const score = candidates.score(row);
    return score && score.value - (candidates.feasible(row) ? 0 : 1);
  }

  // The columns that are shown: what each is sorted by, which way first, and how a row fills its cell.
  function columns() {
    const metrics = told.columns.filter((one) => state.columns.includes(one.name)).map((one) => ({
      id: `metric ${one.name}`, title: one.label, hint: [one.summary, `${one.higher ? "higher" : "lower"} is better`].filter(Boolean).join("; "),
      number: true, down: one.higher, key: (row) => candidates.value(row, one.name), fill: (cell, row) => cells.metric(cell, row, one.name),
    }));
    const scored = {
      id: "utility", title: "utility", hint: `Utility under ${page.profile()}; those that break a constraint come last`, number: true, down: true,
      key: utilityKey, fill: cells.score,
    };
    return [
      { id: "name", title: "candidate", key: candidates.label, fill: cells.name, head: true },
      { id: "outcome", title: "outcome", hint: "Why it is recommended, or why not", key: rank, fill: cells.outcome },
      ...(page.profiles.length ? [scored] : []),
      ...metrics,
      {
        id: "front", title: "front", hint: "Whether it is on the Pareto front over the suite's objectives, or could be within the noise",
        key: (row) => ({ front: 0, near: 1 })[candidates.standing(row)] ?? null, fill: cells.front,
      },
      { id: "quality", title: "quality", hint: "Whether something disturbed its timings", key: (row) => candidates.quality(row) || null, fill: cells.quality },
    ];
  }

  function sifted() {
    const fits = filters.matcher();
    const wanted = everyone.filter((row) => fits(row, texts[row]));
    const by = columns().find((one) => one.id === state.sort);
    return by ? sift.order(wanted, by.key, state.descending) : wanted;
  }

  function head() {
    const titles = columns().map((one) => {
      const button = make("button", { type: "button", title: one.hint }, one.title);
      button.addEventListener("click", () => turn(one));
      const sorted = state.sort === one.id ? { "aria-sort": state.descending ? "descending" : "ascending" } : {};
      return make("th", { scope: "col", class: one.head ? "name" : one.number ? "number" : "", "data-title": one.title, ...sorted }, button);
    });
    const all = make("input", { type: "checkbox", id: "select-all", "aria-label": "Select all candidates that are shown" });
    all.addEventListener("change", () => page.select(all.checked ? shown.filter((row) => row < measured) : []));
    table.tHead.replaceChildren(make("tr", {}, make("td", { class: "check" }, all), ...titles));
  }

  function turn(column) {
    state.descending = state.sort === column.id ? !state.descending : Boolean(column.down);
    state.sort = column.id;
    filters.keep();
    refresh();
    table.tHead.querySelector("[aria-sort] button").focus();
  }

  function body() {
    const { begin, end } = sift.page(shown.length, SIZE, at);
    const wanted = columns();
    table.tBodies[0].replaceChildren(...shown.slice(begin, end).flatMap((row) => [line(row, wanted), ...(open.has(row) ? [opened(row, wanted)] : [])]));
    mark();
  }

  function line(row, wanted) {
    const made = make("tr", { id: `candidate-${row}` }, make("td", { class: "check" }, row < measured && tick(row)));
    made.dataset.row = row;
    for (const one of wanted) {
      const cell = make(one.head ? "th" : "td", one.head ? { scope: "row", class: "name" } : { class: one.number ? "number" : "" });
      one.fill(cell, row);
      made.append(cell);
    }
    made.querySelector(".opener").setAttribute("aria-expanded", String(open.has(row)));
    return made;
  }

  function tick(row) {
    const made = make("input", { type: "checkbox", "aria-label": `Select ${candidates.short(row)}` });
    made.addEventListener("change", () => page.toggle(row));
    return made;
  }

  const opened = (row, wanted) => make("tr", { class: "opened", id: `about-${row}` }, make("td", { colspan: wanted.length + 1 }, details.of(row)));

  // Opens or closes what is known of a candidate, under its row.
  function toggle(row) {
    if (open.delete(row)) find(`about-${row}`).remove();
    else {
      open.add(row);
      find(`candidate-${row}`).after(opened(row, columns()));
    }
    find(`candidate-${row}`).querySelector(".opener").setAttribute("aria-expanded", String(open.has(row)));
  }

  // What is selected, here and elsewhere.
  function mark() {
    for (const one of table.tBodies[0].querySelectorAll("[data-row]")) {
      const selected = page.selected.has(Number(one.dataset.row));
      one.classList.toggle("selected", selected);
      const box = one.querySelector(".check input");
      if (box) box.checked = selected;
    }
    const selectable = shown.filter((row) => row < measured);
    const chosen = selectable.filter((row) => page.selected.has(row)).length;
    find("select-all").checked = chosen > 0 && chosen === selectable.length;
    find("select-all").indeterminate = chosen > 0 && chosen < selectable.length;
  }

  function tell() {
    const { at: now, pages, begin, end } = sift.page(shown.length, SIZE, at);
    const whole = `${units.fixed(count, 0)} ${count === 1 ? "candidate" : "candidates"}`;
    find("shown").textContent = shown.length === count ? whole : `${units.fixed(shown.length, 0)} of ${whole}`;
    find("nothing").hidden = shown.length > 0;
    find("pager").hidden = pages < 2;
    find("page-told").textContent = `${units.fixed(begin + 1, 0)} to ${units.fixed(end, 0)} of ${units.fixed(shown.length, 0)}`;
    for (const button of find("pager").querySelectorAll("button")) {
      const possible = button.dataset.to === "first" || button.dataset.to === "before" ? now > 0 : now < pages - 1;
      button.setAttribute("aria-disabled", String(!possible));
    }
  }

  function refresh() {
    shown = sifted();
    head();
    body();
    tell();
  }

  function move(to) {
    const { at: now, pages } = sift.page(shown.length, SIZE, at);
    const next = sift.page(shown.length, SIZE, { first: 0, before: now - 1, next: now + 1, last: pages - 1 }[to]).at;
    if (next === now) return;
    at = next;
    body();
    tell();
    find("table-box").scrollTop = 0;
  }

  // Shows the row that the page's address names, wherever it is.
  function reveal() {
    const named = /^#candidate-(\d{1,9})$/.exec(window.location.hash);
    const row = named ? Number(named[1]) : count;
    if (row >= count) return;
    if (!shown.includes(row)) filters.reset();
    open.add(row);
    shown = sifted();
    at = Math.floor(shown.indexOf(row) / SIZE);
    refresh();
    find(`candidate-${row}`).scrollIntoView({ block: "center" });
    find(`candidate-${row}`).querySelector(".opener").focus({ preventScroll: true });
  }

  table.tBodies[0].addEventListener("click", (event) => {
    const opener = event.target.closest(".opener");
    if (opener) toggle(Number(opener.closest("tr").dataset.row));
  });
  for (const button of find("pager").querySelectorAll("button")) button.addEventListener("click", () => move(button.dataset.to));
  find("csv").append(...elements.copyButton("Copy as CSV", () => sift.csv(sheet.lines(shown))));
  filters.onChange(() => {
    at = 0;
    refresh();
  });
  page.on("setting", refresh);
  page.on("selection", () => (state.show === "selected" && !table.contains(document.activeElement) ? refresh() : mark()));
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#candidate-"]');
    if (link && link.hash === window.location.hash) reveal(); // the address does not change then, and says nothing
  });
  find("table-controls").hidden = false;
  refresh();
  reveal();
})();
