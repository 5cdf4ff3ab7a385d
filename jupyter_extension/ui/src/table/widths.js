// How wide a column is before somebody says so: as wide as its head and most of its cells.

/** @typedef {import("./columns.js").Described} Described */

/** Of attributes, whose texts are known beforehand. @type {Record<string, number>} */
const KNOWN = { name: 240, status: 104, start: 132, end: 132, duration: 92, attempts: 76, run_id: 280 };
const SAMPLE = 60;
const CHARACTER = 7.2;
const PADDING = 22;
/** Beside a label stand the arrow of its order and the button of its menu. */
const BESIDE_LABEL = 30;
const NARROW = 72;
const WIDE = 260;

/**
 * @param {Described} column
 * @param {import("./cell_texts.js").CellTexts} texts
 * @param {number} rows
 */
export function widthOf(column, texts, rows) {
  if (KNOWN[column.name]) return KNOWN[column.name];
  let longest = Math.max(column.label.length, column.group.length * 0.85) * CHARACTER + BESIDE_LABEL;
  longest = Math.min(longest, WIDE * 0.75);
  const step = Math.max(1, Math.floor(rows / SAMPLE));
  for (let row = 0; row < rows; row += step) {
    longest = Math.max(longest, texts.text(row).length * CHARACTER + PADDING);
    if (longest >= WIDE) break;
  }
  return Math.round(Math.min(WIDE, Math.max(NARROW, longest)));
}
