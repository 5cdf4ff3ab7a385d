// The parts of a run's page that show what a tracked cell left in files: figures, source, output,
// environment, traceback.

import { h, fill } from "../dom.js";
import { size } from "../format.js";
import { byKey, parsed } from "./answers.js";
import { numbered, patch, plainText } from "./lines.js";
import { download, fileText, listTable, longText, section, waited } from "./parts.js";
import { picture } from "./preview.js";
import { isPicture, pictureName } from "./tree.js";

/** @typedef {import("./parts.js").MakePart} MakePart */
/** @typedef {import("./parts.js").Page} Page */

const MOST_TEXT = 3_000_000;
const MOST_PICTURES = 48;

/** Files at the top of a run that have a part of their own: nbtrack/notebook/surroundings.py. */
export const KEPT = { source: ["source", "code.patch"], output: ["output.txt"], environment: ["environment.json"], error: ["error.txt"], figures: ["figures", "images"] };

/**
 * A file's text, shown once; again when the file's size changed.
 * @param {Page} page
 * @param {string} path
 * @param {(text: string) => Node | Node[]} draw
 */
function kept(page, path, draw) {
  const place = h("div");
  const element = h("div.nbt-run-kept", null, h("div.nbt-run-row", null, h("span.nbt-quiet", null, path), download(page, path)), place);
  let known = -1;
  return {
    element,
    update() {
      const file = page.files().find((one) => one.path === path);
      const now = file?.file_size ?? 0;
      element.hidden = !file;
      if (!file || now === known) return;
      known = now;
      if (now > MOST_TEXT) fill(place, h("p.nbt-quiet", null, `${size(now)} are too much to be shown: download the file.`));
      else waited(place, () => fileText(page, path), draw);
    },
  };
}

/** @type {MakePart} */
export function sourcePart(page) {
  const cell = h("div");
  const used = h("div");
  const changes = kept(page, "code.patch", patch);
  const commit = h("p.nbt-quiet");
  const changed = section("Changes that were not committed", commit, changes.element);
  let drawn = false;
  function update() {
    const has = (/** @type {string} */ path) => page.files().some((one) => one.path === path);
    const hash = byKey(page.overview().run.data.tags)["mlflow.source.git.commit"];
    commit.textContent = hash ? `On commit ${hash}` : "";
    changed.hidden = !has("code.patch") && !hash;
    changes.update();
    if (drawn || !has("source")) return;
    drawn = true;
    const row = h("div.nbt-run-row", null, h("span.nbt-quiet", null, "source/cell.py"), download(page, "source/cell.py"));
    const place = h("div");
    fill(cell, section("The cell", row, place));
    waited(place, () => fileText(page, "source/cell.py"), (text) => numbered(text, "Source of the cell"));
    waited(used, () => cellsOf(page), (cells) => (cells.length ? section("Cells whose values it used", ...cells.map(usedCell)) : []));
  }
  return { element: h("div", null, cell, used, changed), update };
}

/** @param {Page} page @returns {Promise<{number: number, gives?: string[], source: string}[]>} */
async function cellsOf(page) {
  const { files } = await page.source.json("GET", "api/2.0/mlflow/artifacts/list", { run_id: page.runId, path: "source" });
  if (!files?.some((/** @type {{path: string}} */ one) => one.path === "source/cells.json")) return [];
  const found = parsed(await fileText(page, "source/cells.json"));
  return Array.isArray(found) ? found.filter((one) => typeof one?.source === "string") : [];
}

/** @param {{number: number, gives?: string[], source: string}} cell */
function usedCell({ number, gives, source }) {
  const names = Array.isArray(gives) ? gives.join(", ") : "";
  return h("div.nbt-run-kept", null, h("p.nbt-quiet", null, `In[${number}]`, names && ` gave ${names}`), numbered(source, `Cell ${number}`));
}

/** @type {MakePart} */
export const outputPart = (page) => kept(page, "output.txt", (text) => plainText(text, "What was printed"));

/** @type {MakePart} */
export function errorPart(page) {
  const type = h("h3.nbt-run-value");
  const message = h("p.nbt-run-value");
  const trace = kept(page, "error.txt", (text) => plainText(text, "Traceback"));
  const update = () => {
    const tags = byKey(page.overview().run.data.tags);
    type.textContent = tags["nbtrack.error.type"] ?? "The run was ended";
    fill(message, longText(tags["nbtrack.error.message"] ?? tags["nbtrack.end_reason"] ?? "", 2000));
    trace.update();
  };
  return { element: h("div.nbt-run-error", null, type, message, trace.element), update };
}

/** @type {MakePart} */
export function environmentPart(page) {
  const facts = h("dl.nbt-run-dl");
  const list = listTable({
    label: "packages",
    heads: [["Package"], ["Version"]],
    text: (/** @type {[string, string]} */ one) => one.join("\n"),
    cells: ([name, version]) => [name, version],
    empty: "No package versions were kept. %%track keeps them.",
  });
  const saved = kept(page, "environment.json", (text) => {
    const { packages, ...rest } = parsed(text);
    list.update(Object.entries(packages ?? {}).map(([name, version]) => [name, String(version)]));
    return facts_(rest);
  });
  const update = () => {
    const { data, info } = page.overview().run;
    const tags = byKey(data.tags);
    const shown = { user: info.user_id || tags["mlflow.user"], notebook: tags["nbtrack.notebook"], source: tags["mlflow.source.name"], commit: tags["mlflow.source.git.commit"], files: info.artifact_uri, "run id": info.run_id };
    fill(facts, ...pairs(shown));
    saved.update();
  };
  const facts_ = (/** @type {Record<string, any>} */ of) => h("dl.nbt-run-dl", null, pairs(of));
  return { element: h("div", null, facts, saved.element, section("Packages", list.element)), update };
}

/** @param {Record<string, any>} of */
const pairs = (of) => Object.entries(of).filter(([, value]) => value).flatMap(([name, value]) => [h("dt", null, name), h("dd.nbt-run-value", null, String(value))]);

/** @type {MakePart} */
export function figuresPart(page) {
  const grid = h("div.nbt-run-grid");
  const more = h("p.nbt-quiet");
  /** @type {Set<string>} */
  const known = new Set();
  async function update() {
    const lists = await Promise.all(KEPT.figures.filter((path) => page.files().some((one) => one.path === path && one.is_dir)).map(async (path) =>
      (await page.source.json("GET", "api/2.0/mlflow/artifacts/list", { run_id: page.runId, path }).catch(() => ({}))).files ?? []));
    const files = [...page.files(), ...lists.flat()].filter((one) => !one.is_dir);
    const found = files.filter((one) => isPicture(one) || one.path.startsWith("figures/"));
    for (const { path, file_size: bytes } of found.slice(0, MOST_PICTURES)) {
      if (known.has(path)) continue;
      known.add(path);
      const drawn = isPicture({ path, is_dir: false }) && (bytes ?? 0) <= 20_000_000;
      const content = drawn ? picture(page, path) : h("div.nbt-empty", null, "Not shown: it could run programs here.");
      const open = h("button.nbt-button.nbt-plain", { type: "button", title: path, onclick: () => page.go("files", path) }, h("span.nbt-text", null, pictureName(path)));
      grid.append(h("figure", null, content, h("figcaption", null, open, download(page, path))));
    }
    more.textContent = found.length > MOST_PICTURES ? `${MOST_PICTURES} of ${found.length}; all are among the files.` : grid.childElementCount ? "" : "No pictures.";
  }
  return { element: h("div", null, grid, more), update };
}
