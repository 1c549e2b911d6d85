"use strict";
// Which rows of a table are shown, in which order, and how they are written for a spreadsheet. Pure: it knows no page.
const sift = (() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (text, wanted) => wanted.every((word) => text.includes(word));

  // Whether a figure lies in a range, ends included; an end that is null is open, and what is not known lies in no range.
  function inside(value, [least, most]) {
    if (value === null || value === undefined) return false;
    return (least === null || value >= least) && (most === null || value <= most);
  }

  // The rows by their keys, numbers or texts; null comes last either way, and equals keep their order.
  function order(rows, key, descending) {
    const sign = descending ? -1 : 1;
    const keyed = rows.map((row) => [key(row), row]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b));
    });
    return keyed.map((pair) => pair[1]);
  }

  // A page of a list: its number, within what there is, and where it begins and ends.
  function page(count, size, wanted) {
    const pages = Math.max(1, Math.ceil(count / size));
    const at = Math.min(Math.max(0, wanted), pages - 1);
    return { at, pages, begin: at * size, end: Math.min(count, (at + 1) * size) };
  }

  // A cell: numbers as they are, texts so that no spreadsheet takes them for a formula.
  function cell(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = /^\s*[=+\-@＝＋－＠\t\r\n]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }

  const csv = (lines) => lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";

  return { words, holds, inside, order, page, csv };
})();
