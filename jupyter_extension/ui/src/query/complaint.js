// What the server says about a filter: a sentence, and the place that it points at.

const COMPLAINT = /^([\s\S]*?) \(column (\d+)\)\n {2}[^\n]*\n *\^\s*$/;
const WORD = /[\p{L}\p{N}_.]+|`[^`]*`?|'[^']*'?|"[^"]*"?|[<>=!]+|\S/uy;

/**
 * @typedef {object} Complaint
 * @property {string} sentence
 * @property {number} from index of the first character of the wrong word; -1 where none is named
 * @property {number} to index behind it; equal to `from` at the end of the text
 */

/**
 * @param {string} message of the error
 * @param {string} text the filter
 * @returns {Complaint}
 */
export function readComplaint(message, text) {
  const found = COMPLAINT.exec(message);
  if (!found) return { sentence: message, from: -1, to: -1 };
  // The server counts characters, strings here count halves of those beyond the first 65,536.
  const from = Array.from(text).slice(0, Number(found[2]) - 1).join("").length;
  WORD.lastIndex = from;
  const word = WORD.exec(text);
  return { sentence: found[1], from, to: from + (word?.[0].length ?? 0) };
}
