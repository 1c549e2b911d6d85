"use strict";
// Sorts, filters and chooses columns of the table of candidates. Everything shown is already in the page.
(() => {
  const table = document.getElementById("all");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const find = (id) => document.getElementById(id);
  const profile = () => (find("profile") ? find("profile").value : "");

  function order(row, index) {
    const text = row.cells[index].dataset.order;
    return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
  }

  function compare(a, b, sign) {
    if (a === "" || b === "") return (a === "") - (b === ""); // what is not known comes last, either way
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  }

  function sort(head, direction) {
    const index = heads.indexOf(head);
    const sign = direction === "ascending" ? 1 : -1;
    for (const one of heads) one.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    const keyed = rows.map((row) => [order(row, index), row]);
    keyed.sort((a, b) => compare(a[0], b[0], sign));
    body.append(...keyed.map((pair) => pair[1]));
  }

  function turn(head) {
    const now = head.getAttribute("aria-sort");
    const first = head.dataset.first || "ascending";
    sort(head, now === null ? first : now === "ascending" ? "descending" : "ascending");
  }

  function fits(row, words, show) {
    if (!words.every((word) => row.dataset.text.includes(word))) return false;
    if (show === "front") return row.dataset.front === "front";
    if (show === "near") return row.dataset.front !== "";
    return show !== "feasible" || row.dataset.feasible.split(" ").includes(profile());
  }

  function filter() {
    const words = find("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const show = find("show").value;
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row, words, show);
      shown += row.hidden ? 0 : 1;
    }
    find("shown").textContent = shown === rows.length ? `${shown} candidates` : `${shown} of ${rows.length} candidates`;
  }

  function reveal() {
    const row = rows.find((one) => `#${one.id}` === window.location.hash);
    if (!row) return;
    find("filter").value = "";
    find("show").value = "all";
    filter();
    row.scrollIntoView({ block: "center" });
  }

  function choose() {
    for (const cell of table.querySelectorAll("[data-profile]")) cell.hidden = cell.dataset.profile !== profile();
    const utility = heads.find((head) => head.dataset.profile === profile() && head.dataset.first);
    if (utility) sort(utility, "descending");
    filter();
  }

  for (const head of heads) head.querySelector("button").addEventListener("click", () => turn(head));
  find("table-controls").addEventListener("submit", (event) => event.preventDefault());
  find("filter").addEventListener("input", filter);
  find("show").addEventListener("change", filter);
  find("every").addEventListener("change", () => table.classList.toggle("every", find("every").checked));
  if (find("profile")) find("profile").addEventListener("change", choose);
  table.classList.toggle("every", find("every").checked);
  window.addEventListener("hashchange", reveal);
  choose();
  reveal();
})();
