// What pointer, keys and menus do to a table.

import { reordered } from "./view_state.js";

/** @typedef {import("./runs_view.js").RunsView} RunsView */

const ASIDE = 120;

/**
 * @param {RunsView} view
 * @returns {import("./keyboard.js").Actions}
 */
export function gridActions(view) {
  const { model, grid } = view;
  return {
    go(index, extend) {
      if (extend) {
        model.selection.anchor ??= model.active;
        model.selection.extend(index, model.shown.rows.length, (at) => model.idAt(at));
      }
      view.activate(index);
      if (extend) view.select();
    },
    toggle(index) {
      model.selection.toggle(model.idAt(index));
      view.select();
    },
    open: (index, open) => setOpen(view, index, open),
    enter(index) {
      const slot = grid.slots.find((one) => one.index === index);
      const link = slot?.element.querySelector("a[href]");
      if (link instanceof HTMLElement) link.click();
      else setOpen(view, index, !model.isOpen(model.shown.rows[index]));
    },
    all: () => selectAll(view),
    none() {
      model.selection.replace([]);
      view.select();
    },
    aside: (columns) => grid.element.scrollBy({ left: columns * ASIDE }),
    head: () => view.header.focus(),
  };
}

/**
 * @param {RunsView} view
 * @returns {import("./header.js").HeaderActions}
 */
export function headerActions(view) {
  const { model } = view;
  const { state } = model;
  return {
    sort(name, add, direction) {
      if (direction === undefined) state.order = reordered(state.order, name, firstDirection(view, name), add);
      else if (direction) state.order = [[name, direction]];
      else state.order = state.order.filter(([one]) => one !== name);
      resort(view);
    },
    resize(name, width, done) {
      if (width === null) delete state.widths[name];
      else state.widths[name] = width;
      view.header.draw(view.grid.element.clientWidth);
      view.grid.setColumns();
      if (done) view.tellView();
    },
    pin(name, pinned) {
      state.pinned = pinned ? [...state.pinned, name] : state.pinned.filter((one) => one !== name);
      view.redraw(view.grid.anchor);
      view.tellView();
    },
    hide: (name) => view.setColumns(model.columnNames.filter((one) => one !== name)),
    all: () => selectAll(view),
    down() {
      view.grid.element.focus();
      if (model.shown.rows.length) view.activate(Math.max(0, model.indexOf(model.active)));
    },
  };
}

/** @param {RunsView} view */
export function listenToPointer(view) {
  const { grid, model } = view;
  grid.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  grid.body.addEventListener("click", (event) => {
    const slot = grid.slotOf(event.target);
    if (slot && event.target instanceof Element) clicked(view, slot.index, event.target, event);
  });
  // The text of a cell in full is only made for cells that somebody points at.
  grid.body.addEventListener("mouseover", (event) => {
    const slot = grid.slotOf(event.target);
    const cell = slot?.cells.find((one) => event.target instanceof Node && one.element.contains(event.target));
    if (slot && cell?.placed) cell.element.title = cell.placed.texts.full(model.shown.rows[slot.index]).slice(0, 2000);
  });
}

/**
 * @param {RunsView} view
 * @param {number} index
 * @param {Element} target
 * @param {MouseEvent} event
 */
function clicked(view, index, target, event) {
  const { model, grid } = view;
  if (target.closest("a[href]")) return;
  const row = model.shown.rows[index];
  const inCheck = target.closest(".nbt-check") !== null;
  model.active = model.idAt(index);
  if (target.closest(".nbt-twist") && model.hasBelow(row)) setOpen(view, index, !model.isOpen(row));
  else if (event.shiftKey) {
    model.selection.extend(index, model.shown.rows.length, (at) => model.idAt(at));
    view.select();
  } else if (inCheck || event.ctrlKey || event.metaKey) {
    model.selection.toggle(model.active);
    view.select();
  } else grid.draw(true);
  if (inCheck) grid.element.focus({ preventScroll: true });
}

/**
 * What is in the menu at the end of the toolbar.
 * @param {RunsView} view
 * @returns {import("../popup/menu.js").MenuItem[]}
 */
export function moreItems(view) {
  const { model } = view;
  const { state } = model;
  const change = (/** @type {() => void} */ how) => () => {
    how();
    model.nest();
    view.redraw();
    view.tellView();
  };
  const none = model.isTree ? null : "No row has others below it";
  return [
    { label: "Open all rows", disabled: none, onclick: change(() => model.setAllOpen(true)) },
    { label: "Close all rows", disabled: none, onclick: change(() => model.setAllOpen(false)) },
    { label: "Children below their parents", checked: state.nested, onclick: change(() => (state.nested = !state.nested)) },
    { label: "A row for each attempt", checked: state.attempts, onclick: change(() => (state.attempts = !state.attempts)) },
    { label: "Columns and widths as at first", onclick: () => asAtFirst(view) },
  ];
}

/** @param {RunsView} view */
function asAtFirst(view) {
  Object.assign(view.model.state, { columns: null, widths: {}, pinned: ["name"] });
  view.setView(view.model.written());
  view.tellView();
}

/** @param {RunsView} view @param {number} index @param {boolean} open */
function setOpen(view, index, open) {
  const { model } = view;
  const row = model.shown.rows[index];
  if (!model.hasBelow(row)) return;
  model.setOpen(row, open);
  view.redraw(view.grid.anchor);
  view.tellView();
}

/** @param {RunsView} view */
function selectAll(view) {
  const { model } = view;
  model.selection.toggleAll(Array.from(model.shown.rows, (row) => model.rows.idAt(row)));
  view.select();
}

/**
 * The best first, the newest first, the first letter first.
 * @param {RunsView} view
 * @param {string} name
 */
function firstDirection({ model }, name) {
  const column = model.columns.find((one) => one.name === name);
  if (!column) return "asc";
  if (column.kind === "metric") return model.keys.directions?.[column.key] === "min" ? "asc" : "desc";
  return ["start", "end", "duration", "attempts"].includes(name) ? "desc" : "asc";
}

/** @param {RunsView} view */
function resort(view) {
  if (view.model.whole) {
    view.model.sort();
    view.grid.element.scrollTop = 0;
    view.redraw();
  } else void view.load();
  view.header.draw(view.grid.element.clientWidth);
  view.tellView();
}
