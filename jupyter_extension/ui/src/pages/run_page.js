// One run.

import { fill, h } from "../dom.js";
import { runView } from "../run/run_view.js";
import { pageTrouble } from "./trouble.js";

const PAUSE = 3000;

/** @type {import("./app.js").MakePage} */
export function runPage(host, app, { id, view }) {
  const body = h("div.nbt-page-run");
  host.append(body);
  /** @type {import("../view.js").View | null} */
  let run = null;
  /** @type {any} */
  let timer;
  let gone = false;
  const experiments = { label: "Experiments", href: app.links.home };
  app.setCrumbs([experiments, { label: "Run" }]);

  /** Say where the run is, by names that may have changed. */
  async function name() {
    const { run: found, experiment } = await app.source.json("GET", "api/nbtrack/runs/overview", { run_id: id });
    if (gone) return;
    const href = app.links.experiment(experiment.experiment_id) ?? undefined;
    app.setCrumbs([experiments, { label: experiment.name, href }, { label: found.info.run_name || id }]);
  }

  async function start() {
    try {
      await name();
    } catch (error) {
      if (gone) return;
      app.setCrumbs([experiments, { label: "Nothing here" }]);
      fill(body, pageTrouble(/** @type {Error} */ (error), app, () => void start()));
      return;
    }
    if (gone) return;
    fill(body);
    const context = { source: app.source, config: { run_id: id }, view, links: app.links };
    run = runView(body, { ...context, onView: app.keepView, onSelect: () => {} });
  }

  const unlisten = app.source.listen((event) => {
    if (event.type !== "changed" || !run) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      name().catch(() => {}); // the view itself says what is wrong
    }, PAUSE);
  });
  void start();
  return {
    setView: (next) => run?.setView(next),
    destroy() {
      gone = true;
      clearTimeout(timer);
      unlisten();
      run?.destroy();
    },
  };
}
