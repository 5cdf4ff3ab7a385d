// Where in a filter the cursor is: enough of the grammar to say what may come next.

/**
 * @typedef {"field" | "argument" | "close" | "operator" | "in" | "null" | "list" | "value" | "connective"} What
 *
 * @typedef {object} Expected
 * @property {What} what
 * @property {"number" | "text"} kind of the field that the clause is about
 * @property {string} field as written
 * @property {boolean} listed whether the value is one of a list
 *
 * @typedef {{kind: string, text: string, from: number, to: number}} Token
 */

// Lenient where tokens.py is strict: a name may have hyphens, end in a dot or an open quote, a text may be open.
const TOKEN = new RegExp(
  [
    "(?<blank>\\s+)",
    "(?<name>(?:[\\p{L}_][\\p{L}\\p{N}_-]*|`[^`]*`?)(?:\\.(?:`[^`]*`?|\"[^\"]*\"?|'[^']*'?|[\\p{L}\\p{N}_.-]*))?)",
    "(?<number>-?[\\d.][\\p{L}\\p{N}_.+-]*)",
    "(?<text>'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?)",
    "(?<sign><=|>=|!=|==|<>|[=<>(),])",
    "(?<stray>[^])",
  ].join("|"),
  "uy",
);
const KEYWORDS = new Set(["AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE"]);
const FUNCTION = /^(min|max|first|count)$/;
const NUMERIC = /^(metrics?\.|(attributes?\.|attr\.|run\.)?(start_time|end_time|created)$)/;

/**
 * @param {string} text
 * @returns {Token[]}
 */
export function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match?.groups) break;
    const word = match[0];
    const [kind] = /** @type {[string, string]} */ (Object.entries(match.groups).find(([, value]) => value !== undefined));
    if (kind !== "blank") found.push({ kind: kindOf(kind, word), text: word, from, to: from + word.length });
  }
  return found;
}

/**
 * @param {string} kind
 * @param {string} word
 */
function kindOf(kind, word) {
  if (kind === "sign") return "<>=!".includes(word[0]) ? "compare" : word;
  return kind === "name" && KEYWORDS.has(word.toUpperCase()) ? word.toUpperCase() : kind;
}

/**
 * The word that the cursor is in or behind; empty where it is behind a blank or a sign.
 * @param {string} text
 * @param {number} caret
 * @returns {{text: string, from: number, to: number}} text: up to the cursor
 */
export function lastWord(text, caret) {
  const before = text.slice(0, caret);
  const last = tokens(before).at(-1);
  const inside = last && last.to === caret && !"(),".includes(last.kind) && last.kind !== "compare" && last.kind !== "number";
  const from = inside ? last.from : caret;
  const whole = tokens(text).find((token) => token.from === from);
  const word = before.slice(from);
  return { text: word, from, to: inside && whole && whole.to > caret ? whole.to : caret };
}

/**
 * What may come after the beginning of a filter.
 * @param {string} before
 * @returns {Expected}
 */
export function expectedAfter(before) {
  /** @type {Expected} */
  let state = { what: "field", kind: "text", field: "", listed: false };
  for (const token of tokens(before)) state = { ...state, ...step(state, token) };
  return state;
}

/**
 * @param {Expected} state
 * @param {Token} token
 * @returns {Partial<Expected>} what is different behind the token
 */
function step(state, token) {
  const next = STEPS[state.what][token.kind];
  return typeof next === "function" ? next(token, state) : next ? { what: next } : {};
}

/** @param {Token} token @returns {Partial<Expected>} */
const begin = ({ text }) => ({ what: "operator", field: text, kind: NUMERIC.test(text) ? "number" : "text", listed: false });

/** @param {Token} _token @param {Expected} state @returns {Partial<Expected>} */
const afterValue = (_token, { listed }) => ({ what: listed ? "list" : "connective" });

/** @type {Record<What, Record<string, What | ((token: Token, state: Expected) => Partial<Expected>)>>} */
const STEPS = {
  field: { name: begin },
  operator: {
    "(": (_token, { field }) => (FUNCTION.test(field) ? { what: "argument" } : {}),
    compare: "value", LIKE: "value", ILIKE: "value", NOT: "in", IS: "null",
    IN: () => ({ what: "list", listed: true }),
  },
  argument: { name: () => ({ what: "close", kind: "number" }) },
  close: { ")": "operator" },
  in: { IN: () => ({ what: "list", listed: true }) },
  null: { NULL: "connective" },
  list: { "(": "value", ",": "value", ")": () => ({ what: "connective", listed: false }) },
  value: { number: afterValue, text: afterValue, name: afterValue },
  connective: { AND: "field", OR: "field", NOT: "field", name: begin },
};
