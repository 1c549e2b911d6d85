"use strict";
// What the sections' scripts share: the data of the page, which candidates are selected, and the setting:
// the profiles as the suite has them or as the reader turned them, and how every candidate fares under them.
const page = (() => {
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const listeners = { selection: [], setting: [] };
  const selected = new Set();

  // "selection": other candidates are selected; "setting": other priorities.
  function on(what, listener) {
    listeners[what].push(listener);
  }

  function tell(what) {
    for (const listener of listeners[what]) listener();
  }

  function select(rows) {
    selected.clear();
    for (const row of rows) selected.add(row);
    tell("selection");
  }

  function toggle(row) {
    if (!selected.delete(row)) selected.add(row);
    tell("selection");
  }

  const profiles = Object.keys(data.profiles);
  const turned = new Map();
  const weighings = new Map();
  let current = profiles[0];
  let stars = null;

  function setProfile(name) {
    if (!profiles.includes(name) || name === current) return;
    current = name;
    tell("setting");
  }

  // A profile as the reader turned it, or as the suite has it; constraints that are switched off ("off") are still in it.
  const turnedTo = (name) => turned.get(name) || data.profiles[name];

  // The same without what is switched off: what candidates are weighed by.
  function priorities(name) {
    const { constraints, ...rest } = turnedTo(name);
    return { ...rest, constraints: constraints.filter((one) => !one.off) };
  }

  function keep(name, to) {
    if (to && JSON.stringify(to) !== JSON.stringify(data.profiles[name])) turned.set(name, to);
    else turned.delete(name);
    weighings.delete(name);
    stars = null;
  }

  // Turns a profile; without priorities, back to the suite's own.
  function turn(name, to) {
    keep(name, to);
    tell("setting");
  }

  // Turns every profile at once, those that are not among the "settings" back to the suite's own.
  function restore(settings, name) {
    for (const one of profiles) keep(one, settings.get(one));
    if (profiles.includes(name)) current = name;
    tell("setting");
  }

  // Every candidate under a profile, as utility.weigh tells.
  function weighed(name) {
    if (!weighings.has(name)) weighings.set(name, utility.weigh(priorities(name), data));
    return weighings.get(name);
  }

  // The names of the profiles that a row is recommended for, by row.
  function recommended() {
    if (stars) return stars;
    stars = {};
    for (const name of profiles) {
      const row = utility.best(weighed(name), data);
      if (row !== null) (stars[row] = stars[row] || []).push(name);
    }
    return stars;
  }

  return {
    data, on, selected, select, toggle,
    profiles, profile: () => current, setProfile, isTurned: (name) => turned.has(name), turnedTo, priorities, turn, restore, weighed, recommended,
  };
})();
