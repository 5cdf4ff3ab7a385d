import assert from "node:assert/strict";
import { test } from "node:test";

import { indexAbove, moved } from "../../src/table/keyboard.js";
import { Selection } from "../../src/table/selection.js";

const ROWS = ["a", "b", "c", "d", "e"];
const chosen = (selection) => [...selection.ids].toSorted().join("");

test("a range goes from the last chosen row to this one, in both directions", () => {
  const selection = new Selection();
  selection.toggle("c");
  selection.extend(4, 5, (index) => ROWS[index]);
  assert.equal(chosen(selection), "cde");
  selection.extend(0, 5, (index) => ROWS[index]);
  assert.equal(chosen(selection), "abcde");
});

test("a range whose beginning is no longer shown is one row", () => {
  const selection = new Selection();
  selection.toggle("gone");
  selection.extend(1, 5, (index) => ROWS[index]);
  assert.deepEqual([...selection.ids], ["gone", "b"]);
});

test("selecting all twice selects none of them, and leaves others", () => {
  const selection = new Selection();
  selection.toggle("elsewhere");
  selection.toggleAll(ROWS);
  assert.equal(selection.ids.size, 6);
  selection.toggleAll(ROWS);
  assert.deepEqual([...selection.ids], ["elsewhere"]);
});

test("replacing says whether anything changed", () => {
  const selection = new Selection();
  assert.deepEqual([selection.replace(["a"]), selection.replace(["a"]), selection.replace([])], [true, false, true]);
});

test("keys move within the rows", () => {
  const key = (name, index) => moved(name, index, 10, 25);
  assert.deepEqual([key("ArrowDown", -1), key("ArrowDown", 24), key("PageUp", 5), key("PageDown", 5), key("End", 3), key("x", 3)], [0, 24, 0, 15, 24, null]);
  assert.equal(moved("End", 0, 10, 0), null);
});

test("the row above in the tree is found over its other children", () => {
  const shown = { rows: new Uint32Array(5), levels: Uint8Array.of(0, 1, 2, 1, 0), hidden: 0 };
  assert.deepEqual([0, 1, 2, 3, 4].map((index) => indexAbove(shown, index)), [-1, 0, 1, 0, -1]);
});
