// The runs of a chart: their names, and which of them go on.

import { hexAt } from "../frame.js";

/** @typedef {{name: string, running: boolean}} RunInfo */

const RUNNING = 1;

/**
 * @param {import("../source/source.js").Source} source
 * @param {string[]} runIds
 * @param {AbortSignal} signal
 * @returns {Promise<Map<string, RunInfo>>}
 */
export async function askRuns(source, runIds, signal) {
  const args = { run_ids: runIds, view: "ALL" };
  const { columns } = await source.frame("api/nbtrack/runs/table", args, signal);
  const [ids, names, statuses] = ["run_id", "name", "status"].map((name) => columns.get(name));
  const found = new Map();
  if (!ids || !names || !statuses) return found;
  for (let row = 0; row < ids.length; row++) {
    found.set(hexAt(ids, row), { name: names.texts[names.data[row]] ?? "", running: statuses.data[row] === RUNNING });
  }
  return found;
}

/**
 * The keys that the runs have; those that most have, and machine's own ones apart.
 * @param {import("../source/source.js").Source} source
 * @param {string[]} runIds
 * @param {AbortSignal} signal
 * @returns {Promise<{key: string, share: number}[]>}
 */
export async function askKeys(source, runIds, signal) {
  return (await source.json("POST", "api/nbtrack/runs/keys", { run_ids: runIds }, signal)).metrics;
}

/** Measured about the machine, rarely what runs are compared by. @param {string} key */
export const isSystem = (key) => key.startsWith("system/");

/**
 * What is shown where nobody has chosen: what at least half of the runs have, else all.
 * @param {{key: string, share: number}[]} keys
 */
export function usualKeys(keys) {
  const common = keys.filter((one) => one.share >= 0.5);
  const shown = (common.some((one) => !isSystem(one.key)) ? common : keys).map((one) => one.key);
  return [...shown.filter((key) => !isSystem(key)).sort(), ...shown.filter(isSystem).sort()];
}
