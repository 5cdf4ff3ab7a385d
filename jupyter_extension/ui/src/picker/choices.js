// The columns that a table can show, from what its runs have.

import { FUNCTIONS, written } from "../query/names.js";
import { ATTRIBUTES } from "../table/columns.js";

/**
 * @typedef {object} Choice
 * @property {string} name of the column
 * @property {string} label
 * @property {string} detail
 * @property {{label: string, name: string}[]} parts other columns of the same metric; empty for what is no metric
 *
 * @typedef {object} ChoiceGroup
 * @property {string} title
 * @property {Choice[]} choices
 */

/** The column that says which run a row is; it is always there. */
export const FIXED = "name";

/**
 * @param {import("../query/complete.js").Keys} keys
 * @returns {ChoiceGroup[]}
 */
export function choiceGroups(keys) {
  const attributes = Object.entries(ATTRIBUTES).map(([name, [label]]) => ({ name, label, detail: "", parts: [] }));
  return [
    { title: "Attributes", choices: attributes.filter(({ name }) => name !== FIXED) },
    { title: "Metrics", choices: keys.metrics.flatMap(({ key, share }) => metric(key, share, keys.directions[key])) },
    { title: "Params", choices: keys.params.flatMap((one) => choice("params", one)) },
    { title: "Tags", choices: keys.tags.flatMap((one) => choice("tags", one)) },
  ].filter(({ choices }) => choices.length);
}

/**
 * @param {"params" | "tags"} group
 * @param {{key: string, share: number}} of
 * @returns {Choice[]} none for a key that the grammar cannot spell
 */
function choice(group, { key, share }) {
  const name = written({ group, key, part: "" });
  return name === null ? [] : [{ name, label: key, detail: shareText(share), parts: [] }];
}

/**
 * @param {string} key
 * @param {number} share
 * @param {"min" | "max" | undefined} direction which of its values are good
 * @returns {Choice[]}
 */
function metric(key, share, direction) {
  const name = written({ group: "metrics", key, part: "" });
  if (name === null) return [];
  const parts = FUNCTIONS.map((part) => ({
    label: part === direction ? `best (${part})` : part,
    name: `${part}(${name})`,
  }));
  parts.sort((a, b) => Number(b.label.startsWith("best")) - Number(a.label.startsWith("best")));
  return [{ name, label: key, detail: shareText(share), parts: [{ label: "last", name }, ...parts] }];
}

/** @param {number} share */
const shareText = (share) => (share >= 0.995 ? "" : `${Math.max(1, Math.round(100 * share))} %`);

/**
 * @param {Choice[]} choices
 * @param {string} wanted
 */
export function matching(choices, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return choices;
  return choices.filter(({ label }) => {
    const name = label.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}

/**
 * @param {string[]} shown
 * @param {string} name
 * @param {boolean} wanted
 */
export function withColumn(shown, name, wanted) {
  if (wanted) return shown.includes(name) ? shown : [...shown, name];
  return shown.filter((one) => one !== name || one === FIXED);
}

/**
 * Move a column to another place; the name of the run stays where it is.
 * @param {string[]} shown
 * @param {string} name
 * @param {number} to index in the new order
 */
export function moved(shown, name, to) {
  const others = shown.filter((one) => one !== name);
  const first = shown[0] === FIXED ? 1 : 0;
  const place = Math.max(first, Math.min(to, others.length));
  return name === FIXED ? shown : [...others.slice(0, place), name, ...others.slice(place)];
}
