// The line below the table: how many runs, how many of them run, what is selected, what is not seen.

import { h } from "../dom.js";
import { count } from "../format.js";

export class Footer {
  /** @param {HTMLElement} actions what can be done with the selected runs */
  constructor(actions) {
    this.counts = h("span.nbt-table-counts");
    this.trouble = h("span.nbt-table-offline");
    const said = h("div.nbt-table-said", { role: "status", "aria-live": "polite" }, this.counts, this.trouble);
    this.element = h("div.nbt-table-foot", null, said, actions);
  }

  /**
   * @param {import("./model.js").Model} model
   * @param {number} total runs that match
   */
  draw(model, total) {
    const running = model.rows.running().length;
    const selected = model.selection.ids.size;
    const parts = [
      count(total, "run"),
      running && `${running.toLocaleString("en")} running`,
      selected && `${selected.toLocaleString("en")} selected`,
      model.shown.hidden && `${model.shown.hidden.toLocaleString("en")} inside closed rows`,
      !model.whole && model.rows.length > 0 && "loading the others …",
    ];
    const text = parts.filter(Boolean).join(" · ");
    if (this.counts.textContent !== text) this.counts.textContent = text;
  }

  /** @param {boolean} ok @param {string} message */
  connection(ok, message) {
    this.trouble.textContent = ok ? "" : message;
  }
}
