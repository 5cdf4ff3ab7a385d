// All experiments: what goes on where.

import { copyText } from "../actions/hand_out.js";
import { fill, h, icon } from "../dom.js";
import { ago, count, exactMoment, moment } from "../format.js";
import { openMenu, toast } from "../popup.js";
import { createExperiment, moveExperiment, renameExperiment } from "./experiment_changes.js";
import { COLUMNS, listed } from "./experiment_list.js";
import { howToLog } from "./how_to_log.js";
import { pageTrouble, waiting } from "./trouble.js";

/** @typedef {import("./experiment_list.js").Experiment} Experiment */

const PLUS = "M8 3v10M3 8h10";
const DOTS = "M8 3.5h.01M8 8h.01M8 12.5h.01";
const PAUSE = 2000;
const MOST = 500;

/** @type {import("./app.js").MakePage} */
export function experimentsPage(host, app, route) {
  const page = new ExperimentsPage(host, app, route.view);
  return { setView: (view) => page.setView(view), destroy: () => page.destroy() };
}

class ExperimentsPage {
  /** @param {HTMLElement} host @param {import("./app.js").App} app @param {Record<string, any>} view */
  constructor(host, app, view) {
    this.host = host;
    this.app = app;
    this.view = view;
    /** @type {Experiment[]} */
    this.experiments = [];
    this.most = MOST;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    app.setCrumbs([{ label: "Experiments" }]);
    this.search = h("input.nbt-input.nbt-page-search", {
      type: "search", placeholder: "Search experiments", "aria-label": "Search experiments", "data-nbt-search": "true",
      spellcheck: false, autocomplete: "off", value: String(view.search ?? ""),
      oninput: () => this.choose({ search: this.search.value || undefined }),
    });
    this.trash = h("button.nbt-button", { type: "button", onclick: () => this.choose({ deleted: this.view.deleted ? undefined : true }) }, "Deleted");
    this.create = h("button.nbt-button.nbt-primary", { type: "button", onclick: () => this.make() }, icon(PLUS), "New experiment");
    this.tools = h("div.nbt-toolbar", null, this.search, this.trash, this.create);
    this.body = h("div", { "aria-live": "off" });
    this.said = h("div.nbt-hidden", { role: "status" });
    host.append(h("h1", null, "Experiments"), this.tools, this.said, this.body);
    this.unlisten = app.source.listen((event) => event.type === "changed" && this.later());
    void this.load(waiting(this.body));
  }

  /** @param {Record<string, any>} chosen */
  choose(chosen) {
    const deleted = this.view.deleted;
    this.view = JSON.parse(JSON.stringify({ ...this.view, ...chosen }));
    this.app.keepView(this.view);
    if (deleted === this.view.deleted) this.draw();
    else void this.load(() => {});
  }

  /** @param {Record<string, any>} view */
  setView(view) {
    this.view = view;
    this.search.value = String(view.search ?? "");
    void this.load(() => {});
  }

  /** Ask again, but not at each change of a store in which much changes. */
  later() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.load(() => {});
    }, PAUSE);
  }

  /** @param {() => void} come called when the answer is there */
  async load(come) {
    const view_type = this.view.deleted ? "DELETED_ONLY" : "ACTIVE_ONLY";
    try {
      const { experiments } = await this.app.source.json("GET", "api/nbtrack/experiments/overview", { view_type });
      this.experiments = experiments;
      this.tools.hidden = false;
      come();
      this.draw();
    } catch (error) {
      come();
      this.tools.hidden = true;
      fill(this.body, pageTrouble(/** @type {Error} */ (error), this.app, () => this.load(() => {})));
    }
  }

  draw() {
    const { body, view, experiments } = this;
    this.trash.setAttribute("aria-pressed", String(view.deleted === true));
    const rows = listed(experiments, view);
    this.said.textContent = view.search ? count(rows.length, "experiment") : "";
    if (!rows.length) return fill(body, this.empty());
    const kept = focusedKey(body);
    const more = rows.length - this.most;
    const logged = view.deleted || experiments.some((one) => one.runs > 0);
    fill(
      body,
      h("div.nbt-page-table", null, h("table", null, this.head(), h("tbody", null, rows.slice(0, this.most).map((one) => this.row(one))))),
      more > 0 && h("button.nbt-button", { type: "button", onclick: () => this.all() }, `Show ${count(more, "more experiment")}`),
      !logged && h("section.nbt-page-how", null, h("h2", null, "Log runs to this server"), howToLog(this.app.base)),
    );
    if (kept) /** @type {HTMLElement | null} */ (body.querySelector(`[data-key="${CSS.escape(kept)}"]`))?.focus();
  }

  all() {
    this.most = Infinity;
    this.draw();
  }

  empty() {
    const { search, deleted } = this.view;
    if (search) return h("div.nbt-empty", null, h("strong", null, "No such experiment"), "Search for a part of its name, or its id.");
    if (deleted) return h("div.nbt-empty", null, h("strong", null, "Nothing is deleted"), "Deleted experiments wait here until they are purged.");
    return h("div", null, h("div.nbt-empty", null, h("strong", null, "No experiments yet"), "Make one, or log a run."), howToLog(this.app.base));
  }

  head() {
    const [by, way] = Array.isArray(this.view.order) ? this.view.order : [];
    const cells = COLUMNS.map(({ name, label, right, first }) => {
      const sorted = by === name ? (way === "desc" ? "descending" : "ascending") : null;
      const next = by !== name ? first : way === first ? (first === "asc" ? "desc" : "asc") : undefined;
      const sort = () => this.choose({ order: next && [name, next] });
      const mark = sorted && h("span", { "aria-hidden": "true" }, sorted === "ascending" ? " ↑" : " ↓");
      const button = h("button.nbt-sort", { type: "button", "data-key": `sort ${name}`, onclick: sort }, label, mark);
      return h("th", { scope: "col", "aria-sort": sorted, class: right ? "nbt-right" : null, "data-column": name }, button);
    });
    return h("thead", null, h("tr", null, cells, h("th", null, h("span.nbt-hidden", null, "Actions"))));
  }

  /** @param {Experiment} one */
  row(one) {
    const href = this.app.links.experiment(one.experiment_id);
    const dots = h("button.nbt-button.nbt-plain", { type: "button", "aria-haspopup": "menu", "data-key": `menu ${one.experiment_id}` }, icon(DOTS));
    dots.setAttribute("aria-label", `Actions for ${one.name}`);
    dots.addEventListener("click", () => this.menu(dots, one));
    const status = one.running > 0 && h("span.nbt-status", { "data-status": "RUNNING" }, one.running.toLocaleString("en"));
    return h(
      "tr",
      null,
      h("th.nbt-text", { scope: "row", title: one.name }, h("a", { href, "data-key": `link ${one.experiment_id}` }, one.name)),
      h("td.nbt-right", null, one.runs.toLocaleString("en")),
      h("td.nbt-right", { "data-column": "running" }, status),
      h("td", { title: one.last_start === null ? null : exactMoment(one.last_start) }, one.last_start === null ? "" : ago(one.last_start)),
      h("td", { "data-column": "created", title: exactMoment(one.creation_time) }, moment(one.creation_time)),
      h("td.nbt-quiet", { "data-column": "id" }, one.experiment_id),
      h("td", null, dots),
    );
  }

  /** @param {HTMLElement} anchor @param {Experiment} one */
  menu(anchor, one) {
    const { source } = this.app;
    const again = () => void this.load(() => {});
    const rename = { label: "Rename …", onclick: async () => (await renameExperiment(source, one, this.body)) && again() };
    const remove = { label: "Delete", danger: true, onclick: () => moveExperiment(source, one, "delete", this.body, again) };
    const restore = { label: "Restore", onclick: () => moveExperiment(source, one, "restore", this.body, again) };
    const copy = { label: "Copy id", onclick: () => this.copy(one.experiment_id) };
    openMenu(anchor, one.lifecycle_stage === "deleted" ? [restore, copy] : [rename, copy, remove], { label: `Actions for ${one.name}` });
  }

  /** @param {string} id */
  async copy(id) {
    toast(this.body, (await copyText(this.body, id)) ? `Copied ${id}.` : "This browser does not let pages copy.");
  }

  async make() {
    const id = await createExperiment(this.app.source, this.body);
    if (id !== null) this.app.go({ page: "experiment", ids: [id], view: {} });
  }

  destroy() {
    clearTimeout(this.timer);
    this.unlisten();
  }
}

/**
 * What has the focus, so that it has it still after the rows were drawn again.
 * @param {HTMLElement} body
 */
function focusedKey(body) {
  const now = /** @type {Document | ShadowRoot} */ (body.getRootNode()).activeElement;
  return now instanceof HTMLElement && body.contains(now) ? now.dataset.key : undefined;
}
