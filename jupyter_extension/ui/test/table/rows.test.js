import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsInSight, rowsInSight, scrollTo, tallness } from "../../src/table/geometry.js";
import { Rows } from "../../src/table/rows.js";

/** A frame of runs by their numbers, each with a name and perhaps a metric. */
function frameOf(runs) {
  const keys = Object.keys(runs).map(Number);
  const measured = keys.filter((key) => runs[key] !== null);
  const dense = { length: keys.length, rows: null, texts: [] };
  const columns = new Map([
    ["key", { ...dense, type: "f64", data: Float64Array.from(keys) }],
    ["run_id", { ...dense, type: "hex16", data: Uint8Array.from({ length: 16 * keys.length }, (_, i) => keys[i >> 4]) }],
    ["name", { ...dense, type: "text", data: Uint32Array.from(keys.keys()), texts: keys.map((key) => `run ${key}`) }],
    ["metrics.acc", { type: "f64", length: measured.length, rows: Uint32Array.from(measured, (key) => keys.indexOf(key)),
      data: Float64Array.from(measured, (key) => runs[key]), texts: [] }],
  ]);
  return { header: { total: keys.length, columns: [] }, columns };
}

const seen = (rows) =>
  Array.from({ length: rows.length }, (_, row) => {
    const acc = rows.column("metrics.acc");
    return `${rows.column("name").textAt(row)}: ${acc.hasAt(row) ? acc.data[row] : "-"}`;
  });

test("newer answers change values in place and add new runs", () => {
  const rows = new Rows(frameOf({ 1: 0.5, 2: null }));
  rows.upsert(frameOf({ 2: 0.7, 3: 0.9 }));
  assert.deepEqual(seen(rows), ["run 1: 0.5", "run 2: 0.7", "run 3: 0.9"]);
  rows.upsert(frameOf({ 1: null }));
  assert.deepEqual(seen(rows)[0], "run 1: -");
  assert.equal(rows.idAt(2), "03".repeat(16));
});

test("rows are taken out of all columns", () => {
  const rows = new Rows(frameOf({ 1: 0.1, 2: 0.2, 3: 0.3 }));
  rows.remove(new Set([1]));
  assert.deepEqual([seen(rows), rows.rowOf(3), rows.idAt(1)], [["run 1: 0.1", "run 3: 0.3"], 1, "03".repeat(16)]);
});

test("columns that come later are laid beside the runs, in whatever order they come", () => {
  const rows = new Rows(frameOf({ 1: 0.1, 2: 0.2 }));
  const later = frameOf({ 2: 20, 4: 40 });
  later.columns.set("metrics.loss", later.columns.get("metrics.acc"));
  rows.join(later, ["metrics.loss"]);
  const loss = rows.column("metrics.loss");
  assert.deepEqual([loss.hasAt(0), loss.data[1], rows.length], [false, 20, 2]);
});

test("the rows in sight end with the last one, also where the bar moves by parts of rows", () => {
  assert.deepEqual(rowsInSight(100, 56, 280), { first: 2, last: 12, shift: 0 });
  const many = 2_000_000;
  const { first, last } = rowsInSight(many, tallness(many) - 280, 280);
  assert.deepEqual([last, last - first], [many, 10]);
  const scrolled = scrollTo(1_234_567, many, 0, 280);
  const there = rowsInSight(many, scrolled, 280);
  assert.ok(there.first <= 1_234_567 && 1_234_567 < there.last);
});

test("only the columns in sight are drawn, and pinned ones always", () => {
  const columns = Array.from({ length: 50 }, (_, i) => ({ width: 100, pinned: i === 0 }));
  const { placed, width } = columnsInSight(columns, 1000, 500);
  assert.equal(width, 5032);
  assert.deepEqual(placed.map(({ place }) => place), [0, 11, 12, 13, 14]);
  assert.deepEqual([placed[0].left, placed[1].gap], [32, 1000]);
});
