"use strict";
// Tells at the foot of the window how many candidates are selected, while some are, and lets go of them.
(() => {
  const { make } = elements;
  const said = make("span", { role: "status" });
  const clear = make("button", { type: "button", class: "quiet" }, "Clear selection");
  const bar = make("div", { class: "selection", role: "group", "aria-label": "Selection" }, said, make("a", { href: "#candidates" }, "Table"), clear);

  function told() {
    const [row, ...more] = page.selected;
    bar.hidden = row === undefined;
    said.textContent = row === undefined ? "" : more.length ? `${units.fixed(page.selected.size, 0)} candidates selected` : `${candidates.short(row)} selected`;
  }

  clear.addEventListener("click", () => page.select([]));
  page.on("selection", told);
  told();
  document.body.append(bar);
})();
