// The elements of one row, which are used again for other rows: text nodes are written, never made anew.

import { h, icon, safeHref } from "../dom.js";
import { count } from "../format.js";
import { STATUSES } from "./rows.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").ShownColumn} ShownColumn */
/** @typedef {import("./cell_texts.js").CellTexts} CellTexts */

/**
 * @typedef {object} Placed a column that is in sight
 * @property {ShownColumn} column
 * @property {CellTexts} texts
 * @property {number} place among all columns, from 0
 * @property {number | null} left where it sticks, in px; null for one that scrolls
 * @property {number} gap px of columns that are left out before it
 */

const TWIST = "M6 4l4 4-4 4";
const INDENT = 14;
const DEEPEST = 12;
/** The arrow stands in the margin of the cell. */
const OUTSIDE = 6;

/** A cell: an element whose parts depend on what kind of column it has at the moment. */
class Cell {
  constructor() {
    this.element = h("div.nbt-cell.nbt-text", { role: "gridcell" });
    this.text = document.createTextNode("");
    this.kind = "";
    this.style = "";
    this.best = false;
    /** @type {Placed | null} */
    this.placed = null;
  }

  /** @param {Placed} placed @param {boolean} last whether it is the last one that sticks */
  place(placed, last) {
    this.placed = placed;
    const { column, left, gap, place, texts } = placed;
    const style = [column.name, column.width, left, gap, last, texts.right].join("|");
    if (style === this.style) return;
    this.style = style;
    const { element } = this;
    element.style.width = `${column.width}px`;
    element.style.left = left === null ? "" : `${left}px`;
    element.style.marginLeft = gap ? `${gap}px` : "";
    element.classList.toggle("nbt-pinned", left !== null);
    element.classList.toggle("nbt-pinned-last", last);
    element.classList.toggle("nbt-right", texts.right);
    element.classList.toggle("nbt-id", column.name === "run_id");
    element.setAttribute("aria-colindex", String(place + 2));
    element.dataset.column = column.name;
    this.become(column.name === "name" || column.name === "status" ? column.name : "text");
  }

  /** @param {string} kind */
  become(kind) {
    if (kind === this.kind) return;
    this.kind = kind;
    this.element.classList.toggle("nbt-name", kind === "name");
    if (kind === "name") this.element.replaceChildren(...this.nameParts());
    else if (kind === "status") this.element.replaceChildren((this.status = h("span.nbt-status", null, this.text)));
    else this.element.replaceChildren(this.text);
  }

  nameParts() {
    this.twist = h("span.nbt-twist", { "aria-hidden": "true" }, icon(TWIST));
    this.link = h("a.nbt-text", { tabIndex: -1 }, this.text);
    this.badge = h("span.nbt-badge");
    return [this.twist, this.link, this.badge];
  }

  /** @param {string} text */
  write(text) {
    if (this.text.data !== text) this.text.data = text;
  }

  /** @param {Model} model @param {number} row @param {number} level @param {(id: string) => string | null} href */
  paint(model, row, level, href) {
    const { texts, column } = /** @type {Placed} */ (this.placed);
    this.write(texts.text(row));
    if (this.kind === "name") this.paintName(model, row, level, href);
    if (this.kind === "status" && this.status) this.status.dataset.status = STATUSES[model.rows.dense("status")[row]];
    const best = texts.best();
    const isBest = best === best && model.rows.column(column.name)?.data[row] === best;
    if (this.best !== isBest) this.element.classList.toggle("nbt-best", (this.best = isBest));
  }

  /** @param {Model} model @param {number} row @param {number} level @param {(id: string) => string | null} href */
  paintName(model, row, level, href) {
    if (!this.twist || !this.link || !this.badge) return;
    const address = href(model.rows.idAt(row));
    const safe = address === null ? null : safeHref(address);
    if (safe === null) this.link.removeAttribute("href");
    else if (this.link.getAttribute("href") !== safe) this.link.setAttribute("href", safe);
    this.twist.style.display = model.isTree ? "" : "none";
    this.twist.style.marginLeft = `${INDENT * Math.min(level, DEEPEST) - OUTSIDE}px`;
    this.twist.classList.toggle("nbt-leaf", !model.hasBelow(row));
    const badge = badgeOf(model, row);
    this.badge.hidden = !badge;
    if (badge && this.badge.textContent !== badge.text) this.badge.textContent = badge.text;
    if (badge) this.badge.title = badge.title;
  }
}

/** @param {Model} model @param {number} row */
function badgeOf(model, row) {
  const attempts = model.shape.attempts[row];
  if (attempts > 1) return { text: `×${attempts}`, title: `${count(attempts, "attempt")} of this cell` };
  const { shape, links } = model;
  const above = shape.above ? shape.above[row] : -1;
  const number = model.rows.dense("attempt")[row];
  const ofSameCell = above >= 0 && links.group[row] >= 0 && links.group[above] === links.group[row];
  if (ofSameCell && number) return { text: `attempt ${number}`, title: "Another run of the same cell" };
  return null;
}

/**
 * Touch the page only where something differs.
 * @param {Element} element
 * @param {string} name
 * @param {string | null} value
 */
function set(element, name, value) {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

export class RowElement {
  /** @param {string} id @param {Model} model @param {(id: string) => string | null} href */
  constructor(id, model, href) {
    this.model = model;
    this.href = href;
    this.box = h("input", { type: "checkbox", tabIndex: -1 });
    const check = h("div.nbt-cell.nbt-check.nbt-pinned", { role: "gridcell", "aria-colindex": "1" }, this.box);
    this.element = h("div.nbt-row", { role: "row", id }, check);
    /** @type {Cell[]} */
    this.cells = [];
    this.index = -1;
  }

  /** @param {Placed[]} placed */
  setColumns(placed) {
    while (this.cells.length < placed.length) this.cells.push(new Cell());
    const shown = this.element.childElementCount - 1;
    for (let i = shown; i < placed.length; i++) this.element.append(this.cells[i].element);
    for (let i = placed.length; i < shown; i++) this.cells[i].element.remove();
    placed.forEach((one, i) => this.cells[i].place(one, one.left !== null && (placed[i + 1]?.left ?? null) === null));
    this.used = placed.length;
  }

  /** @param {number} index of what is shown */
  paint(index) {
    const { model, element } = this;
    const { rows, levels } = model.shown;
    const row = rows[index];
    const level = levels ? levels[index] : 0;
    this.index = index;
    for (let i = 0; i < (this.used ?? 0); i++) this.cells[i].paint(model, row, level, this.href);
    const selected = model.selection.ids.size > 0 && model.selection.has(model.rows.idAt(row));
    if (this.box.checked !== selected) this.box.checked = selected;
    set(this.box, "aria-label", `Select ${model.rows.column("name")?.textAt(row).slice(0, 100) ?? ""}`);
    set(element, "aria-selected", String(selected));
    set(element, "aria-rowindex", String(index + 2));
    set(element, "aria-level", String(level + 1));
    set(element, "aria-expanded", model.hasBelow(row) ? String(model.isOpen(row)) : null);
    const deleted = model.rows.dense("lifecycle")[row] === 1;
    const active = model.active !== null && model.rows.idAt(row) === model.active;
    const classes = `nbt-row${deleted ? " nbt-deleted" : ""}${active ? " nbt-active" : ""}`;
    if (element.className !== classes) element.className = classes;
  }
}
