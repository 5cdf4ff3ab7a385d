import assert from "node:assert/strict";
import { test } from "node:test";
import { Histories } from "../../src/chart/histories.js";

const RUN = "a".repeat(32);
const SILENT = { frame: () => new Promise(() => {}) };

/** @param {number} count */
const points = (count, value = (step) => step) =>
  Array.from({ length: count }, (_, step) => ({ run_id: RUN, key: "loss", step, timestamp: 1000 + step, value: value(step) }));

function histories() {
  const made = new Histories(/** @type {any} */ (SILENT), () => {});
  made.reset([RUN], "step");
  return made;
}

test("points of a metric that was not asked for yet are kept", () => {
  const made = histories();
  assert.deepEqual(made.append(points(3)), ["loss"]);
  assert.deepEqual([...made.of("loss")[0].rows.value], [0, 1, 2]);
});

test("points of other runs are passed over", () => {
  const made = histories();
  assert.deepEqual(made.append(points(3).map((one) => ({ ...one, run_id: "b".repeat(32) }))), []);
});

test("of many pushed points the first, the last, the extremes and the gaps stay", () => {
  const made = histories();
  const odd = { 1234: 99, 7001: -99, 8002: NaN };
  made.append(points(20_000, (step) => odd[step] ?? Math.sin(step / 500)));
  const [{ rows }] = made.of("loss");
  assert.ok(rows.step.length < 5000, `${rows.step.length} rows`);
  assert.deepEqual([rows.step[0], rows.step.at(-1)], [0, 19_999]);
  const finite = rows.value.filter(Number.isFinite);
  assert.deepEqual([Math.min(...finite), Math.max(...finite)], [-99, 99]);
  assert.equal(rows.nan.reduce((sum, one) => sum + one, 0), 1);
});
