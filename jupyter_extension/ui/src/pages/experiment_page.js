// One experiment, or a few of them: what it is about, and the table of its runs.

import { copyText } from "../actions/hand_out.js";
import { fill, h, icon } from "../dom.js";
import { count } from "../format.js";
import { openMenu, toast } from "../popup.js";
import { runsView } from "../table/runs_view.js";
import { describeExperiment, moveExperiment, noteOf, renameExperiment } from "./experiment_changes.js";
import { pageTrouble, waiting } from "./trouble.js";

const DOTS = "M8 3.5h.01M8 8h.01M8 12.5h.01";

/** @type {import("./app.js").MakePage} */
export function experimentPage(host, app, route) {
  const page = new ExperimentPage(host, app, route);
  return { setView: (view) => page.runs?.setView(view), destroy: () => page.destroy() };
}

class ExperimentPage {
  /** @param {HTMLElement} host @param {import("./app.js").App} app @param {{ids: string[], view: Record<string, any>}} route */
  constructor(host, app, { ids, view }) {
    this.host = host;
    this.app = app;
    this.ids = ids;
    this.view = view;
    this.head = h("div.nbt-page-head");
    this.body = h("div");
    host.append(this.head, this.body);
    /** @type {import("../view.js").View | null} */
    this.runs = null;
    app.setCrumbs([{ label: "Experiments", href: app.links.home }, { label: ids.join(", ") }]);
    void this.load(waiting(this.head));
  }

  /** @param {() => void} come called when the answer is there */
  async load(come) {
    const { source } = this.app;
    const ask = (/** @type {string} */ experiment_id) => source.json("GET", "api/2.0/mlflow/experiments/get", { experiment_id });
    try {
      const found = await Promise.all(this.ids.map(ask));
      this.draw(found.map(({ experiment }) => experiment));
    } catch (error) {
      if (this.gone) return;
      this.app.setCrumbs([{ label: "Experiments", href: this.app.links.home }, { label: "Nothing here" }]);
      fill(this.head, pageTrouble(/** @type {Error} */ (error), this.app, () => this.load(() => {})));
    }
    come();
  }

  /** @param {any[]} experiments as MLflow has them */
  draw(experiments) {
    if (this.gone) return;
    const title = experiments.length === 1 ? experiments[0].name : count(experiments.length, "experiment");
    this.app.setCrumbs([{ label: "Experiments", href: this.app.links.home }, { label: title }]);
    if (experiments.length === 1) fill(this.head, this.single(experiments[0]));
    else fill(this.head, h("h1", null, title), this.several(experiments));
    this.runs ??= runsView(this.body, {
      source: this.app.source,
      config: { experiment_ids: this.ids, experiment_name: experiments[0].name },
      view: this.view,
      onView: (view) => this.app.keepView(view),
      onSelect: () => {},
      links: this.app.links,
    });
  }

  /** @param {any} experiment */
  single(experiment) {
    const note = noteOf(experiment);
    const dots = h("button.nbt-button.nbt-plain", { type: "button", "aria-haspopup": "menu", "aria-label": "Actions for this experiment" }, icon(DOTS));
    dots.addEventListener("click", () => this.menu(dots, experiment, note));
    const back = () => moveExperiment(this.app.source, experiment, "restore", this.host, () => this.load(() => {}));
    return [
      h("div.nbt-page-title", null, h("h1.nbt-text", { title: experiment.name }, experiment.name), dots),
      experiment.lifecycle_stage === "deleted" &&
        h("div.nbt-page-deleted", { role: "note" }, "This experiment is deleted.", h("button.nbt-button", { type: "button", onclick: back }, "Restore")),
      note && h("p.nbt-page-note", { tabIndex: 0, title: "Note" }, note),
    ];
  }

  /** @param {any[]} experiments */
  several(experiments) {
    const links = experiments.map(({ experiment_id, name }) => h("li", null, h("a", { href: this.app.links.experiment(experiment_id) }, name)));
    return h("ul.nbt-page-several", null, links);
  }

  /** @param {HTMLElement} anchor @param {any} experiment @param {string} note */
  menu(anchor, experiment, note) {
    const { source } = this.app;
    const again = () => void this.load(() => {});
    const id = experiment.experiment_id;
    const copy = { label: "Copy id", onclick: async () => void ((await copyText(this.host, id)) && toast(this.host, `Copied ${id}.`)) };
    if (experiment.lifecycle_stage === "deleted") return openMenu(anchor, [copy]);
    return openMenu(anchor, [
      { label: "Rename …", onclick: async () => (await renameExperiment(source, experiment, this.host)) !== null && again() },
      { label: "Note …", onclick: async () => (await describeExperiment(source, id, note, this.host)) !== null && again() },
      copy,
      { label: "Delete", danger: true, onclick: () => moveExperiment(source, experiment, "delete", this.host, again) },
    ]);
  }

  destroy() {
    this.gone = true;
    this.runs?.destroy();
  }
}
