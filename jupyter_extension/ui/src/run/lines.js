// Texts by lines: source with line numbers, patches coloured by line, JSON that folds.

import { h } from "../dom.js";
import { count } from "../format.js";
import { diffLines, folds, lines } from "./diff.js";
import { scroller } from "./parts.js";

const MOST_LINES = 5000;

/**
 * @param {string} text
 * @param {string} label
 */
export function numbered(text, label) {
  const found = lines(text);
  const numbers = h("pre.nbt-run-numbers", { "aria-hidden": "true" }, found.map((_, i) => i + 1).join("\n"));
  return scroller(h("div.nbt-run-code", null, numbers, h("pre", null, found.join("\n"))), label);
}

/**
 * @param {string} text
 * @param {string} label
 */
export function plainText(text, label) {
  return scroller(h("pre.nbt-run-pre", null, text), label);
}

/** @param {string} text */
export function patch(text) {
  const found = diffLines(text);
  const rest = found.length - MOST_LINES;
  const shown = found.slice(0, MOST_LINES).map(({ kind, text: line }) => h("span", { "data-kind": kind }, line || " ", "\n"));
  const code = scroller(h("pre.nbt-run-pre.nbt-run-patch", null, shown), "Changes that were not committed");
  return rest > 0 ? [code, h("p.nbt-quiet", null, `${count(rest, "more line")}: download the file to see them.`)] : [code];
}

/** @param {string} text indented */
export function foldable(text) {
  return scroller(h("div.nbt-run-pre.nbt-run-json", null, folds(text).map(folded)), "JSON");
}

/**
 * @param {import("./diff.js").Fold} fold
 * @returns {HTMLElement}
 */
function folded(fold) {
  if (typeof fold === "string") return h("div", null, fold);
  return h("details", { open: true }, h("summary", null, fold.text), fold.inner.map(folded), h("div", null, fold.end));
}
