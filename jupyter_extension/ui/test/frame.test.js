// A frame that Python wrote, read here: the two sides of the format agree.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { hexAt, readFrame } from "../src/frame.js";

// Written by tests/unit/rest/frame_for_javascript.py, whose test fails when it is an old one.
const written = Buffer.from(readFileSync(new URL("frame.base64.txt", import.meta.url), "utf8"), "base64");

/** @param {Uint8Array} bytes */
const exactly = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

/**
 * @param {import("../src/frame.js").Frame} frame
 * @param {string} name
 */
function column(frame, name) {
  const found = frame.columns.get(name);
  assert.ok(found, name);
  return found;
}

test("what Python wrote is read", () => {
  const frame = readFrame(/** @type {ArrayBuffer} */ (exactly(written)));
  assert.equal(frame.header.total, 5);
  assert.equal(frame.header.note, "<b>é</b>");
  assert.deepEqual([...column(frame, "value").data], [1.5, -0, 5e-324, NaN, Infinity]);
  assert.equal(column(frame, "value").rows, null);
  assert.equal(hexAt(column(frame, "run_id"), 0), "00112233445566778899aabbccddeeff");
  assert.equal(hexAt(column(frame, "run_id"), 1), "f".repeat(32));
  assert.equal(column(frame, "run_id").length, 2);
  assert.deepEqual([...column(frame, "status").data], [1, 5, 255]);
  assert.deepEqual([...column(frame, "metrics.acc").data], [NaN, -Infinity]);
  assert.deepEqual([...(column(frame, "metrics.acc").rows ?? [])], [4, 0]);
  assert.deepEqual([...column(frame, "count").data], [2 ** 32 - 1]);
});

test("texts are places in a list, which are kept once", () => {
  const texts = column(readFrame(/** @type {ArrayBuffer} */ (exactly(written))), "params.p");
  assert.deepEqual([...texts.data].map((place) => texts.texts[place]), ["a", "😀\0", "a"]);
  assert.deepEqual(texts.texts, ["a", "😀\0"]);
  assert.deepEqual([...(texts.rows ?? [])], [2, 1, 0]);
});

test("a column may have no rows", () => {
  const none = column(readFrame(/** @type {ArrayBuffer} */ (exactly(written))), "none");
  assert.equal(none.length, 0);
  assert.deepEqual(none.texts, []);
});

test("a frame may begin anywhere in a buffer, as one of a comm does", () => {
  const shifted = new Uint8Array(written.length + 3);
  shifted.set(written, 3);
  const frame = readFrame(new DataView(shifted.buffer, 3));
  assert.equal(column(frame, "value").data[0], 1.5);
});

test("what is no frame is refused", () => {
  assert.throws(() => readFrame(new TextEncoder().encode('{"error_code": "X"}')), /no frame/);
  assert.throws(() => readFrame(new ArrayBuffer(0)), /no frame/);
});
