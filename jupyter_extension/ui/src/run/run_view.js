/** @type {import("../view.js").MakeView} */
export function runView(host) {
  host.textContent = "…";
  return { setView() {}, setSelected() {}, destroy() {} };
}
