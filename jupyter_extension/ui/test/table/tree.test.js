import assert from "node:assert/strict";
import { test } from "node:test";

import { Rows } from "../../src/table/rows.js";
import { linksOf, shaped, shownRows } from "../../src/table/tree.js";

/** Rows of runs [key, parent, first attempt]. */
function rowsOf(runs) {
  const column = (place) => ({ type: "f64", data: Float64Array.from(runs, (run) => run[place] ?? run[0]), length: runs.length, rows: null, texts: [] });
  return new Rows({ header: {}, columns: new Map([["key", column(0)], ["parent", column(1)], ["attempt_of", column(2)]]) });
}

function shown(runs, { open = () => false, nested = true, attempts = false, order = runs.keys() } = {}) {
  const rows = rowsOf(runs);
  const shape = shaped(Uint32Array.from(order), linksOf(rows), { nested, attempts });
  const { rows: seen, levels, hidden } = shownRows(shape, open);
  return { rows: [...seen], levels: levels && [...levels], hidden, attempts: [...shape.attempts] };
}

const FAMILY = [[1, 0], [2, 1], [3, 1], [4, 3], [5, 0]];

test("children are inside their closed parent", () => {
  assert.deepEqual(shown(FAMILY), { rows: [0, 4], levels: [0, 0], hidden: 3, attempts: [0, 0, 0, 0, 0] });
});

test("open rows show what is below them, each level in the order of the rows", () => {
  const { rows, levels } = shown(FAMILY, { open: () => true, order: [4, 3, 2, 1, 0] });
  assert.deepEqual([rows, levels], [[4, 0, 2, 3, 1], [0, 0, 1, 2, 1]]);
});

test("a child whose parent is not among the rows is at the top", () => {
  assert.deepEqual(shown([[2, 1], [3, 1]]).rows, [0, 1]);
});

test("without nesting each run is at the top", () => {
  assert.deepEqual(shown(FAMILY, { nested: false }), { rows: [0, 1, 2, 3, 4], levels: null, hidden: 0, attempts: [0, 0, 0, 0, 0] });
});

test("the attempts of a cell share the row of the first one in this order", () => {
  const cell = [[1, 0, 1], [2, 0, 1], [3, 0, 3], [4, 0, 1]];
  const closed = shown(cell, { order: [3, 2, 1, 0] });
  assert.deepEqual([closed.rows, closed.attempts[3], closed.hidden], [[3, 2], 3, 2]);
  assert.deepEqual(shown(cell, { order: [3, 2, 1, 0], open: () => true }).rows, [3, 1, 0, 2]);
  assert.deepEqual(shown(cell, { attempts: true }).rows, [0, 1, 2, 3]);
});

test("attempts share a row though the first of them is not among the rows", () => {
  assert.deepEqual(shown([[2, 0, 1], [3, 0, 1]]).rows, [0]);
});

test("children go with the attempt that they belong to", () => {
  const runs = [[1, 0, 1], [2, 0, 1], [3, 2, 3]];
  assert.deepEqual(shown(runs).rows, [0]);
  assert.deepEqual(shown(runs, { open: () => true }), { rows: [0, 1, 2], levels: [0, 1, 2], hidden: 0, attempts: [2, 0, 0] });
});

test("runs that are parents of each other are all seen once", () => {
  const { rows } = shown([[1, 2], [2, 1], [3, 3]], { open: () => true });
  assert.deepEqual(rows.toSorted(), [0, 1, 2]);
});
