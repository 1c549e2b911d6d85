"use strict";
// How the cells of the table of candidates are filled, and the same in words. What stands in them is text.
const cells = (() => {
  const { make } = elements;
  const kind = (metric) => page.data.kinds[metric] || candidates.columns[metric] || { label: metric.replaceAll("_", " "), unit: "" };
  const named = (metric) => kind(metric).label;
  const unit = (metric) => kind(metric).unit;
  const points = (by) => `${by >= 0.995 ? units.fixed(by * 100, 0) : units.significant(by * 100, 2)} pp`;

  function name(cell, row) {
    const stars = candidates.stars(row);
    const marks = [
      stars.length ? make("span", { class: "mark star" }, `★ ${stars.join(", ")}`) : null,
      candidates.isBaseline(row) ? make("span", { class: "mark" }, "baseline") : null,
    ].filter(Boolean);
    cell.append(
      make("button", { type: "button", class: "opener", "aria-expanded": "false", title: candidates.label(row) }, candidates.chain(row)),
      make("small", {}, candidates.served(row)), ...(marks.length ? [make("span", { class: "marks" }, ...marks)] : []),
    );
  }

  // A broken constraint: what is, and how far that is from its bound; an estimate is told as one.
  function missed(miss, row) {
    const fact = candidates.fact(row, miss.metric);
    if (!fact) return `${named(miss.metric)} is not known`;
    const estimate = candidates.isEstimate(fact);
    const is = `${named(miss.metric)} ${candidates.figure(fact)}${estimate ? " (estimate)" : ""}`;
    if (miss.bound === null) return `${is}, its bound is not known`;
    const bound = units.show(miss.bound, unit(miss.metric));
    if (miss.within) return `${is}, keeps ${bound} only within its noise`;
    return `${is}, misses ${bound} by ${estimate ? "≈ " : ""}${distance(miss)}`;
  }

  function distance(miss) {
    if (unit(miss.metric) === "share") return points(miss.by);
    const share = miss.share === null ? "" : ` (${units.significant(miss.share * 100, 3)} %)`;
    return units.show(miss.by, unit(miss.metric)) + share;
  }

  const less = (gap) => (gap < 0.0005 ? "hardly less utility" : `${units.fixed(gap, 3)} less utility`);

  const most = ({ metric, loss }) => `most by ${named(metric)} (−${units.fixed(loss, 3)})`;

  // An outcome in words: what is said first, and what is said about that.
  function words(row) {
    const outcome = candidates.outcome(row);
    switch (outcome.kind) {
      case outcomes.RECOMMENDED: return ["recommended"];
      case outcomes.TIED: return ["tied with it", `${less(outcome.gap)}, inside the noise`];
      case outcomes.LESS: return outcome.gap === null ? [] : [less(outcome.gap), ...(outcome.most ? [most(outcome.most)] : [])];
      case outcomes.BREAKS: return outcome.misses.map((miss) => missed(miss, row));
      case outcomes.OUTSIDE: return ["not in the space", "only compared with"];
      case outcomes.ENDED: return ["ended by a quick look", outcome.why];
      default: return [`failed: ${candidates.told.causes[outcome.cause]}`];
    }
  }

  function outcome(cell, row) {
    const found = candidates.outcome(row);
    const said = words(row);
    const first = found.kind === outcomes.FAILED ? make("a", { href: `#failure-${found.cause}` }, said[0]) : said[0] || "";
    cell.className = found.kind <= outcomes.TIED ? "outcome good" : "outcome";
    if (found.kind === outcomes.BREAKS) cell.append(...said.map((text, i) => make("span", { title: found.misses[i].text }, text)));
    else cell.append(found.kind === outcomes.RECOMMENDED ? make("strong", {}, first) : first, ...said.slice(1).map((text) => make("small", {}, text)));
    const by = found.kind === outcomes.LESS ? candidates.dominator(row) : undefined;
    if (by !== undefined) cell.append(make("small", {}, "dominated by ", make("a", { href: `#candidate-${by}` }, candidates.short(by))));
  }

  const plusMinus = ({ value, half }) => units.fixed(value, 3) + (half ? ` ± ${units.fixed(half, 3)}` : "");

  function score(cell, row) {
    const found = candidates.score(row);
    if (!candidates.feasible(row)) cell.classList.add("none");
    cell.append(found ? plusMinus(found) : "–");
  }

  function metric(cell, row, name) {
    const fact = candidates.fact(row, name);
    if (fact) {
      const noted = [candidates.isEstimate(fact) ? "estimate" : "", fact.quality === "clean" ? "" : fact.quality].filter(Boolean).join(", ");
      cell.append(candidates.figure(fact), make("small", {}, candidates.interval(fact)), make("small", { class: "note" }, noted));
    } else {
      const why = candidates.absent(row, name);
      cell.append(why ? make("small", { class: "note" }, why) : make("span", { class: "none" }, "–"));
    }
    const published = name === "accuracy" && candidates.told.published[row];
    if (published) cell.append(make("small", { class: "note" }, published));
  }

  const front = (cell, row) => cell.append(candidates.standing(row));
  const quality = (cell, row) => cell.append(candidates.quality(row));

  return { name, outcome, score, metric, front, quality, words, missed, plusMinus, named };
})();
