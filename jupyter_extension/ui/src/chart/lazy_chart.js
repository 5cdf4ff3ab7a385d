// A chart whose code is fetched when the first one is shown.

import { h } from "../dom.js";

/** @type {import("../view.js").MakeView} */
export function lazyChart(host, context) {
  /** @type {import("../view.js").View | null} */
  let view = null;
  let ended = false;
  /** @type {((view: import("../view.js").View) => void)[]} */
  const waiting = [];
  /** @param {(view: import("../view.js").View) => void} call */
  const later = (call) => (view ? call(view) : waiting.push(call));
  context.source.module("chart.js").then(
    ({ metricChart }) => {
      if (ended) return;
      view = /** @type {import("../view.js").MakeView} */ (metricChart)(host, context);
      for (const call of waiting) call(view);
    },
    (/** @type {Error} */ error) => host.append(h("div.nbt-trouble", null, error.message)),
  );
  return {
    setView: (chosen) => later((made) => made.setView(chosen)),
    setSelected: (runIds) => later((made) => made.setSelected(runIds)),
    destroy() {
      ended = true;
      view?.destroy();
    },
  };
}
