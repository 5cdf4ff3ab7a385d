// The box beside the cursor: where it is, and what the curves are there.

import { h } from "../dom.js";
import { columnFormat, number } from "../format.js";
import { lowerBound, nearest } from "./series.js";

/** @typedef {import("./plot.js").Picture} Picture */
/**
 * @typedef {{id: string, name: string, colour: string, value: number, raw: number | null, text: string,
 *   x: number}} Reading
 */

const MOST = 12;
/** Part of the axis by which a curve may end before the cursor. */
const NEAR = 0.02;

/**
 * The values at an x, the greatest first; of many those that are nearest to the cursor.
 * @param {Picture} picture
 * @param {number} x
 * @param {(id: string) => string} nameOf
 * @param {((value: number) => number) | null} distance of a value from the cursor
 * @returns {{readings: Reading[], more: number}}
 */
export function readings(picture, x, nameOf, distance) {
  const slack = (picture.x[1] - picture.x[0]) * NEAR;
  /** @type {Reading[]} */
  const found = [];
  for (const { id, line, look } of picture.curves) {
    const i = nearest(line.x, x);
    if (i < 0 || x < line.x[0] - slack || x > line.x[line.x.length - 1] + slack) continue;
    const { above, below } = line.rows;
    const value = above[i] ? Infinity : below[i] ? -Infinity : NaN;
    const shown = Number.isFinite(line.y[i]) ? line.y[i] : value;
    const raw = line.raw && Number.isFinite(line.raw[i]) ? line.raw[i] : null;
    found.push({ id, name: nameOf(id), colour: look.colour, value: shown, raw, text: "", x: line.x[i] });
  }
  const far = (/** @type {Reading} */ { value }) => (distance && Number.isFinite(value) ? distance(value) : 0);
  const shown = found.length > MOST ? [...found].sort((a, b) => far(a) - far(b)).slice(0, MOST) : found;
  shown.sort((a, b) => (Number.isNaN(a.value) ? 1 : Number.isNaN(b.value) ? -1 : b.value - a.value));
  const text = columnFormat(shown.map((one) => one.value));
  for (const one of shown) one.text = text(one.value);
  return { readings: shown, more: found.length - shown.length };
}

/**
 * @param {string} place
 * @param {{readings: Reading[], more: number}} found
 */
export function hoverBox(place, { readings: shown, more }) {
  return [
    h("div.nbt-hover-place", {}, place),
    ...shown.map(({ name, colour, text, raw }) =>
      h("div.nbt-hover-line", {},
        h("i.nbt-hover-dot", { style: { background: colour } }),
        h("span.nbt-cut", {}, name),
        h("b", {}, text),
        raw !== null && h("span.nbt-hover-raw", { title: "before smoothing" }, number(raw)),
      )),
    more > 0 && h("div.nbt-hover-place", {}, `and ${more} more`),
  ];
}

/**
 * The x of the next point of any curve, at least so far away; null where there is none.
 * @param {Picture} picture
 * @param {number} x
 * @param {number} least negative: to the left
 */
export function nextPlace({ curves, x: [low, high] }, x, least) {
  let best = least > 0 ? Infinity : -Infinity;
  for (const { line } of curves) {
    const i = least > 0 ? lowerBound(line.x, x + least) : lowerBound(line.x, x + least * (1 - 1e-9)) - 1;
    const place = line.x[i];
    if (place === undefined || place < low || place > high) continue;
    best = least > 0 ? Math.min(best, place) : Math.max(best, place);
  }
  return Number.isFinite(best) ? best : null;
}
