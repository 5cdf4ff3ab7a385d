import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, dashOf, looks, PALETTE } from "../../src/chart/colours.js";

// Machado, Oliveira and Fernandes (2009), severity 1.
const EYES = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};
/** The least distance in OKLab, where 0.02 is just seen. */
const LEAST = { usual: 0.12, protanopia: 0.08, deuteranopia: 0.08 };
const GROUNDS = ["#ffffff", "#16181d"];

const linear = (/** @type {string} */ hex) => [1, 3, 5].map((at) => {
  const part = parseInt(hex.slice(at, at + 2), 16) / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});
const times = (/** @type {number[][]} */ matrix, /** @type {number[]} */ vector) =>
  matrix.map((row) => Math.max(0, row.reduce((sum, one, i) => sum + one * vector[i], 0)));
const lab = (/** @type {number[]} */ rgb) => {
  const cone = times([[0.41222147, 0.53633254, 0.05144599], [0.2119035, 0.68069955, 0.10739696], [0.08830246, 0.28171884, 0.6299787]], rgb).map(Math.cbrt);
  const rows = [[0.21045426, 0.79361779, -0.00407205], [1.9779985, -2.42859221, 0.45059371], [0.02590404, 0.78277177, -0.80867577]];
  return rows.map((row) => row.reduce((sum, one, i) => sum + one * cone[i], 0));
};
const light = (/** @type {string} */ hex) => linear(hex).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);

for (const [dark, ground] of GROUNDS.entries()) {
  test(`each colour is seen on ${ground}`, () => {
    for (const pair of PALETTE) {
      const [low, high] = [light(pair[dark]), light(ground)].sort((a, b) => a - b);
      assert.ok((high + 0.05) / (low + 0.05) >= 3, pair[dark]);
    }
  });
  for (const [name, matrix] of Object.entries(EYES)) {
    test(`any two colours on ${ground} differ for eyes with ${name} vision`, () => {
      const seen = PALETTE.map((pair) => lab(times(matrix, linear(pair[dark]))));
      for (let i = 0; i < seen.length; i++) {
        for (let j = 0; j < i; j++) {
          const apart = Math.hypot(...seen[i].map((part, k) => part - seen[j][k]));
          assert.ok(apart >= LEAST[/** @type {keyof typeof LEAST} */ (name)], `${PALETTE[i][dark]} ${PALETTE[j][dark]} ${apart}`);
        }
      }
    });
  }
}

const ids = (/** @type {number} */ amount, from = 0) => Array.from({ length: amount }, (_, i) => `run-${from + i}`);

test("ten runs have ten colours, more have dashes", () => {
  const ten = looks(ids(10));
  assert.equal(new Set([...ten.values()].map((look) => colourOf(look, false))).size, 10);
  assert.ok([...ten.values()].every((look) => dashOf(look).length === 0));
  const forty = looks(ids(40, 100));
  assert.equal(new Set([...forty.values()].map((look) => colourOf(look, true) + dashOf(look))).size, 40);
  assert.equal(looks(ids(200, 500)).size, 200);
});

test("a run keeps its colour while others come and go", () => {
  const before = looks(ids(3, 1000));
  const after = looks([...ids(5, 2000), ...ids(3, 1000)]);
  for (const id of ids(3, 1000)) assert.equal(after.get(id), before.get(id));
  assert.equal(new Set(after.values()).size, 8);
});
