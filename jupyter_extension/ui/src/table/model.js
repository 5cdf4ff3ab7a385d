// What a table shows at the moment: rows in order, columns with their widths and texts, what is selected.

import { cellTexts } from "./cell_texts.js";
import { described, FIRST_COLUMNS } from "./columns.js";
import { csvOf } from "./csv.js";
import { sorted, sortKey } from "./order.js";
import { Rows, STATUSES } from "./rows.js";
import { Selection } from "./selection.js";
import { linksOf, shaped, shownRows } from "./tree.js";
import { writeView } from "./view_state.js";
import { widthOf } from "./widths.js";

/** @typedef {import("./columns.js").Described} Described */
/** @typedef {import("./view_state.js").State} State */
/** @typedef {Described & {width: number, pinned: boolean}} ShownColumn */

/** @typedef {{metrics?: {key: string, share: number}[], suggested?: string[], directions?: Record<string, string>}} Keys */

export class Model {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.rows = new Rows(null);
    /** Whether all runs that match are there, so that sorting is ours. */
    this.whole = false;
    /** @type {Keys} */
    this.keys = {};
    /** @type {Map<string, string>} names by id */
    this.experiments = new Map();
    this.selection = new Selection();
    /** @type {string | null} the run on which the keyboard is */
    this.active = null;
    /** @type {Uint32Array} */
    this.order = new Uint32Array(0);
    this.newest = { rows: this.rows, version: 0, order: this.order };
    this.links = linksOf(this.rows);
    this.shape = shaped(this.order, this.links, state);
    /** @type {import("./tree.js").Shown} */
    this.shown = { rows: this.order, levels: null, hidden: 0 };
    /** @type {Map<string, import("./cell_texts.js").CellTexts>} */
    this.texts = new Map();
    /** How wide a digit is, in px. */
    this.digit = 7.5;
    /** @type {Map<string, number>} widths stay as they were first made: nothing jumps */
    this.widths = new Map();
  }

  /** Names of the shown columns. */
  get columnNames() {
    if (this.state.columns) return this.state.columns;
    const suggested = (this.keys.suggested ?? []).filter((name) => described(name) && !FIRST_COLUMNS.includes(name));
    return [...FIRST_COLUMNS, ...suggested];
  }

  /** @returns {ShownColumn[]} pinned ones first */
  get columns() {
    const pinned = new Set(this.state.pinned);
    const all = this.columnNames.map((name) => {
      const column = /** @type {Described} */ (described(name));
      return { ...column, pinned: pinned.has(name), width: this.state.widths[name] ?? this.ownWidth(column) };
    });
    return [...all.filter((one) => one.pinned), ...all.filter((one) => !one.pinned)];
  }

  /**
   * Take the width of a digit; whether it is another one.
   * @param {number} digit in px
   */
  measured(digit) {
    if (digit === this.digit) return false;
    this.digit = digit;
    this.widths.clear();
    return true;
  }

  /** @param {Described} column */
  ownWidth(column) {
    const known = this.widths.get(column.name);
    if (known !== undefined) return known;
    const width = widthOf(column, this.textsOf(column), this.rows.length, this.digit);
    if (this.rows.length && this.rows.names.has(column.kind === "attribute" ? "key" : column.name))
      this.widths.set(column.name, width);
    return width;
  }

  /** @param {Described} column */
  textsOf(column) {
    let texts = this.texts.get(column.name);
    if (!texts) {
      const known = { directions: this.keys.directions ?? {}, experiments: this.experiments };
      texts = cellTexts(column, this.rows, known);
      this.texts.set(column.name, texts);
    }
    return texts;
  }

  /** The view as JSON. */
  written() {
    return writeView(this.state);
  }

  /** Rows or values changed. @param {Rows} rows @param {boolean} whole */
  setRows(rows, whole) {
    this.rows = rows;
    this.whole = whole;
    this.texts.clear();
    this.links = linksOf(rows);
    this.sort();
  }

  /** Put the rows in order. */
  sort() {
    this.order = this.whole ? sorted(this.newestFirst(), this.sortKeys()) : numbered(this.rows.length);
    this.nest();
  }

  /** @returns {import("./order.js").SortKey[]} */
  sortKeys() {
    const { rows } = this;
    if (!rows.length) return [];
    const keys = this.state.order.map(([name, direction]) => this.sortKeyOf(name, direction === "desc"));
    return keys.filter((key) => key !== null);
  }

  /** The order of runs that are equal in all that somebody sorts by. */
  newestFirst() {
    const { rows } = this;
    if (this.newest.rows === rows && this.newest.version === rows.version) return this.newest.order;
    const keys = rows.length ? ["start", "key"].map((name) => ({ values: rows.dense(name), has: null, descending: true })) : [];
    this.newest = { rows, version: rows.version, order: sorted(numbered(rows.length), keys) };
    return this.newest.order;
  }

  /**
   * @param {string} name
   * @param {boolean} descending
   * @returns {import("./order.js").SortKey | null}
   */
  sortKeyOf(name, descending) {
    const { rows } = this;
    if (name === "duration") return { values: rows.seconds(), has: null, descending };
    if (name === "run_id") return { values: rows.dense("key"), has: null, descending };
    const values = rows.column(name === "attempts" ? "attempt" : name);
    return values ? sortKey(values, descending, rows.length) : null;
  }

  /** Put rows below others. */
  nest() {
    this.shape = shaped(this.order, this.links, this.state);
    this.open();
  }

  /** Take what is open and leave out what is closed. */
  open() {
    this.shown = shownRows(this.shape, (row) => this.isOpen(row));
  }

  /** @param {number} row */
  isOpen(row) {
    const { allOpen, turned } = this.state;
    return turned.size ? allOpen !== turned.has(this.rows.idAt(row)) : allOpen;
  }

  /** Whether there are rows below this one. @param {number} row */
  hasBelow(row) {
    return this.shape.first[row] >= 0;
  }

  /** Whether any row is below another. */
  get isTree() {
    return this.shape.above !== null;
  }

  /** @param {number} row @param {boolean} open */
  setOpen(row, open) {
    const id = this.rows.idAt(row);
    if (open === this.state.allOpen) this.state.turned.delete(id);
    else this.state.turned.add(id);
    this.open();
  }

  /** @param {boolean} open */
  setAllOpen(open) {
    this.state.allOpen = open;
    this.state.turned.clear();
    this.open();
  }

  /** The id of the run at a place of what is shown. @param {number} index */
  idAt(index) {
    return this.rows.idAt(this.shown.rows[index]);
  }

  /** Where a run is shown; -1 where it is not. @param {string | null} id */
  indexOf(id) {
    if (id === null) return -1;
    const bytes = this.rows.length ? this.rows.dense("run_id") : new Uint8Array(0);
    const start = [0, 2, 4, 6].map((at) => parseInt(id.slice(at, at + 2), 16));
    return this.shown.rows.findIndex(
      (row) => start.every((byte, i) => bytes[16 * row + i] === byte) && this.rows.idAt(row) === id,
    );
  }

  /** As CSV: the selected rows, also those in closed ones; what is shown where none is selected. */
  csv() {
    const { columns, shown, selection, rows } = this;
    const texts = columns.map((column) => this.textsOf(column));
    const some = selection.ids.size > 0;
    const chosen = some ? this.order.filter((row) => selection.has(rows.idAt(row))) : shown.rows;
    const cells = Array.from(chosen, (row) => [rows.idAt(row), ...texts.map((column) => column.raw(row))]);
    return csvOf(["run_id", ...columns.map(({ name }) => name)], cells);
  }

  /** The selected runs that are among the rows, as far as they are known. */
  selected() {
    const { rows, selection } = this;
    if (!selection.ids.size || !rows.length) return [];
    const [lifecycle, status] = [rows.dense("lifecycle"), rows.dense("status")];
    return rows
      .rowsWhere((row) => selection.has(rows.idAt(row)), null)
      .map((row) => ({
        run_id: rows.idAt(row),
        name: rows.column("name")?.textAt(row) ?? "",
        deleted: lifecycle[row] === 1,
        status: STATUSES[status[row]],
      }));
  }
}

/** @param {number} length */
function numbered(length) {
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}
