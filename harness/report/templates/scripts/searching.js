"use strict";
// Draws how far the search had come after each candidate that it tried: the trade-offs found, and the best for each profile.
(() => {
  const find = (id) => document.getElementById(id);
  const box = find("searching-chart");
  const told = charts.told.searching;
  const { data } = page;
  const tried = told.candidates.map((row) => (row === null ? "a candidate without figures" : data.labels[row]));

  // The lines with their names: what was found of the trade-offs, and the best for each profile.
  function lines() {
    const colours = look.palette();
    const best = Object.entries(told.utility).map(([name, values], rank) => [`best utility for ${name}`, values, { color: colours[rank % colours.length], dash: "solid" }]);
    const volume = ["trade-offs covered (hypervolume)", told.hypervolume, { color: look.style("--ink"), dash: "dot" }];
    return told.hypervolume ? [volume, ...best] : best;
  }

  function trace([, values, style], minutes) {
    return {
      type: "scatter", mode: "lines", x: minutes ? told.seconds.map((one) => one / 60) : tried.map((_, i) => i + 1), y: values,
      line: { width: 2, shape: "hv", ...style }, connectgaps: false, text: tried.map(look.plain), customdata: tried.map((_, i) => i + 1), hovertemplate: "%{y:.3f} after %{customdata}: %{text}<extra></extra>",
    };
  }

  // The candidates after which something is better than before.
  function better(named) {
    const gained = (values, i) => values[i] !== null && (i === 0 || values[i - 1] === null || values[i] > values[i - 1]);
    const gains = (i) => named.map(([, values]) => (gained(values, i) ? values[i].toFixed(3) : ""));
    return tried.map((text, i) => [i + 1, units.show(told.seconds[i], "s"), text, ...gains(i)]).filter((line) => line.slice(3).some(Boolean));
  }

  function draw() {
    const minutes = find("searching-by").value === "minutes";
    const layout = {
      xaxis: { ...look.lines(), title: { text: minutes ? "minutes of searching" : "candidates tried", standoff: 12 }, rangemode: "tozero" },
      yaxis: { ...look.lines(), title: { text: "from 0 to 1", standoff: 12 }, range: [0, 1.02] },
    };
    charts.draw(box, lines().map((one) => trace(one, minutes)), layout, "search");
  }

  function tell() {
    const named = lines();
    legend.key(box, named.map(([text, , line]) => ({ text, line })));
    legend.table(box, ["tried", "time", "candidate", ...named.map(([text]) => text)], better(named));
  }

  find("searching-by").addEventListener("change", charts.place(box, draw, tell));
})();
