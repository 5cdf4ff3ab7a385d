// What is said below a panel: points that are not finite, or that a log axis has no place for.

import { duration, exactMoment, number } from "../format.js";
import { notPositive } from "./series.js";

/** @typedef {import("./series.js").Line} Line */
/** @typedef {import("./series.js").Axis} Axis */

const KINDS = /** @type {const} */ ([["nan", "NaN"], ["above", "inf"], ["below", "-inf"]]);
const MOST_PLACES = 3;

/**
 * @param {number} x
 * @param {Axis} axis
 * @param {boolean} [short] without what kind of place it is
 */
export function placeText(x, axis, short) {
  if (axis === "time") return exactMoment(x);
  const text = axis === "step" ? number(x, 6) : duration(x);
  return short ? text : axis === "step" ? `step ${text}` : `after ${text}`;
}

/**
 * @param {Line[]} lines
 * @param {Axis} axis
 * @returns {string[]} for example "2 NaN at step 17, 33"
 */
export function gapNotes(lines, axis) {
  const notes = [];
  for (const [kind, name] of KINDS) {
    const marks = lines.flatMap((line) => line.marks.filter((mark) => mark.kind === kind));
    if (!marks.length) continue;
    const total = marks.reduce((sum, mark) => sum + mark.count, 0);
    const places = [...new Set(marks.map((mark) => mark.x))].sort((a, b) => a - b);
    const shown = places.slice(0, MOST_PLACES).map((x, i) => placeText(x, axis, i > 0));
    const runs = lines.filter((line) => line.marks.some((mark) => mark.kind === kind)).length;
    const of = runs > 1 ? ` in ${runs} runs` : "";
    const rest = places.length > MOST_PLACES ? " …" : "";
    notes.push(`${total.toLocaleString("en")} ${name}${of} at ${shown.join(", ")}${rest}`);
  }
  return notes;
}

/**
 * @param {Line[]} lines
 * @param {{logX: boolean, logY: boolean, axis: Axis}} axes
 * @returns {string[]} for example "3 points ≤ 0 are not on a log axis"
 */
export function logNotes(lines, { logX, logY, axis }) {
  const notes = [];
  if (logY) {
    const left = lines.map((line) => notPositive(line.rows));
    notes.push(leftOut(left.reduce((sum, one) => sum + one.count, 0), left.some((one) => one.more), "≤ 0"));
  }
  if (logX) {
    let count = 0;
    for (const { x, rows } of lines) for (let i = 0; i < x.length && x[i] <= 0; i++) count += rows.count[i];
    notes.push(leftOut(count, false, axis === "step" ? "at step ≤ 0" : "at the start"));
  }
  return notes.filter(Boolean);
}

/**
 * @param {number} count
 * @param {boolean} more
 * @param {string} where
 */
function leftOut(count, more, where) {
  if (!count) return "";
  const one = count === 1 && !more;
  const points = `${count.toLocaleString("en")} point${one ? "" : "s"} ${where}`;
  return `${more ? "at least " : ""}${points} ${one ? "is" : "are"} not on a log axis`;
}
