// The module of the front end, for the notebook's widgets, the server's pages and JupyterLab.

import { lazyChart } from "./chart/lazy_chart.js";
import { runView } from "./run/run_view.js";
import { runsView } from "./table/runs_view.js";
import { renderWidget, showSaved } from "./widget.js";

export { mount } from "./pages/app.js";

const VIEWS = { runs: runsView, chart: lazyChart, run: runView };

/** What anywidget asks for. */
export default {
  /** @param {Parameters<typeof renderWidget>[1]} place */
  render: (place) => renderWidget(VIEWS, place),
};

/**
 * Draw what a saved notebook holds; what JupyterLab's extension asks for.
 * @param {HTMLElement} el
 * @param {Parameters<typeof showSaved>[2]} saved
 * @param {string} base address of the server that has the store
 */
export const show = (el, saved, base) => showSaved(VIEWS, el, saved, base);
