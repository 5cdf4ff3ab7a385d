/** @type {import("../view.js").MakeView} */
export function metricChart(host) {
  host.textContent = "…";
  return { setView() {}, setSelected() {}, destroy() {} };
}
