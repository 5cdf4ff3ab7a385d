// What can be done with the selected runs.

import { fill, h } from "../dom.js";
import { count } from "../format.js";
import { askText, confirmed, openPopover, toast } from "../popup.js";
import { adopt } from "../theme.js";
import sheet from "./actions.css";
import { changeRuns } from "./changes.js";
import { copyText, download } from "./hand_out.js";
import { tagForm } from "./tag_form.js";

/** Above so many runs a deletion is asked for twice; below, Undo is enough. */
const MANY = 20;
const MOST_PROBLEMS = 20;

/**
 * @typedef {object} Chosen a selected run, as far as the actions need it
 * @property {string} run_id
 * @property {string} name
 * @property {boolean} deleted
 *
 * @typedef {object} Options
 * @property {import("../source/source.js").Source} source
 * @property {() => Chosen[]} selected
 * @property {() => void} onChanged told after something was changed
 * @property {() => string} csv what the table shows: the selected runs, or all where none is selected
 * @property {() => Promise<import("../query/complete.js").Keys>} [keys] what the runs have
 */

/**
 * @param {Options} options
 * @returns {{element: HTMLElement, update(): void, destroy(): void}} update: call it when the selection changed
 */
export function selectionActions(options) {
  const actions = new Actions(options);
  actions.update();
  requestAnimationFrame(() => adopt(actions.element, sheet));
  return { element: actions.element, update: () => actions.update(), destroy: () => actions.element.remove() };
}

class Actions {
  /** @param {Options} options */
  constructor({ source, selected, onChanged, csv, keys }) {
    this.source = source;
    this.selected = selected;
    this.onChanged = onChanged;
    this.csv = csv;
    this.keys = keys;
    this.busy = false;
    this.buttons = {
      rename: this.#button("Rename", () => this.rename()),
      tag: this.#button("Tag …", () => this.tag()),
      remove: this.#button("Delete", () => this.remove()),
      restore: this.#button("Restore", () => this.restore()),
      csv: this.#button("CSV", () => this.download()),
      copy: this.#button("Copy ids", () => this.copy()),
    };
    this.problems = h("div.nbt-actions-problems", { role: "alert", hidden: true });
    this.bar = h("div.nbt-toolbar.nbt-actions-bar", { role: "toolbar", "aria-label": "Selected runs" }, Object.values(this.buttons));
    this.element = h("div.nbt-actions", null, this.bar, this.problems);
  }

  /**
   * A button that says why it does nothing, where it does nothing.
   * @param {string} label
   * @param {() => void} go
   */
  #button(label, go) {
    const button = h("button.nbt-button", { type: "button" }, label);
    button.addEventListener("click", () => button.getAttribute("aria-disabled") === "true" || go());
    return button;
  }

  update() {
    const runs = this.selected();
    const deleted = runs.filter((run) => run.deleted).length;
    const active = runs.length - deleted;
    const none = this.busy ? "Still at work." : runs.length ? "" : "Select runs first.";
    const { rename, tag, remove, restore, csv, copy } = this.buttons;
    const gone = deleted ? "Restore what is deleted first." : "";
    say(rename, none || (runs.length > 1 ? "Select one run: names are given one by one." : gone), "Give the run another name");
    say(tag, none || gone, "Set or remove a tag");
    say(remove, none, `Delete ${count(active, "run")}; they can be restored`);
    say(restore, none, `Restore ${count(deleted, "run")}`);
    say(csv, "", runs.length ? `Download ${count(runs.length, "run")} as CSV` : "Download all runs that are shown as CSV");
    say(copy, none, "Copy the ids of the runs");
    remove.hidden = runs.length > 0 && !active;
    restore.hidden = !deleted;
  }

  async rename() {
    const [run] = this.selected();
    const check = (/** @type {string} */ text) => (text.trim() ? null : "A run needs a name.");
    const name = await askText({ title: "Rename the run", label: "Name", value: run.name, check, action: "Rename", near: this.element });
    if (name === null || name === run.name) return;
    const undo = () => this.change([run], { run_name: run.name }, "The old name is back on");
    await this.change([run], { run_name: name }, "The name was changed of", undo);
  }

  async tag() {
    const runs = this.selected();
    const keys = (await this.keys?.().catch(() => null))?.tags.map(({ key }) => key) ?? [];
    const form = tagForm({
      runs: runs.length,
      keys,
      onChange: (change, done) => {
        popover?.close();
        void this.change(runs, change, done);
      },
    });
    const popover = openPopover(this.buttons.tag, form, { label: "Tag runs" });
  }

  async remove() {
    const runs = this.selected().filter((run) => !run.deleted);
    const question = { title: `Delete ${count(runs.length, "run")}?`, text: "They can be restored until they are purged.", action: "Delete" };
    if (runs.length > MANY && !(await confirmed({ ...question, near: this.element }))) return;
    const undo = () => this.change(runs, { lifecycle_stage: "active" }, "Restored");
    await this.change(runs, { lifecycle_stage: "deleted" }, "Deleted", undo);
  }

  async restore() {
    const runs = this.selected().filter((run) => run.deleted);
    const undo = () => this.change(runs, { lifecycle_stage: "deleted" }, "Deleted again:");
    await this.change(runs, { lifecycle_stage: "active" }, "Restored", undo);
  }

  /**
   * @param {Chosen[]} runs
   * @param {import("./changes.js").Change} change
   * @param {string} done what is said of the runs
   * @param {() => void} [undo]
   */
  async change(runs, change, done, undo) {
    this.#work(true);
    try {
      const { changed, problems } = await changeRuns(this.source, runs.map((run) => run.run_id), change);
      if (changed) toast(this.element, `${done} ${count(changed, "run")}.`, { undo });
      this.#tell(problems.map(({ run_id, message }) => [runs.find((run) => run.run_id === run_id)?.name ?? run_id, message]));
    } catch (error) {
      this.#tell([["", /** @type {Error} */ (error).message]]);
    }
    this.#work(false);
    this.onChanged();
  }

  /** @param {boolean} busy */
  #work(busy) {
    this.busy = busy;
    this.bar.setAttribute("aria-busy", String(busy));
    this.update();
  }

  /** @param {[name: string, message: string][]} problems */
  #tell(problems) {
    this.problems.hidden = !problems.length;
    const lines = problems.slice(0, MOST_PROBLEMS).map(([name, message]) => h("li", null, name && h("strong", null, `${name}: `), message));
    const more = problems.length - lines.length;
    const close = h("button.nbt-button.nbt-plain", { type: "button", "aria-label": "Close this note", onclick: () => this.#tell([]) }, "×");
    const list = h("ul", null, lines, more > 0 && h("li", null, `and ${count(more, "more run")}`));
    fill(this.problems, problems.length > 0 && h("div.nbt-trouble", null, list, close));
  }

  download() {
    download("runs.csv", this.csv(), "text/csv");
  }

  async copy() {
    const ids = this.selected().map((run) => run.run_id);
    const copied = await copyText(this.element, ids.join("\n"));
    toast(this.element, copied ? `Copied ${count(ids.length, "run id")}.` : "This browser does not let pages copy.");
  }
}

/**
 * @param {HTMLElement} button
 * @param {string} why it cannot be pressed; empty where it can
 * @param {string} title what it does
 */
function say(button, why, title) {
  button.setAttribute("aria-disabled", String(why !== ""));
  button.title = why || title;
}
