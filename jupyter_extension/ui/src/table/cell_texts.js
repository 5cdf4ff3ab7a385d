// What stands in the cells of a column, as text: numbers of one column with the same decimals.

import { columnFormat, duration, exactMoment, moment, number, param } from "../format.js";
import { asNumber } from "./order.js";
import { STATUSES } from "./rows.js";

/** @typedef {import("./columns.js").Described} Described */
/** @typedef {import("./rows.js").Rows} Rows */
/** @typedef {import("./values.js").Values} Values */

/**
 * @typedef {object} CellTexts of one column
 * @property {boolean} right whether it is aligned at the right
 * @property {() => number} best the best value of a metric, NaN where there is none
 * @property {(row: number) => string} text
 * @property {(row: number) => string} full what the pointer shows, and CSV holds
 * @property {(row: number) => string | number | null} raw for CSV
 */

/** From so many values the form of a column's numbers is taken, evenly spread. */
const SAMPLE = 300;
/** A longer text is cut: nobody reads it in a cell, and drawing it takes time. */
const LONGEST = 300;
export const STATUS_WORDS = ["", "Running", "Scheduled", "Finished", "Failed", "Killed"];

/**
 * @param {Described} column
 * @param {Rows} rows
 * @param {{directions: Record<string, string>, experiments: Map<string, string>}} known
 * @returns {CellTexts}
 */
export function cellTexts(column, rows, known) {
  if (column.kind === "attribute") return attributeTexts(column.name, rows, known.experiments);
  const texts = rows.textsOf(column.name);
  if (texts === undefined) return { right: column.right, best: () => NaN, text: () => "", full: () => "", raw: () => null };
  if (texts) return textual(column.name, rows, texts);
  const direction = column.name.startsWith("count(") ? "" : (known.directions[column.key] ?? "");
  return numeric(column.name, rows, direction);
}

/**
 * Nothing is looked at before somebody wants to see it: most columns are out of sight.
 * @param {string} name
 * @param {Rows} rows
 * @param {string} direction
 * @returns {CellTexts}
 */
function numeric(name, rows, direction) {
  /** @type {((value: number) => string) | undefined} */
  let write;
  /** @type {number | undefined} */
  let best;
  const values = () => /** @type {Values} */ (rows.column(name));
  /** @template T @param {number} row @param {(value: number) => T} use @param {T} otherwise */
  const given = (row, use, otherwise) => (values().hasAt(row) ? use(values().data[row]) : otherwise);
  /** @param {number} value */
  const writing = (value) => written((write ??= columnFormat(sampled(values(), rows.length))), value);
  return {
    right: true,
    best: () => (best ??= direction ? bestOf(values(), rows.length, direction === "min") : NaN),
    text: (row) => given(row, writing, ""),
    full: (row) => given(row, fullNumber, ""),
    raw: (row) => given(row, (value) => value, /** @type {number | null} */ (null)),
  };
}

/**
 * @param {string} name
 * @param {Rows} rows
 * @param {string[]} texts each text once
 * @returns {CellTexts}
 */
function textual(name, rows, texts) {
  const some = texts.slice(0, SAMPLE).filter((text) => text !== "");
  const values = () => /** @type {Values} */ (rows.column(name));
  return {
    right: some.length > 0 && some.every((text) => !Number.isNaN(asNumber(text)) || text === "nan"),
    best: () => NaN,
    text: (row) => shortened(param(values().textAt(row))),
    full: (row) => values().textAt(row),
    raw: (row) => (values().hasAt(row) ? values().textAt(row) : null),
  };
}

/**
 * @param {string} name
 * @param {Rows} rows
 * @param {Map<string, string>} experiments
 * @returns {CellTexts}
 */
function attributeTexts(name, rows, experiments) {
  /** @param {(row: number) => string} text @param {(row: number) => string} [full] */
  const plain = (text, full = text) => ({ right: false, best: () => NaN, text, full, raw: full });
  /** @param {string} column @param {number} row */
  const textAt = (column, row) => rows.column(column)?.textAt(row) ?? "";
  const { start, end, status } = rows.length ? moments(rows) : NOTHING;
  switch (name) {
    case "name": {
      const known = /** @param {number} row */ (row) => textAt("name", row);
      return { ...plain((row) => shortened(known(row)) || rows.idAt(row).slice(0, 8), known), raw: known };
    }
    case "status":
      return { ...plain((row) => STATUS_WORDS[status[row]]), raw: (row) => STATUSES[status[row]] };
    case "start":
    case "end": {
      const times = name === "start" ? start : end;
      return { ...plain((row) => moment(times[row]), (row) => exactMoment(times[row])), raw: (row) => iso(times[row]) };
    }
    case "duration": {
      const seconds = /** @param {number} row */ (row) => rows.secondsAt(row);
      const text = /** @param {number} row */ (row) => (seconds(row) === 0 ? "< 1 ms" : duration(seconds(row)));
      return { ...plain(text), right: true, raw: (row) => (Number.isNaN(seconds(row)) ? null : seconds(row)) };
    }
    case "attempts": {
      const text = /** @param {number} row */ (row) => String(rows.dense("attempt")[row] || "");
      return { ...plain(text), right: true };
    }
    case "experiment": {
      const text = /** @param {number} row */ (row) => textAt("experiment", row);
      return plain((row) => shortened(experiments.get(text(row)) ?? text(row)));
    }
    case "run_id":
      return plain((row) => rows.idAt(row));
    default:
      return plain((row) => shortened(textAt(name, row)));
  }
}

/** @type {{start: ArrayLike<number>, end: ArrayLike<number>, status: ArrayLike<number>}} */
const NOTHING = { start: [], end: [], status: [] };

/** @param {Rows} rows */
const moments = (rows) => ({ start: rows.dense("start"), end: rows.dense("end"), status: rows.dense("status") });

/** @param {number} time */
function iso(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/**
 * @param {(value: number) => string} write
 * @param {number} value
 */
function written(write, value) {
  const text = write(value);
  // What the sample did not foresee: a value too small or too large for the column's decimals.
  return value && (text.length > 14 || Number(text) === 0) ? number(value) : text;
}

/** @param {number} value */
const fullNumber = (value) => (Number.isFinite(value) ? String(value) : number(value));

/** @param {string} text */
export const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/**
 * @param {Values} values
 * @param {number} rows
 */
function sampled(values, rows) {
  const some = [];
  const step = Math.max(1, rows / SAMPLE);
  for (let at = 0; at < rows; at += step) if (values.hasAt(Math.floor(at))) some.push(values.data[Math.floor(at)]);
  return some;
}

/**
 * @param {Values} values
 * @param {number} rows
 * @param {boolean} lower
 */
function bestOf(values, rows, lower) {
  let best = NaN;
  let differ = false;
  for (let row = 0; row < rows; row++) {
    const value = values.data[row];
    if (!values.hasAt(row) || Number.isNaN(value)) continue;
    differ ||= best === best && value !== best;
    if (Number.isNaN(best) || (lower ? value < best : value > best)) best = value;
  }
  return differ ? best : NaN;
}
