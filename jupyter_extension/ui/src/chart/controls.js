// The toolbar: axes, smoothing, band, columns, which metrics, and the ways out.

import { fill, h } from "../dom.js";
import { openPopover } from "../popup.js";
import { MOST_COLUMNS, MOST_SMOOTHING } from "./chosen.js";

/** @typedef {import("./chosen.js").Chosen} Chosen */

/**
 * @typedef {object} Actions
 * @property {(change: Partial<Chosen>) => void} choose
 * @property {() => void} png
 * @property {() => void} csv
 * @property {() => string[]} keys all that the runs have
 * @property {() => string[]} shown
 */

const AXES = /** @type {const} */ ([
  ["step", "Step", "Steps along the axis"],
  ["time", "Time", "Date and time"],
  ["relative", "Relative", "Since each run's first point"],
]);
const BAND = "Smallest and greatest value where points are drawn together";
const MOST_LISTED = 300;

export class Controls {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    const { choose } = actions;
    this.axes = AXES.map(([x, text, title]) => toggle(text, () => choose({ x, zoom: null }), title));
    this.logX = toggle("Log x", () => choose({ log_x: !pressed(this.logX), zoom: null }));
    this.logY = toggle("Log y", () => choose({ log_y: !pressed(this.logY) }));
    this.band = toggle("Band", () => choose({ band: !pressed(this.band) }), BAND);
    this.value = h("output.nbt-smoothing-value");
    this.slider = h("input.nbt-smoothing", {
      type: "range", min: "0", max: String(MOST_SMOOTHING), step: "0.01", "aria-label": "Smoothing",
      oninput: () => choose({ smoothing: Number(this.slider.value) }),
    });
    this.columns = h("select.nbt-select", {
      "aria-label": "Panels in a row", onchange: () => choose({ columns: Number(this.columns.value) }),
    }, Array.from({ length: MOST_COLUMNS + 1 }, (_, n) => h("option", { value: String(n) }, n ? `${n} wide` : "Auto")));
    this.reset = h("button.nbt-button", {
      type: "button", title: "Double click, or the key 0", onclick: () => choose({ zoom: null }),
    }, "Reset zoom");
    this.metrics = h("button.nbt-button", {
      type: "button", "aria-haspopup": "dialog", onclick: () => this.pick(),
    }, "Metrics");
    this.status = h("span.nbt-chart-status", { role: "status" });
    this.element = h("div.nbt-toolbar.nbt-chart-tools", { role: "toolbar", "aria-label": "Chart" },
      h("span.nbt-joined", { role: "group", "aria-label": "Horizontal axis" }, this.axes),
      h("span.nbt-joined", {}, this.logX, this.logY),
      h("label.nbt-smoothing-label", {}, "Smoothing", this.slider, this.value),
      this.band, this.reset, this.status, h("span.nbt-space"),
      this.metrics, this.columns,
      h("span.nbt-joined", {},
        action("PNG", "Save the picture", actions.png),
        action("CSV", "Save the points that are shown", actions.csv)));
  }

  /** @param {Chosen} chosen */
  show({ x, log_x, log_y, band, smoothing, columns, zoom }) {
    this.axes.forEach((button, i) => press(button, AXES[i][0] === x));
    press(this.logX, log_x && x !== "time");
    this.logX.disabled = x === "time";
    press(this.logY, log_y);
    press(this.band, band);
    this.slider.value = String(smoothing);
    this.value.textContent = smoothing.toFixed(2);
    this.columns.value = String(columns);
    this.reset.hidden = !zoom;
  }

  /** Open the list of metrics. */
  pick() {
    const { keys, shown, choose } = this.actions;
    const all = keys();
    const chosen = new Set(shown());
    const list = h("div.nbt-pick-list");
    const find = h("input.nbt-input", {
      type: "search", placeholder: "Find a metric", "aria-label": "Find a metric", oninput: () => draw(),
    });
    const draw = () => {
      const wanted = find.value.toLowerCase();
      const some = all.filter((key) => key.toLowerCase().includes(wanted));
      fill(list, some.slice(0, MOST_LISTED).map((key) => h("label.nbt-pick", {},
        h("input", { type: "checkbox", checked: chosen.has(key), onchange: () => {
          if (!chosen.delete(key)) chosen.add(key);
          choose({ metrics: all.filter((one) => chosen.has(one)) });
        } }), h("span.nbt-cut", { title: key }, key))),
        some.length > MOST_LISTED && h("div.nbt-notes", {}, `and ${some.length - MOST_LISTED} more`),
        !some.length && h("div.nbt-notes", {}, "No metric has this in its name."));
    };
    draw();
    const back = () => (choose({ metrics: [] }), popover?.close());
    const usual = h("button.nbt-button.nbt-plain", { type: "button", onclick: back }, "Usual ones");
    const popover = openPopover(this.metrics, h("div.nbt-picker-metrics", {}, find, list, usual), { label: "Metrics" });
  }
}

/**
 * @param {string} text
 * @param {() => void} onclick
 * @param {string} [title]
 */
const toggle = (text, onclick, title) =>
  h("button.nbt-button", { type: "button", "aria-pressed": "false", onclick, title }, text);

/**
 * @param {string} text
 * @param {string} title
 * @param {() => void} onclick
 */
const action = (text, title, onclick) => h("button.nbt-button", { type: "button", title, onclick }, text);

/** @param {HTMLElement} button */
const pressed = (button) => button.getAttribute("aria-pressed") === "true";

/**
 * @param {HTMLElement} button
 * @param {boolean} is
 */
const press = (button, is) => button.setAttribute("aria-pressed", String(is));
