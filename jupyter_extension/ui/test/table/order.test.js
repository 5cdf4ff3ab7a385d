import assert from "node:assert/strict";
import { test } from "node:test";

import { sorted, sortKey, textRanks } from "../../src/table/order.js";
import { Values } from "../../src/table/values.js";

const all = (length) => Uint32Array.from({ length }, (_, row) => row);
const key = (values, descending = false, has = null) => ({ values: Float64Array.from(values), has, descending });

test("numbers ascend and descend, infinities among them", () => {
  const values = [3, -Infinity, -0.5, Infinity, 1e-300, 0];
  assert.deepEqual([...sorted(all(6), [key(values)])], [1, 2, 5, 4, 0, 3]);
  assert.deepEqual([...sorted(all(6), [key(values, true)])], [3, 0, 4, 5, 2, 1]);
});

test("NaN comes behind all numbers and what is missing behind NaN, in both directions", () => {
  const has = Uint8Array.of(0, 1, 1, 1);
  assert.deepEqual([...sorted(all(4), [key([9, NaN, 2, Infinity], false, has)])], [2, 3, 1, 0]);
  assert.deepEqual([...sorted(all(4), [key([9, NaN, 2, Infinity], true, has)])], [3, 2, 1, 0]);
});

test("equal rows stay as they were, and the second column decides among them", () => {
  assert.deepEqual([...sorted(Uint32Array.of(3, 2, 1, 0), [key([1, 0, 1, 0])])], [3, 1, 2, 0]);
  assert.deepEqual([...sorted(all(4), [key([1, 0, 1, 0]), key([1, 2, 3, 4], true)])], [3, 1, 2, 0]);
});

test("zero and minus zero are equal", () => {
  assert.deepEqual([...sorted(all(3), [key([0, -0, 0])])], [0, 1, 2]);
});

test("many numbers are in the order in which comparing them puts them", () => {
  const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 10 ** ((i % 40) - 20));
  const expected = [...values.keys()].sort((a, b) => values[a] - values[b]);
  assert.deepEqual([...sorted(all(5000), [key(values)])], expected);
});

const inOrder = (texts) => {
  const ranks = textRanks(texts);
  return [...texts.keys()].sort((a, b) => ranks[a] - ranks[b]).map((place) => texts[place]);
};

test("texts that are numbers come first and by value", () => {
  assert.deepEqual(inOrder(["auto", "1e-3", "10", "9", "-1"]), ["-1", "1e-3", "9", "10", "auto"]);
});

test("numbers inside texts count as numbers, and case does not count", () => {
  assert.deepEqual(inOrder(["run-10", "Run-9", "run-007", "run-1", "ran"]), ["ran", "run-1", "run-007", "Run-9", "run-10"]);
});

test("a row without a text, or with an empty one, comes last", () => {
  const values = new Values(Uint32Array.of(0, 1, 2, 0), Uint8Array.of(1, 1, 1, 0), ["b", "", "a"]);
  assert.deepEqual([...sorted(all(4), [sortKey(values, false, 4)])], [2, 0, 1, 3]);
});

test("texts that begin alike for long are ordered by what comes after", () => {
  const names = [10, 9, 2].map((number) => `experiment of a long name, attempt ${number}`);
  assert.deepEqual([...textRanks(names)], [2, 1, 0]);
});
