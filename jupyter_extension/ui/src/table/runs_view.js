/** @type {import("../view.js").MakeView} */
export function runsView(host) {
  host.textContent = "…";
  return { setView() {}, setSelected() {}, destroy() {} };
}
