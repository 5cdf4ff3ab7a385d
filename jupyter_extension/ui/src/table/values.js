// The values of one column, one place a row: typed arrays, never an object a run.

/** @typedef {import("../frame.js").Column} Column */
/** @typedef {import("../frame.js").Numbers} Numbers */

export class Values {
  /**
   * @param {Numbers} data a number a row; for texts the place in `texts`; 16 bytes a row for ids
   * @param {Uint8Array | null} has 1 where a row has a value; null where all have
   * @param {string[] | null} texts null for numbers
   * @param {number} each places a row
   */
  constructor(data, has, texts, each = 1) {
    this.data = data;
    this.has = has;
    this.texts = texts;
    this.each = each;
    /** @type {Map<string, number> | null} */
    this.places = null;
    /** Counts the changes: what was made from the values knows by it that it is old. */
    this.version = 0;
  }

  /**
   * Spread a column of a frame over its rows.
   * @param {Column} column
   * @param {number} rows
   */
  static of(column, rows) {
    const texts = column.type === "text" ? column.texts : null;
    if (!column.rows) return new Values(column.data, null, texts, column.type === "hex16" ? 16 : 1);
    const data = texts ? new Uint32Array(rows) : new Float64Array(rows);
    const has = new Uint8Array(rows);
    const { rows: at, data: given } = column;
    for (let i = 0; i < at.length; i++) {
      data[at[i]] = given[i];
      has[at[i]] = 1;
    }
    return new Values(data, has, texts);
  }

  /** @param {number} row */
  hasAt(row) {
    return this.has === null || this.has[row] === 1;
  }

  /**
   * @param {number} row
   * @returns {string} "" where there is none
   */
  textAt(row) {
    return this.texts && this.hasAt(row) ? (this.texts[this.data[row]] ?? "") : "";
  }

  /** @param {number} rows */
  grow(rows) {
    this.data = grown(this.data, rows * this.each);
    if (this.has) this.has = /** @type {Uint8Array} */ (grown(this.has, rows));
  }

  /**
   * Take over one row's value of another column of the same kind.
   * @param {number} row
   * @param {Values | undefined} other without it the row loses its value
   * @param {number} from
   */
  take(row, other, from) {
    this.version += 1;
    const has = other !== undefined && other.hasAt(from);
    if (this.has) this.has[row] = has ? 1 : 0;
    if (!has) return;
    if (this.texts) this.data[row] = this.placeOf(other.textAt(from));
    else for (let i = 0; i < this.each; i++) this.data[row * this.each + i] = other.data[from * this.each + i];
  }

  /**
   * Keep some rows, in their order.
   * @param {Uint32Array} rows
   */
  keep(rows) {
    this.version += 1;
    const { each } = this;
    rows.forEach((row, i) => this.data.copyWithin(i * each, row * each, (row + 1) * each));
    rows.forEach((row, i) => this.has?.copyWithin(i, row, row + 1));
  }

  /** @param {string} text */
  placeOf(text) {
    const texts = /** @type {string[]} */ (this.texts);
    this.places ??= new Map(texts.map((one, place) => [one, place]));
    const known = this.places.get(text);
    if (known !== undefined) return known;
    this.places.set(text, texts.length);
    return texts.push(text) - 1;
  }
}

/**
 * @param {Numbers} data
 * @param {number} length
 * @returns {Numbers}
 */
function grown(data, length) {
  if (data.length >= length) return data;
  const Kind = /** @type {new (length: number) => any} */ (data.constructor);
  const copy = new Kind(length);
  copy.set(data);
  return copy;
}
