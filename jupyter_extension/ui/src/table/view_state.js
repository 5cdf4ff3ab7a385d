// What a person chose about a table, as the small JSON that `table.view` gives back and links keep.
//
//   columns    ["name", "status", "metrics.acc", "max(metrics.acc)", "params.lr", "tags.team"]: what is
//              shown, in this order. Absent: name, status, start, duration and what tells the runs apart.
//   pinned     ["name", "metrics.acc"]: columns that stay at the left. Absent: ["name"].
//   widths     {"name": 240}: in px, of columns that somebody resized.
//   order      [["metrics.acc", "desc"], ["start", "asc"]]: the first decides first. Absent: newest first.
//   filter     "metrics.acc > 0.9": in the search grammar. Absent: all runs.
//   lifecycle  "ACTIVE_ONLY" (absent), "DELETED_ONLY" or "ALL".
//   nested     false: children are not below their parents. Absent: they are.
//   attempts   true: each attempt of a cell has its own row. Absent: they share one.
//   expanded   ["<run id>", …]: rows that are open; "all": every one. Absent: none.
//   collapsed  ["<run id>", …]: with expanded "all", rows that are closed all the same.
//   charts     true: the charts of the selected runs are below the table.
//   chart      {…}: the view of these charts.

import { columnNames, described } from "./columns.js";

/** @typedef {"ACTIVE_ONLY" | "DELETED_ONLY" | "ALL"} Lifecycle */
/** @typedef {[string, "asc" | "desc"][]} Order */

/**
 * @typedef {object} State
 * @property {string[] | null} columns null: chosen by what tells the runs apart
 * @property {string[]} pinned
 * @property {Record<string, number>} widths
 * @property {Order} order
 * @property {string} filter
 * @property {Lifecycle} lifecycle
 * @property {boolean} nested
 * @property {boolean} attempts
 * @property {boolean} allOpen
 * @property {Set<string>} turned rows that are not as `allOpen` says
 * @property {boolean} charts
 * @property {Record<string, any>} chart
 */

export const NARROWEST = 40;
export const WIDEST = 1200;
const MOST_KEYS = 8;
const LIFECYCLES = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"];

/**
 * Read a view from anywhere: wrong entries are passed over.
 * @param {unknown} json
 * @returns {State}
 */
export function readView(json) {
  const view = record(json);
  const allOpen = view.expanded === "all";
  return {
    columns: Array.isArray(view.columns) && view.columns.some(isColumn) ? columnNames(view.columns) : null,
    pinned: Array.isArray(view.pinned) ? [...new Set(view.pinned.filter(isColumn))] : ["name"],
    widths: widthsOf(view.widths),
    order: orderOf(view.order),
    filter: typeof view.filter === "string" ? view.filter.trim() : "",
    lifecycle: /** @type {Lifecycle} */ (LIFECYCLES.includes(view.lifecycle) ? view.lifecycle : "ACTIVE_ONLY"),
    nested: view.nested !== false,
    attempts: view.attempts === true,
    allOpen,
    turned: new Set(texts(allOpen ? view.collapsed : view.expanded)),
    charts: view.charts === true,
    chart: record(view.chart),
  };
}

/**
 * Write it down; what is as it always is, is left out.
 * @param {State} state
 * @returns {Record<string, any>}
 */
export function writeView(state) {
  /** @type {Record<string, any>} */
  const view = {};
  if (state.columns) view.columns = [...state.columns];
  if (state.pinned.join() !== "name") view.pinned = [...state.pinned];
  if (Object.keys(state.widths).length) view.widths = { ...state.widths };
  if (state.order.length) view.order = state.order.map((key) => [...key]);
  if (state.filter) view.filter = state.filter;
  if (state.lifecycle !== "ACTIVE_ONLY") view.lifecycle = state.lifecycle;
  if (!state.nested) view.nested = false;
  if (state.attempts) view.attempts = true;
  if (state.allOpen) view.expanded = "all";
  if (state.turned.size) view[state.allOpen ? "collapsed" : "expanded"] = [...state.turned];
  if (state.charts) view.charts = true;
  if (Object.keys(state.chart).length) view.chart = state.chart;
  return view;
}

/**
 * The order after a click on a column: its first direction, the other one, none.
 * @param {Order} order
 * @param {string} name
 * @param {"asc" | "desc"} firstDirection
 * @param {boolean} add whether the other columns stay
 * @returns {Order}
 */
export function reordered(order, name, firstDirection, add) {
  const place = order.findIndex(([one]) => one === name);
  const now = place < 0 ? null : order[place][1];
  const turned = firstDirection === "asc" ? "desc" : "asc";
  const wanted = now === null ? firstDirection : now === firstDirection ? turned : null;
  if (!add) return wanted ? [[name, wanted]] : [];
  /** @type {Order} */
  const kept = order.map((key) => [...key]);
  if (place < 0) return [...kept, [name, firstDirection]];
  if (wanted) kept[place][1] = wanted;
  else kept.splice(place, 1);
  return kept;
}

/** @param {unknown} name */
const isColumn = (name) => typeof name === "string" && described(name) !== null;

/** @param {unknown} value @returns {string[]} */
const texts = (value) => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);

/** @param {unknown} value @returns {Record<string, any>} */
const record = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});

/** @param {unknown} value */
function widthsOf(value) {
  /** @type {Record<string, number>} */
  const widths = {};
  for (const [name, width] of Object.entries(record(value))) {
    if (!isColumn(name) || !Number.isFinite(width)) continue;
    widths[name] = Math.min(WIDEST, Math.max(NARROWEST, Math.round(width)));
  }
  return widths;
}

/** @param {unknown} value @returns {Order} */
function orderOf(value) {
  /** @type {Order} */
  const order = [];
  for (const key of Array.isArray(value) ? value : []) {
    if (!Array.isArray(key) || !isColumn(key[0]) || order.some(([name]) => name === key[0])) continue;
    order.push([key[0], key[1] === "desc" ? "desc" : "asc"]);
  }
  return order.slice(0, MOST_KEYS);
}
