// The heads of the columns: sorting, widths, pinning, the menu. All of it by pointer and by keyboard.

import { h, icon } from "../dom.js";
import { openMenu } from "../popup.js";
import { columnsInSight } from "./geometry.js";
import { NARROWEST, WIDEST } from "./view_state.js";

/** @typedef {import("./model.js").ShownColumn} ShownColumn */

/**
 * @typedef {object} HeaderActions
 * @property {(name: string, add: boolean, direction?: "asc" | "desc" | null) => void} sort
 *   without a direction: the next one; null: not by this column
 * @property {(name: string, width: number | null, done: boolean) => void} resize null: as wide as it was at first
 * @property {(name: string, pinned: boolean) => void} pin
 * @property {(name: string) => void} hide
 * @property {() => void} all select all, or none
 * @property {() => void} down put the focus into the rows
 */

const UP = "M8 13V3.5M4 7.5l4-4 4 4";
const DOWN = "M8 3v9.5M4 8.5l4 4 4-4";
const DOTS = "M3.5 8h.01M8 8h.01M12.5 8h.01";
const STEP = 16;

export class Header {
  /**
   * @param {import("./model.js").Model} model
   * @param {HeaderActions} actions
   */
  constructor(model, actions) {
    this.model = model;
    this.actions = actions;
    this.all = h("input", { type: "checkbox", tabIndex: -1, "aria-label": "Select all shown runs", onchange: () => actions.all() });
    const check = h("div.nbt-head-cell.nbt-check.nbt-pinned", { role: "columnheader", "aria-colindex": "1" }, this.all);
    this.row = h("div.nbt-row", { role: "row", "aria-rowindex": "1" }, check);
    this.element = h("div.nbt-grid-head", { role: "rowgroup" }, this.row);
    /** @type {Map<string, Head>} */
    this.heads = new Map();
    this.current = "name";
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draw the heads of the columns that there are now. @param {number} space px of the whole width */
  draw(space) {
    const { columns } = this.model;
    const focused = document.activeElement;
    const { placed } = columnsInSight(columns, 0, Infinity);
    const stuck = columnsInSight(columns, 0, space || 800).placed;
    const heads = placed.map(({ column, place }) => {
      const head = this.heads.get(column.name) ?? new Head(column.name, this);
      const { left } = stuck.find((one) => one.place === place) ?? { left: null };
      const next = stuck.find((one) => one.place === place + 1);
      head.draw(column, place, left, left !== null && (next?.left ?? null) === null);
      return head;
    });
    this.heads = new Map(heads.map((head) => [head.name, head]));
    if (!this.heads.has(this.current)) this.current = "name";
    heads.forEach((head) => (head.element.tabIndex = head.name === this.current ? 0 : -1));
    const elements = heads.map((head) => head.element);
    const inside = focused instanceof HTMLElement && this.row.contains(focused);
    const old = [...this.row.children].slice(1);
    if (elements.length === old.length && elements.every((element, i) => element === old[i])) return;
    this.row.replaceChildren(this.row.children[0], ...elements);
    if (!inside) return;
    if (this.row.contains(focused)) focused.focus({ preventScroll: true });
    else this.focus(); // the column that had it is gone
  }

  /** Show how many of the shown runs are selected. @param {number} selected @param {number} shown */
  mark(selected, shown) {
    this.all.checked = shown > 0 && selected >= shown;
    this.all.indeterminate = selected > 0 && selected < shown;
  }

  /** @param {string} name */
  focus(name = this.current) {
    this.current = name;
    this.heads.forEach((head) => (head.element.tabIndex = head.name === name ? 0 : -1));
    this.heads.get(name)?.element.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const head = [...this.heads.values()].find((one) => one.element === event.target);
    if (!head || event.ctrlKey || event.metaKey) return;
    const names = [...this.heads.keys()];
    const at = names.indexOf(head.name);
    const side = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (side && event.shiftKey) head.resize(head.width + side * STEP, true);
    else if (side && !event.altKey) this.focus(names[Math.min(names.length - 1, Math.max(0, at + side))]);
    else if (event.key === "Home") this.focus(names[0]);
    else if (event.key === "End") this.focus(names[names.length - 1]);
    else if (event.key === "Enter" || event.key === " ") this.actions.sort(head.name, event.shiftKey);
    else if (event.key === "ContextMenu" || (event.key === "ArrowDown" && event.altKey)) head.menu();
    else if (event.key === "ArrowDown") this.actions.down();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The head of one column. */
class Head {
  /** @param {string} name @param {Header} header */
  constructor(name, header) {
    this.name = name;
    this.header = header;
    this.width = 0;
    this.pinned = false;
    this.group = h("span.nbt-head-group.nbt-text");
    this.label = h("span.nbt-head-label.nbt-text");
    this.mark = h("span.nbt-head-mark", { "aria-hidden": "true" });
    this.button = h("button.nbt-head-menu", { type: "button", tabIndex: -1, onclick: () => this.menu() }, icon(DOTS));
    const grip = h("span.nbt-head-grip", { "aria-hidden": "true", onpointerdown: (/** @type {PointerEvent} */ event) => this.drag(event) });
    grip.addEventListener("dblclick", () => header.actions.resize(name, null, true));
    const title = h("span.nbt-head-title", null, this.label, this.mark);
    this.element = h("div.nbt-head-cell", { role: "columnheader", tabIndex: -1 }, this.group, title, this.button, grip);
    this.element.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest(".nbt-head-menu, .nbt-head-grip")) return;
      header.current = name;
      header.actions.sort(name, event.shiftKey);
    });
    this.element.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    this.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.menu();
    });
  }

  /** @param {ShownColumn} column @param {number} place @param {number | null} left @param {boolean} last */
  draw(column, place, left, last) {
    const { element } = this;
    const { order } = this.header.model.state;
    const at = order.findIndex(([name]) => name === column.name);
    const direction = at < 0 ? "" : order[at][1];
    this.width = column.width;
    this.pinned = column.pinned;
    this.group.textContent = column.group;
    this.label.textContent = column.label.slice(0, 300);
    this.button.setAttribute("aria-label", `Menu of ${column.label.slice(0, 100)}`);
    this.mark.replaceChildren(...(direction ? [icon(direction === "asc" ? UP : DOWN), order.length > 1 ? String(at + 1) : ""] : []));
    element.title = `${column.name.slice(0, 1000)}\nClick to sort, Shift-click to sort by several columns`;
    element.setAttribute("aria-sort", direction === "" ? "none" : direction === "asc" ? "ascending" : "descending");
    element.setAttribute("aria-colindex", String(place + 2));
    element.dataset.column = column.name;
    element.style.width = `${column.width}px`;
    element.style.left = left === null ? "" : `${left}px`;
    element.classList.toggle("nbt-pinned", left !== null);
    element.classList.toggle("nbt-pinned-last", last);
    element.classList.toggle("nbt-right", this.header.model.textsOf(column).right);
  }

  /** @param {number} width @param {boolean} done */
  resize(width, done) {
    this.header.actions.resize(this.name, Math.min(WIDEST, Math.max(NARROWEST, Math.round(width))), done);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const grip = /** @type {HTMLElement} */ (event.currentTarget);
    const [from, width] = [event.clientX, this.width];
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    let moved = false;
    /** @param {PointerEvent} now */
    const follow = (now) => {
      moved ||= now.clientX !== from;
      if (moved) this.resize(width + now.clientX - from, now.type !== "pointermove");
    };
    grip.onpointermove = follow;
    grip.onpointerup = grip.onpointercancel = (end) => {
      grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
      if (end.type === "pointerup") follow(end); // a cancelled one is nowhere
    };
  }

  menu() {
    const { actions, model } = this.header;
    const { name, pinned } = this;
    const now = model.state.order.find(([one]) => one === name)?.[1];
    openMenu(
      this.button,
      [
        { label: "Sort ascending", checked: now === "asc", onclick: () => actions.sort(name, false, "asc") },
        { label: "Sort descending", checked: now === "desc", onclick: () => actions.sort(name, false, "desc") },
        ...(now ? [{ label: "Do not sort by this", checked: false, onclick: () => actions.sort(name, true, null) }] : []),
        { label: "Pin at the left", checked: pinned, onclick: () => actions.pin(name, !pinned) },
        { label: "Own width", checked: false, onclick: () => actions.resize(name, null, true) },
        ...(name === "name" ? [] : [{ label: "Hide column", checked: false, onclick: () => actions.hide(name) }]),
      ],
      { label: `Column ${name}` },
    );
  }
}
