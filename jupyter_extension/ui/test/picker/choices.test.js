import assert from "node:assert/strict";
import test from "node:test";

import { choiceGroups, matching, moved, withColumn } from "../../src/picker/choices.js";

const KEYS = {
  runs: 10,
  metrics: [{ key: "val-loss", share: 0.5 }, { key: "acc", share: 1 }],
  params: [{ key: "batch size", share: 0.001 }, { key: "`\"'", share: 1 }],
  tags: [],
  suggested: [],
  same: {},
  directions: /** @type {const} */ ({ "val-loss": "min", acc: "max" }),
};

test("columns come in groups; empty groups and keys that no name can spell are left out", () => {
  const groups = choiceGroups(KEYS);
  assert.deepEqual(groups.map(({ title, choices }) => [title, choices.length]), [["Attributes", 8], ["Metrics", 2], ["Params", 1]]);
  assert.equal(groups[2].choices[0].name, "params.`batch size`");
  assert.equal(groups[2].choices[0].detail, "1 %");
});

test("a metric has its last, best and other values", () => {
  const [loss, acc] = choiceGroups(KEYS)[1].choices;
  assert.deepEqual(loss.parts.map(({ label }) => label), ["last", "best (min)", "max", "first", "count"]);
  assert.equal(loss.parts[1].name, "min(metrics.`val-loss`)");
  assert.equal(acc.parts[1].name, "max(metrics.acc)");
});

test("a search takes all of its words, in any order and case", () => {
  const choices = ["train/Loss", "val/loss", "val/acc"].map((label) => ({ name: label, label, detail: "", parts: [] }));
  assert.deepEqual(matching(choices, "LOSS val").map(({ label }) => label), ["val/loss"]);
  assert.equal(matching(choices, " ").length, 3);
});

test("a column is added at the end, taken away, and the run's name stays", () => {
  assert.deepEqual(withColumn(["name"], "status", true), ["name", "status"]);
  assert.deepEqual(withColumn(["name", "status"], "status", false), ["name"]);
  assert.deepEqual(withColumn(["name"], "name", false), ["name"]);
});

test("a column is moved, but never before the run's name", () => {
  const shown = ["name", "a", "b", "c"];
  assert.deepEqual(moved(shown, "c", 1), ["name", "c", "a", "b"]);
  assert.deepEqual(moved(shown, "c", -1), ["name", "c", "a", "b"]);
  assert.deepEqual(moved(shown, "a", 9), ["name", "b", "c", "a"]);
  assert.deepEqual(moved(shown, "name", 2), shown);
});
