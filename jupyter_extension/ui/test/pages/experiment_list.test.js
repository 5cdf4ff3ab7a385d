import assert from "node:assert/strict";
import test from "node:test";

import { listed } from "../../src/pages/experiment_list.js";

const some = ["iris 10", "Iris 2", "wine"].map((name, i) => ({
  experiment_id: String(i), name, lifecycle_stage: "active", creation_time: i, runs: 10 - i, running: 0, last_start: i || null,
}));
/** @param {Record<string, any>} view */
const names = (view) => listed(some, view).map(({ name }) => name);

test("experiments come as the server has them, or as one column orders them", () => {
  assert.deepEqual(names({}), ["iris 10", "Iris 2", "wine"]);
  assert.deepEqual(names({ order: ["name", "asc"] }), ["Iris 2", "iris 10", "wine"]);
  assert.deepEqual(names({ order: ["activity", "desc"] }), ["wine", "Iris 2", "iris 10"]);
});

test("a search takes parts of names in any case, or an id", () => {
  assert.deepEqual(names({ search: "IRIS" }), ["iris 10", "Iris 2"]);
  assert.deepEqual(names({ search: "2" }), ["Iris 2", "wine"]);
});

test("a view that makes no sense is passed over", () => {
  assert.equal(names({ search: 7, order: "runs" }).length, 3);
  assert.equal(names({ order: ["nothing"] }).length, 3);
});
