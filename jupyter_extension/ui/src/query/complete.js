// What could stand at the cursor of a filter. The grammar is that of nbtrack/filters/parser.py.

import { FUNCTIONS, written } from "./names.js";
import { expectedAfter, lastWord } from "./grammar.js";

/**
 * What runs have, as api/nbtrack/runs/keys answers.
 *
 * @typedef {object} Keys
 * @property {number} runs
 * @property {{key: string, share: number}[]} metrics share: of the newest runs that have it, 0 to 1
 * @property {{key: string, share: number}[]} params
 * @property {{key: string, share: number}[]} tags
 * @property {string[]} suggested columns that tell the newest runs apart
 * @property {Record<string, string>} same params that are equal in all of them
 * @property {Record<string, "min" | "max">} directions which values of a metric are good
 *
 * @typedef {object} Option
 * @property {string} label
 * @property {string} detail what it is
 * @property {string} insert
 * @property {string} [match] what is looked for in it, in lower case
 * @property {boolean} [last] stands below all others
 *
 * @typedef {object} Completion
 * @property {number} from start of what an option takes the place of
 * @property {number} to
 * @property {Option[]} options best first
 */

const MOST = 40;
const ATTRIBUTES = {
  run_name: "name of the run",
  status: "RUNNING, FINISHED, FAILED …",
  start_time: "ms since 1970",
  end_time: "ms since 1970",
  user_id: "who ran it",
  run_id: "id of the run",
  artifact_uri: "where its files are",
};
const STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];
const COMPARISONS = ["=", "!="];
const ORDER = [">", ">=", "<", "<="];
const REST = ["IN (", "NOT IN (", "IS NULL", "IS NOT NULL"];
const OPERATORS = { number: [...ORDER, ...COMPARISONS, ...REST], text: [...COMPARISONS, "LIKE", "ILIKE", ...REST] };
/** @type {Record<string, string>} */
const MEANING = {
  "=": "is", "!=": "is not", ">": "greater", ">=": "at least", "<": "less", "<=": "at most", LIKE: "% stands for any text",
  ILIKE: "LIKE, in any case", "IN (": "one of", "NOT IN (": "none of", "IS NULL": "is missing", "IS NOT NULL": "is there",
  AND: "both", OR: "either", NOT: "whatever does not match", NULL: "",
};

/**
 * @param {string} text of the filter
 * @param {number} caret where the cursor is
 * @param {Keys | null} keys null while they are not known yet
 * @returns {Completion | null} null where there is nothing to offer
 */
export function complete(text, caret, keys) {
  const word = lastWord(text, caret);
  const expected = expectedAfter(text.slice(0, word.from));
  const options = OFFERS[expected.what](keys, expected, word.text);
  const wanted = word.text.replace(/[`"']/g, "").toLowerCase();
  const found = ranked(options, wanted);
  const only = found.length === 1 && found[0].insert.trim() === word.text;
  return found.length && !only ? { from: word.from, to: word.to, options: found } : null;
}

/** @type {Record<import("./grammar.js").What, (keys: Keys | null, expected: import("./grammar.js").Expected, word: string) => Option[]>} */
const OFFERS = {
  field: (keys, _expected, word) => [...fields(keys), ...functions(), keyword("NOT"), ...named(word)],
  argument: (keys) => group(keys, "metrics").map((option) => ({ ...option, insert: `${option.insert.trim()}) ` })),
  close: () => [],
  operator: (_keys, { kind }) => OPERATORS[kind].map(keyword),
  in: () => [keyword("IN (")],
  null: () => [keyword("NULL"), keyword("NOT NULL")],
  list: () => [],
  value: (_keys, { field, listed }) => (isStatus(field) ? STATUSES.map((one) => status(one, listed)) : []),
  connective: () => ["AND", "OR"].map(keyword),
};

/** @param {Keys | null} keys */
const fields = (keys) => [...group(keys, "metrics"), ...group(keys, "params"), ...attributes(), ...group(keys, "tags")];

/**
 * @param {Keys | null} keys
 * @param {"metrics" | "params" | "tags"} name
 * @returns {Option[]}
 */
function group(keys, name) {
  /** @type {Option[]} */
  const options = [];
  for (const { key, share } of keys?.[name] ?? []) {
    const insert = written({ group: name, key, part: "" });
    // The box is one line.
    if (insert === null || /[\r\n]/.test(insert)) continue;
    const label = `${name}.${key}`;
    options.push({ label, detail: shared(share), insert: `${insert} `, match: label.toLowerCase() });
  }
  return options;
}

/** @returns {Option[]} */
const attributes = () => Object.entries(ATTRIBUTES).map(([name, detail]) => ({ label: name, detail, insert: `${name} ` }));

/** @returns {Option[]} */
const functions = () => FUNCTIONS.map((name) => ({ label: `${name}(…)`, detail: "of a metric's points", insert: `${name}(`, match: name }));

/**
 * For who just types a word.
 * @param {string} word
 * @returns {Option[]}
 */
function named(word) {
  if (!/^[\p{L}\p{N}_-]{2,}$/u.test(word)) return [];
  return [{ label: `name contains “${word}”`, detail: "", insert: `run_name ILIKE '%${word}%' `, last: true }];
}

/**
 * @param {string} word
 * @returns {Option}
 */
const keyword = (word) => ({ label: word.replace(" (", " (…)"), detail: MEANING[word] ?? "", insert: word.endsWith("(") ? word : `${word} ` });

/**
 * @param {string} word
 * @param {boolean} listed
 * @returns {Option}
 */
const status = (word, listed) => ({ label: `'${word}'`, detail: "", insert: listed ? `'${word}'` : `'${word}' `, match: word.toLowerCase() });

/** @param {string} field */
const isStatus = (field) => /^(attributes?\.|attr\.|run\.)?status$/.test(field);

/** @param {number} share */
const shared = (share) => (share >= 0.995 ? "" : `in ${Math.max(1, Math.round(100 * share))} % of the runs`);

/**
 * @param {Option[]} options
 * @param {string} wanted in lower case
 */
function ranked(options, wanted) {
  if (!wanted) return options.slice(0, MOST);
  /** @type {[number, Option][]} */
  const found = [];
  for (const option of options) {
    const rank = option.last ? LAST : rankOf(option.match ?? option.label.toLowerCase(), wanted);
    if (rank < NO_MATCH) found.push([rank, option]);
  }
  return found.sort(([a], [b]) => a - b).slice(0, MOST).map(([, option]) => option);
}

const LAST = 8;
const NO_MATCH = 9;

/**
 * @param {string} name
 * @param {string} wanted
 */
function rankOf(name, wanted) {
  const key = name.slice(name.indexOf(".") + 1);
  if (key === wanted) return 0;
  if (key.startsWith(wanted)) return 1;
  if (name.startsWith(wanted)) return 2;
  const at = key.indexOf(wanted);
  if (at > 0) return /[\p{L}\p{N}]/u.test(key[at - 1]) ? 4 : 3;
  return name.includes(wanted) ? 5 : NO_MATCH;
}
