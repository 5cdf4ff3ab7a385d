// One value a run: dots on a line, for metrics that were logged once.

import { h } from "../dom.js";
import { columnFormat } from "../format.js";

/**
 * @param {{name: string, value: number, colour: string}[]} values
 * @returns {HTMLElement}
 */
export function dotList(values) {
  const finite = values.map((one) => one.value).filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const high = Math.max(0, ...finite);
  const text = columnFormat(finite);
  // What cannot be compared comes last.
  const order = (/** @type {number} */ a, /** @type {number} */ b) =>
    Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || b - a || 0;
  const sorted = [...values].sort((a, b) => order(a.value, b.value));
  const attributes = { tabIndex: 0, "aria-label": "One value for each run" };
  return h("ul.nbt-dots", attributes, sorted.map(({ name, value, colour }) =>
    h("li", {},
      h("span.nbt-cut", { title: name }, name),
      h("span.nbt-dots-line", {}, Number.isFinite(value) && h("i", {
        style: { left: `${high > low ? ((value - low) / (high - low)) * 100 : 50}%`, background: colour },
      })),
      h("span.nbt-dots-value", {}, text(value)),
    )));
}
