import assert from "node:assert/strict";
import { test } from "node:test";
import { durationLabels, linearTicks, logTicks, timeLabels, valueLabels } from "../../src/chart/ticks.js";

test("ticks are round numbers within the range", () => {
  assert.deepEqual(linearTicks(0.02, 0.97, 5), [0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(linearTicks(-1, 1, 4), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(linearTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
});

test("steps have whole ticks", () => {
  assert.deepEqual(linearTicks(0, 3, 10, { whole: true }), [0, 1, 2, 3]);
});

test("durations have ticks at whole minutes and hours", () => {
  const ticks = linearTicks(0, 1500, 6, { seconds: true });
  assert.deepEqual(ticks, [0, 300, 600, 900, 1200, 1500]);
  assert.deepEqual(durationLabels(ticks), ["0", "5 m", "10 m", "15 m", "20 m", "25 m"]);
  assert.deepEqual(durationLabels([0, 0.5, 1]), ["0", "500 ms", "1000 ms"]);
});

test("a log axis has powers of ten, more between them where there is room", () => {
  assert.deepEqual(logTicks(0.001, 1000, 4), [0.01, 1, 100]);
  assert.deepEqual(logTicks(1, 100, 10), [1, 2, 5, 10, 20, 50, 100]);
  assert.ok(logTicks(0.3, 0.4, 4).length >= 3);
  assert.ok(logTicks(1e-300, 1e300, 5).length <= 6);
});

test("labels tell neighbours apart and are short", () => {
  assert.deepEqual(valueLabels([0.991, 0.9915, 0.992]), ["0.9910", "0.9915", "0.9920"]);
  assert.deepEqual(valueLabels([0, 20_000, 40_000]), ["0", "20k", "40k"]);
  assert.deepEqual(valueLabels([1_000_000, 1_500_000]), ["1.0M", "1.5M"]);
  assert.deepEqual(valueLabels([0, 50, 100]), ["0", "50", "100"]);
  assert.deepEqual(valueLabels([0, 2e-5, 4e-5]), ["0", "2e-05", "4e-05"]);
  assert.deepEqual(valueLabels([0.001, 1, 1000, 1e6], true), ["0.001", "1", "1000", "1M"]);
  const huge = valueLabels(linearTicks(0, 1e300, 5));
  assert.equal(new Set(huge).size, huge.length);
});

test("the day stands below the first time and where it changes", () => {
  const start = new Date(2026, 10, 23, 22).getTime();
  const hour = 3_600_000;
  assert.deepEqual(timeLabels([start, start + hour, start + 2 * hour], hour), ["22:00\n23 Nov", "23:00", "00:00\n24 Nov"]);
  assert.deepEqual(timeLabels([start], 24 * hour), ["23 Nov\n2026"]);
});
