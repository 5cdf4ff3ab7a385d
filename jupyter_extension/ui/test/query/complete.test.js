import assert from "node:assert/strict";
import test from "node:test";

import { complete } from "../../src/query/complete.js";
import { readComplaint } from "../../src/query/complaint.js";
import { written } from "../../src/query/names.js";

const KEYS = {
  runs: 10,
  metrics: [{ key: "acc", share: 1 }, { key: "val-loss", share: 0.5 }, { key: "train.acc", share: 0.1 }],
  params: [{ key: "lr", share: 1 }, { key: "batch size", share: 1 }],
  tags: [{ key: "mlflow.source.name", share: 1 }],
  suggested: [],
  same: {},
  directions: {},
};

/** @param {string} text with | where the cursor is */
function offered(text) {
  const caret = text.indexOf("|");
  const found = complete(text.replace("|", ""), caret, KEYS);
  return found?.options.map((option) => option.label) ?? [];
}

/** @param {string} text with | where the cursor is */
function completed(text, at = 0) {
  const plain = text.replace("|", "");
  const found = complete(plain, text.indexOf("|"), KEYS);
  if (!found) return plain;
  return plain.slice(0, found.from) + found.options[at].insert + plain.slice(found.to);
}

test("an empty box offers what the runs have, then functions and NOT", () => {
  const labels = offered("|");
  assert.deepEqual(labels.slice(0, 5), ["metrics.acc", "metrics.val-loss", "metrics.train.acc", "params.lr", "params.batch size"]);
  assert.ok(labels.includes("status") && labels.includes("max(…)") && labels.includes("NOT"));
});

test("a part of a key finds it, and beginnings come first", () => {
  assert.deepEqual(offered("acc|").slice(0, 2), ["metrics.acc", "metrics.train.acc"]);
  assert.equal(completed("lr|"), "params.lr ");
});

test("keys with odd signs are quoted", () => {
  assert.equal(completed("val-l|"), "metrics.`val-loss` ");
  assert.equal(completed("metrics.val-l|"), "metrics.`val-loss` ");
  assert.equal(completed("params.`batch s|"), "params.`batch size` ");
});

test("after a key come the operators of its kind", () => {
  assert.deepEqual(offered("metrics.acc |").slice(0, 4), [">", ">=", "<", "<="]);
  assert.ok(offered("params.lr |").includes("ILIKE"));
  assert.ok(!offered("params.lr |").includes(">"));
  assert.deepEqual(offered("params.lr NOT |"), ["IN (…)"]);
  assert.deepEqual(offered("params.lr IS |"), ["NULL", "NOT NULL"]);
});

test("values are not offered, but those of status are", () => {
  assert.deepEqual(offered("metrics.acc > |"), []);
  assert.deepEqual(offered("params.lr = 'ac|"), []);
  assert.ok(offered("status = |").includes("'RUNNING'"));
  assert.equal(completed("status = 'fai|"), "status = 'FAILED' ");
  assert.equal(completed("status IN ('FAILED', |", 4), "status IN ('FAILED', 'KILLED'");
});

test("after a clause come AND and OR, and after them keys", () => {
  assert.deepEqual(offered("metrics.acc > 0.9 |"), ["AND", "OR"]);
  assert.deepEqual(offered("params.lr IN ('a', 'b') |"), ["AND", "OR"]);
  assert.equal(completed("metrics.acc > 0.9 AND b|"), "metrics.acc > 0.9 AND params.`batch size` ");
  assert.equal(completed("(metrics.acc > 0.9 OR b|"), "(metrics.acc > 0.9 OR params.`batch size` ");
});

test("a function takes a metric and is closed", () => {
  assert.equal(completed("max|"), "max(");
  assert.deepEqual(offered("max(|"), ["metrics.acc", "metrics.val-loss", "metrics.train.acc"]);
  assert.equal(completed("max(metrics.tr|"), "max(metrics.train.acc) ");
  assert.equal(offered("max(metrics.acc) |")[0], ">");
});

test("a word in the middle is replaced as a whole", () => {
  assert.equal(completed("ac|c > 0.9", 1), "metrics.train.acc  > 0.9");
});

test("a word that is no key becomes a search in names", () => {
  assert.equal(completed("resnet|"), "run_name ILIKE '%resnet%' ");
});

test("a word that is complete offers nothing more", () => {
  assert.deepEqual(offered("params.lr|"), []);
});

test("ten thousand keys take no time that a person notices", () => {
  const many = { ...KEYS, metrics: Array.from({ length: 10_000 }, (_, i) => ({ key: `layer${i}.acc`, share: 1 })) };
  assert.equal(complete("acc", 3, many)?.options.length, 40);
});

test("names are written as the grammar reads them", () => {
  const names = /** @type {const} */ ([
    [{ group: "metrics", key: "acc", part: "" }, "metrics.acc"],
    [{ group: "metrics", key: "val-loss", part: "max" }, "max(metrics.`val-loss`)"],
    [{ group: "params", key: "a`b", part: "" }, 'params."a`b"'],
    [{ group: "tags", key: "mlflow.user", part: "" }, "tags.mlflow.user"],
    [{ group: "attributes", key: "status", part: "" }, "status"],
  ]);
  for (const [name, text] of names) assert.equal(written(name), text);
  assert.equal(written({ group: "params", key: "`\"'", part: "" }), null);
});

test("a complaint is a sentence and the word that it is about", () => {
  const text = "metrics.acc > 0.9 AND stauts = 'x'";
  const message = `Invalid attribute key 'stauts' specified. Did you mean 'status'? (column 23)\n  ${text}\n  ${" ".repeat(22)}^`;
  const { sentence, from, to } = readComplaint(message, text);
  assert.equal(sentence, "Invalid attribute key 'stauts' specified. Did you mean 'status'?");
  assert.equal(text.slice(from, to), "stauts");
});

test("columns are counted in characters, not in halves of them", () => {
  const text = "params.`😀` == 'a' foo";
  const { from } = readComplaint(`No. (column 19)\n  ${text}\n  ${" ".repeat(18)}^`, text);
  assert.equal(text.slice(from), "foo");
});

test("an end of the text that is missing is pointed at", () => {
  const { from, to } = readComplaint("A value is missing. (column 5)\n  acc >\n      ^", "acc=");
  assert.deepEqual([from, to], [4, 4]);
});

test("an error of another kind is shown as it is", () => {
  assert.deepEqual(readComplaint("The server does not answer.", "a"), { sentence: "The server does not answer.", from: -1, to: -1 });
});
