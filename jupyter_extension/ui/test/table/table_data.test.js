import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { TableData } from "../../src/table/table_data.js";

const RUNNING = 1;
const FINISHED = 3;

/** As much of a frame as the table reads: runs with a status and, where asked, a metric. */
function frameOf(keys, columns, running) {
  const dense = { length: keys.length, rows: null, texts: [] };
  const given = [
    ["key", { ...dense, type: "f64", data: Float64Array.from(keys) }],
    ["run_id", { ...dense, type: "hex16", data: Uint8Array.from({ length: 16 * keys.length }, (_, i) => keys[i >> 4]) }],
    ["status", { ...dense, type: "u8", data: Uint8Array.from(keys, (key) => (running.has(key) ? RUNNING : FINISHED)) }],
    ...columns.map((name) => [name, { ...dense, type: "f64", data: Float64Array.from(keys), rows: Uint32Array.from(keys.keys()) }]),
  ];
  return { header: { total: keys.length, columns: [] }, columns: new Map(given) };
}

/** A source whose answers a test gives when it wants to. */
class Held {
  constructor(keys) {
    this.keys = keys;
    this.running = new Set();
    this.asked = [];
    this.waiting = [];
    this.holding = false;
    this.error = null;
  }

  frame(_path, args) {
    this.asked.push(args);
    if (this.error) return Promise.reject(this.error);
    const { columns, newer_than, run_ids, max_results } = args;
    const keys = run_ids || newer_than ? [] : this.keys.slice(0, max_results ?? undefined);
    const frame = frameOf(keys, columns, this.running);
    frame.header.total = this.keys.length;
    return this.holding ? new Promise((resolve) => this.waiting.push(() => resolve(frame))) : Promise.resolve(frame);
  }
}

const QUESTION = { filter: "", lifecycle: "ACTIVE_ONLY", order: [], columns: [] };
const many = Array.from({ length: 3000 }, (_, i) => i + 1);
const isWhole = (args) => !args.run_ids && args.newer_than === null && args.max_results === null;

test("a change while nothing answers is not asked about without end", async () => {
  const source = new Held([1]);
  source.error = Object.assign(new Error("gone"), { status: 0 });
  const data = new TableData(source, {}, () => {});
  await assert.rejects(data.load(QUESTION));
  data.touch();
  await sleep(50);
  assert.equal(source.asked.length, 2);
  source.error = null;
  data.touch();
  await sleep(600);
  assert.equal(data.whole, true);
  data.destroy();
});

test("what was changed here is seen at once, however many runs there are", async () => {
  const source = new Held(many);
  const data = new TableData(source, {}, () => {});
  await data.load(QUESTION);
  source.keys = many.slice(1);
  data.touch(true);
  await sleep(50);
  assert.equal(data.rows.length, 2999);
  source.keys = many.slice(2);
  data.touch();
  await sleep(600);
  assert.equal(isWhole(source.asked.at(-1)), false);
  data.destroy();
});

test("a column that is asked for while the rows are renewed stays", async () => {
  const source = new Held([1, 2]);
  const data = new TableData(source, {}, () => {});
  await data.load(QUESTION);
  source.holding = true;
  data.touch();
  await sleep(20);
  const shown = data.show(["metrics.acc"]);
  await sleep(20);
  for (let i = 0; i < 3; i++) {
    source.waiting.splice(0).reverse().forEach((answer) => answer());
    await sleep(5);
  }
  await shown;
  assert.ok(data.rows.column("metrics.acc"));
  data.destroy();
});

test("a wrong filter leaves the rows of the one before, which stay up to date", async () => {
  const source = new Held([1]);
  const data = new TableData(source, {}, () => {});
  await data.load(QUESTION);
  source.error = Object.assign(new Error("wrong"), { status: 400 });
  await assert.rejects(data.load({ ...QUESTION, filter: "wrong" }));
  source.error = null;
  source.keys = [1, 2];
  data.touch();
  await sleep(550);
  assert.deepEqual([data.rows.length, source.asked.at(-1).filter], [2, ""]);
  data.destroy();
});
