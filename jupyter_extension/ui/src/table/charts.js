// The charts of the selected runs, below the table; of the first ones shown where none is selected.

import { lazyChart } from "../chart/lazy_chart.js";
import { h } from "../dom.js";

const FIRST = 10;
/** As many curves as a server gives at once. */
const MOST = 200;
const PATIENCE = 200;

export class Charts {
  /**
   * @param {import("../view.js").Context} context
   * @param {import("./model.js").Model} model
   * @param {(chart: Record<string, any>) => void} onView
   */
  constructor(context, model, onView) {
    this.context = context;
    this.model = model;
    this.onView = onView;
    this.element = h("div.nbt-table-charts", { hidden: true });
    /** @type {import("../view.js").View | null} */
    this.view = null;
    this.drawn = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Rows, selection, or the wish for charts changed. */
  touch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), this.view ? PATIENCE : 0);
  }

  draw() {
    const { model } = this;
    const ids = model.state.charts ? this.runIds() : [];
    if (ids.join() === this.drawn) return;
    this.drawn = ids.join();
    this.end();
    this.element.hidden = !ids.length;
    if (!ids.length) return;
    const host = h("div");
    this.element.append(host);
    const config = { ...this.context.config, run_ids: ids, metrics: [], height: undefined };
    this.view = lazyChart(host, { ...this.context, config, view: model.state.chart, onView: this.onView, onSelect: () => {} });
  }

  runIds() {
    const { selection, shown } = this.model;
    if (selection.ids.size) return [...selection.ids].slice(0, MOST);
    return Array.from(shown.rows.subarray(0, FIRST), (_, index) => this.model.idAt(index));
  }

  end() {
    this.view?.destroy();
    this.view = null;
    this.element.replaceChildren();
  }

  destroy() {
    clearTimeout(this.timer);
    this.end();
  }
}
