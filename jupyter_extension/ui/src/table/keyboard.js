// What the keys do in the grid.

/** @typedef {import("./model.js").Model} Model */

/**
 * Where a key takes the keyboard; null for keys that do not move it.
 * @param {string} key
 * @param {number} index where it is, -1 for nowhere
 * @param {number} page rows in sight
 * @param {number} rows
 */
export function moved(key, index, page, rows) {
  /** @type {Record<string, number>} */
  const targets = {
    ArrowDown: index + 1,
    ArrowUp: index < 0 ? 0 : index - 1,
    PageDown: Math.max(0, index) + page,
    PageUp: index - page,
    Home: 0,
    End: rows - 1,
  };
  if (!rows || !(key in targets)) return null;
  return Math.min(rows - 1, Math.max(0, targets[key]));
}

/**
 * Where ArrowLeft goes from a row that cannot be closed: to the row that it is below.
 * @param {import("./tree.js").Shown} shown
 * @param {number} index
 */
export function indexAbove({ levels }, index) {
  if (!levels || !levels[index]) return -1;
  let above = index - 1;
  while (above >= 0 && levels[above] >= levels[index]) above -= 1;
  return above;
}

/**
 * @typedef {object} Actions
 * @property {(index: number, extend: boolean) => void} go move the keyboard there; extend the selection to it
 * @property {(index: number) => void} toggle select or not
 * @property {(index: number, open: boolean) => void} open
 * @property {(index: number) => void} enter
 * @property {() => void} all select all, or none
 * @property {() => void} none select none
 * @property {(columns: number) => void} aside scroll to the side
 * @property {() => void} head put the focus into the header
 */

/**
 * @param {KeyboardEvent} event of the grid itself
 * @param {Model} model
 * @param {number} page rows in sight
 * @param {Actions} actions
 * @returns {boolean} whether the key meant something
 */
export function pressed(event, model, page, actions) {
  const { key } = event;
  const index = model.indexOf(model.active);
  const rows = model.shown.rows.length;
  if (event.ctrlKey || event.metaKey) {
    if (key.toLowerCase() !== "a") return false;
    actions.all();
    return true;
  }
  if (event.altKey) return false;
  if (key === "ArrowUp" && index <= 0 && !event.shiftKey) {
    actions.head();
    return true;
  }
  const to = moved(key, index, page, rows);
  if (to !== null) {
    actions.go(to, event.shiftKey);
    return true;
  }
  if (key === "Escape" && model.selection.ids.size) {
    actions.none();
    return true;
  }
  return index >= 0 && onRow(key, index, model, actions);
}

/**
 * @param {string} key
 * @param {number} index
 * @param {Model} model
 * @param {Actions} actions
 */
function onRow(key, index, model, actions) {
  const row = model.shown.rows[index];
  const below = model.hasBelow(row);
  if (key === " ") actions.toggle(index);
  else if (key === "Enter") actions.enter(index);
  else if (key === "ArrowRight") {
    if (below && !model.isOpen(row)) actions.open(index, true);
    else actions.aside(1);
  } else if (key === "ArrowLeft") {
    const above = indexAbove(model.shown, index);
    if (below && model.isOpen(row)) actions.open(index, false);
    else if (above >= 0) actions.go(above, false);
    else actions.aside(-1);
  } else return false;
  return true;
}
