// Ask the server to change runs, in pieces that it takes.

/**
 * @typedef {object} Change what is left out stays as it is
 * @property {"active" | "deleted"} [lifecycle_stage]
 * @property {string} [run_name]
 * @property {{key: string, value: string}[]} [set_tags]
 * @property {string[]} [delete_tags]
 *
 * @typedef {object} Outcome
 * @property {number} changed
 * @property {{run_id: string, message: string}[]} problems
 */

const MOST = 10_000;

/**
 * @param {import("../source/source.js").Source} source
 * @param {string[]} runIds
 * @param {Change} change
 * @returns {Promise<Outcome>}
 */
export async function changeRuns(source, runIds, change) {
  /** @type {Outcome} */
  const all = { changed: 0, problems: [] };
  for (let from = 0; from < runIds.length; from += MOST) {
    const some = runIds.slice(from, from + MOST);
    const { changed, problems } = await source.json("POST", "api/nbtrack/runs/change", { run_ids: some, ...change });
    all.changed += changed;
    all.problems.push(...problems);
  }
  return all;
}
