// The beginning of a file, shown by what it is. Nothing of a file is ever run: pictures are drawn
// from their bytes, everything else is text.

import { h, fill } from "../dom.js";
import { size } from "../format.js";
import { foldable, numbered, patch } from "./lines.js";
import { download, fileBytes, scroller, waited } from "./parts.js";

/** @typedef {import("./parts.js").Page} Page */
/** @typedef {{kind: string, size: number, truncated: boolean, text?: string, columns?: string[], rows?: string[][]}} Head */

const MOST_PICTURE = 20_000_000;
const MAGIC = /** @type {[string, RegExp][]} */ ([
  ["image/png", /^\x89PNG/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8/],
  ["image/webp", /^RIFF[^]{4}WEBP/],
]);

/**
 * Show a file.
 * @param {Page} page
 * @param {string} path
 * @returns {HTMLElement}
 */
export function preview(page, path) {
  const content = h("div");
  const about = h("span.nbt-quiet");
  const name = h("h3.nbt-text", { title: path }, path);
  const ask = () => page.source.json("GET", "api/nbtrack/artifacts/head", { run_id: page.runId, path });
  waited(content, ask, (/** @type {Head} */ head) => {
    about.textContent = [size(head.size), head.truncated && head.kind !== "image" && SHOWN_PART].filter(Boolean).join(" · ");
    return shown(page, path, head);
  });
  return h("div.nbt-run-preview", null, h("div.nbt-run-row", null, name, about, download(page, path)), content);
}

const SHOWN_PART = "only the beginning is shown";

/**
 * @param {Page} page
 * @param {string} path
 * @param {Head} head
 */
function shown(page, path, { kind, size: bytes, text = "", columns = [], rows = [] }) {
  if (kind === "image") return bytes > MOST_PICTURE ? unseen("The picture is too large to be shown here.") : picture(page, path);
  if (kind === "csv") return table(columns, rows, path);
  if (kind === "json") return foldable(text);
  if (kind === "text" && /\.(patch|diff)$/.test(path)) return patch(text);
  if (kind === "text") return text ? numbered(text, path) : unseen("The file is empty.");
  return unseen(kind === "other" ? "Pages and drawings are not shown: they could run programs here. Download the file to look at it." : "The file is no text. Download it to look at it.");
}

/** @param {string} text */
const unseen = (text) => h("div.nbt-empty", null, text);

/**
 * @param {string[]} columns
 * @param {string[][]} rows
 * @param {string} path
 */
function table(columns, rows, path) {
  const numeric = columns.map((_, i) => rows.every((row) => !row[i] || !Number.isNaN(Number(row[i]))));
  const kind = (/** @type {number} */ i) => (numeric[i] ? "number" : null);
  const heads = columns.map((name, i) => h("th", { scope: "col", class: kind(i) }, name));
  const lines = rows.map((row) => h("tr", null, row.map((cell, i) => h("td", { class: kind(i) }, cell.slice(0, 300)))));
  return scroller(h("table.nbt-run-table", { "aria-label": path }, h("thead", null, h("tr", null, heads)), h("tbody", null, lines)), path);
}

/**
 * A picture, from its bytes: its type is what they say, whatever the file is called.
 * @param {Page} page
 * @param {string} path
 */
export function picture(page, path) {
  const place = h("div.nbt-run-picture");
  waited(place, () => fileBytes(page, path), (bytes) => {
    const start = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(12, bytes.byteLength)));
    const type = MAGIC.find(([, magic]) => magic.test(start))?.[0];
    if (!type) return unseen("This is no picture that can be shown.");
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    const done = () => URL.revokeObjectURL(url);
    const image = h("img", { src: url, alt: path, onload: done, onerror: () => (done(), fill(place, unseen("The picture is broken."))) });
    return image;
  });
  return place;
}
