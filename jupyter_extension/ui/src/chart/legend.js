// The runs with their colours: a press hides or shows one, the pointer or the focus brings it out.

import { fill, h } from "../dom.js";

/**
 * @typedef {object} LegendRun
 * @property {string} id
 * @property {string} name
 * @property {string} colour
 * @property {number[]} dash
 * @property {boolean} hidden
 * @property {boolean} running
 */

export class Legend {
  /**
   * @param {object} heard
   * @param {(id: string, only: boolean) => void} heard.ontoggle
   * @param {() => void} heard.onall
   * @param {(id: string | null) => void} heard.onpoint
   */
  constructor({ ontoggle, onall, onpoint }) {
    this.heard = { ontoggle, onall, onpoint };
    this.list = h("ul.nbt-legend-list");
    this.head = h("div.nbt-legend-head");
    this.element = h("div.nbt-legend", { role: "group", "aria-label": "Runs" }, this.head, this.list);
  }

  /** @param {LegendRun[]} runs */
  show(runs) {
    const focused = /** @type {HTMLElement | null} */ (this.list.querySelector(":focus"))?.dataset.run;
    fill(this.list, runs.map((run) => h("li", {}, this.button(run))));
    const hidden = runs.filter((run) => run.hidden).length;
    const all = h("button.nbt-button.nbt-plain", { type: "button", onclick: this.heard.onall }, "Show all");
    fill(this.head, `${runs.length - hidden} of ${runs.length} runs`, hidden > 0 && all);
    this.head.hidden = runs.length < 2;
    const again = focused && this.list.querySelector(`[data-run="${CSS.escape(focused)}"]`);
    if (again) /** @type {HTMLElement} */ (again).focus();
  }

  /** @param {LegendRun} run */
  button({ id, name, colour, dash, hidden, running }) {
    const { ontoggle, onpoint } = this.heard;
    return h("button.nbt-legend-run", {
      type: "button",
      "data-run": id,
      "aria-pressed": String(!hidden),
      title: `${name}\n${id}\nShift: only this run`,
      onclick: (/** @type {MouseEvent} */ event) => ontoggle(id, event.shiftKey),
      onpointerenter: () => onpoint(id),
      onpointerleave: () => onpoint(null),
      onfocus: (/** @type {any} */ event) => event.target.matches(":focus-visible") && onpoint(id),
      onblur: () => onpoint(null),
    }, swatch(colour, dash), h("span.nbt-cut", {}, name), running && h("i.nbt-live", { title: "running" }));
  }
}

/**
 * A short piece of the line.
 * @param {string} colour
 * @param {number[]} dash
 */
function swatch(colour, dash) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const line = document.createElementNS(namespace, "path");
  const frame = { class: "nbt-swatch", viewBox: "0 0 20 8", "aria-hidden": "true" };
  const stroke = { d: "M0 4H20", stroke: colour, "stroke-width": "3", "stroke-dasharray": dash.join(" ") };
  for (const [name, value] of Object.entries(frame)) svg.setAttribute(name, value);
  for (const [name, value] of Object.entries(stroke)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}
