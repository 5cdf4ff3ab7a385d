// What a column is called, and of what kind it is. Names are those that filters use.

/**
 * @typedef {object} Described
 * @property {string} name as filters and the view's JSON have it
 * @property {"attribute" | "metric" | "param" | "tag"} kind
 * @property {string} label the key, or a word for an attribute
 * @property {string} group what stands small above the label
 * @property {boolean} right whether it is a column of numbers, whatever stands in it
 * @property {string} key of the metric, param or tag; else the name
 */

/**
 * Attributes: label, whether they are numbers, the name by which a server orders ("" for none).
 * @type {Record<string, [label: string, right: boolean, ordered: string]>}
 */
export const ATTRIBUTES = {
  name: ["Run", false, "attributes.run_name"],
  status: ["Status", false, "attributes.status"],
  start: ["Started", false, "attributes.start_time"],
  end: ["Ended", false, "attributes.end_time"],
  duration: ["Duration", true, ""],
  attempts: ["Attempt", true, ""],
  experiment: ["Experiment", false, ""],
  user: ["User", false, "attributes.user_id"],
  run_id: ["Run id", false, "attributes.run_id"],
};

/** What a table shows before the columns that tell its runs apart. */
export const FIRST_COLUMNS = ["name", "status", "start", "duration"];

const KINDS = /** @type {const} */ ({ metrics: "metric", params: "param", tags: "tag" });
/** A server takes only keys that are spelled as filters spell them: quoted, unless they are plain. */
const ASKED =
  /^(?:(min|max|first|count)\()?(metrics|params|tags)\.([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*|`[^`]+`|"[^"]+"|'[^']+')(\))?$/u;

/**
 * @param {string} name
 * @returns {Described | null} null for what is no column
 */
export function described(name) {
  if (Object.hasOwn(ATTRIBUTES, name)) {
    const [label, right] = ATTRIBUTES[name];
    return { name, kind: "attribute", label, group: "", right, key: name };
  }
  const found = ASKED.exec(name);
  if (!found) return null;
  const [, of, entity, spelled, closed] = found;
  if (Boolean(of) !== Boolean(closed) || (of && entity !== "metrics")) return null;
  const key = "`\"'".includes(spelled[0]) ? spelled.slice(1, -1) : spelled;
  const kind = KINDS[/** @type {keyof typeof KINDS} */ (entity)];
  return { name, kind, label: key, group: of ? `${of} of metric` : kind, right: kind === "metric", key };
}

/**
 * Names of columns from anywhere: known ones, each once, the run's name among them.
 * @param {unknown} names
 * @returns {string[]}
 */
export function columnNames(names) {
  const texts = Array.isArray(names) ? names.filter((name) => typeof name === "string" && described(name)) : [];
  return [...new Set(texts.includes("name") ? texts : ["name", ...texts])];
}

/**
 * Columns that a server has to be asked for: all but the attributes, which every row brings.
 * @param {string[]} names
 */
export const askedColumns = (names) => names.filter((name) => !Object.hasOwn(ATTRIBUTES, name));

/**
 * The order as a server takes it. It ends before a column that only we can order by.
 * @param {[string, "asc" | "desc"][]} order
 */
export function serverOrder(order) {
  const clauses = [];
  for (const [name, direction] of order) {
    const known = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name][2] : name;
    if (!known) break;
    clauses.push(`${known} ${direction.toUpperCase()}`);
  }
  return clauses;
}
