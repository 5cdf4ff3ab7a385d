import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines, folds, lines } from "../../src/run/diff.js";
import { fileRows, foldersAbove, isPicture, pictureName } from "../../src/run/tree.js";

const file = (path) => ({ path, is_dir: false, file_size: 1 });
const folder = (path) => ({ path, is_dir: true });

test("folders come first, numbers are numbers, open folders show what is in them", () => {
  const listings = new Map([["", [file("b10"), file("b9"), folder("z")]], ["z", [file("z/<b>")]]]);
  const shown = fileRows(listings, new Set(["z"])).map((row) => [row.file.path, row.level]);
  assert.deepEqual(shown, [["z", 1], ["z/<b>", 2], ["b9", 1], ["b10", 1]]);
  assert.deepEqual(fileRows(listings, new Set()).length, 3);
});

test("an open folder whose files are not there yet is loading", () => {
  assert.equal(fileRows(new Map([["", [folder("z")]]]), new Set(["z"]))[0].loading, true);
});

test("of a large folder the first files are rows, and each says how many there are", () => {
  const many = Array.from({ length: 5000 }, (_, i) => file(`f${i}`));
  const rows = fileRows(new Map([["", many]]), new Set(), 1000);
  assert.deepEqual([rows.length, rows[0].size, rows[999].file.path], [1000, 5000, "f999"]);
});

test("folders above a file", () => {
  assert.deepEqual(foldersAbove("a/b/c.txt"), ["a", "a/b"]);
  assert.deepEqual(foldersAbove("c.txt"), []);
});

test("pictures are told by name, thumbnails and drawings are none", () => {
  const shown = ["a.PNG", "b.svg", "images/x+step+3+timestamp+5+ab.png", "images/x+step+3+timestamp+5+ab+compressed.webp"];
  assert.deepEqual(shown.map((path) => isPicture(file(path))), [true, false, true, false]);
  assert.equal(pictureName(shown[2]), "x · step 3");
});

test("each line of a patch has a kind, a removed dashed line too", () => {
  const patch = "diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1 @@ f\n--- gone\n+new\n same\n\\ No newline\ndiff --git a/y b/y\n--- a/y\n";
  const kinds = diffLines(patch).map((line) => line.kind[0]).join("");
  assert.equal(kinds, "ffffhrassff");
});

test("lists and objects fold, and every line is kept", () => {
  const text = JSON.stringify({ a: [1, { b: [] }], c: "{" }, null, 2);
  const flat = (found) => found.flatMap((one) => (typeof one === "string" ? [one] : [one.text, ...flat(one.inner), one.end]));
  assert.deepEqual(flat(folds(text)), lines(text));
  assert.equal(folds(text).length, 1);
  assert.deepEqual(folds("3"), ["3"]);
});
