// Histories of metrics of some runs: one panel a metric, all with the same runs, axis and zoom.

import { fill, h } from "../dom.js";
import { adopt, colour, onTheme } from "../theme.js";
import { readChosen, writeChosen } from "./chosen.js";
import { colourOf, dashOf, looks } from "./colours.js";
import { Controls } from "./controls.js";
import { Histories } from "./histories.js";
import { Legend } from "./legend.js";
import { Live } from "./live.js";
import { saveCsv, savePng } from "./out.js";
import { Panel } from "./panel.js";
import { makeParts } from "./parts.js";
import { askExperiments, askKeys, askRuns, isSystem, usualKeys } from "./runs.js";
import sheet from "./chart.css";

/** @typedef {import("./series.js").Range} Range */
/** @typedef {import("./chosen.js").Chosen} Chosen */

const MOST_RUNS = 200;
const MOST_PANELS = 100;
const ZOOM_AFTER = 120;
const LOADING_AFTER = 150;

/** @type {import("../view.js").MakeView} */
export function metricChart(host, context) {
  const chart = new MetricChart(host, context);
  chart.start();
  return {
    setView: (view) => chart.setView(view),
    setSelected: (runIds) => chart.setSelected(runIds),
    destroy: () => chart.destroy(),
  };
}

export class MetricChart {
  /**
   * @param {HTMLElement} host
   * @param {import("../view.js").Context} context
   */
  constructor(host, context) {
    this.context = context;
    this.host = host;
    this.chosen = readChosen(context.view);
    /** @type {string[]} */
    this.runIds = [];
    /** @type {string[]} */
    this.experiments = [];
    /** @type {Map<string, import("./runs.js").RunInfo>} */
    this.runs = new Map();
    /** @type {{key: string, share: number}[]} */
    this.keys = [];
    /** @type {Map<string, Panel>} */
    this.panels = new Map();
    /** @type {Map<string, number>} */
    this.looks = new Map();
    /** @type {string | null} */
    this.pointed = null;
    this.inks = { quiet: "", line: "", ground: "", ink: "" };
    this.frame = 0;
    this.over = 0;
    this.zooming = 0;
    this.ended = new AbortController();
    this.histories = new Histories(context.source, () => this.redraw());
    this.onzoom = this.onzoom.bind(this);
    this.nameOf = this.nameOf.bind(this);
    this.lookOf = this.lookOf.bind(this);
    this.parts = makeParts();
    this.element = this.parts.element;
    this.box = this.parts.box;
    this.controls = new Controls({
      choose: (change) => this.choose(change),
      png: () => savePng(this),
      csv: () => saveCsv(this),
      keys: () => this.allKeys(),
      shown: () => this.shownKeys(),
    });
    this.legend = new Legend({
      ontoggle: (id, only) => this.toggle(id, only),
      onall: () => this.choose({ hidden: [] }),
      onpoint: (id) => { this.pointed = id; this.redraw(); },
    });
    this.parts.begin(this.controls.element, this.legend.element);
    fill(host, this.element);
    this.unthemed = onTheme(this.element, () => this.attach());
    this.sizes = new ResizeObserver(() => this.attach());
    this.sizes.observe(this.element);
    this.sights = new IntersectionObserver((entries) => this.sighted(entries), { rootMargin: "200px" });
    this.live = new Live(context.source, {
      points: (points) => this.histories.append(points),
      redraw: () => this.redraw(),
      refresh: () => this.refresh(),
      connection: (ok, message) => { this.controls.status.textContent = ok ? "" : message; },
    });
  }

  /** Take the styles and colours of the place where it is. */
  attach() {
    if (!this.element.isConnected) return;
    adopt(this.element, sheet);
    for (const name of /** @type {const} */ (["quiet", "line", "ground", "ink"])) this.inks[name] = colour(this.element, `--nbt-${name}`);
    this.dark = this.element.closest("[data-theme]")?.getAttribute("data-theme") === "dark";
    const width = this.parts.grid.clientWidth || 400;
    this.histories.points = 2 * Math.round((width / this.across(width)) * devicePixelRatio);
    this.showLegend();
    this.redraw();
  }

  start() {
    this.controls.show(this.chosen);
    this.setRuns(this.context.config.run_ids ?? []);
  }

  /** @param {string[]} runIds */
  setRuns(runIds) {
    this.ended.abort();
    this.ended = new AbortController();
    this.runIds = runIds.slice(0, MOST_RUNS);
    this.over = runIds.length - this.runIds.length;
    this.looks = looks(this.runIds);
    this.runs = new Map();
    this.keys = [];
    this.histories.reset(this.runIds, this.chosen.x);
    this.load();
  }

  /** Ask for everything that the first picture needs, at once. */
  async load() {
    const { source, config } = this.context;
    const { signal } = this.ended;
    if (!this.runIds.length) return this.empty("No runs chosen", "Select runs in the table to see their metrics.");
    this.element.dataset.state = "loading";
    const timer = setTimeout(() => {
      if (this.element.dataset.state === "loading") this.tell(h("div.nbt-empty", {}, "Loading …"));
    }, LOADING_AFTER);
    try {
      this.arrange(); // what was chosen is asked for before it is known which other metrics there are
      const experiments = await askExperiments(source, config.experiment_ids, signal);
      this.experiments = experiments;
      [this.runs, this.keys] = await Promise.all([
        askRuns(source, experiments, this.runIds, signal),
        askKeys(source, experiments, this.runIds, signal),
      ]);
      if (signal.aborted) return;
      // Curves are asked for beside this, and what they complained of stays.
      if (this.element.dataset.state !== "error") this.tell(this.over > 0 && h("div.nbt-notes", {}, `The first ${MOST_RUNS} of ${MOST_RUNS + this.over} runs are shown.`));
      if (this.element.dataset.state !== "error") this.element.dataset.state = "ready";
      this.showLegend();
      this.arrange();
    } catch (error) {
      if (!signal.aborted) this.failed(error, () => this.load());
    } finally {
      clearTimeout(timer);
    }
  }

  /** What panels there are, in which order; those that are gone are freed. */
  arrange() {
    const keys = this.shownKeys();
    if (!keys.length && this.element.dataset.state === "ready") {
      return this.empty("No metrics", this.runIds.length > 1 ? "These runs have logged no metrics." : "This run has logged no metrics.");
    }
    this.parts.side.hidden = false;
    if (this.element.dataset.state === "empty") { // the first point came
      this.element.dataset.state = "ready";
      this.tell();
    }
    for (const [key, panel] of this.panels) {
      if (keys.includes(key)) continue;
      this.drop(key, panel);
    }
    const shown = keys.slice(0, MOST_PANELS).map((key) => this.panels.get(key) ?? this.add(key));
    const fold = !this.chosen.metrics.length && keys.some((key) => !isSystem(key));
    this.parts.arrange(shown, fold, this.chosen.columns);
    this.redraw();
  }

  /** @param {string} key */
  add(key) {
    const panel = new Panel(key, this);
    this.panels.set(key, panel);
    this.sights.observe(panel.element);
    this.sizes.observe(panel.element);
    return panel;
  }

  /**
   * @param {string} key
   * @param {Panel} panel
   */
  drop(key, panel) {
    this.sights.unobserve(panel.element);
    this.sizes.unobserve(panel.element);
    this.panels.delete(key);
    panel.clear();
    panel.element.remove();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      const panel = this.panels.get(/** @type {HTMLElement} */ (target).dataset.metric ?? "");
      if (panel) panel.seen = isIntersecting;
    }
    this.want();
    this.redraw();
  }

  /** Ask for what came into sight. */
  async want() {
    const keys = [...this.panels.values()].filter((panel) => panel.seen).map((panel) => panel.key);
    if (!keys.length) return;
    const { signal } = this.ended;
    if (this.chosen.zoom) this.histories.range = this.chosen.zoom;
    try {
      await this.histories.want(keys);
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.failed(error, () => (this.tell(), this.want()));
    }
  }

  /** Draw in the next frame. */
  redraw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      for (const panel of this.panels.values()) panel.update();
    });
  }

  /** What running runs have logged since. @returns {Promise<boolean>} whether one still goes on */
  async refresh() {
    const { context: { source, config }, experiments } = this;
    const running = this.runIds.filter((id) => this.runs.get(id)?.running);
    if (!running.length) return false;
    const { signal } = this.ended;
    try {
      const auto = !this.chosen.metrics.length && !config.metrics?.length;
      const [runs, keys] = await Promise.all([
        askRuns(source, experiments, running, signal),
        auto ? askKeys(source, experiments, this.runIds, signal) : this.keys,
        this.histories.refresh(running),
      ]);
      for (const [id, run] of runs) this.runs.set(id, run);
      const before = this.shownKeys().join();
      this.keys = keys;
      if (this.shownKeys().join() !== before) this.arrange();
      this.showLegend();
    } catch (error) {
      // The curves that are there stay; the connection says what is wrong.
      if (!isAbort(error)) this.controls.status.textContent = error instanceof Error ? error.message : String(error);
    }
    return running.some((id) => this.runs.get(id)?.running);
  }

  /** @param {Partial<Chosen>} change */
  choose(change) {
    this.apply({ ...this.chosen, ...change });
    this.context.onView(writeChosen(this.chosen));
  }

  /** @param {Record<string, any>} view */
  setView(view) {
    this.apply(readChosen(view));
  }

  /** @param {Chosen} next */
  apply(next) {
    const before = this.chosen;
    this.chosen = next;
    this.controls.show(next);
    if (next.x !== before.x) {
      this.histories.reset(this.runIds, next.x);
      this.want();
    }
    if (String(next.zoom) !== String(before.zoom)) this.zoomTo(next.zoom);
    if (String(next.hidden) !== String(before.hidden)) this.showLegend();
    if (String(next.metrics) !== String(before.metrics) || next.columns !== before.columns) this.arrange();
    this.redraw();
  }

  /** @param {Range | null} zoom */
  zoomTo(zoom) {
    clearTimeout(this.zooming);
    if (!zoom) return this.histories.unzoom();
    this.zooming = setTimeout(async () => {
      try {
        await this.histories.zoom(zoom);
      } catch (error) {
        if (!isAbort(error)) this.failed(error, () => (this.tell(), this.zoomTo(zoom)));
      }
    }, ZOOM_AFTER);
  }

  /** Without runs of its own, a chart shows those that are selected beside it. @param {string[]} runIds */
  setSelected(runIds) {
    if (this.context.config.run_ids?.length || String(runIds) === String(this.runIds)) return;
    this.setRuns(runIds);
  }

  /**
   * @param {string} id
   * @param {boolean} only
   */
  toggle(id, only) {
    const { hidden } = this.chosen;
    if (only) return this.choose({ hidden: this.runIds.filter((one) => one !== id) });
    this.choose({ hidden: hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id] });
  }

  showLegend() {
    this.legend.show(this.runIds.map((id) => ({
      id, name: this.nameOf(id), ...this.lookOf(id), hidden: this.chosen.hidden.includes(id), running: this.runs.get(id)?.running ?? false,
    })));
  }

  /** @param {string} key */
  curves(key) {
    return this.histories.of(key).filter((curve) => !this.chosen.hidden.includes(curve.run_id));
  }

  /** @param {string} key */
  waits(key) {
    return !this.histories.known.has(key);
  }

  /** @param {string} key */
  detailed(key) {
    return [...(this.histories.known.get(key)?.values() ?? [])].some((one) => one.detail);
  }

  /** @param {string} id */
  nameOf(id) {
    return this.runs.get(id)?.name || id.slice(0, 8);
  }

  /** @param {string} id */
  lookOf(id) {
    const look = this.looks.get(id) ?? 0;
    return { colour: colourOf(look, this.dark ?? false), dash: dashOf(look), faint: this.pointed !== null && this.pointed !== id };
  }

  /**
   * @param {Panel} panel
   * @param {number | null} x
   */
  onhover(panel, x) {
    if (x === null) this.box.hidden = true;
    for (const one of this.panels.values()) if (one.plot) one.follow(x, one === panel && x !== null);
  }

  /** @param {Range | null} range */
  onzoom(range) {
    this.choose({ zoom: readChosen({ zoom: range }).zoom });
  }

  /** @param {string} text */
  say(text) {
    this.parts.said.textContent = text;
  }

  allKeys() {
    const all = new Set([...(this.context.config.metrics ?? []), ...this.keys.map((one) => one.key)]);
    return [...all].sort((a, b) => Number(isSystem(a)) - Number(isSystem(b)) || (a < b ? -1 : 1));
  }

  shownKeys() {
    if (this.chosen.metrics.length) return this.chosen.metrics;
    const { metrics } = this.context.config;
    return metrics?.length ? metrics : usualKeys(this.keys);
  }

  /** @param {number} width */
  across(width) {
    return this.chosen.columns || Math.max(1, Math.min(3, Math.floor(width / 340)));
  }

  /**
   * @param {string} title
   * @param {string} text
   */
  empty(title, text) {
    this.element.dataset.state = "empty";
    this.parts.side.hidden = true;
    this.tell(h("div.nbt-empty", {}, h("strong", {}, title), text));
  }

  /**
   * @param {unknown} error
   * @param {() => void} again
   */
  failed(error, again) {
    this.element.dataset.state = "error";
    const text = error instanceof Error ? error.message : String(error);
    this.tell(h("div.nbt-trouble", { role: "alert" }, text, " ", h("button.nbt-button", { type: "button", onclick: () => (this.element.dataset.state = "ready", again()) }, "Try again")));
  }

  /** @param {HTMLElement | false} [what] */
  tell(what = false) {
    fill(this.parts.message, what);
  }

  destroy() {
    this.ended.abort();
    this.histories.stop();
    this.live.stop();
    clearTimeout(this.zooming);
    cancelAnimationFrame(this.frame);
    this.sizes.disconnect();
    this.sights.disconnect();
    this.unthemed();
    for (const [key, panel] of this.panels) this.drop(key, panel);
    this.element.remove();
  }
}

/** @param {unknown} error */
const isAbort = (error) => error instanceof Error && (error.name === "AbortError" || /** @type {any} */ (error).code === "ABORTED");
