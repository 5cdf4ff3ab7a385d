// The runs that match, as columns; a frame's answers are laid over them without an object a run.

import { Values } from "./values.js";

/** @typedef {import("../frame.js").Frame} Frame */

const DIGITS = new TextEncoder().encode("0123456789abcdef");
/** Growing by more than is needed, so that each new run does not copy all columns. */
const SPARE = 1.25;

export const RUNNING = 1;
export const STATUSES = ["", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

export class Rows {
  /** @param {Frame | null} frame */
  constructor(frame) {
    this.length = frame?.columns.get("key")?.length ?? 0;
    this.capacity = this.length;
    this.frame = frame;
    /** @type {Map<string, Values>} */
    this.values = new Map();
    /** @type {Map<number, number> | null} */
    this.index = null;
    /** All ids, one after the other: one text is made much faster than many. */
    this.hex = "";
    /** Changes with each change. */
    this.version = 0;
  }

  /** Names of all columns. */
  get names() {
    return new Set([...this.values.keys(), ...(this.frame?.columns.keys() ?? [])]);
  }

  /**
   * @param {string} name
   * @returns {Values | undefined} made from the frame when it is first wanted
   */
  column(name) {
    const known = this.values.get(name);
    if (known) return known;
    const column = this.frame?.columns.get(name);
    if (!column) return undefined;
    const values = Values.of(column, this.capacity);
    this.values.set(name, values);
    return values;
  }

  /**
   * The texts of a column, each once; null for one of numbers, undefined for none.
   * @param {string} name
   */
  textsOf(name) {
    const values = this.values.get(name);
    if (values) return values.texts;
    const column = this.frame?.columns.get(name);
    return column && (column.type === "text" ? column.texts : null);
  }

  /**
   * The numbers of a column that every row has.
   * @param {string} name
   */
  dense(name) {
    return /** @type {Values} */ (this.column(name)).data;
  }

  /** @param {number} row */
  idAt(row) {
    if (this.hex.length !== 32 * this.length) this.hex = hexOf(this.dense("run_id"), 16 * this.length);
    return this.hex.slice(32 * row, 32 * row + 32);
  }

  /**
   * The row of a run by the store's number of it; undefined where it is not among them.
   * @param {number} key
   */
  rowOf(key) {
    if (!this.index) {
      const keys = this.length ? this.dense("key") : [];
      this.index = new Map();
      for (let row = 0; row < this.length; row++) this.index.set(keys[row], row);
    }
    return this.index.get(key);
  }

  /** How long each run took or has been going on, in s. */
  seconds() {
    const now = Date.now();
    const seconds = new Float64Array(this.length);
    for (let row = 0; row < this.length; row++) seconds[row] = this.secondsAt(row, now);
    return seconds;
  }

  /** How long a run took or has been going on, in s; NaN where nobody knows. @param {number} row */
  secondsAt(row, now = Date.now()) {
    const end = this.dense("end")[row];
    const running = this.dense("status")[row] === RUNNING;
    return Math.max(0, (Number.isNaN(end) && running ? now : end) - this.dense("start")[row]) / 1000;
  }

  running() {
    return this.rowsWhere((row, status) => status[row] === RUNNING, this.length ? this.dense("status") : []);
  }

  /**
   * @template T
   * @param {(row: number, data: T) => boolean} wanted
   * @param {T} data
   */
  rowsWhere(wanted, data) {
    const rows = [];
    for (let row = 0; row < this.length; row++) if (wanted(row, data)) rows.push(row);
    return rows;
  }

  /**
   * Lay newer answers over the rows: values change in place, new runs are added at the end.
   * @param {Frame} frame
   */
  upsert(frame) {
    const newer = new Rows(frame);
    const places = this.placesOf(newer);
    for (const name of this.names) {
      const values = /** @type {Values} */ (this.column(name));
      values.grow(this.capacity);
      const other = newer.column(name);
      for (let i = 0; i < places.length; i++) values.take(places[i], other, i);
    }
    this.version += 1;
  }

  /**
   * Add columns that were asked for later.
   * @param {Frame} frame
   * @param {string[]} names
   */
  join(frame, names) {
    const other = new Rows(frame);
    const places = other.length ? Array.from(other.dense("key"), (key) => this.rowOf(key)) : [];
    for (const name of names) {
      const given = other.column(name);
      if (!given) continue;
      const values = given.texts
        ? new Values(new Uint32Array(this.capacity), new Uint8Array(this.capacity), given.texts)
        : new Values(new Float64Array(this.capacity), new Uint8Array(this.capacity), null);
      places.forEach((row, i) => {
        if (row === undefined || !given.hasAt(i)) return;
        values.data[row] = given.data[i];
        /** @type {Uint8Array} */ (values.has)[row] = 1;
      });
      this.values.set(name, values);
    }
    this.version += 1;
  }

  /**
   * Take rows out.
   * @param {Set<number>} gone
   */
  remove(gone) {
    if (!gone.size) return;
    const kept = Uint32Array.from(this.rowsWhere((row) => !gone.has(row), null));
    for (const name of this.names) this.column(name)?.keep(kept);
    this.length = kept.length;
    this.index = null;
    this.hex = "";
    this.version += 1;
  }

  /**
   * The row of each run of newer rows, places at the end for those that are new.
   * @param {Rows} newer
   */
  placesOf(newer) {
    const keys = newer.length ? newer.dense("key") : [];
    const places = new Uint32Array(newer.length);
    let length = this.length;
    for (let i = 0; i < newer.length; i++) {
      let row = this.rowOf(keys[i]);
      if (row === undefined) {
        row = length++;
        this.index?.set(keys[i], row);
      }
      places[i] = row;
    }
    for (const name of this.names) this.column(name); // of the old length, before it grows
    this.length = length;
    if (length > this.capacity) this.capacity = Math.ceil(length * SPARE);
    return places;
  }
}

/**
 * @param {import("../frame.js").Numbers} bytes
 * @param {number} length
 */
function hexOf(bytes, length) {
  const text = new Uint8Array(2 * length);
  for (let i = 0; i < length; i++) {
    text[2 * i] = DIGITS[bytes[i] >> 4];
    text[2 * i + 1] = DIGITS[bytes[i] & 15];
  }
  return new TextDecoder().decode(text);
}
