// How the search grammar (nbtrack/filters/) spells what a run has: "metrics.acc", "params.`batch size`",
// "max(metrics.acc)". Columns and orders of the run table are named the same way.

/**
 * @typedef {"attributes" | "metrics" | "params" | "tags"} Group
 * @typedef {"" | "min" | "max" | "first" | "count"} Part of a metric's points; "" is the last one
 *
 * @typedef {object} Name
 * @property {Group} group
 * @property {string} key
 * @property {Part} part
 */

export const FUNCTIONS = /** @type {const} */ (["min", "max", "first", "count"]);

const PLAIN = /^[\p{L}\p{N}_]+(\.[\p{L}\p{N}_]+)*$/u;
const QUOTES = ["`", '"', "'"];

/**
 * A key as a filter takes it; null where none of the three quotes can hold it.
 * @param {string} key
 */
export function writtenKey(key) {
  if (PLAIN.test(key)) return key;
  const quote = QUOTES.find((one) => !key.includes(one));
  return quote && key ? `${quote}${key}${quote}` : null;
}

/**
 * @param {Name} name
 * @returns {string | null} null where the grammar cannot spell it
 */
export function written({ group, key, part }) {
  if (group === "attributes") return key;
  const quoted = writtenKey(key);
  if (quoted === null) return null;
  return part ? `${part}(${group}.${quoted})` : `${group}.${quoted}`;
}
