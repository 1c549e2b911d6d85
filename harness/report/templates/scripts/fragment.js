"use strict";
// The setting as the fragment of the page's address, and back: what differs from the suite's own profiles, in words that can be
// read: "#profile=edge&edge:weight:size=3&edge:if=accuracy+>=+90+%". Pure functions; what makes no sense in a fragment is ignored.
const fragment = (() => {
  const LONGEST = 20000;
  const MOST = 20; // constraints of a profile

  const coded = (text) => encodeURIComponent(text).replace(/%20/g, "+").replace(/%3D/g, "=").replace(/'/g, "%27");
  const word = (text) => coded(text).replace(/=/g, "%3D");

  function decoded(text) {
    try {
      return decodeURIComponent(text.replace(/\+/g, " "));
    } catch {
      return null;
    }
  }

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  // "settings" are the turned profiles by name (a Map), "current" the one that is looked at.
  function write(settings, current, data) {
    const parts = [`profile=${coded(current)}`];
    for (const [name, setting] of settings) {
      const found = differences(setting, data.profiles[name], data.kinds);
      parts.push(...found.map(([key, value]) => `${word(name)}:${key}=${coded(value)}`));
    }
    return `#${parts.join("&")}`;
  }

  function differences(setting, own, kinds) {
    const found = [];
    for (const metric of Object.keys({ ...own.weights, ...setting.weights })) {
      const weight = Object.hasOwn(setting.weights, metric) ? setting.weights[metric] : 0;
      if (weight !== (Object.hasOwn(own.weights, metric) ? own.weights[metric] : 0)) found.push([`weight:${metric}`, String(weight)]);
      const range = written.range(setting, metric);
      if (range && !same(range, written.range(own, metric))) found.push(...ends(metric, range, kinds[metric].unit));
    }
    const [mine, theirs] = [setting, own].map((one) => one.constraints.map(({ text, off }) => [text, Boolean(off)]));
    if (!same(mine, theirs)) found.push(...(mine.length ? mine.map(([text, off]) => [off ? "off" : "if", text]) : [["if", ""]]));
    if (setting.guard !== own.guard) found.push(["guard", String(setting.guard)]);
    return found;
  }

  function ends(metric, { worst, best, scale }, unit) {
    const texts = { worst: written.endText(worst, unit), best: written.endText(best, unit), scale };
    return Object.entries(texts).map(([end, text]) => [`${end}:${metric}`, text]);
  }

  // The settings that a fragment tells, and the profile to look at; null where it tells none.
  function read(text, data) {
    if (text.length > LONGEST) return null;
    const found = new Map();
    let current = null;
    for (const [path, value] of pairs(text)) {
      const [name, ...rest] = path;
      if (path.length === 1 && name === "profile") current = Object.hasOwn(data.profiles, value) ? value : current;
      else if (rest.length && Object.hasOwn(data.profiles, name)) found.set(name, [...(found.get(name) || []), [rest, value]]);
    }
    if (current === null && !found.size) return null;
    const settings = new Map();
    for (const [name, told] of found) {
      const setting = turned(data.profiles[name], told, data);
      if (!same(setting, data.profiles[name])) settings.set(name, setting);
    }
    return { settings, current };
  }

  function pairs(text) {
    return text.replace(/^#/, "").split("&").flatMap((part) => {
      const at = part.indexOf("=");
      const path = part.slice(0, at).split(":").map(decoded);
      const value = decoded(part.slice(at + 1));
      return at < 0 || value === null || path.includes(null) ? [] : [[path, value]];
    });
  }

  function turned(own, told, data) {
    const of = (kind) => told.filter(([[first, metric]]) => first === kind && (metric === undefined || Object.hasOwn(data.kinds, metric)));
    const guard = of("guard").map(([, value]) => positive(value)).find((value) => value !== null);
    let setting = { ...own, ...(guard === undefined ? {} : { guard }) };
    const constraints = stated(told.filter(([[kind]]) => kind === "if" || kind === "off"), data.kinds);
    if (constraints) setting.constraints = constraints;
    for (const metric of new Set(["worst", "best", "scale"].flatMap(of).map(([[, metric]]) => metric))) setting = ranged(setting, metric, told, data);
    return weighted(setting, of("weight"));
  }

  // The constraints that are told: all of them or, where one is unreadable, null, since without it the profile would be looser than
  // anybody asked for. One that is empty says that there is none.
  function stated(bounds, kinds) {
    if (!bounds.length || bounds.length > MOST) return null;
    if (bounds.length === 1 && bounds[0][0][0] === "if" && bounds[0][1] === "") return [];
    try {
      return bounds.map(([[kind], text]) => ({ ...written.constraintOf(text, kinds), ...(kind === "off" ? { off: true } : {}) }));
    } catch {
      return null;
    }
  }

  function ranged(setting, metric, told, data) {
    const before = written.range(setting, metric);
    const last = (end) => told.filter(([[kind, name]]) => kind === end && name === metric).map(([, value]) => value).pop();
    try {
      const [worst, best] = ["worst", "best"].map((end) => (last(end) === undefined ? before[end] : written.end(last(end), data.kinds[metric].unit)));
      const scale = last("scale") === undefined ? before && before.scale : last("scale");
      return written.withRange(setting, metric, { worst, best, scale: scale === "log" ? "log" : "linear" }, data);
    } catch {
      return setting;
    }
  }

  function weighted(setting, told) {
    const weights = { ...setting.weights };
    for (const [[, metric], value] of told) {
      const weight = positive(value);
      if (weight === null || (!Object.hasOwn(weights, metric) && written.range(setting, metric) === null)) continue;
      if (weight || Object.hasOwn(setting.weights, metric)) weights[metric] = weight;
    }
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    return total > 0 && Number.isFinite(total) ? { ...setting, weights } : setting;
  }

  function positive(text) {
    const value = /^[0-9.]+(e[+-]?[0-9]+)?$/.test(text) ? Number(text) : NaN;
    return value >= 0 && Number.isFinite(value) ? value : null;
  }

  return { read, write };
})();
