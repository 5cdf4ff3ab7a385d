// What the person chose, as the small JSON that is kept and given back.

/**
 * @typedef {object} Chosen
 * @property {import("./series.js").Axis} x
 * @property {boolean} log_y
 * @property {boolean} log_x not of points in time
 * @property {number} smoothing 0 to 0.99
 * @property {boolean} band whether the extremes of buckets are shown
 * @property {number} columns panels in a row; 0: as many as fit
 * @property {string[]} hidden ids of runs
 * @property {string[]} metrics empty: those that most of the runs have
 * @property {[number, number] | null} zoom in units of x
 */

/** @type {Chosen} */
const DEFAULTS = {
  x: "step", log_y: false, log_x: false, smoothing: 0, band: true, columns: 0, hidden: [], metrics: [], zoom: null,
};
export const MOST_SMOOTHING = 0.99;
export const MOST_COLUMNS = 6;

const flag = (/** @type {any} */ value) => typeof value === "boolean";
const texts = (/** @type {any} */ value) => Array.isArray(value) && value.every((one) => typeof one === "string");

/** @type {Record<string, (value: any) => boolean>} */
const VALID = {
  x: (value) => ["step", "time", "relative"].includes(value),
  log_y: flag,
  log_x: flag,
  smoothing: (value) => value >= 0 && value <= MOST_SMOOTHING && typeof value === "number",
  band: flag,
  columns: (value) => Number.isInteger(value) && value >= 0 && value <= MOST_COLUMNS,
  hidden: texts,
  metrics: texts,
  zoom: (value) =>
    value === null ||
    (Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1]),
};

/**
 * Read a view; entries that are unknown or wrong are passed over.
 * @param {any} view
 * @returns {Chosen}
 */
export function readChosen(view) {
  const right = Object.entries(view ?? {}).filter(([name, value]) => Object.hasOwn(VALID, name) && VALID[name](value));
  return { ...DEFAULTS, ...Object.fromEntries(right) };
}

/**
 * The entries that differ from the defaults.
 * @param {Chosen} chosen
 * @returns {Record<string, any>}
 */
export function writeChosen(chosen) {
  const own = Object.entries(chosen).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(DEFAULTS[/** @type {keyof Chosen} */ (name)]),
  );
  return Object.fromEntries(own);
}
