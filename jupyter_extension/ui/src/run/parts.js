// Pieces that the parts of a run's page share: texts, tables, downloads, and waiting for an answer.

import { h, fill } from "../dom.js";
import { count } from "../format.js";

/**
 * @typedef {object} Page what the parts of a run's page work with
 * @property {string} runId
 * @property {import("../source/source.js").Source} source
 * @property {import("../view.js").Links} links
 * @property {() => import("./answers.js").Overview} overview
 * @property {() => import("./tree.js").File[]} files at the top of the run's files
 * @property {(tab: string, path?: string) => void} go show another part, or a file
 * @property {(overview: Promise<unknown>) => Promise<void>} changed after a change: what is shown is asked for anew
 * @property {import("../view.js").Context} context
 *
 * @typedef {{element: HTMLElement, update?: () => void, destroy?: () => void}} Part
 * @typedef {(page: Page) => Part} MakePart
 */

const MOST_CHARACTERS = 300;
const MOST_ROWS = 500;
const SEARCHED_FROM = 12;
const QUIET = 150;

/**
 * A text of a user, whole if it is short, else cut with a way to see the rest.
 * @param {string} text
 */
export function longText(text, most = MOST_CHARACTERS) {
  const shown = h("span.nbt-run-value", null, text.length > most ? `${text.slice(0, most)}…` : text);
  if (text.length <= most) return shown;
  const more = h("button.nbt-button.nbt-plain", { type: "button", onclick: all }, `Show all (${count(text.length, "character")})`);
  function all() {
    shown.textContent = text;
    more.remove();
  }
  return h("span", null, shown, " ", more);
}

/**
 * @template T
 * @param {object} options
 * @param {string} options.label read aloud
 * @param {[string, string?][]} options.heads names of the columns; "number" aligns one to the right
 * @param {(item: T) => (Node | string)[]} options.cells
 * @param {(item: T) => string} options.text what a search looks at
 * @param {string | (() => Node)} options.empty what to do, where there is nothing
 */
export function listTable({ label, heads, cells, text, empty }) {
  /** @type {T[]} */
  let items = [];
  let most = MOST_ROWS;
  let drawn = "";
  const search = h("input.nbt-input", { type: "search", placeholder: `Search ${label}`, "aria-label": `Search ${label}`, oninput: draw });
  const found = h("span.nbt-quiet", { role: "status" });
  const bar = h("div.nbt-toolbar.nbt-run-search", null, search, found);
  const names = heads.map(([name, kind]) => h("th", { scope: "col", class: kind }, name));
  const body = h("tbody");
  const table = h("table.nbt-run-table", { "aria-label": label }, h("thead", null, h("tr", null, names)), body);
  const more = h("button.nbt-button", { type: "button", onclick: () => ((most = Infinity), draw()) });
  const nothing = h("div.nbt-empty", null, typeof empty === "string" ? empty : empty());
  const element = h("div.nbt-run-list", null, bar, scroller(table, label), more, nothing);

  function draw() {
    const wanted = search.value.toLowerCase();
    const chosen = wanted ? items.filter((item) => text(item).toLowerCase().includes(wanted)) : items;
    fill(body, chosen.slice(0, most).map((item) => h("tr", null, cells(item).map((cell, i) => h(i ? "td" : "th", { class: heads[i][1], scope: i ? null : "row" }, cell)))));
    bar.hidden = items.length < SEARCHED_FROM;
    found.textContent = wanted ? `${chosen.length.toLocaleString("en")} of ${items.length.toLocaleString("en")}` : "";
    more.hidden = chosen.length <= most;
    more.textContent = `Show all ${chosen.length.toLocaleString("en")}`;
    table.hidden = !items.length;
    nothing.hidden = items.length > 0;
  }
  return {
    element,
    /** @param {T[]} given */
    update(given) {
      const now = JSON.stringify(given);
      if (now === drawn) return; // what was unfolded stays
      drawn = now;
      items = given;
      draw();
    },
  };
}

/**
 * What may be wider than the page, reached by the keyboard.
 * @param {Node} content
 * @param {string} label
 */
export function scroller(content, label) {
  return h("div.nbt-run-scroll", { tabIndex: 0, role: "region", "aria-label": label }, content);
}

/**
 * @param {string} name
 * @param {...(Node | string | null | false)} content
 */
export function section(name, ...content) {
  return h("section.nbt-run-section", null, h("h3", null, name), content);
}

/**
 * Wait for an answer in an element: quietly, and with a way to try again.
 * @template T
 * @param {HTMLElement} host
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => Node | Node[]} draw
 * @returns {Promise<void>}
 */
export async function waited(host, ask, draw) {
  const wait = setTimeout(() => fill(host, h("p.nbt-quiet", { role: "status" }, "Loading …")), QUIET);
  try {
    const drawn = draw(await ask());
    clearTimeout(wait);
    fill(host, ...[drawn].flat());
  } catch (error) {
    clearTimeout(wait);
    fill(host, trouble(/** @type {Error} */ (error).message, () => waited(host, ask, draw)));
  }
}

/**
 * @param {string} message
 * @param {() => void} again
 */
export function trouble(message, again) {
  return h("div.nbt-trouble", { role: "alert" }, message, " ", h("button.nbt-button", { type: "button", onclick: again }, "Try again"));
}

/** @param {string} runId @param {string} path */
const address = (runId, path) => `get-artifact?${new URLSearchParams({ run_id: runId, path })}`;

/**
 * The bytes of a file.
 * @param {Page} page
 * @param {string} path
 */
export const fileBytes = ({ source, runId }, path) => source.bytes("get-artifact", { run_id: runId, path });

/**
 * The text of a file.
 * @param {Page} page
 * @param {string} path
 */
export const fileText = async (page, path) => new TextDecoder().decode(await fileBytes(page, path));

/**
 * What saves a file: a link where a server has it, else a button that fetches it first.
 * @param {Page} page
 * @param {string} path
 */
export function download(page, path, label = "Download") {
  const href = page.source.transport.href(address(page.runId, path));
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (href) return h("a.nbt-button", { href, download: name }, label);
  return h("button.nbt-button", { type: "button", onclick: save }, label);
  async function save() {
    const url = URL.createObjectURL(new Blob([await fileBytes(page, path)], { type: "application/octet-stream" }));
    h("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

/**
 * Another run: a link where something shows it.
 * @param {Page} page
 * @param {{run_id: string, run_name: string}} run
 */
export function runLink({ links }, { run_id: id, run_name: name }) {
  const href = links.run(id);
  const text = name || id.slice(0, 8);
  return href ? h("a.nbt-text", { href, title: id }, text) : h("span.nbt-text", { title: id }, text);
}
