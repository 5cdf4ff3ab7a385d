// The module of charts: half of the code is uPlot's and theirs, and not every page shows one.

import { metricChart } from "./chart/metric_chart.js";
import { renderWidget } from "./widget.js";

export { metricChart };

/** What anywidget asks for, of a chart in a cell's output. */
export default {
  /** @param {Parameters<typeof renderWidget>[1]} place */
  render: (place) => renderWidget({ chart: metricChart }, place),
};
