// What is shown, as a table for other programs.

/** @typedef {import("./series.js").Curve} Curve */

const COLUMNS = ["run_id", "run_name", "metric", "step", "timestamp", "value"];
const OF_BUCKETS = ["low", "high", "points"];

/**
 * The rows between two x as CSV; rows of buckets say how many points they stand for.
 * @param {{curve: Curve, name: string, x: Float64Array}[]} shown
 * @param {[number, number] | null} range of x
 */
export function csv(shown, range) {
  const exact = shown.every(({ curve }) => curve.exact);
  const lines = [[...COLUMNS, ...(exact ? [] : OF_BUCKETS)].join(",")];
  for (const { curve, name, x } of shown) {
    const { step, timestamp, value, low, high, count, above, below } = curve.rows;
    const who = [curve.run_id, name, curve.key].map(cell).join(",");
    for (let i = 0; i < x.length; i++) {
      if (range && (x[i] < range[0] || x[i] > range[1])) continue;
      const finite = Number.isFinite(value[i]) ? String(value[i]) : above[i] ? "inf" : below[i] ? "-inf" : "NaN";
      const bucket = exact ? "" : `,${low[i]},${high[i]},${count[i]}`;
      lines.push(`${who},${step[i]},${timestamp[i]},${finite}${bucket}`);
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

/**
 * A text as a cell. Spreadsheets compute what begins with one of = + - @, so it gets an apostrophe.
 * @param {string} text
 */
export function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Let the browser save something.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
