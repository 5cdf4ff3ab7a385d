// A chart as a file: the picture, or the points.

import { csv, save } from "./export.js";
import { png } from "./picture.js";
import { positions } from "./series.js";

/** @typedef {import("./metric_chart.js").MetricChart} MetricChart */

/** @param {MetricChart} chart */
export async function savePng(chart) {
  const { chosen, context, inks, parts, runIds } = chart;
  const pictures = chart.shownKeys().flatMap((key) => {
    const picture = chart.panels.all.get(key)?.picture;
    return picture ? [{ title: key, picture }] : [];
  });
  if (!pictures.length) return;
  const shown = runIds.filter((id) => !chosen.hidden.includes(id));
  const runs = shown.map((id) => ({ name: chart.nameOf(id), ...chart.lookOf(id) }));
  const title = context.config.experiment_name ?? (runs.length === 1 ? runs[0].name : `${runs.length} runs`);
  const blob = await png(title, pictures, runs, chart.across(parts.grid.clientWidth), inks);
  if (blob) save(blob, "metrics.png");
}

/** @param {MetricChart} chart */
export function saveCsv(chart) {
  const curves = chart.shownKeys().flatMap((key) => chart.curves(key));
  const { x } = chart.chosen;
  const shown = curves.map((curve) => ({ curve, name: chart.nameOf(curve.run_id), x: positions(curve, x) }));
  save(new Blob([csv(shown, chart.chosen.zoom)], { type: "text/csv" }), "metrics.csv");
}
