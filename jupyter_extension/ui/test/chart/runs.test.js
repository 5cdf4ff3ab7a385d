import assert from "node:assert/strict";
import { test } from "node:test";

import { askKeys, askRuns } from "../../src/chart/runs.js";

test("runs are asked for by their ids alone, with one question each", async () => {
  /** @type {any[]} */
  const asked = [];
  const source = /** @type {any} */ ({
    frame: async (/** @type {any[]} */ ...said) => (asked.push(said.slice(0, 2)), { columns: new Map() }),
    json: async (/** @type {any[]} */ ...said) => (asked.push(said.slice(0, 3)), { metrics: [{ key: "m", share: 1 }] }),
  });
  const { signal } = new AbortController();
  await askRuns(source, ["a"], signal);
  assert.deepEqual(await askKeys(source, ["a"], signal), [{ key: "m", share: 1 }]);
  assert.deepEqual(asked, [
    ["api/nbtrack/runs/table", { run_ids: ["a"], view: "ALL" }],
    ["POST", "api/nbtrack/runs/keys", { run_ids: ["a"] }],
  ]);
});
