// Which rows and columns are in sight, by arithmetic alone.

export const ROW = 28;
export const HEAD = 40;
export const CHECK = 32;
/** Browsers cannot scroll through more px: beyond, the scroll bar moves by parts of rows. */
const TALLEST = 14_000_000;
/** Pinned columns leave at least this part of the width to those that scroll. */
const LEFT_TO_SCROLL = 0.45;

/**
 * How tall the canvas of so many rows is, in px.
 * @param {number} rows
 */
export const tallness = (rows) => Math.min(TALLEST, rows * ROW);

/**
 * @param {number} rows
 * @param {number} scrolled px
 * @param {number} space px in which rows are seen
 * @returns {{first: number, last: number, shift: number}} rows [first, last), and how far the first
 *   one begins above the space
 */
export function rowsInSight(rows, scrolled, space) {
  const real = rows * ROW;
  const way = tallness(rows) - space;
  const top = real > TALLEST ? (Math.min(scrolled, way) / way) * (real - space) : Math.min(scrolled, Math.max(0, real - space));
  const first = Math.max(0, Math.floor(top / ROW));
  return { first, last: Math.min(rows, Math.ceil((top + space) / ROW)), shift: top - first * ROW };
}

/**
 * How far to scroll so that a row is in sight.
 * @param {number} index
 * @param {number} rows
 * @param {number} scrolled
 * @param {number} space
 */
export function scrollTo(index, rows, scrolled, space) {
  const real = rows * ROW;
  const factor = real > TALLEST ? (tallness(rows) - space) / (real - space) : 1;
  const top = scrolled / factor;
  if (index * ROW < top) return index * ROW * factor;
  if ((index + 1) * ROW > top + space) return ((index + 1) * ROW - space) * factor;
  return scrolled;
}

/**
 * @template {{width: number, pinned: boolean}} T
 * @param {T[]} columns pinned ones first
 * @param {number} scrolled px to the side
 * @param {number} space px of the whole width
 * @returns {{width: number, placed: {column: T, place: number, left: number | null, gap: number}[]}}
 *   width: of all columns together
 */
export function columnsInSight(columns, scrolled, space) {
  const placed = [];
  let left = CHECK;
  let place = 0;
  // Where there is little room, pinned columns scroll with the others.
  for (; place < columns.length && columns[place].pinned; place++) {
    if (place > 0 && left + columns[place].width > space * (1 - LEFT_TO_SCROLL)) break;
    const sticks = left - CHECK + columns[place].width <= space * (1 - LEFT_TO_SCROLL);
    placed.push({ column: columns[place], place, left: sticks ? left : null, gap: 0 });
    left += columns[place].width;
  }
  const stuck = placed.every((one) => one.left !== null) ? left : CHECK;
  let at = left;
  let gap = 0;
  for (; place < columns.length; place++) {
    const { width } = columns[place];
    if (at + width <= scrolled + stuck) gap += width;
    else if (at < scrolled + space) {
      placed.push({ column: columns[place], place, left: null, gap });
      gap = 0;
    }
    at += width;
  }
  return { width: at, placed };
}
