"use strict";
// The sliders of "What if": each is the share of a metric, and shows how far it can go before another candidate wins.
(() => {
  const { data } = page;
  const { make } = elements;
  const { now, kind, turn } = wishes;
  const LEAST = 0.01; // a share that a slider can tell from none, or from all
  const MORE = 0.1; // the share of a metric that is weighed anew
  const DIGITS = [2, 3, 4, 6, 9, 17];
  const box = document.getElementById("wish-weights");
  const shown = new Map(); // by weighted metric, the elements that follow
  let pulled = null; // the slider that moves, and the weights of the others when it began

  // Weights as percentages of all: the pulled metric gets its share, the others keep their proportions.
  function pull(metric, share) {
    const { weights } = now();
    if (!pulled || pulled.metric !== metric) pulled = { metric, rest: others(metric, weights) };
    const total = Object.values(pulled.rest).reduce((sum, weight) => sum + weight, 0);
    const part = (name) => (name === metric ? share : (1 - share) * (pulled.rest[name] / total));
    return Object.fromEntries(Object.keys({ ...weights, [metric]: 0 }).map((name) => [name, Math.round(1000 * part(name)) / 10]));
  }

  // The weights of the others; where all are 0, those of the suite, or else equal ones.
  function others(metric, weights) {
    const names = Object.keys(weights).filter((name) => name !== metric);
    const own = data.profiles[page.profile()].weights;
    const by = [weights, own].find((known) => names.some((name) => known[name] > 0));
    return Object.fromEntries(names.map((name) => [name, by ? by[name] || 0 : 1]));
  }

  const percent = (share) => `${units.significant(100 * share, 3)} %`;

  function slider(metric, rank) {
    const id = `wish-weight-${metric}`;
    const input = make("input", { type: "range", min: 0, max: 100, step: 1, id, "aria-describedby": `${id}-turns` });
    const [share, hold, told] = [make("output", { for: id }), make("span", { class: "hold" }), make("small", { id: `${id}-turns` })];
    const label = make("label", { for: id }, make("span", { class: "swatch", "data-rank": rank }), kind(metric).label);
    input.disabled = Object.keys(now().weights).length < 2;
    input.addEventListener("input", () => turn({ ...now(), weights: pull(metric, Number(input.value) / 100) }, true));
    shown.set(metric, { input, share, hold, told });
    return make("div", { class: "weight" }, label, share, make("div", { class: "pull" }, input, hold), told);
  }

  // Where each slider stands, and between which shares the winner stays.
  function follow() {
    const weighed = page.weighed(page.profile());
    const best = utility.best(weighed, data);
    const found = best === null ? {} : turns.weights(weighed, best, data);
    for (const [metric, { input, share, hold, told }] of shown) {
      const at = weighed.shares[metric] || 0;
      if (document.activeElement !== input) input.value = 100 * at;
      input.setAttribute("aria-valuetext", percent(at));
      share.textContent = percent(at);
      holds(found[metric], best, hold, told);
    }
  }

  function holds(turn, best, hold, told) {
    hold.hidden = !turn;
    told.textContent = turn ? sentence(turn, best) : "";
    if (!turn) return;
    const [from, to] = [turn.below ? turn.below.at : 0, turn.above ? turn.above.at : 1];
    hold.style.left = `${100 * from}%`;
    hold.style.width = `${100 * (to - from)}%`;
  }

  function sentence({ below, above }, best) {
    const said = [["below", below], ["above", above]].filter(([, turn]) => turn && turn.at >= LEAST && turn.at <= 1 - LEAST);
    return said.map(([side, { at, row }]) => `${side} ${percent(at)}: ${apart(row, best)}`).join("; ") || "the same wins at any weight";
  }

  // What tells a candidate from another: its model and passes, or how it is served where these are the same.
  const apart = (row, other) => (data.chains[row] === data.chains[other] ? data.served[row] : data.chains[row]);

  // The least and the greatest value of the candidates; null where they are all equal.
  function spans(metric) {
    const known = data.values[metric].value.filter((value, row) => value !== null && data.eligible[row]);
    const [low, high] = known.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
    return low < high ? [low, high] : null;
  }

  // A metric that had no weight goes from the worst to the best value there is, in as few digits as tell them apart.
  function weigh(metric) {
    const [low, high] = spans(metric);
    const digits = DIGITS.find((count) => low.toPrecision(count) !== high.toPrecision(count));
    const [least, most] = [low, high].map((value) => ({ factor: 0, offset: Number(value.toPrecision(digits)) }));
    const { log } = data.metrics.find(({ name }) => name === metric);
    const [worst, best] = kind(metric).higher ? [least, most] : [most, least];
    const ranged = written.range(now(), metric) ? now() : written.withRange(now(), metric, { worst, best, scale: log ? "log" : "linear" }, data);
    pulled = null;
    turn({ ...ranged, weights: pull(metric, MORE) });
    document.getElementById(`wish-weight-${metric}`).focus();
  }

  function lay() {
    const { weights } = now();
    const free = data.metrics.filter(({ name }) => !Object.hasOwn(weights, name) && spans(name));
    shown.clear();
    pulled = null;
    box.replaceChildren(...Object.keys(weights).map(slider));
    if (free.length) box.append(wishes.asking("+ another metric", "Another metric that counts", free, weigh));
    colour();
  }

  function colour() {
    const palette = look.palette();
    for (const swatch of box.querySelectorAll(".swatch")) swatch.style.background = palette[swatch.dataset.rank % palette.length];
  }

  wishes.lay(lay);
  follow();
  page.on("setting", follow);
  look.onChange(colour);
})();
