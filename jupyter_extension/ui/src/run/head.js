// The head of a run's page: name, status, what can be done.

import { h, fill } from "../dom.js";
import { exactMoment, moment } from "../format.js";
import { toast } from "../popup.js";
import { byKey, lasted } from "./answers.js";
import { editNote, remove, rename, restore } from "./edits.js";
import { runLink } from "./parts.js";

const STATUS = { RUNNING: "Running", SCHEDULED: "Scheduled", FINISHED: "Finished", FAILED: "Failed", KILLED: "Killed" };

/** @type {import("./parts.js").MakePart} */
export function runHead(page) {
  let editing = false;
  const above = h("nav.nbt-run-above.nbt-quiet", { "aria-label": "Where this run is" });
  const title = h("div.nbt-run-title");
  const facts = h("div.nbt-run-facts");
  const actions = h("div.nbt-toolbar.nbt-run-actions", { role: "toolbar", "aria-label": "Change this run" });
  const banner = h("div");
  const element = h("header.nbt-run-head", null, above, h("div.nbt-run-row", null, title, actions), facts, banner);

  function update() {
    const { run, experiment, parent } = page.overview();
    const { info } = run;
    const tags = byKey(run.data.tags);
    const deleted = info.lifecycle_stage === "deleted";
    const href = page.links.experiment(experiment.experiment_id);
    const where = href ? h("a.nbt-text", { href }, experiment.name) : h("span.nbt-text", null, experiment.name);
    fill(above, h("span.nbt-run-experiment.nbt-text", null, where), parent && h("span.nbt-text", null, "inside of ", runLink(page, parent)));
    if (!editing) fill(title, h("h2.nbt-text", { title: info.run_name }, info.run_name || info.run_id.slice(0, 8)));
    fill(facts, status(info, tags), h("span.nbt-run-lasted", { title: "How long it took" }, lasted(info)), began(info), idButton(page, element));
    fill(banner, ...banners(page, element, tags));
    if (!actions.childElementCount || actions.dataset.deleted !== String(deleted)) fill(actions, ...buttons(deleted));
    actions.dataset.deleted = String(deleted);
  }

  /** @param {boolean} deleted */
  function buttons(deleted) {
    /** @param {string} label @param {() => void} onclick */
    const button = (label, onclick, kind = "") => h("button.nbt-button", { type: "button", onclick, class: `nbt-button ${kind}` }, label);
    if (deleted) return [button("Restore", () => restore(page, element), "nbt-primary")];
    return [
      button("Rename", startRename),
      button("Note", () => editNote(page, element)),
      button("Tags", () => page.go("tags")),
      button("Delete", () => remove(page, element), "nbt-danger"),
    ];
  }

  function startRename() {
    const name = page.overview().run.info.run_name;
    const field = h("input.nbt-input", { value: name, maxLength: 250, "aria-label": "Name of the run", onkeydown: key, onblur: () => end(false) });
    editing = true;
    fill(title, field);
    field.select();
    field.focus();
    /** @param {KeyboardEvent} event */
    function key(event) {
      if (event.key === "Enter") end(true);
      else if (event.key === "Escape") end(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
    /** @param {boolean} keep */
    async function end(keep) {
      if (!editing) return;
      const wanted = field.value.trim();
      editing = false;
      update();
      actions.querySelector("button")?.focus({ preventScroll: true });
      if (keep && wanted && wanted !== name) await rename(page, element, wanted);
    }
  }

  const clock = setInterval(() => {
    const { info } = page.overview().run;
    const shown = facts.querySelector(".nbt-run-lasted");
    if (info.status === "RUNNING" && shown) shown.textContent = lasted(info);
  }, 1000);
  return { element, update, destroy: () => clearInterval(clock) };
}

/** @param {Record<string, any>} info @param {Record<string, string>} tags */
function status(info, tags) {
  const name = STATUS[/** @type {keyof typeof STATUS} */ (info.status)] ?? info.status;
  return h("span.nbt-status", { "data-status": info.status, title: tags["nbtrack.end_reason"] }, name);
}

/** @param {Record<string, any>} info */
function began(info) {
  const by = info.user_id ? ` by ${info.user_id}` : "";
  return h("span.nbt-text", { title: exactMoment(info.start_time) }, moment(info.start_time), by);
}

/** @param {import("./parts.js").Page} page @param {HTMLElement} near */
function idButton({ runId }, near) {
  const copy = async () => {
    const copied = await navigator.clipboard?.writeText(runId).then(() => true, () => false);
    toast(near, copied ? "The id is copied." : runId);
  };
  return h("button.nbt-button.nbt-plain.nbt-run-id", { type: "button", title: `Copy ${runId}`, onclick: copy }, h("code", null, runId.slice(0, 8)), " copy id");
}

/**
 * @param {import("./parts.js").Page} page
 * @param {HTMLElement} near
 * @param {Record<string, string>} tags
 */
function banners(page, near, tags) {
  const { info } = page.overview().run;
  const error = [tags["nbtrack.error.type"], tags["nbtrack.error.message"]].filter(Boolean).join(": ") || tags["nbtrack.end_reason"];
  const found = [];
  if (info.lifecycle_stage === "deleted") found.push(h("div.nbt-run-banner", null, "This run is in the trash. Restore it to change it."));
  if (error && info.status !== "FINISHED") {
    const more = h("button.nbt-button.nbt-plain", { type: "button", onclick: () => page.go("error") }, "Traceback");
    found.push(h("div.nbt-run-banner.nbt-run-bad", null, h("span.nbt-run-value", null, error.slice(0, 500)), tags["nbtrack.error.type"] && more));
  }
  const note = tags["mlflow.note.content"];
  if (note) found.push(h("button.nbt-run-note", { type: "button", title: "Change the note", disabled: info.lifecycle_stage === "deleted", onclick: () => editNote(page, near) }, note));
  return found;
}
