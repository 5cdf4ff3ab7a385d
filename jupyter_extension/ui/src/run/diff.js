// Lines of texts: what each line of a patch is, and which lines of indented JSON fold; pure.

/** @typedef {"file" | "hunk" | "added" | "removed" | "same"} DiffKind */

/**
 * What each line of a patch is, as git writes them.
 * @param {string} text
 * @returns {{kind: DiffKind, text: string}[]}
 */
export function diffLines(text) {
  let inHunk = false;
  return lines(text).map((line) => {
    const kind = kindOf(line, inHunk);
    inHunk = kind === "hunk" || (inHunk && kind !== "file");
    return { kind, text: line };
  });
}

/**
 * @param {string} line
 * @param {boolean} inHunk a removed line that begins with "--" is no head of a file
 * @returns {DiffKind}
 */
function kindOf(line, inHunk) {
  if (line.startsWith("diff --git ")) return "file";
  if (line.startsWith("@@")) return "hunk";
  if (!inHunk) return "file";
  return line[0] === "+" ? "added" : line[0] === "-" ? "removed" : "same";
}

/**
 * The lines of a text, without an empty one after its end.
 * @param {string} text
 */
export function lines(text) {
  const found = text.split(/\r\n|\n/);
  if (found.length > 1 && !found[found.length - 1]) found.pop();
  return found;
}

/**
 * @typedef {{text: string, inner: Fold[], end: string} | string} Fold a line, or a list or object over several lines
 */

/**
 * The lists and objects of JSON that is indented by two spaces: every digit stays as it was written.
 * @param {string} text
 * @returns {Fold[]}
 */
export function folds(text) {
  /** @type {Fold[]} */
  const top = [];
  const open = [top];
  for (const line of lines(text)) {
    const inner = open[open.length - 1];
    if (/[[{]$/.test(line)) {
      const fold = { text: line, inner: [], end: "" };
      inner.push(fold);
      open.push(fold.inner);
    } else if (open.length > 1 && /^\s*[\]}],?$/.test(line)) {
      open.pop();
      const outer = open[open.length - 1];
      /** @type {any} */ (outer[outer.length - 1]).end = line;
    } else inner.push(line);
  }
  return top;
}
