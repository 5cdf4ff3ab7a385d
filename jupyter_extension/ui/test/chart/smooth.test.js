import assert from "node:assert/strict";
import { test } from "node:test";
import { smoothed } from "../../src/chart/smooth.js";

const ones = (/** @type {number} */ length) => new Uint32Array(length).fill(1);
const close = (/** @type {number} */ a, /** @type {number} */ b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("points are smoothed as TensorBoard does it, without a bias to zero", () => {
  const [first, second, third] = smoothed([1, 2, 4], ones(3), 0.6);
  close(first, 1);
  close(second, (0.6 * 0.4 * 1 + 0.4 * 2) / (1 - 0.36));
  close(third, (0.36 * 0.4 * 1 + 0.6 * 0.4 * 2 + 0.4 * 4) / (1 - 0.216));
});

test("a constant stays what it is, whatever the weight and the counts", () => {
  for (const value of smoothed([3, 3, 3], [1, 50, 7], 0.99, 20)) close(value, 3);
});

test("values that are not finite stay and change nothing", () => {
  const with_gap = smoothed([1, NaN, 2, Infinity], ones(4), 0.5);
  const without = smoothed([1, 2], ones(2), 0.5);
  assert.ok(Number.isNaN(with_gap[1]));
  assert.equal(with_gap[3], Infinity);
  close(with_gap[2], without[1]);
});

test("a bucket weighs what its points weigh", () => {
  const points = smoothed([1, 1, 1, 5, 5, 5], ones(6), 0.8);
  const buckets = smoothed([1, 5], [3, 3], 0.8);
  close(points[2], buckets[0]);
  close(points[5], buckets[1]);
});

test("no weight changes nothing", () => {
  assert.deepEqual([...smoothed([1, 5, 2], ones(3), 0)], [1, 5, 2]);
});
