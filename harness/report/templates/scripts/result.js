"use strict";
// What comes of the setting: what to deploy and how it compares, what that changes, who comes next, and what constraints keep out.
(() => {
  const { data } = page;
  const { make } = elements;
  const FIGURES = 4;
  const RANKED = 10;
  const QUIET = 500; // milliseconds after which the result is read out
  const kind = (metric) => data.kinds[metric];
  const { short, fact } = candidates;
  const owns = new Map(); // by profile, the row that the suite's own priorities choose
  let timer = null;

  function ownBest(name) {
    if (!owns.has(name)) owns.set(name, utility.best(utility.weigh(data.profiles[name], data), data));
    return owns.get(name);
  }

  // The metrics that tell most, heaviest first, then how right scores are, and size.
  function telling(weighed) {
    const heaviest = Object.entries(weighed.shares).filter(([, share]) => share > 0).sort((a, b) => b[1] - a[1]).map(([metric]) => metric);
    const rights = Object.keys(data.kinds).filter((metric) => kind(metric).quality);
    return [...new Set([...heaviest, ...rights, "size", "latency_p90"])].filter((metric) => Object.hasOwn(data.kinds, metric));
  }

  // A row's figures against its baseline's, in a few words each.
  function figures(row, weighed) {
    const told = telling(weighed).filter((metric) => fact(row, metric)).slice(0, FIGURES);
    return make("dl", { class: "headlines" }, ...told.map((metric) => figure(metric, row)));
  }

  function figure(metric, row) {
    const { unit, label } = kind(metric);
    const one = fact(row, metric);
    const mine = comparison.figure(one, unit, candidates.isEstimate(one));
    const found = candidates.against(row, metric);
    if (!found || !found.change) return make("div", {}, make("dt", { class: "change" }, mine), make("dd", {}, label));
    const other = units.show(candidates.baseline(row, metric).value, unit);
    return make("div", {}, make("dt", {}, ...change(found)), make("dd", {}, `${label} ${mine}, baseline ${other}`));
  }

  function change({ change: text, ends, tone }) {
    const doubt = tone === "even" && ends ? ", inside the noise" : "";
    return [make("span", { class: `change ${tone}` }, text), ...(ends ? [" ", make("span", { class: "ends" }, `(${ends})${doubt}`)] : [])];
  }

  // How the choice differs from what the suite's own priorities choose.
  function moved(name, row) {
    if (!page.isTurned(name)) return make("p", { class: "moved" }, "By the suite's own priorities.");
    const before = ownBest(name);
    if (before === row) return make("p", { class: "moved" }, "Your priorities, and the choice stays the same as by the suite's own.");
    if (before === null) return make("p", { class: "moved" }, "By the suite's own priorities nothing would do.");
    const told = telling(page.weighed(name)).filter((metric) => fact(row, metric) && fact(before, metric)).map((metric) => {
      const both = [fact(row, metric), fact(before, metric)];
      return comparison.compare(kind(metric), ...both, null, both.some(candidates.isEstimate));
    });
    const differs = told.filter(({ change: text, tone }) => text && tone !== "even").slice(0, FIGURES);
    const words = differs.flatMap((each, i) => [i ? ", " : " It is ", ...change(each)]);
    words.push(differs.length ? "." : " The two differ by no more than noise.");
    return make("p", { class: "moved" }, "Your priorities choose it instead of ", make("code", {}, data.labels[before]), ".", ...words);
  }

  function broken(weighed, row) {
    const misses = outcomes.misses(row, weighed, candidates.value);
    return make("ul", { class: "misses" }, ...misses.map((miss) => make("li", {}, make("code", {}, miss.text), make("span", {}, cells.missed(miss, row)))));
  }

  function heading(name, weighed) {
    const heaviest = telling(weighed).filter((metric) => weighed.shares[metric] > 0);
    const words = heaviest.map((metric) => `${kind(metric).label} ${units.significant(100 * weighed.shares[metric], 3)}\u00a0%`).join(", ");
    return make("h3", {}, name, make("span", {}, words));
  }

  function verdict(name, weighed, row) {
    const said = (...words) => make("p", { class: "verdict" }, ...words);
    const deploy = make("span", { class: "verb" }, "Deploy");
    const label = (at) => make("p", { class: "name" }, make("code", {}, data.labels[at]));
    if (row !== null) return [said(deploy, ` ${short(row)}.`), label(row), moved(name, row), figures(row, weighed)];
    const near = utility.nearest(weighed, data);
    if (near === null) return [said("Nothing can be recommended: no candidate was measured in full yet.")];
    const nearest = make("p", {}, `The nearest is ${short(near)}. It breaks:`);
    return [said(make("strong", {}, "Nothing meets every constraint.")), nearest, broken(weighed, near), label(near)];
  }

  // The utility of a row, split into what each metric adds, with its interval.
  function stack(weighed, row, palette) {
    const parts = Object.entries(weighed.shares).map(([metric, share], rank) => {
      const part = make("span", { title: adds(weighed, row, metric) });
      part.style.width = `${100 * share * weighed.useful[metric][row]}%`;
      part.style.background = palette[rank % palette.length];
      return part;
    });
    const doubt = make("span", { class: "doubt-of" });
    const [low, high] = [Math.max(0, weighed.utility[row] - weighed.halfWidth[row]), Math.min(1, weighed.utility[row] + weighed.halfWidth[row])];
    doubt.style.left = `${100 * low}%`;
    doubt.style.width = `${100 * (high - low)}%`;
    return make("span", { class: "stack", "aria-hidden": "true" }, ...parts, doubt);
  }

  function adds(weighed, row, metric) {
    const share = weighed.shares[metric];
    return `${kind(metric).label} adds ${units.fixed(share * weighed.useful[metric][row], 3)} of ${units.fixed(share, 3)}`;
  }

  function ranked(weighed, row, palette) {
    const pick = make("button", { type: "button", class: "pick", "data-row": row, title: "Select it in the charts and the table" }, data.labels[row]);
    pick.setAttribute("aria-pressed", String(page.selected.has(row)));
    pick.addEventListener("click", () => page.toggle(row));
    const said = make("span", { class: "unseen" }, Object.keys(weighed.shares).map((metric) => adds(weighed, row, metric)).join(", "));
    const reached = cells.plusMinus({ value: weighed.utility[row], half: weighed.halfWidth[row] });
    return make("li", {}, pick, make("span", { class: "figure" }, reached), stack(weighed, row, palette), said);
  }

  function ranking(weighed, rows) {
    if (!rows.length) return [];
    const more = rows.length - RANKED;
    const palette = look.palette();
    return [
      make("h3", { class: "ranked" }, "Ranking ", make("span", {}, "by utility, ± half of its 95 % interval")),
      make("ol", { class: "ranking" }, ...rows.slice(0, RANKED).map((row) => ranked(weighed, row, palette))),
      more > 0 && make("p", { class: "note" }, `and ${more} more in the `, make("a", { href: "#candidates" }, "table"), "."),
    ];
  }

  // How many candidates each constraint keeps out.
  function kept(weighed) {
    const rows = utility.eligible(data);
    const out = rows.filter((row) => !weighed.feasible[row]).length;
    if (!weighed.profile.constraints.length) return make("p", { class: "note" }, "No constraint: any candidate may be chosen.");
    const each = weighed.profile.constraints.map(({ text }, i) => [text, rows.filter((row) => !(weighed.margin[i][row] >= 0)).length]);
    const words = each.map(([text, count]) => `${text} (${count})`).join(", ");
    return make("p", { class: "note" }, `${out} of ${rows.length} candidates break a constraint: ${words}.`);
  }

  function tell() {
    const name = page.profile();
    const weighed = page.weighed(name);
    const rows = utility.ranking(weighed, data);
    const row = rows.length ? rows[0] : null;
    document.querySelector(".result").classList.toggle("infeasible", row === null);
    document.getElementById("what-if").classList.toggle("turned", page.isTurned(name)); // on paper it is only there where it tells something
    const parts = [heading(name, weighed), ...verdict(name, weighed, row), ...ranking(weighed, rows), kept(weighed)];
    document.getElementById("result").replaceChildren(...parts.filter(Boolean));
    const brief = row === null ? "Nothing meets every constraint." : `Deploy ${short(row)}.`;
    document.getElementById("result-brief").textContent = brief;
    clearTimeout(timer);
    timer = setTimeout(() => { document.getElementById("result-told").textContent = brief; }, QUIET);
  }

  function mark() {
    for (const pick of document.querySelectorAll(".pick")) {
      pick.setAttribute("aria-pressed", String(page.selected.has(Number(pick.dataset.row))));
    }
  }

  page.on("setting", tell);
  look.onChange(tell);
  page.on("selection", mark);
  tell();
})();
