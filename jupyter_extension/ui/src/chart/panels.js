// The panels of a chart: which there are, and which of them are in sight.

import { Panel } from "./panel.js";

const MOST = 100;

export class Panels {
  /**
   * @param {import("./panel.js").Chart} chart what they have in common
   * @param {{sighted: () => void, resized: () => void}} heard
   */
  constructor(chart, { sighted, resized }) {
    this.chart = chart;
    /** @type {Map<string, Panel>} */
    this.all = new Map();
    this.sizes = new ResizeObserver(resized);
    this.sights = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const panel = this.all.get(/** @type {HTMLElement} */ (target).dataset.metric ?? "");
        if (panel) panel.seen = isIntersecting;
      }
      sighted();
    }, { rootMargin: "200px" });
  }

  /**
   * One for each of these metrics, in this order; those that are gone are freed.
   * @param {string[]} keys
   */
  of(keys) {
    const shown = keys.slice(0, MOST);
    for (const key of this.all.keys()) if (!shown.includes(key)) this.drop(key);
    return shown.map((key) => this.all.get(key) ?? this.add(key));
  }

  /** @param {string} key */
  add(key) {
    const panel = new Panel(key, this.chart);
    this.all.set(key, panel);
    this.sights.observe(panel.element);
    this.sizes.observe(panel.element);
    return panel;
  }

  /** @param {string} key */
  drop(key) {
    const panel = /** @type {Panel} */ (this.all.get(key));
    this.sights.unobserve(panel.element);
    this.sizes.unobserve(panel.element);
    this.all.delete(key);
    panel.clear();
    panel.element.remove();
  }

  /** The metrics that are in sight. */
  seen() {
    return [...this.all.values()].filter((panel) => panel.seen).map((panel) => panel.key);
  }

  update() {
    for (const panel of this.all.values()) panel.update();
  }

  /**
   * Put all cursors where one is.
   * @param {Panel} from
   * @param {number | null} x
   */
  follow(from, x) {
    for (const one of this.all.values()) if (one.plot) one.follow(x, one === from && x !== null);
  }

  destroy() {
    this.sizes.disconnect();
    this.sights.disconnect();
    for (const key of this.all.keys()) this.drop(key);
  }
}
