// Sorting rows by several columns: an index permutation over typed arrays, stable.

import { numberDigits, radixSorted } from "./radix.js";

/** @typedef {import("./values.js").Values} Values */

/**
 * @typedef {object} SortKey
 * @property {ArrayLike<number>} values a number a row
 * @property {Uint8Array | null} has 1 where a row has one
 * @property {boolean} descending
 */

/** So many units of a text are sorted at once; the few texts that are alike so far are compared. */
const DECIDING = 24;
const COMPARED = 400;
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const FOREIGN = /[^\0-\x7f]/;

/**
 * Rows in order. What is missing comes last, before it NaN, whatever the direction.
 * @param {Uint32Array} rows in the order that is kept among equals
 * @param {SortKey[]} keys the first decides first
 * @returns {Uint32Array}
 */
export function sorted(rows, keys) {
  /** @type {Uint32Array} */
  let order = rows.slice();
  for (const key of keys.toReversed()) order = radixSorted(order, numberDigits(key), 4);
  return order;
}

/**
 * How the texts of a column are ordered: numbers first and by value, then texts, in which numbers
 * count as numbers ("run-2" before "run-10") and case does not.
 * @param {string[]} texts
 * @returns {Float64Array} the rank of each place in `texts`; equal texts have equal ranks
 */
export function textRanks(texts) {
  const numbers = Float64Array.from(texts, asNumber);
  const all = Uint32Array.from(texts.keys());
  const numeric = all.filter((place) => !Number.isNaN(numbers[place]));
  const others = all.filter((place) => Number.isNaN(numbers[place]));
  const units = new Uint16Array(texts.length * DECIDING);
  for (const place of others) naturalUnits(texts[place], units, place * DECIDING);
  const ranks = new Float64Array(texts.length);
  sorted(numeric, [{ values: numbers, has: null, descending: false }]).forEach((place, rank, order) => {
    const same = rank > 0 && numbers[order[rank - 1]] === numbers[place];
    ranks[place] = same ? ranks[order[rank - 1]] : rank;
  });
  const order = radixSorted(others, units, DECIDING);
  for (let first = 0, end; first < order.length; first = end) {
    for (end = first + 1; end < order.length && equalUnits(units, order[first], order[end]); ) end += 1;
    rankAlike(order.subarray(first, end), texts, numeric.length + first, ranks);
  }
  return ranks;
}

/**
 * Rank texts that begin alike.
 * @param {Uint32Array} places
 * @param {string[]} texts
 * @param {number} first the rank of the first of them
 * @param {Float64Array} ranks
 */
function rankAlike(places, texts, first, ranks) {
  const rest = (/** @type {number} */ place) => texts[place].slice(0, COMPARED);
  if (places.length > 1) places.sort((a, b) => collator.compare(rest(a), rest(b)));
  places.forEach((place, i) => {
    const same = i > 0 && collator.compare(rest(places[i - 1]), rest(place)) === 0;
    ranks[place] = same ? ranks[places[i - 1]] : first + i;
  });
}

/**
 * @param {string} text
 * @returns {number} NaN for what is no number
 */
export function asNumber(text) {
  if (!text || text.length > 40 || text.trim() === "") return NaN;
  return Number(text);
}

/**
 * Write down a text so that comparing unit by unit is the natural order: before the digits of a
 * number stands how many they are.
 * @param {string} text
 * @param {Uint16Array} units
 * @param {number} start
 */
function naturalUnits(text, units, start) {
  const plain = FOREIGN.test(text) ? text.slice(0, 4 * DECIDING).normalize("NFD").toLowerCase() : text;
  const end = start + DECIDING;
  let to = start;
  for (let i = 0; i < plain.length && to < end; i++) {
    const unit = plain.charCodeAt(i);
    if (isDigit(unit) && !(i > 0 && isDigit(plain.charCodeAt(i - 1)))) {
      while (plain[i] === "0" && isDigit(plain.charCodeAt(i + 1))) i++;
      let length = 1;
      while (isDigit(plain.charCodeAt(i + length))) length++;
      units[to++] = ZERO + Math.min(9, length);
      if (to < end) units[to++] = plain.charCodeAt(i);
    } else units[to++] = unit >= 65 && unit <= 90 ? unit + 32 : unit;
  }
}

const ZERO = 48;

/** @param {number} unit */
const isDigit = (unit) => unit >= ZERO && unit < ZERO + 10;

/**
 * @param {Uint16Array} units
 * @param {number} a
 * @param {number} b
 */
function equalUnits(units, a, b) {
  for (let i = 0; i < DECIDING; i++) if (units[a * DECIDING + i] !== units[b * DECIDING + i]) return false;
  return true;
}

/** @type {WeakMap<Values, {version: number, ranks: Float64Array}>} */
const ranked = new WeakMap();

/**
 * What a column is sorted by.
 * @param {Values} values
 * @param {boolean} descending
 * @param {number} rows
 * @returns {SortKey}
 */
export function sortKey(values, descending, rows) {
  if (!values.texts) return { values: values.data, has: values.has, descending };
  let known = ranked.get(values);
  if (!known || known.version !== values.version) {
    known = { version: values.version, ranks: textRanks(values.texts) };
    ranked.set(values, known);
  }
  const { ranks } = known;
  const byRow = new Float64Array(rows);
  for (let row = 0; row < rows; row++) byRow[row] = ranks[values.data[row]];
  // An empty text is nothing to sort by.
  const empty = values.texts.indexOf("");
  const has = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) has[row] = values.hasAt(row) && values.data[row] !== empty ? 1 : 0;
  return { values: byRow, has, descending };
}
