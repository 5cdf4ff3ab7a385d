// Numbers, durations and times as people read them. The rules are those of nbtrack/formatting/
// numbers.py, whose examples test/format.test.js repeats.

const DIGITS = 4;
const SMALLEST = 1e-4;
const LARGEST = 1e7;
const MOST_DECIMALS = 6;
const AT_LEAST = 2;
const TYPED_DIGITS = 6;

/**
 * A number with so many significant digits and no trailing zeros; whole numbers keep their digits.
 * @param {number} value
 */
export function number(value, digits = DIGITS) {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 2 ** 53) return size < LARGEST ? String(value) : plain(value, digits);
  return size < SMALLEST || size >= LARGEST ? shortExponent(value, digits) : trimmed(value.toFixed(decimalsOf(value, digits)));
}

/**
 * How to write the numbers of one column: with the same decimals, so that the eye can compare them.
 * @param {Iterable<number>} values NaN and infinities are passed over
 * @returns {(value: number) => string}
 */
export function columnFormat(values, digits = DIGITS) {
  let needed = 0;
  let smallest = Infinity;
  let greatest = 0;
  let exponents = false;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const text = number(value, digits);
    exponents ||= text.includes("e");
    needed = Math.max(needed, text.split(".")[1]?.length ?? 0);
    if (value) smallest = Math.min(smallest, Math.abs(value));
    greatest = Math.max(greatest, Math.abs(value));
  }
  if (!greatest) smallest = greatest = 1;
  const decimals = Math.min(needed, Math.max(decimalsOf(greatest, digits), decimalsOf(smallest, AT_LEAST)));
  if (exponents || decimals > MOST_DECIMALS || decimals === 0) return (value) => number(value, digits);
  return (value) => (Number.isFinite(value) ? value.toFixed(decimals) : notFinite(value));
}

/**
 * A param's text: as it was logged, unless it is a float with noise in its last digits.
 * @param {string} text
 */
export function param(text) {
  const typed = text.split("e")[0].replace(/^[-0.]+/, "").replace(/\D/g, "").length;
  if (typed <= TYPED_DIGITS || !text.includes(".")) return text;
  const parsed = Number(text);
  return Number.isFinite(parsed) ? number(parsed, 5) : text;
}

/**
 * How long something took, in the one or two units that matter.
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995e-3) return `${(seconds * 1e6).toFixed(0)} µs`;
  if (seconds < 0.9995) return `${(seconds * 1e3).toFixed(0)} ms`;
  if (Number(seconds.toFixed(1)) < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${two(Math.floor((whole % 86_400) / 3600))} h`;
}

/**
 * A number of bytes in units of 1000, as file managers do.
 * @param {number} bytes
 */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (Number(bytes.toFixed(1)) >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return unit ? `${bytes.toFixed(1)} ${units[unit]}` : `${bytes} B`;
}

/**
 * A point in time, local and unambiguous: "2026-11-23 14:05".
 * @param {number} milliseconds
 */
export function moment(milliseconds) {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return Number.isFinite(milliseconds) ? `${milliseconds} ms` : "";
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * A point in time with seconds and the offset from UTC: "2026-11-23 14:05:33 +0100".
 * @param {number} milliseconds
 */
export function exactMoment(milliseconds) {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return moment(milliseconds);
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${moment(milliseconds)}:${two(date.getSeconds())} ${zone}`;
}

/**
 * How long ago something was.
 * @param {number} milliseconds
 */
export function ago(milliseconds, now = Date.now()) {
  const seconds = (now - milliseconds) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/**
 * "1 run", "2 runs", "12,345 runs".
 * @param {number} amount
 * @param {string} noun
 */
export function count(amount, noun) {
  return `${amount.toLocaleString("en")} ${noun}${amount === 1 ? "" : "s"}`;
}

/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/** @param {number} value */
const notFinite = (value) => (Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf");

/**
 * A whole number as Python's int is written, as far as all digits are known.
 * @param {number} value
 * @param {number} digits
 */
const plain = (value, digits) => (Math.abs(value) < 1e15 ? String(value) : shortExponent(value, digits));

/**
 * @param {number} value
 * @param {number} digits
 */
const decimalsOf = (value, digits) => Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));

/** @param {string} text */
const trimmed = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

/**
 * @param {number} value
 * @param {number} digits
 */
function shortExponent(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${trimmed(mantissa)}e${sign}${two(Math.abs(Number(exponent)))}`;
}
