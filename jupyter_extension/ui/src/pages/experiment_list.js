// Which experiments a page lists, in which order.

/**
 * @typedef {object} Experiment
 * @property {string} experiment_id
 * @property {string} name
 * @property {string} lifecycle_stage
 * @property {number} creation_time
 * @property {number} runs
 * @property {number} running
 * @property {number | null} last_start
 */

/**
 * Columns, and in which direction a first click orders them.
 * @type {{name: string, label: string, right: boolean, first: "asc" | "desc", value: (one: Experiment) => string | number}[]}
 */
export const COLUMNS = [
  { name: "name", label: "Name", right: false, first: "asc", value: (one) => one.name },
  { name: "runs", label: "Runs", right: true, first: "desc", value: (one) => one.runs },
  { name: "running", label: "Running", right: true, first: "desc", value: (one) => one.running },
  { name: "activity", label: "Last activity", right: false, first: "desc", value: (one) => one.last_start ?? 0 },
  { name: "created", label: "Created", right: false, first: "desc", value: (one) => one.creation_time },
  { name: "id", label: "Id", right: false, first: "asc", value: (one) => one.experiment_id },
];

/**
 * @param {Experiment[]} experiments in the server's order, the newest activity first
 * @param {Record<string, any>} view {search?: string, order?: [column, "asc" | "desc"]}; wrong entries are passed over
 */
export function listed(experiments, { search, order }) {
  const words = typeof search === "string" ? search.toLowerCase().split(/\s+/).filter(Boolean) : [];
  const found = experiments.filter((one) => {
    const name = one.name.toLowerCase();
    return words.every((word) => name.includes(word) || one.experiment_id === word);
  });
  const column = Array.isArray(order) ? COLUMNS.find(({ name }) => name === order[0]) : undefined;
  if (!column) return found;
  const sign = order[1] === "desc" ? -1 : 1;
  return found.sort((a, b) => sign * compared(column.value(a), column.value(b)));
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * @param {string | number} a
 * @param {string | number} b
 */
const compared = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
