// All files of a run: a tree whose folders are read when they are opened, and a preview.

import { h, fill } from "../dom.js";
import { size } from "../format.js";
import { preview } from "./preview.js";
import { trouble } from "./parts.js";
import { baseName, fileRows, foldersAbove, folderOf } from "./tree.js";

/** @typedef {import("./tree.js").FileRow} FileRow */

const MOST_FILES = 1000;

/**
 * @param {import("./parts.js").Page} page
 * @returns {import("./parts.js").Part & {show: (path: string) => void}}
 */
export function filesPart(page) {
  /** @type {Map<string, import("./tree.js").File[]>} */
  const listings = new Map();
  /** @type {Set<string>} */
  const open = new Set();
  let shown = "";
  let at = "";
  let most = MOST_FILES;
  /** @type {FileRow[]} */
  let rows = [];
  let drawn = "";
  const tree = h("div.nbt-run-tree", { role: "tree", "aria-label": "Files", onkeydown });
  const more = h("button.nbt-button", { type: "button", hidden: true, onclick: () => ((most = Infinity), draw()) }, "Show all files");
  const wrong = h("div");
  const right = h("div.nbt-run-file");
  const nothing = h("div.nbt-empty", { hidden: true }, "No files. nbtrack.log_artifact(\"model.pkl\") keeps one.");
  const element = h("div.nbt-run-files", null, h("div.nbt-run-left", null, wrong, tree, more), right, nothing);

  /** @param {string} folder */
  async function read(folder) {
    try {
      const found = await page.source.json("GET", "api/2.0/mlflow/artifacts/list", { run_id: page.runId, path: folder || undefined });
      listings.set(folder, found.files ?? []);
      fill(wrong);
    } catch (error) {
      open.delete(folder);
      fill(wrong, trouble(/** @type {Error} */ (error).message, () => (folder ? toggle(folder) : read(folder))));
    }
    draw();
  }
  /** @param {string} folder */
  function toggle(folder) {
    if (!open.delete(folder)) {
      open.add(folder);
      if (!listings.has(folder)) read(folder);
    }
    draw();
  }
  /** @param {FileRow} row */
  function choose({ file }) {
    at = file.path;
    if (file.is_dir) toggle(file.path);
    else page.go("files", file.path);
  }
  function draw() {
    rows = fileRows(listings, open, most);
    const top = listings.get("");
    nothing.hidden = !top || top.length > 0;
    more.hidden = ![...listings.values()].some((files) => files.length > most);
    if (!rows.some((row) => row.file.path === at)) at = rows[0]?.file.path ?? "";
    const now = JSON.stringify([rows, at, shown]);
    if (now === drawn) return;
    drawn = now;
    const focus = tree.contains(/** @type {Document | ShadowRoot} */ (tree.getRootNode()).activeElement);
    fill(tree, rows.map(item));
    if (focus) focusRow();
  }
  /** @param {FileRow} row */
  function item(row) {
    const { file, level } = row;
    return h(
      "div.nbt-run-item",
      {
        role: "treeitem",
        tabIndex: file.path === at ? 0 : -1,
        "aria-level": level,
        "aria-setsize": row.size,
        "aria-posinset": row.place + 1,
        "aria-expanded": file.is_dir ? String(row.open) : null,
        "aria-selected": String(file.path === shown),
        style: { "padding-inline-start": `${8 + 16 * (level - 1)}px` },
        title: baseName(file.path),
        onclick: () => choose(row),
      },
      h("span.nbt-run-mark", { "aria-hidden": "true" }, file.is_dir ? (row.open ? "▾" : "▸") : ""),
      h("span.nbt-text", null, baseName(file.path), row.loading && " …"),
      !file.is_dir && h("span.nbt-quiet", null, size(file.file_size ?? 0)),
    );
  }
  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const i = rows.findIndex((row) => row.file.path === at);
    const row = rows[i];
    if (!row) return;
    const closed = row.file.is_dir && !row.open;
    const above = rows.findIndex((one) => one.file.path === folderOf(at));
    /** @type {Record<string, () => number>} */
    const keys = {
      ArrowDown: () => Math.min(rows.length - 1, i + 1),
      ArrowUp: () => Math.max(0, i - 1),
      Home: () => 0,
      End: () => rows.length - 1,
      ArrowRight: () => (closed ? (toggle(at), i) : row.file.is_dir ? i + 1 : i),
      ArrowLeft: () => (row.open ? (toggle(at), i) : Math.max(0, above)),
      Enter: () => (choose(row), i),
      " ": () => (choose(row), i),
    };
    const to = keys[event.key]?.();
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    at = (rows[to] ?? row).file.path;
    draw();
    focusRow();
  }
  const focusRow = () => /** @type {HTMLElement | null} */ (tree.querySelector("[tabindex='0']"))?.focus();

  return {
    element,
    update() {
      read("");
      for (const folder of open) read(folder);
    },
    show(path) {
      if (!path || path === shown) return;
      shown = at = path;
      foldersAbove(path).forEach((folder) => open.has(folder) || toggle(folder));
      fill(right, preview(page, path));
      draw();
    },
  };
}
