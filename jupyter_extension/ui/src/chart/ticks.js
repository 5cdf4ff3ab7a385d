// Where an axis has its ticks, and what stands at them.

import { number } from "../format.js";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const DURATIONS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const UNITS = /** @type {const} */ ([[86_400, "d"], [3600, "h"], [60, "m"], [1, "s"], [1e-3, "ms"]]);
const COMPACT = /** @type {const} */ ([[1e9, "G"], [1e6, "M"], [1e3, "k"]]);
const LARGE = 1e4;
const HUGE = 1e12;
const SMALL = 1e-3;

/**
 * Round numbers between two, at most so many.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 * @param {{whole?: boolean, seconds?: boolean}} [of] whole: of a count; seconds: of a duration
 */
export function linearTicks(low, high, most, of = {}) {
  const step = roundStep((high - low) / Math.max(1, most), of);
  const ticks = [];
  const first = Math.ceil(low / step - 1e-9);
  // Multiples of the step rather than sums, so that 0.3 is not 0.30000000000000004 and -0 is 0.
  for (let i = first; i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)) + 0);
  return ticks;
}

/**
 * Powers of ten, with 2 and 5 between them where there is room; round numbers within one power.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export function logTicks(low, high, most) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const powers = to - from + 1;
  if (powers < 2) {
    const mixed = digits([1, 2, 5], low, high);
    return mixed.length >= 3 ? mixed : linearTicks(low, high, most);
  }
  if (powers * 3 <= most) return digits([1, 2, 5], low, high);
  const every = Math.ceil(powers / Math.max(1, most));
  const ticks = [];
  for (let power = Math.ceil(from / every) * every; power <= to; power += every) ticks.push(Number(`1e${power}`));
  return ticks;
}

/**
 * The texts of ticks: all with the same decimals, large ones as 20k or 1.5M.
 * @param {number[]} ticks in order
 * @param {boolean} [log] each with its own decimals
 * @returns {string[]}
 */
export function valueLabels(ticks, log = false) {
  const greatest = Math.max(...ticks.map(Math.abs));
  if (log) return ticks.map((tick) => (tick >= LARGE && tick < HUGE ? compact(tick) : number(tick)));
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : greatest;
  if (greatest >= HUGE || greatest < SMALL) return ticks.map((tick) => number(tick, digitsFor(greatest, step)));
  const [unit, letter] = (greatest >= LARGE && COMPACT.find(([size]) => greatest >= size)) || [1, ""];
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  if (decimals > 6) return ticks.map((tick) => number(tick, digitsFor(greatest, step)));
  return ticks.map((tick) => (tick === 0 ? "0" : (tick / unit).toFixed(trailing(ticks, unit, decimals)) + letter));
}

/**
 * The texts of seconds since a start, in the unit that fits the last.
 * @param {number[]} ticks
 * @returns {string[]}
 */
export function durationLabels(ticks) {
  const greatest = Math.max(...ticks.map(Math.abs));
  const [unit, letter] = UNITS.find(([size]) => greatest >= 2 * size) ?? UNITS[3];
  return ticks.map((tick) => (tick === 0 ? "0" : `${number(tick / unit, 6)} ${letter}`));
}

/**
 * The texts of points in time; the day, or the year, below the first and wherever it changes.
 * @param {number[]} ticks in ms
 * @param {number} step between them in ms
 * @returns {string[]}
 */
export function timeLabels(ticks, step) {
  const [main, below] = step >= DAY ? [dayText, yearText] : [(/** @type {Date} */ date) => clock(date, step), dayText];
  let last = "";
  return ticks.map((tick) => {
    const date = new Date(tick);
    const under = below(date);
    const text = under === last ? main(date) : `${main(date)}\n${under}`;
    last = under;
    return text;
  });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dayText = (/** @type {Date} */ date) => `${date.getDate()} ${MONTHS[date.getMonth()]}`;
const yearText = (/** @type {Date} */ date) => String(date.getFullYear());
const two = (/** @type {number} */ value) => String(value).padStart(2, "0");

/**
 * @param {Date} date
 * @param {number} step
 */
function clock(date, step) {
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step >= 60 * SECOND) return minutes;
  const seconds = `${minutes}:${two(date.getSeconds())}`;
  return step >= SECOND ? seconds : `${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * @param {number} least
 * @param {{whole?: boolean, seconds?: boolean}} of
 */
function roundStep(least, { whole, seconds }) {
  if (seconds && least > 0.5 && least <= 86_400) return DURATIONS.find((one) => one >= least) ?? 86_400;
  const scale = seconds && least > 86_400 ? 86_400 : 1;
  const power = 10 ** Math.floor(Math.log10(least / scale));
  const step = scale * power * ([1, 2, 5].find((one) => one * power * scale >= least * (1 - 1e-9)) ?? 10);
  return whole ? Math.max(1, step) : step;
}

/**
 * @param {number[]} kinds
 * @param {number} low
 * @param {number} high
 */
function digits(kinds, low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const kind of kinds) {
      const tick = Number(`${kind}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

/** @param {number} value */
function compact(value) {
  const [unit, letter] = COMPACT.find(([size]) => value >= size) ?? [1, ""];
  return number(value / unit) + letter;
}

/**
 * Enough digits for neighbours to differ.
 * @param {number} greatest
 * @param {number} step
 */
const digitsFor = (greatest, step) => Math.max(1, Math.ceil(Math.log10(greatest / step) + 1e-9) + 1) || 1;

/**
 * Fewer decimals where no tick needs them: 2, 4, 6 and not 2.0, 4.0, 6.0.
 * @param {number[]} ticks
 * @param {number} unit
 * @param {number} decimals
 */
function trailing(ticks, unit, decimals) {
  const fits = (/** @type {number} */ value) => Math.abs(value - Math.round(value)) < 1e-6;
  while (decimals && ticks.every((tick) => fits((tick / unit) * 10 ** (decimals - 1)))) {
    decimals -= 1;
  }
  return decimals;
}
