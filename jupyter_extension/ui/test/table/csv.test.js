import assert from "node:assert/strict";
import { test } from "node:test";

import { csvCell, csvOf } from "../../src/table/csv.js";

test("what a spreadsheet would run is made a text", () => {
  for (const text of ["=1+1", "+cmd", "-x", "@sum"]) assert.equal(csvCell(text), `'${text}`);
  assert.equal(csvCell("\t=1"), "'\t=1");
  assert.equal(csvCell("\r=1"), `"'\r=1"`);
  assert.equal(csvCell('=HYPERLINK("a")'), `"'=HYPERLINK(""a"")"`);
});

test("numbers stay numbers, also those that are texts", () => {
  assert.deepEqual(["-0.5", "+1e-3", "-.5", "12"].map(csvCell), ["-0.5", "+1e-3", "-.5", "12"]);
  assert.deepEqual([-0.1, 0.1 + 0.2, NaN, -Infinity, 1e21].map(csvCell), ["-0.1", "0.30000000000000004", "NaN", "-inf", "1e+21"]);
  assert.equal(csvCell("-1+1"), "'-1+1");
});

test("commas, quotes and lines inside a cell are quoted", () => {
  const rows = [["a,b", 'say "x"', "two\nlines", null, ""]];
  assert.equal(csvOf(["a", "b", "c", "d", "e"], rows), 'a,b,c,d,e\r\n"a,b","say ""x""","two\nlines",,\r\n');
});
