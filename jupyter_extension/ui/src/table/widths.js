// How wide a column is before somebody says so: as wide as its head and most of its cells.

/** @typedef {import("./columns.js").Described} Described */

/** Of attributes, whose texts are known beforehand: in characters. @type {Record<string, number>} */
const KNOWN = { name: 29, status: 11, start: 16, end: 16, duration: 9, attempts: 7, run_id: 32 };
const SAMPLE = 200;
const PADDING = 22;
/** Beside a label stand the arrow of its order and the button of its menu. */
const BESIDE_LABEL = 30;
const NARROW = 72;
const USUAL = 7.5;

/**
 * How wide a digit of an element's text is, in px.
 * @param {Element} element
 */
export function digitWidth(element) {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return USUAL;
  const { fontSize, fontFamily } = getComputedStyle(element);
  if (!fontSize) return USUAL; // it is in no page
  context.font = `${fontSize} ${fontFamily}`;
  return context.measureText("0").width || USUAL;
}
const WIDE = 260;

/**
 * @param {Described} column
 * @param {import("./cell_texts.js").CellTexts} texts
 * @param {number} rows
 * @param {number} digit how wide a digit is, in px
 */
export function widthOf(column, texts, rows, digit) {
  if (KNOWN[column.name]) return Math.round(KNOWN[column.name] * digit + PADDING);
  let longest = Math.max(column.label.length, column.group.length * 0.85) * digit + BESIDE_LABEL;
  longest = Math.min(longest, WIDE * 0.75);
  const step = Math.max(1, Math.floor(rows / SAMPLE));
  for (let row = 0; row < rows; row += step) {
    longest = Math.max(longest, texts.text(row).length * digit + PADDING);
    if (longest >= WIDE) break;
  }
  return Math.round(Math.min(WIDE, Math.max(NARROW, longest)));
}
