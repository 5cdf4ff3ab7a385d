// The elements of a chart, and where its panels go.

import { h } from "../dom.js";
import { isSystem } from "./runs.js";

export function makeParts() {
  const box = h("div.nbt-hover", { hidden: true });
  const said = h("div.nbt-said", { "aria-live": "polite" });
  const message = h("div.nbt-message");
  const grid = h("div.nbt-panels");
  const folded = h("div.nbt-panels");
  const summary = h("summary");
  const system = h("details.nbt-system", { hidden: true }, summary, folded);
  const panels = h("div.nbt-chart-panels", {}, grid, system);
  const side = h("div.nbt-chart-main");
  const element = h("div.nbt-chart", { "data-state": "loading" });

  return { box, said, message, grid, side, element, begin, arrange };

  /**
   * @param {HTMLElement} controls
   * @param {HTMLElement} legend
   */
  function begin(controls, legend) {
    side.append(legend, panels);
    element.append(controls, message, side, box, said);
  }

  /**
   * @param {import("./panel.js").Panel[]} shown in order
   * @param {boolean} fold whether those of the machine come last, folded
   * @param {number} columns 0: as many as fit
   */
  function arrange(shown, fold, columns) {
    const machine = fold ? shown.filter((panel) => isSystem(panel.key)) : [];
    place(grid, shown.filter((panel) => !machine.includes(panel)));
    place(folded, machine);
    system.hidden = !machine.length;
    summary.textContent = `System metrics (${machine.length})`;
    for (const one of [grid, folded]) {
      one.style.setProperty("--nbt-across", String(columns || 1));
      one.classList.toggle("nbt-fixed", columns > 0);
    }
  }
}

/**
 * Put panels in order; those that are where they should be stay: a moved chart loses the focus.
 * @param {HTMLElement} grid
 * @param {import("./panel.js").Panel[]} panels
 */
function place(grid, panels) {
  panels.forEach(({ element }, i) => {
    if (grid.children[i] !== element) grid.insertBefore(element, grid.children[i] ?? null);
  });
}
