// What a person changes of a run: its name, note, tags, and whether it is in the trash.

import { askText, toast } from "../popup.js";
import { byKey } from "./answers.js";

/** @typedef {import("./parts.js").Page} Page */

const RUNS = "api/2.0/mlflow/runs/";
const NOTE = "mlflow.note.content";

/**
 * Ask for a change and show what came of it; a refusal is said, and nothing else happens.
 * @param {Page} page
 * @param {HTMLElement} near
 * @param {string} verb of MLflow's runs
 * @param {Record<string, any>} args
 * @param {{said?: string, undo?: () => void}} [done]
 * @returns {Promise<boolean>}
 */
async function change(page, near, verb, args, { said, undo } = {}) {
  try {
    await page.changed(page.source.json("POST", RUNS + verb, { run_id: page.runId, ...args }));
  } catch (error) {
    toast(near, /** @type {Error} */ (error).message);
    return false;
  }
  if (said) toast(near, said, { undo });
  return true;
}

/** @param {Page} page @param {HTMLElement} near @param {string} name */
export const rename = (page, near, name) => change(page, near, "update", { run_name: name });

/** @param {Page} page @param {HTMLElement} near @param {string} key @param {string} value */
export const setTag = (page, near, key, value) => change(page, near, "set-tag", { key, value });

/** @param {Page} page @param {HTMLElement} near */
export const restore = (page, near) => change(page, near, "restore", {}, { said: "The run is out of the trash." });

/** @param {Page} page @param {HTMLElement} near */
export const remove = (page, near) =>
  change(page, near, "delete", {}, { said: "The run is in the trash.", undo: () => restore(page, near) });

/** @param {Page} page @param {HTMLElement} near @param {string} key */
export function removeTag(page, near, key) {
  const before = byKey(page.overview().run.data.tags)[key];
  const undo = () => setTag(page, near, key, before);
  return change(page, near, "delete-tag", { key }, { said: `The tag ${key.slice(0, 60)} is gone.`, undo });
}

/** @param {Page} page @param {HTMLElement} near @param {string} key */
export async function editTag(page, near, key) {
  const value = byKey(page.overview().run.data.tags)[key] ?? "";
  const given = await askText({ title: "Change a tag", label: key, value, multiline: value.includes("\n") || value.length > 60, near });
  if (given !== null && given !== value) await setTag(page, near, key, given);
}

/** @param {Page} page @param {HTMLElement} near */
export async function editNote(page, near) {
  const before = byKey(page.overview().run.data.tags)[NOTE];
  const given = await askText({ title: "Note", label: "What should be known of this run", value: before ?? "", multiline: true, near });
  if (given === null || given === (before ?? "")) return;
  if (given.trim()) await setTag(page, near, NOTE, given);
  else await removeTag(page, near, NOTE);
}
