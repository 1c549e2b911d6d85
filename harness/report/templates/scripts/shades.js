"use strict";
// Colours that tell how much: from worse to better, and of which only some is left.
const shades = (() => {
  // The colours that a scale passes through, as Plotly takes them; the better, the more it stands out from the page.
  const stops = () => look.style("--shades").split(/\s+/).map((colour, i, all) => [i / (all.length - 1), colour]);

  // The colour for how good something is, from 0 to 1.
  function at(share) {
    const all = stops();
    const next = Math.max(1, all.findIndex(([stop]) => stop >= share));
    const [[from, a], [to, b]] = all.slice(next - 1, next + 1);
    return mixed(a, b, (share - from) / (to - from));
  }

  // A colour with only so much of it left, the rest that of the page.
  const pale = (colour, share) => mixed(look.style("--raised"), colour, share);

  function mixed(a, b, part) {
    const [one, two] = [a, b].map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
    return `rgb(${one.map((value, i) => Math.round(value + part * (two[i] - value))).join(", ")})`;
  }

  return { stops, at, pale };
})();
