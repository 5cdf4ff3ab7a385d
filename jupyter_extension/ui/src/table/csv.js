// Rows as CSV: as RFC 4180 has it, and safe to open in a spreadsheet.

/** A spreadsheet takes these for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const QUOTED = /[",\r\n]/;

/**
 * @param {string[]} header
 * @param {Iterable<(string | number | null)[]>} rows numbers keep all their digits
 * @returns {string}
 */
export function csvOf(header, rows) {
  const lines = [header.map(csvCell).join(",")];
  for (const row of rows) lines.push(row.map(csvCell).join(","));
  return lines.join("\r\n") + "\r\n";
}

/**
 * One cell. Where a spreadsheet would run a text as a formula, an apostrophe makes it a text; numbers
 * stay numbers.
 * @param {string | number | null} value
 */
export function csvCell(value) {
  if (value === null) return "";
  if (typeof value === "number") return numberText(value);
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As pandas reads it back. @param {number} value */
function numberText(value) {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}
