"use strict";
// Draws every candidate as a line across the metrics that count for the profile, by hand on a canvas: what Plotly has for it is
// made of code while the page is shown, which the page's policy forbids. Marking a range on a scale selects what lies in it.
(() => {
  const { make } = elements;
  const { data } = page;
  const { style } = look;
  const box = document.getElementById("parallel");
  const BESIDE = ["size", "memory_peak"]; // told with any profile
  const MOST = 8;
  const SHADES = 12;
  const NEAR = 8; // pixels from a line within which the pointer means it
  const STEP = 0.02;
  const EDGE = { top: 0.08, bottom: 0.065, side: 52 }; // shares of the height, as page.css has them, and pixels
  const [canvas, above] = [make("canvas", { role: "img", "aria-label": "Candidates as lines; the same figures are in the table of candidates" }), make("canvas", { "aria-hidden": "true", class: "above" })];
  const handles = make("div", {});
  const across = make("div", { class: "across" }, canvas, above, handles); // wider than a phone where there are many scales
  let laid = [];
  let ranges = [];
  let choosing = false;

  function wanted() {
    const name = page.profile();
    const told = name === undefined ? data.metrics.filter((metric) => metric.main).map((metric) => metric.name)
      : [...Object.keys(page.priorities(name).weights), ...page.priorities(name).constraints.map((constraint) => constraint.metric)];
    return [...new Set([...told, ...BESIDE])].filter((metric) => metric in data.values).slice(0, MOST);
  }

  const width = () => across.clientWidth;
  const height = () => across.clientHeight;
  const x = (i) => EDGE.side + (laid.length > 1 ? (i * (width() - 2 * EDGE.side)) / (laid.length - 1) : 0);
  const y = (up) => height() * (EDGE.top + (1 - up) * (1 - EDGE.top - EDGE.bottom));
  const upAt = (pixel) => 1 - (pixel / height() - EDGE.top) / (1 - EDGE.top - EDGE.bottom);
  const snapped = (up) => (up < STEP ? 0 : up > 1 - STEP ? 1 : up);

  function pen(on) {
    const ratio = window.devicePixelRatio || 1;
    on.width = Math.round(width() * ratio);
    on.height = Math.round(height() * ratio);
    const made = on.getContext("2d");
    made.scale(ratio, ratio);
    made.lineJoin = "round";
    return made;
  }

  // One line; where a figure is not known, it is broken.
  function trace(on, row) {
    let begun = false;
    for (let i = 0; i < laid.length; i++) {
      const up = laid[i].up[row];
      if (Number.isNaN(up)) begun = false;
      else if (begun) on.lineTo(x(i), y(up));
      else {
        on.moveTo(x(i), y(up));
        begun = true;
      }
    }
  }

  function stroke(on, rows, colour, size, share) {
    on.beginPath();
    for (const row of rows) trace(on, row);
    Object.assign(on, { strokeStyle: colour, lineWidth: size, globalAlpha: share });
    on.stroke();
  }

  // The candidates by how they fare, with a colour: first those that break a constraint, then the others by utility, the best last.
  function layers() {
    const rows = Array.from(data.labels.keys());
    const name = page.profile();
    if (name === undefined) return [[style("--fill"), rows, true]];
    const { feasible, utility: found } = page.weighed(name);
    const kept = rows.filter((row) => feasible[row]);
    const least = kept.reduce((low, row) => Math.min(low, found[row]), Infinity);
    const most = kept.reduce((high, row) => Math.max(high, found[row]), -Infinity);
    const stepped = Array.from({ length: SHADES }, (_, i) => [shades.at(i / (SHADES - 1)), [], true]);
    for (const row of kept) stepped[most > least ? Math.floor(((found[row] - least) / (most - least)) * (SHADES - 1)) : SHADES - 1][1].push(row);
    return [[style("--faint"), rows.filter((row) => !feasible[row]), false], ...stepped];
  }

  function paint() {
    const on = pen(canvas);
    const some = page.selected.size > 0;
    const share = Math.min(1, Math.sqrt(200 / data.labels.length)); // of very many, what many share is seen
    for (const [colour, rows, holds] of layers()) {
      on.setLineDash(holds ? [] : [2, 3]);
      stroke(on, some ? rows.filter((row) => !page.selected.has(row)) : rows, colour, holds ? 1.5 : 1, share * (some ? 0.15 : holds ? 1 : 0.55));
      if (some) stroke(on, rows.filter((row) => page.selected.has(row)), colour, 2, 1);
    }
    on.setLineDash([]);
    stroke(on, Object.keys(page.recommended()).map(Number), style("--ink"), 3, 1);
    pen(above);
  }

  // The scales that the profile asks for; on others than before nothing is marked.
  function lay() {
    const names = wanted();
    if (names.join() === laid.map((scale) => scale.name).join()) return;
    laid = names.map((name) => {
      const { label, unit, higher, log } = charts.metrics[name];
      return { name, label, unit, ...scales.laid({ value: data.values[name].value, higher, log }) };
    });
    ranges = laid.map(() => null);
    handles.replaceChildren();
  }

  function build() {
    across.style.minWidth = `${6 * laid.length}rem`;
    handles.replaceChildren(...laid.map(side));
    canvas.setAttribute("aria-label", `A line for each candidate across ${laid.map((scale) => scale.label).join(", ")}; the same figures are in the table of candidates`);
  }

  // A scale: its name, its ends, the range that is marked, and the two ends of that for the keyboard.
  function side(scale, i) {
    const range = make("div", { class: "range" });
    const grips = ["worst", "best"].map((end, which) => make("div", {
      class: "grip", role: "slider", tabindex: "0", "aria-orientation": "vertical", "aria-valuemin": "0", "aria-valuemax": "100",
      "aria-label": `${scale.label}: the ${end} that is kept`, "data-end": which,
    }));
    const made = make(
      "div", { class: "scale" }, make("span", { class: "title" }, scale.label), make("span", { class: "best" }, units.show(scale.at(1), scale.unit)),
      make("span", { class: "worst" }, units.show(scale.at(0), scale.unit)), make("div", { class: "track" }, range, ...grips),
    );
    made.querySelector(".track").addEventListener("pointerdown", (event) => grab(event, i));
    for (const grip of grips) grip.addEventListener("keydown", (event) => press(event, i, Number(grip.dataset.end)));
    return made;
  }

  function place() {
    [...handles.children].forEach((made, i) => {
      const [from, to] = ranges[i] || [0, 1];
      made.style.left = `${(100 * x(i)) / width()}%`; // also on paper, which is narrower
      made.classList.toggle("marked", Boolean(ranges[i]));
      const [range, worst, best] = made.querySelector(".track").children;
      range.style.top = `${100 * (1 - to)}%`;
      range.style.height = `${100 * (to - from)}%`;
      for (const [grip, at] of [[worst, from], [best, to]]) {
        grip.style.top = `${100 * (1 - at)}%`;
        grip.setAttribute("aria-valuenow", String(Math.round(100 * at)));
        grip.setAttribute("aria-valuetext", units.show(laid[i].at(at), laid[i].unit));
      }
    });
  }

  function grab(event, i) {
    const { target: track, pointerId } = event;
    const at = (now) => snapped(upAt(now.clientY - across.getBoundingClientRect().top));
    const kept = ranges[i] || [0, 1];
    const end = event.target.dataset.end;
    const fixed = end === undefined ? at(event) : kept[1 - Number(end)];
    const move = (now) => mark(i, [Math.min(fixed, at(now)), Math.max(fixed, at(now))]);
    const drop = (now) => {
      track.removeEventListener("pointermove", move);
      if (Math.abs(at(now) - fixed) < 0.01) mark(i, null);
    };
    event.preventDefault();
    track.setPointerCapture(pointerId);
    track.addEventListener("pointermove", move);
    track.addEventListener("pointerup", drop, { once: true });
  }

  function press(event, i, end) {
    const steps = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: -STEP, ArrowLeft: -STEP, PageUp: 5 * STEP, PageDown: -5 * STEP, Home: -1, End: 1 };
    if (event.key === "Escape") mark(i, null);
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = [...(ranges[i] || [0, 1])];
    next[end] = Math.min(end ? 1 : next[1], Math.max(end ? next[0] : 0, next[end] + steps[event.key]));
    mark(i, next);
  }

  // Keeps the candidates within the ranges: they are selected, here and everywhere. A range over a whole scale is none.
  function mark(i, range) {
    ranges[i] = range && (range[0] > 0 || range[1] < 1) ? range : null;
    place();
    choosing = true;
    page.select(scales.within(laid, ranges));
    choosing = false;
  }

  function tell() {
    lay();
    const some = ranges.some(Boolean);
    const all = units.fixed(data.labels.length, 0);
    const told = page.profile() === undefined ? "" : ` The stronger its colour, the higher its utility for ${page.profile()}; dots break a constraint, thick is recommended.`;
    const kept = some ? `${units.fixed(page.selected.size, 0)} of ${all} candidates lie in the ranges that are marked.` : `${all} candidates.`;
    document.getElementById("parallel-note").textContent = kept + told;
  }

  // The candidate under the pointer, if it is near a line.
  function under(event) {
    const { left, top } = across.getBoundingClientRect();
    const at = event.clientX - left;
    const i = laid.findIndex((_, n) => n + 1 < laid.length && at >= x(n) && at <= x(n + 1));
    if (i < 0) return null;
    const { row, off } = scales.nearest(laid[i], laid[i + 1], (at - x(i)) / (x(i + 1) - x(i)), upAt(event.clientY - top));
    return row !== null && off * height() < NEAR ? row : null;
  }

  function hover(event) {
    const row = under(event);
    const on = pen(above);
    if (row === null) return tip.hide();
    stroke(on, [row], style("--ink"), 3, 1);
    return tip.show(row, event);
  }

  function draw() {
    if (!handles.firstChild) build();
    place();
    paint();
  }

  function selected() {
    if (!choosing) ranges = ranges.map(() => null);
    again();
  }

  box.append(across);
  const again = charts.place(box, draw, tell, "setting");
  page.on("selection", selected);
  new ResizeObserver(again).observe(across);
  above.addEventListener("pointermove", hover);
  above.addEventListener("pointerleave", () => { pen(above); tip.hide(); });
  above.addEventListener("click", (event) => {
    const row = under(event);
    if (row !== null) tip.choose(row, event);
  });
})();
