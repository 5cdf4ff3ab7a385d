// Make, rename, describe, delete and restore experiments, by MLflow's endpoints.

import { askText, toast } from "../popup.js";

const API = "api/2.0/mlflow/experiments/";
const NOTE = "mlflow.note.content";

/**
 * @typedef {import("../source/source.js").Source} Source
 * @typedef {{experiment_id: string, name: string, lifecycle_stage: string}} Experiment
 */

/**
 * What went wrong with a request, as a sentence; null where nothing did.
 * @param {Promise<any>} request
 */
const problemOf = (request) => request.then(() => null, (error) => error.message);

/** @param {string} name */
const nameless = (name) => (name.trim() ? null : "An experiment needs a name.");

/**
 * @param {Source} source
 * @param {HTMLElement} near
 * @returns {Promise<string | null>} its id; null where the person changed their mind
 */
export async function createExperiment(source, near) {
  let made = null;
  const create = async (/** @type {string} */ name) => {
    made = await source.json("POST", `${API}create`, { name });
  };
  const check = (/** @type {string} */ name) => nameless(name) ?? problemOf(create(name));
  await askText({ title: "New experiment", label: "Name", action: "Create", check, near });
  return /** @type {{experiment_id: string} | null} */ (made)?.experiment_id ?? null;
}

/**
 * @param {Source} source
 * @param {Experiment} experiment
 * @param {HTMLElement} near
 * @returns {Promise<string | null>} the new name
 */
export function renameExperiment(source, { experiment_id, name }, near) {
  const rename = (/** @type {string} */ new_name) => source.json("POST", `${API}update`, { experiment_id, new_name });
  const check = (/** @type {string} */ next) => nameless(next) ?? (next === name ? null : problemOf(rename(next)));
  return askText({ title: "Rename the experiment", label: "Name", value: name, action: "Rename", check, near });
}

/**
 * @param {Source} source
 * @param {string} experimentId
 * @param {string} note
 * @param {HTMLElement} near
 * @returns {Promise<string | null>} the new note
 */
export function describeExperiment(source, experimentId, note, near) {
  const check = (/** @type {string} */ value) =>
    problemOf(source.json("POST", `${API}set-experiment-tag`, { experiment_id: experimentId, key: NOTE, value }));
  return askText({ title: "Note of the experiment", label: "What it is about", value: note, multiline: true, check, near });
}

/** @param {{tags?: {key: string, value: string}[]}} experiment of MLflow */
export const noteOf = (experiment) => experiment.tags?.find(({ key }) => key === NOTE)?.value ?? "";

/**
 * Delete or restore, with a way back.
 * @param {Source} source
 * @param {Experiment} experiment
 * @param {"delete" | "restore"} what
 * @param {HTMLElement} near
 * @param {() => void} done called after each change
 */
export async function moveExperiment(source, experiment, what, near, done) {
  const { experiment_id, name } = experiment;
  try {
    await source.json("POST", `${API}${what}`, { experiment_id });
  } catch (error) {
    toast(near, /** @type {Error} */ (error).message);
    return;
  }
  done();
  const back = what === "delete" ? "restore" : "delete";
  const undo = () => void moveExperiment(source, experiment, back, near, done);
  toast(near, `${what === "delete" ? "Deleted" : "Restored"} the experiment ${name}.`, { undo });
}
