import assert from "node:assert/strict";
import { test } from "node:test";
import { readChosen, writeChosen } from "../../src/chart/chosen.js";
import { cell, csv } from "../../src/chart/export.js";
import { gapNotes, logNotes } from "../../src/chart/notes.js";
import { usualKeys } from "../../src/chart/runs.js";
import { lineOf, rowsOf } from "../../src/chart/series.js";

const curveOf = (/** @type {number[]} */ values, key = "loss") => {
  const rows = rowsOf(values.map((value, step) => ({ run_id: "abc", key, step, timestamp: 1000 + step, value })));
  return { run_id: "abc", key, exact: true, unit: 1, rows, step: /** @type {[number, number]} */ ([0, 1]), timestamp: /** @type {[number, number]} */ ([0, 1]) };
};

test("a cell that a spreadsheet would compute is text", () => {
  assert.equal(cell("=1+1"), "'=1+1");
  assert.equal(cell("@x"), "'@x");
  assert.equal(cell('a "b", c'), '"a ""b"", c"');
  assert.equal(cell("\tx\n"), "\"'\tx\n\"");
});

test("the points that are shown are rows, numbers as they are", () => {
  const curve = curveOf([0.1, NaN, Infinity, -2]);
  const text = csv([{ curve, name: "-x", x: curve.rows.step }], [1, 3]);
  assert.equal(text, "run_id,run_name,metric,step,timestamp,value\r\nabc,'-x,loss,1,1001,NaN\r\nabc,'-x,loss,2,1002,inf\r\nabc,'-x,loss,3,1003,-2\r\n");
});

test("buckets say how many points they are", () => {
  const curve = { ...curveOf([1]), exact: false };
  assert.match(csv([{ curve, name: "x", x: curve.rows.step }], null), /value,low,high,points\r\nabc,x,loss,0,1000,1,1,1,1\r\n/);
});

test("wrong entries of a view are passed over", () => {
  const chosen = readChosen({ x: "time", smoothing: 7, zoom: [3, 1], columns: "2", hidden: ["a"], odd: 1, band: 0 });
  assert.deepEqual(writeChosen(chosen), { x: "time", hidden: ["a"] });
  assert.deepEqual(writeChosen(readChosen(null)), {});
  assert.deepEqual(readChosen({ zoom: [1, 3] }).zoom, [1, 3]);
});

test("gaps are said in words", () => {
  const line = lineOf(curveOf([1, NaN, 2, NaN, -Infinity]), "step", () => null);
  assert.deepEqual(gapNotes([line], "step"), ["2 NaN at step 1, 3", "1 -inf at step 4"]);
  assert.deepEqual(gapNotes([line, line], "step")[0], "4 NaN in 2 runs at step 1, 3");
});

test("what is not on a log axis is said", () => {
  const line = lineOf(curveOf([1, 0, -1, -2]), "step", () => null);
  assert.deepEqual(logNotes([line], { logX: false, logY: true, axis: "step" }), ["3 points ≤ 0 are not on a log axis"]);
  assert.deepEqual(logNotes([line], { logX: true, logY: false, axis: "step" }), ["1 point at step ≤ 0 is not on a log axis"]);
});

test("what half of the runs have is shown, the machine's last", () => {
  const keys = [{ key: "system/cpu", share: 1 }, { key: "loss", share: 1 }, { key: "acc", share: 0.5 }, { key: "rare", share: 0.1 }];
  assert.deepEqual(usualKeys(keys), ["acc", "loss", "system/cpu"]);
  assert.deepEqual(usualKeys(keys.slice(3)), ["rare"]);
});
