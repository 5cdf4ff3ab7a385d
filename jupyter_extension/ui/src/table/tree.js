// Children below their parents, and all attempts of a cell as one row: which rows are to be seen.

/**
 * @typedef {object} Links what belongs to what, by rows; -1 for nothing
 * @property {Int32Array} parent
 * @property {Int32Array} group the number of the cell whose attempt a row is
 * @property {number} groups
 *
 * @typedef {object} Shape
 * @property {Uint32Array} order all rows
 * @property {Int32Array | null} above the row below which a row is; null where no row is below another
 * @property {Int32Array} first the first row below a row
 * @property {Int32Array} next the next row below the same one
 * @property {Uint32Array} attempts how many attempts a row stands for; 0 for the other rows
 *
 * @typedef {object} Shown
 * @property {Uint32Array} rows in the order in which they are seen
 * @property {Uint8Array | null} levels how deep each is; null where all are at the top
 * @property {number} hidden how many are inside rows that are closed
 */

const DEEPEST = 255;

/**
 * @param {import("./rows.js").Rows} rows
 * @returns {Links}
 */
export function linksOf(rows) {
  const { length } = rows;
  const parent = new Int32Array(length).fill(-1);
  const group = new Int32Array(length).fill(-1);
  /** @type {Map<number, number>} */
  const groups = new Map();
  if (!length) return { parent, group, groups: 0 };
  const [keys, parents, cells] = [rows.dense("key"), rows.dense("parent"), rows.dense("attempt_of")];
  for (let row = 0; row < length; row++) {
    if (parents[row]) parent[row] = rows.rowOf(parents[row]) ?? -1;
    if (cells[row] !== keys[row] && !groups.has(cells[row])) groups.set(cells[row], groups.size);
  }
  if (groups.size) for (let row = 0; row < length; row++) group[row] = groups.get(cells[row]) ?? -1;
  return { parent, group, groups: groups.size };
}

/**
 * Put each row below another one, or at the top.
 * @param {Uint32Array} order
 * @param {Links} links
 * @param {{nested: boolean, attempts: boolean}} how nested: children below parents; attempts: each
 *   attempt for itself
 * @returns {Shape}
 */
export function shaped(order, links, { nested, attempts }) {
  const size = links.parent.length;
  const above = new Int32Array(size).fill(-1);
  const counts = new Uint32Array(size);
  const leaders = new Int32Array(attempts ? 0 : links.groups).fill(-1);
  let below = 0;
  for (const row of order) {
    const group = attempts ? -1 : links.group[row];
    if (group >= 0 && leaders[group] < 0) leaders[group] = row;
    if (group >= 0) counts[leaders[group]] += 1;
    if (group >= 0 && leaders[group] !== row) above[row] = leaders[group];
    else if (nested) above[row] = links.parent[row];
    if (above[row] >= 0) below += 1;
  }
  const first = new Int32Array(size).fill(-1);
  const next = new Int32Array(size).fill(-1);
  if (!below) return { order, above: null, first, next, attempts: counts };
  cutCircles(above, order);
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i];
    if (above[row] < 0) continue;
    next[row] = first[above[row]];
    first[above[row]] = row;
  }
  return { order, above, first, next, attempts: counts };
}

/**
 * Only a foreign client can make runs parents of each other; then one of them is at the top.
 * @param {Int32Array} above
 * @param {Uint32Array} order
 */
function cutCircles(above, order) {
  const seen = new Uint32Array(above.length);
  let walk = 0;
  for (const start of order) {
    walk += 1;
    let row = start;
    while (row >= 0 && !seen[row]) {
      seen[row] = walk;
      if (above[row] >= 0 && seen[above[row]] === walk) above[row] = -1;
      row = above[row];
    }
  }
}

/**
 * @param {Shape} shape
 * @param {(row: number) => boolean} isOpen asked only for rows that have others below
 * @returns {Shown}
 */
export function shownRows({ order, above, first, next }, isOpen) {
  if (!above) return { rows: order, levels: null, hidden: 0 };
  const rows = new Uint32Array(order.length);
  const levels = new Uint8Array(order.length);
  let length = 0;
  for (const top of order) {
    if (above[top] >= 0) continue;
    /** @type {[number, number][]} */
    const waiting = [];
    let row = top;
    let level = 0;
    for (;;) {
      rows[length] = row;
      levels[length++] = Math.min(level, DEEPEST);
      if (row !== top && next[row] >= 0) waiting.push([next[row], level]);
      if (first[row] >= 0 && isOpen(row)) {
        row = first[row];
        level += 1;
        continue;
      }
      const following = waiting.pop();
      if (!following) break;
      [row, level] = following;
    }
  }
  return { rows: rows.subarray(0, length), levels: levels.subarray(0, length), hidden: order.length - length };
}
