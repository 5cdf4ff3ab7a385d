// The rows and columns that are in sight, and no others.
//
// The rows are in a box that sticks below the header, so there is never an empty place, however fast
// somebody scrolls: what is in the box follows with the next frame. Rows are used again and stay in the
// order of the page. The focus stays on the grid itself, which names the row the keyboard is on: a row
// that leaves the page cannot take the focus with it.

import { h } from "../dom.js";
import { RowElement } from "./cells.js";
import { columnsInSight, HEAD, ROW, rowsInSight, scrollTo, tallness } from "./geometry.js";

/** @typedef {import("./model.js").Model} Model */

let grids = 0;

export class Grid {
  /**
   * @param {Model} model
   * @param {HTMLElement} header
   * @param {(runId: string) => string | null} href
   */
  constructor(model, header, href) {
    this.model = model;
    this.href = href;
    this.id = `nbt-grid-${++grids}`;
    this.body = h("div.nbt-grid-rows", { role: "rowgroup" });
    this.port = h("div.nbt-grid-port", { role: "none" }, this.body);
    this.canvas = h("div", { role: "none" }, header, this.port);
    this.element = h(
      "div.nbt-grid",
      { role: "treegrid", tabIndex: 0, "aria-label": "Runs", "aria-multiselectable": "true" },
      this.canvas,
    );
    /** @type {RowElement[]} */
    this.slots = [];
    this.first = 0;
    this.made = 0;
    this.space = 0;
    this.wide = 0;
    this.columns = model.columns;
    /** @type {import("./cells.js").Placed[]} */
    this.placed = [];
    this.element.addEventListener("scroll", () => this.draw(false), { passive: true });
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.element);
  }

  /** The grid's own size changed. */
  measure() {
    this.space = Math.max(0, this.element.clientHeight - HEAD);
    this.wide = this.element.clientWidth;
    this.port.style.height = `${this.space}px`;
    this.draw(true);
  }

  /** Other columns, or other widths. */
  setColumns() {
    this.columns = this.model.columns;
    this.element.setAttribute("aria-colcount", String(this.columns.length + 1));
    this.draw(true);
  }

  /** Other rows, or other values in them. */
  setRows() {
    const rows = this.model.shown.rows.length;
    this.canvas.style.height = `${HEAD + Math.max(tallness(rows), 0)}px`;
    this.port.style.height = `${Math.min(this.space, tallness(rows))}px`;
    this.element.setAttribute("aria-rowcount", String(rows + 1));
    this.draw(true);
  }

  /** How many whole rows are in sight. */
  get page() {
    return Math.max(1, Math.floor(this.space / ROW) - 1);
  }

  /**
   * Draw what is in sight now.
   * @param {boolean} everything whether rows that stay in sight changed too
   */
  draw(everything) {
    const { scrollTop, scrollLeft } = this.element;
    const again = this.drawColumns(scrollLeft) || everything;
    const { first, last, shift } = rowsInSight(this.model.shown.rows.length, scrollTop, this.space);
    this.turn(first, last - first);
    this.slots.forEach((slot, i) => {
      if (again) slot.setColumns(this.placed);
      if (again || slot.index !== first + i) slot.paint(first + i);
    });
    this.body.style.transform = `translateY(${-shift}px)`;
    this.nameActive();
  }

  /**
   * @param {number} scrollLeft
   * @returns {boolean} whether other columns are in sight
   */
  drawColumns(scrollLeft) {
    const { placed, width } = columnsInSight(this.columns, scrollLeft, this.wide || 800);
    this.canvas.style.width = `${Math.max(width, this.wide)}px`;
    const same =
      placed.length === this.placed.length &&
      placed.every((one, i) => one.column === this.placed[i].column && one.gap === this.placed[i].gap && one.left === this.placed[i].left);
    this.placed = placed.map((one) => ({ ...one, texts: this.model.textsOf(one.column) }));
    return !same;
  }

  /**
   * Move the rows that left at one end to the other.
   * @param {number} first
   * @param {number} amount
   */
  turn(first, amount) {
    while (this.slots.length > amount) this.slots.pop()?.element.remove();
    while (this.slots.length < amount) {
      const slot = new RowElement(`${this.id}-${++this.made}`, this.model, this.href);
      slot.setColumns(this.placed);
      this.slots.push(slot);
      this.body.append(slot.element);
    }
    const by = first - this.first;
    this.first = first;
    if (!by || Math.abs(by) >= amount) return;
    const moved = by > 0 ? this.slots.splice(0, by) : this.slots.splice(by);
    const elements = moved.map((slot) => slot.element);
    if (by > 0) this.body.append(...elements);
    else this.body.prepend(...elements);
    this.slots = by > 0 ? [...this.slots, ...moved] : [...moved, ...this.slots];
  }

  /** Tell a screen reader on which row the keyboard is. */
  nameActive() {
    const active = this.slots.find((slot) => slot.element.classList.contains("nbt-active"));
    if (active) this.element.setAttribute("aria-activedescendant", active.element.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  reveal(index) {
    const rows = this.model.shown.rows.length;
    this.element.scrollTop = scrollTo(index, rows, this.element.scrollTop, this.space);
    this.draw(true);
  }

  /** What is at the top of the sight, to put it there again. */
  get anchor() {
    const { scrollTop } = this.element;
    const index = Math.floor(scrollTop / ROW);
    if (scrollTop === 0 || index >= this.model.shown.rows.length) return null;
    return { id: this.model.idAt(index), rest: scrollTop - index * ROW };
  }

  /** @param {{id: string, rest: number} | null} anchor */
  restore(anchor) {
    const index = anchor ? this.model.indexOf(anchor.id) : -1;
    if (anchor && index >= 0) this.element.scrollTop = index * ROW + anchor.rest;
  }

  /** The row of an element in it. @param {EventTarget | null} target */
  slotOf(target) {
    const element = target instanceof Element ? target.closest(".nbt-row") : null;
    return this.slots.find((slot) => slot.element === element) ?? null;
  }

  destroy() {
    this.watcher.disconnect();
  }
}
