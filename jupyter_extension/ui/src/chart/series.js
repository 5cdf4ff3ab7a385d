// From the server's frame to lines that can be drawn: points or buckets, their gaps and marks.

/**
 * @typedef {"step" | "time" | "relative"} Axis
 * @typedef {[number, number]} Range
 *
 * @typedef {object} Rows the points, or buckets of points, of one curve in the order of its axis
 * @property {Float64Array} step
 * @property {Float64Array} timestamp in ms
 * @property {Float64Array} value the point, or the mean of a bucket; NaN where nothing is finite
 * @property {Float64Array} low
 * @property {Float64Array} high
 * @property {Uint32Array} count points, finite or not
 * @property {Uint32Array} nan
 * @property {Uint32Array} above points that are +inf
 * @property {Uint32Array} below points that are -inf
 *
 * @typedef {object} Curve
 * @property {string} run_id
 * @property {string} key
 * @property {boolean} exact whether the rows are all the points
 * @property {Range} step of the whole history
 * @property {Range} timestamp
 * @property {number} unit points in a usual row of the whole history
 * @property {Rows} rows
 *
 * @typedef {{run_id: string, key: string, step: number, timestamp: number, value: number}} Point
 *
 * @typedef {object} Mark where points are not finite
 * @property {number} x
 * @property {"nan" | "above" | "below"} kind
 * @property {number} count
 *
 * @typedef {object} Line what is drawn of a curve
 * @property {Float64Array} x
 * @property {Float64Array} y smoothed if that is asked for
 * @property {Float64Array | null} raw what was smoothed
 * @property {boolean} aggregated whether a row stands for several points
 * @property {Mark[]} marks
 * @property {Rows} rows
 */

const FLOATS = /** @type {const} */ (["step", "timestamp", "value", "low", "high"]);
const COUNTS = /** @type {const} */ (["count", "nan", "above", "below"]);
const ORDER = {
  step: /** @type {const} */ (["step", "timestamp"]),
  timestamp: /** @type {const} */ (["timestamp", "step"]),
};

/**
 * The curves of an answer of `metrics/curves`; nothing is copied.
 * @param {import("../frame.js").Frame} frame
 * @returns {Curve[]}
 */
export function curvesOf({ header, columns }) {
  return header.series.map((/** @type {any} */ one) => {
    /** @type {any} */
    const rows = {};
    for (const name of [...FLOATS, ...COUNTS]) {
      rows[name] = columns.get(name)?.data.subarray(one.offset, one.offset + one.length);
    }
    return { ...one, rows, unit: usualCount(rows) };
  });
}

/**
 * Rows of single points.
 * @param {Point[]} points
 * @returns {Rows}
 */
export function rowsOf(points) {
  const floats = (/** @type {(point: Point) => number} */ take) => Float64Array.from(points, take);
  const counts = (/** @type {(value: number) => boolean} */ is) => Uint32Array.from(points, (p) => Number(is(p.value)));
  const value = floats((p) => (Number.isFinite(p.value) ? p.value : NaN));
  return {
    step: floats((p) => p.step), timestamp: floats((p) => p.timestamp), value, low: value, high: value,
    count: counts(() => true), nan: counts(Number.isNaN),
    above: counts((v) => v === Infinity), below: counts((v) => v === -Infinity),
  };
}

/**
 * Parts of rows as one, in the order of the axis.
 * @param {[rows: Rows, from: number, to: number][]} parts
 * @param {"step" | "timestamp"} by
 * @returns {Rows}
 */
export function joined(parts, by) {
  const length = parts.reduce((sum, [, from, to]) => sum + to - from, 0);
  /** @type {any} */
  const all = {};
  for (const name of FLOATS) all[name] = new Float64Array(length);
  for (const name of COUNTS) all[name] = new Uint32Array(length);
  let at = 0;
  for (const [rows, from, to] of parts) {
    for (const name of [...FLOATS, ...COUNTS]) all[name].set(rows[name].subarray(from, to), at);
    at += to - from;
  }
  return inOrder(all, by);
}

/**
 * A curve with the points that were logged since it was asked for. Those it already has are dropped.
 * @param {Curve} curve
 * @param {Point[]} points
 * @param {"step" | "timestamp"} by
 * @returns {Curve}
 */
export function appended(curve, points, by) {
  const fresh = rowsOf(points);
  const rows = joined([[curve.rows, 0, curve.rows.step.length], [fresh, 0, points.length]], by);
  const grown = (/** @type {Range} */ [low, high], /** @type {Float64Array} */ more) =>
    /** @type {Range} */ ([Math.min(low, ...more), Math.max(high, ...more)]);
  return { ...curve, rows, step: grown(curve.step, fresh.step), timestamp: grown(curve.timestamp, fresh.timestamp) };
}

/**
 * The points that a curve as the server has it does not have yet.
 * @param {Curve | undefined} curve
 * @param {Point[]} points
 */
export function missingIn(curve, points) {
  if (!curve) return points;
  return points.filter((point) => point.timestamp > curve.timestamp[1] || point.step > curve.step[1]);
}

/**
 * A whole curve with a part of it in detail.
 * @param {Curve} whole
 * @param {Curve} detail
 * @param {Range} range of the detail
 * @param {"step" | "timestamp"} by
 * @returns {Curve}
 */
export function refined(whole, detail, [from, to], by) {
  const x = whole.rows[by];
  const [first, last] = [lowerBound(x, from), lowerBound(x, to + Number.EPSILON * Math.abs(to))];
  const end = last < x.length && x[last] === to ? last + 1 : last;
  const between = detail.rows.step.length;
  const rows = joined([[whole.rows, 0, first], [detail.rows, 0, between], [whole.rows, end, x.length]], by);
  return { ...whole, rows };
}

/**
 * @param {Curve} curve
 * @param {Axis} axis
 * @returns {Float64Array} steps, ms since 1970, or seconds since the curve's first point
 */
export function positions(curve, axis) {
  if (axis === "step") return curve.rows.step;
  if (axis === "time") return curve.rows.timestamp;
  const start = curve.timestamp[0];
  return curve.rows.timestamp.map((time) => (time - start) / 1000);
}

/**
 * @param {Curve} curve
 * @param {Axis} axis
 * @param {(rows: Rows) => Float64Array | null} smooth null: as it is
 * @returns {Line}
 */
export function lineOf(curve, axis, smooth) {
  const { rows } = curve;
  const x = positions(curve, axis);
  const y = smooth(rows);
  /** @type {Mark[]} */
  const marks = [];
  let aggregated = false;
  for (let i = 0; i < x.length; i++) {
    if (rows.low[i] < rows.high[i]) aggregated = true;
    if (rows.nan[i]) marks.push({ x: x[i], kind: "nan", count: rows.nan[i] });
    if (rows.above[i]) marks.push({ x: x[i], kind: "above", count: rows.above[i] });
    if (rows.below[i]) marks.push({ x: x[i], kind: "below", count: rows.below[i] });
  }
  return { x, y: y ?? rows.value, raw: y && rows.value, aggregated, marks, rows };
}

/**
 * How many points usually are in a row.
 * @param {Rows} rows
 */
export const usualCount = ({ count }) => (count.length ? count.reduce((sum, one) => sum + one, 0) / count.length : 1);

/**
 * The smallest and the greatest of what is seen between two x; null where nothing is.
 * @param {Line[]} lines
 * @param {Range} range of x
 * @param {{band: boolean, positive: boolean}} options band: with the extremes of buckets
 * @returns {Range | null}
 */
export function extent(lines, range, { band, positive }) {
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    const { x, y, raw, rows } = line;
    const columns = band && line.aggregated ? [y, rows.low, rows.high] : raw ? [y, raw] : [y];
    // One row more on each side: a line comes into sight from there.
    const from = Math.max(0, lowerBound(x, range[0]) - 1);
    const inside = from < x.length && x[from] < range[0] && (x[from + 1] ?? Infinity) <= range[1] ? from + 1 : from;
    for (const column of columns) {
      for (let i = inside; i < x.length && x[i] <= range[1]; i++) {
        const value = column[i];
        if (positive && !(value > 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  return low <= high ? [low, high] : null;
}

/**
 * How many points a log axis leaves out.
 * @param {Rows} rows
 * @returns {{count: number, more: boolean}} more: whether a bucket hides some of them
 */
export function notPositive({ low, high, count, nan, above, below }) {
  let sum = 0;
  let more = false;
  for (let i = 0; i < low.length; i++) {
    if (high[i] <= 0) sum += count[i] - nan[i] - above[i] - below[i];
    else if (low[i] <= 0) {
      sum += 1;
      more = true;
    }
  }
  return { count: sum, more };
}

/**
 * The first place whose value is not below; the length if all are.
 * @param {ArrayLike<number>} sorted
 * @param {number} value
 */
export function lowerBound(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The place nearest to a value, -1 in nothing.
 * @param {ArrayLike<number>} sorted
 * @param {number} value
 */
export function nearest(sorted, value) {
  const right = lowerBound(sorted, value);
  if (right === 0) return sorted.length ? 0 : -1;
  if (right === sorted.length) return right - 1;
  return value - sorted[right - 1] <= sorted[right] - value ? right - 1 : right;
}

/**
 * @param {any} rows
 * @param {"step" | "timestamp"} by
 * @returns {Rows}
 */
function inOrder(rows, by) {
  const [first, second] = ORDER[by].map((name) => rows[name]);
  /** @type {(a: number, b: number) => number} */
  const compare = (a, b) => first[a] - first[b] || second[a] - second[b];
  let i = 1;
  while (i < first.length && compare(i - 1, i) <= 0) i += 1;
  if (i >= first.length) return rows;
  const order = Array.from(first, (_, place) => place).sort(compare);
  /** @type {any} */
  const sorted = {};
  for (const name of [...FLOATS, ...COUNTS]) {
    sorted[name] = rows[name].map((/** @type {number} */ _, /** @type {number} */ i) => rows[name][order[i]]);
  }
  return sorted;
}
