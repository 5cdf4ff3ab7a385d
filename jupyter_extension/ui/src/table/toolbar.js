// The line above the table: the query, which runs, which columns, charts, and what is rarely wanted.

import { h, icon } from "../dom.js";
import { columnPicker } from "../picker/column_picker.js";
import { openMenu, openPopover } from "../popup.js";
import { queryBox } from "../query/query_box.js";

const COLUMNS = "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10";
const CHART = "M2.5 2.5v11h11M5 10l2.5-3 2 1.5L13 4";
const DOTS = "M8 3.5h.01M8 8h.01M8 12.5h.01";

/** @type {[string, string][]} */
const LIFECYCLES = [
  ["ACTIVE_ONLY", "Active runs"],
  ["DELETED_ONLY", "Deleted runs"],
  ["ALL", "All runs"],
];

/**
 * @typedef {object} ToolbarActions
 * @property {(filter: string) => void} filter
 * @property {(lifecycle: string) => void} lifecycle
 * @property {(columns: string[]) => void} columns
 * @property {() => void} charts
 * @property {() => import("../popup/menu.js").MenuItem[]} more
 */

export class Toolbar {
  /**
   * @param {import("../view.js").Context} context
   * @param {import("./model.js").Model} model
   * @param {() => Promise<any>} keys
   * @param {ToolbarActions} actions
   */
  constructor(context, model, keys, actions) {
    const { source, config } = context;
    this.model = model;
    const experimentIds = config.experiment_ids ?? [];
    this.query = queryBox({ source, experimentIds, text: model.state.filter, keys, onQuery: actions.filter });
    const change = () => actions.lifecycle(this.lifecycle.value);
    const options = LIFECYCLES.map(([value, label]) => h("option", { value }, label));
    this.lifecycle = h("select.nbt-select", { "aria-label": "Which runs", onchange: change }, options);
    this.columns = button("Columns", COLUMNS, () => void this.openColumns(keys, actions.columns));
    this.columns.setAttribute("aria-haspopup", "dialog");
    this.charts = button("Charts", CHART, actions.charts);
    this.more = h("button.nbt-button.nbt-plain", { type: "button", "aria-label": "More", title: "More" }, icon(DOTS));
    this.more.addEventListener("click", () => openMenu(this.more, actions.more(), { label: "More" }));
    const search = h("div.nbt-table-query", null, this.query.element);
    this.element = h("div.nbt-table-tools", null, search, this.lifecycle, this.columns, this.charts, this.more);
    this.draw();
  }

  /** Show what is chosen. */
  draw() {
    const { filter, lifecycle, charts } = this.model.state;
    this.query.set(filter);
    this.lifecycle.value = lifecycle;
    this.charts.setAttribute("aria-pressed", String(charts));
  }

  /** @param {() => Promise<any>} keys @param {(columns: string[]) => void} onChange */
  async openColumns(keys, onChange) {
    const picker = columnPicker({ keys: await keys(), shown: () => this.model.columnNames, onChange });
    openPopover(this.columns, picker.element, { label: "Columns", onclose: picker.destroy });
  }

  destroy() {
    this.query.destroy();
  }
}

/** @param {string} label @param {string} path @param {() => void} onclick */
const button = (label, path, onclick) =>
  h("button.nbt-button", { type: "button", onclick, title: label }, icon(path), h("span.nbt-tool-label", null, label));
