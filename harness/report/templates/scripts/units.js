"use strict";
// Quantities, read and written as harness/units.py does; a test holds the two together. Pure functions.
const units = (() => {
  const SCALES = {
    s: { ns: 1e-9, us: 1e-6, "µs": 1e-6, ms: 1e-3, s: 1, sec: 1, seconds: 1, min: 60, minute: 60, minutes: 60, h: 3600, hour: 3600, hours: 3600 },
    B: { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
    share: { "%": 0.01, pp: 0.01 },
    "samples/s": { "samples/s": 1, "/s": 1, "k/s": 1e3, "M/s": 1e6 },
    count: { k: 1e3, K: 1e3, M: 1e6, G: 1e9 },
    J: { nJ: 1e-9, uJ: 1e-6, "µJ": 1e-6, mJ: 1e-3, J: 1, kJ: 1e3, Wh: 3600 },
    "per 1k": { "per 1k": 1, "per 1M": 1e-3, "per 1G": 1e-6 },
    W: { mW: 1e-3, W: 1, kW: 1e3 },
    number: {},
  };
  const SHOWN = {
    s: [["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]],
    B: [["GB", 1e9], ["MB", 1e6], ["kB", 1e3], ["B", 1]],
    "samples/s": [["M/s", 1e6], ["k/s", 1e3], ["/s", 1]],
    count: [["G", 1e9], ["M", 1e6], ["k", 1e3], ["", 1]],
    J: [["kJ", 1e3], ["J", 1], ["mJ", 1e-3], ["µJ", 1e-6], ["nJ", 1e-9]],
    "per 1k": [["per 1k", 1], ["per 1M", 1e-3], ["per 1G", 1e-6]],
    W: [["kW", 1e3], ["W", 1], ["mW", 1e-3]],
  };
  const EXAMPLES = {
    s: "20 ms", B: "300 MB", share: "2 %", "samples/s": "500 samples/s", count: "5 M", J: "2 mJ", "per 1k": "0.02 per 1k", W: "65 W", number: "0.5",
  };
  const QUANTITY = /^\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*([^\s0-9.,+-].*?)?\s*$/;
  const has = (unit) => Object.hasOwn(SCALES, unit);

  // A text as a number in the unit; throws an Error in words for the reader.
  function parse(text, unit) {
    const scales = has(unit) ? SCALES[unit] : {};
    const match = QUANTITY.exec(text);
    if (match === null) throw new Error(`expected ${expected(unit)}, got '${text}'`);
    const [, number, scale] = match;
    if (scale !== undefined && !Object.hasOwn(scales, scale)) {
      const known = Object.keys(scales);
      if (!known.length) throw new Error(`expected ${expected(unit)}, got '${text}'`);
      throw new Error(`'${scale}' is no unit of this quantity; use one of ${known.join(", ")}`);
    }
    const value = Number(number) * (scale === undefined ? 1 : scales[scale]);
    if (!Number.isFinite(value)) throw new Error(`expected a finite number, got '${text}'`);
    return value;
  }

  function expected(unit) {
    if (!has(unit) || unit === "number") return "a plain number, like '0.5'";
    return `a number with an optional unit, like '${EXAMPLES[unit]}'`;
  }

  // About three digits and a scale that suits the value: "1.23 ms"; a unit that is not known here is written as it is.
  function show(value, unit) {
    if (value === null || value === undefined || Number.isNaN(value)) return "not known";
    if (!has(unit)) return `${significant(value, 3)} ${unit}`.trimEnd();
    if (unit === "share") return `${fixed(value * 100, 1, "")} %`;
    if (unit === "number") return Math.abs(value) >= 1000 ? fixed(value, 0) : significant(value, 3);
    const scales = SHOWN[unit];
    const last = scales[scales.length - 1];
    const [name, scale] = value === 0 ? last : scales.find((one) => Math.abs(value) >= one[1]) || last;
    return `${digits(Number(significant(value / scale, 12)))} ${name}`.trimEnd(); // 10 µs, not 10.000000000000002
  }

  function digits(number) {
    if (Number.isInteger(number) && Math.abs(number) < 1000) return String(number + 0);
    const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number))));
    return fixed(number, Math.min(decimals, 3));
  }

  // With so many decimals, and a mark between thousands; a half goes to the even digit, as in Python.
  function fixed(number, decimals, mark = ",") {
    const size = Math.abs(number);
    if (!Number.isFinite(size)) return number < 0 ? "-inf" : "inf";
    const sign = number < 0 || Object.is(number, -0) ? "-" : "";
    const [whole, rest] = (size < 1e21 ? decimal(size, decimals) : String(BigInt(size))).split(".");
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, mark) + (decimals ? `.${rest || "0".repeat(decimals)}` : "");
  }

  function decimal(size, decimals) {
    const short = String(size);
    return toEven(size.toFixed(decimals), short, (short.split(".")[1] || "").length - decimals, () => size.toFixed(decimals + 40));
  }

  // Like Python's format "g".
  function significant(number, count) {
    if (number === 0) return Object.is(number, -0) ? "-0" : "0";
    const sign = number < 0 ? "-" : "";
    const mantissa = (behind) => Math.abs(number).toExponential(behind).split("e")[0];
    const [rounded, short, exponent] = [mantissa(count - 1), mantissa(), Number(Math.abs(number).toExponential(count - 1).split("e")[1])];
    const figures = toEven(rounded, short, short.length - count - 1, () => mantissa(count + 40)).replace(".", "").replace(/0+$/, "").padEnd(1, "0");
    const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
    if (exponent < -4 || exponent >= count) return `${sign}${point(figures, 1)}e${power}`;
    return sign + (exponent < 0 ? `0.${"0".repeat(-exponent - 1)}${figures}` : point(figures.padEnd(exponent + 1, "0"), exponent + 1));
  }

  const point = (figures, at) => (figures.length > at ? `${figures.slice(0, at)}.${figures.slice(at)}` : figures);

  // A number that ends in a 5 just behind what is kept, and in nothing after that, is a half: browsers round it up, Python to
  // the even digit. "rounded" is by the browser; "short" is all of the number with as few digits as it needs, "more" of them
  // than are kept; "long" gives more digits than a half can have.
  function toEven(rounded, short, more, long) {
    if (more !== 1 || !short.endsWith("5") || /[1-9]/.test(long().replace(short, ""))) return rounded;
    const kept = short.slice(0, -1).replace(/\.$/, "");
    return Number(kept[kept.length - 1]) % 2 ? rounded : kept;
  }

  // A text that parse reads as exactly this value: "0.1 ms"; of a share, "pp" where it is a difference.
  function write(value, unit, difference = false) {
    const shown = unit === "share" ? [[difference ? "pp" : "%", 0.01]] : SHOWN[unit] || [];
    const first = value === 0 ? -1 : shown.findIndex((one) => Math.abs(value) >= one[1]);
    const scales = first < 0 ? [...shown].reverse() : [...shown.slice(0, first + 1).reverse(), ...shown.slice(first + 1)];
    for (const [name, scale] of scales) {
      const number = Number((value / scale).toPrecision(15));
      if (number * scale === value && !String(number).includes("e")) return `${number} ${name}`.trimEnd();
    }
    return String(value);
  }

  return { SCALES, parse, show, write, fixed, significant };
})();
