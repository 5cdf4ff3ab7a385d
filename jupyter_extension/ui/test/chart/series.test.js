import assert from "node:assert/strict";
import { test } from "node:test";
import { appended, curvesOf, extent, lineOf, lowerBound, missingIn, nearest, notPositive, positions, refined, rowsOf } from "../../src/chart/series.js";

const point = (/** @type {number} */ step, /** @type {number} */ value) => ({ run_id: "r", key: "k", step, timestamp: 1000 + 10 * step, value });
const curve = (/** @type {number[]} */ values, from = 0) => {
  const points = values.map((value, i) => point(from + i, value));
  const [first, last] = [points[0], points[points.length - 1]];
  return {
    run_id: "r", key: "k", exact: true, unit: 1, rows: rowsOf(points),
    step: /** @type {[number, number]} */ ([first.step, last.step]),
    timestamp: /** @type {[number, number]} */ ([first.timestamp, last.timestamp]),
  };
};
const plain = () => null;

test("each series of a frame is a view of its rows", () => {
  const column = (/** @type {any} */ data) => ({ data });
  const names = ["step", "timestamp", "value", "low", "high", "count", "nan", "above", "below"];
  const columns = new Map(names.map((name) => [name, column(name === "step" ? Float64Array.of(0, 1, 5) : Float64Array.of(1, 2, 3))]));
  const series = [{ run_id: "a", key: "k", offset: 0, length: 2 }, { run_id: "b", key: "k", offset: 2, length: 1 }];
  const found = curvesOf(/** @type {any} */ ({ header: { series }, columns }));
  assert.deepEqual(found.map(({ run_id, rows }) => [run_id, [...rows.step]]), [["a", [0, 1]], ["b", [5]]]);
});

test("NaN and infinities are marks, not values", () => {
  const line = lineOf(curve([1, NaN, Infinity, -Infinity, 2]), "step", plain);
  assert.deepEqual(line.marks, [
    { x: 1, kind: "nan", count: 1 }, { x: 2, kind: "above", count: 1 }, { x: 3, kind: "below", count: 1 },
  ]);
  assert.deepEqual([...line.y].map(Number.isNaN), [false, true, true, true, false]);
  assert.deepEqual(extent([line], [0, 4], { band: true, positive: false }), [1, 2]);
});

test("pushed points are put in order behind those that are there", () => {
  const grown = appended(curve([1, 2]), [point(5, 6), point(3, 4)], "step");
  assert.deepEqual([...grown.rows.step], [0, 1, 3, 5]);
  assert.deepEqual([...grown.rows.value], [1, 2, 4, 6]);
  assert.deepEqual(grown.step, [0, 5]);
});

test("pushed points that an answer has are dropped", () => {
  assert.deepEqual(missingIn(curve([1, 2, 3]), [point(1, 2), point(2, 3), point(3, 4)]), [point(3, 4)]);
  assert.equal(missingIn(undefined, [point(1, 2)]).length, 1);
});

test("a detail takes the place of the coarse rows in its range", () => {
  const detail = { ...curve([7, 8, 9], 2), exact: false };
  const fine = refined(curve([0, 1, 2, 3, 4, 5]), detail, [2, 4], "step");
  assert.deepEqual([...fine.rows.step], [0, 1, 2, 3, 4, 5]);
  assert.deepEqual([...fine.rows.value], [0, 1, 7, 8, 9, 5]);
});

test("relative time begins with the first point of each curve", () => {
  assert.deepEqual([...positions(curve([1, 2, 3], 5), "relative")], [0, 0.01, 0.02]);
  assert.deepEqual([...positions(curve([1], 5), "time")], [1050]);
});

test("only what is seen makes the axis", () => {
  const line = lineOf(curve([100, 1, 2, 3, -50]), "step", plain);
  assert.deepEqual(extent([line], [1, 3], { band: true, positive: false }), [1, 3]);
  assert.deepEqual(extent([line], [0, 4], { band: true, positive: true }), [1, 100]);
  assert.equal(extent([lineOf(curve([NaN]), "step", plain)], [0, 1], { band: true, positive: false }), null);
});

test("what a log axis leaves out is counted, buckets as far as it is known", () => {
  assert.deepEqual(notPositive(curve([1, 0, -1, NaN]).rows), { count: 2, more: false });
  const bucket = { ...curve([1]).rows, low: Float64Array.of(-1), count: Uint32Array.of(9) };
  assert.deepEqual(notPositive(bucket), { count: 1, more: true });
});

test("places are found", () => {
  assert.equal(lowerBound([1, 3, 5], 3), 1);
  assert.equal(lowerBound([1, 3, 5], 9), 3);
  assert.equal(nearest([1, 3, 5], 3.9), 1);
  assert.equal(nearest([1, 3, 5], 100), 2);
  assert.equal(nearest([], 1), -1);
});
