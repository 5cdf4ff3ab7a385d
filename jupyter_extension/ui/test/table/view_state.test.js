import assert from "node:assert/strict";
import { test } from "node:test";

import { readView, reordered, writeView } from "../../src/table/view_state.js";

test("nothing chosen is written as nothing", () => {
  for (const json of [{}, null, undefined, [], "x", 3]) assert.deepEqual(writeView(readView(json)), {});
});

test("what was chosen is read and written as it was", () => {
  const view = {
    columns: ["name", "max(metrics.acc)", "params.`batch size`", "tags.team"],
    pinned: ["name", "tags.team"],
    widths: { name: 300 },
    order: [["metrics.acc", "desc"], ["start", "asc"]],
    filter: "metrics.acc > 0.9",
    lifecycle: "ALL",
    nested: false,
    attempts: true,
    expanded: "all",
    collapsed: ["a".repeat(32)],
    charts: true,
    chart: { log: true },
  };
  assert.deepEqual(writeView(readView(view)), view);
});

test("wrong entries are passed over, the others count", () => {
  const view = {
    columns: ["params.lr", 3, "nonsense", "max(params.lr)", "params.lr", null],
    pinned: "name",
    widths: { name: "wide", "params.lr": 1e9, nonsense: 100 },
    order: [["params.lr", "sideways"], "start", ["nonsense", "asc"], ["params.lr", "desc"]],
    filter: ["x"],
    lifecycle: "SOME",
    nested: 0,
    attempts: "yes",
    expanded: 7,
    charts: 1,
    chart: [],
  };
  assert.deepEqual(writeView(readView(view)), {
    columns: ["name", "params.lr"],
    widths: { "params.lr": 1200 },
    order: [["params.lr", "asc"]],
  });
});

test("clicks on a column turn the order round and end it", () => {
  const once = reordered([], "metrics.acc", "desc", false);
  const twice = reordered(once, "metrics.acc", "desc", false);
  assert.deepEqual([once, twice], [[["metrics.acc", "desc"]], [["metrics.acc", "asc"]]]);
  assert.deepEqual(reordered(twice, "metrics.acc", "desc", false), []);
});

test("with Shift the other columns of the order stay", () => {
  const both = reordered([["start", "desc"]], "name", "asc", true);
  assert.deepEqual(both, [["start", "desc"], ["name", "asc"]]);
  assert.deepEqual(reordered(both, "start", "desc", true), [["start", "asc"], ["name", "asc"]]);
  assert.deepEqual(reordered([["start", "asc"], ["name", "asc"]], "start", "desc", true), [["name", "asc"]]);
});
