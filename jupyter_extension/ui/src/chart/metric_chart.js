// Histories of metrics of some runs: one panel a metric, all with the same runs, axis and zoom.

import { fill, h } from "../dom.js";
import { adopt, colour, onTheme } from "../theme.js";
import { readChosen, writeChosen } from "./chosen.js";
import { colourOf, dashOf } from "./colours.js";
import { Controls } from "./controls.js";
import { Histories } from "./histories.js";
import { Legend } from "./legend.js";
import { Live } from "./live.js";
import { saveCsv, savePng } from "./out.js";
import { Panels } from "./panels.js";
import { makeParts } from "./parts.js";
import { isSystem } from "./runs.js";
import { MOST_RUNS, Subject } from "./subject.js";
import sheet from "./chart.css";

/** @typedef {import("./series.js").Range} Range */
/** @typedef {import("./chosen.js").Chosen} Chosen */

/** Points of a curve at least, however narrow it is: a zoom finds all of a short history there. */
const LEAST_POINTS = 1000;
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
    this.subject = new Subject(context, []);
    /** @type {string | null} */
    this.pointed = null;
    this.inks = { quiet: "", line: "", ground: "", ink: "" };
    this.dark = false;
    this.frame = 0;
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
      keys: () => this.subject.allKeys(),
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
    this.panels = new Panels(this, {
      sighted: () => (this.want(), this.redraw()),
      resized: () => this.attach(),
    });
    this.panels.sizes.observe(this.element);
    this.live = new Live(context.source, {
      points: (points) => this.hear(points),
      redraw: () => this.redraw(),
      refresh: () => this.refresh(),
      connection: (ok, message) => { this.controls.status.textContent = ok ? "" : message; },
    });
  }

  /** Take the styles and colours of the place where it is. */
  attach() {
    if (!this.element.isConnected) return;
    adopt(this.element, sheet);
    for (const name of /** @type {const} */ (["quiet", "line", "ground", "ink"])) {
      this.inks[name] = colour(this.element, `--nbt-${name}`);
    }
    this.dark = this.element.closest("[data-theme]")?.getAttribute("data-theme") === "dark";
    const width = this.parts.grid.clientWidth || 400;
    const fine = Math.round((width / this.across(width)) * devicePixelRatio); // a row has its extremes
    this.histories.points = Math.max(LEAST_POINTS, fine);
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
    this.subject = new Subject(this.context, runIds);
    this.histories.reset(this.runIds, this.chosen.x);
    this.load();
  }

  /** Ask for everything that the first picture needs, at once. */
  async load() {
    const { subject, element: { dataset }, ended: { signal } } = this;
    if (!this.runIds.length) return this.empty("No runs chosen", "Select runs in the table to see their metrics.");
    dataset.state = "loading";
    const timer = setTimeout(() => {
      if (dataset.state === "loading") this.tell(h("div.nbt-empty", {}, "Loading …"));
    }, LOADING_AFTER);
    try {
      this.arrange(); // what was chosen is asked for before it is known which other metrics there are
      await subject.load(signal);
      if (signal.aborted) return;
      // Curves are asked for beside this, and what they complained of stays.
      if (dataset.state !== "error") {
        const said = `The first ${MOST_RUNS} of ${MOST_RUNS + subject.over} runs are shown.`;
        this.tell(subject.over > 0 && h("div.nbt-notes", {}, said));
        dataset.state = "ready";
      }
      this.showLegend();
      this.arrange();
    } catch (error) {
      if (!signal.aborted) this.failed(error, () => this.load());
    } finally {
      clearTimeout(timer);
    }
  }

  /** What panels there are, in which order. */
  arrange() {
    const { dataset } = this.element;
    const keys = this.shownKeys();
    if (!keys.length && (dataset.state === "ready" || dataset.state === "empty")) {
      const who = this.runIds.length > 1 ? "These runs have" : "This run has";
      return this.empty("No metrics", `${who} logged no metrics.`);
    }
    if (dataset.state === "empty") this.ready();
    this.parts.side.hidden = false;
    const fold = !this.chosen.metrics.length && keys.some((key) => !isSystem(key));
    this.parts.arrange(this.panels.of(keys), fold, this.chosen.columns);
    if (dataset.state !== "error") this.want(); // what was in sight already does not come into it
    this.redraw();
  }

  /**
   * Take pushed points. They come while a kernel is too busy to say what else there is.
   * @param {import("./series.js").Point[]} points
   * @returns {boolean} whether there is something to draw
   */
  hear(points) {
    const keys = this.histories.append(points);
    if (!keys.length) return false;
    if (this.element.dataset.state === "loading") this.ready();
    if (this.subject.hear(keys)) this.arrange();
    return true;
  }

  /** Ask for what came into sight. */
  async want() {
    const keys = this.panels.seen();
    if (!keys.length) return;
    const { signal } = this.ended;
    if (this.chosen.zoom) this.histories.range = this.chosen.zoom;
    try {
      await this.histories.want(keys);
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.failed(error, () => this.want());
    }
  }

  /** Draw in the next frame. */
  redraw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.panels.update();
    });
  }

  /** What running runs have logged since. */
  async refresh() {
    const { subject, ended: { signal } } = this;
    const running = subject.running();
    if (!running.length) return;
    try {
      const auto = !this.chosen.metrics.length && !this.context.config.metrics?.length;
      const before = this.shownKeys().join();
      await Promise.all([subject.refresh(running, auto, signal), this.histories.refresh(running)]);
      if (signal.aborted) return;
      if (this.shownKeys().join() !== before) this.arrange();
      this.showLegend();
    } catch (error) {
      // The curves that are there stay; the connection says what is wrong.
      if (!isAbort(error)) this.controls.status.textContent = error instanceof Error ? error.message : String(error);
    }
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
        if (!isAbort(error)) this.failed(error, () => this.zoomTo(zoom));
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
    const running = this.subject.running();
    this.legend.show(this.runIds.map((id) => {
      const hidden = this.chosen.hidden.includes(id);
      return { id, name: this.nameOf(id), ...this.lookOf(id), hidden, running: running.includes(id) };
    }));
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
    return this.subject.nameOf(id);
  }

  /** @param {string} id */
  lookOf(id) {
    const look = this.subject.looks.get(id) ?? 0;
    const faint = this.pointed !== null && this.pointed !== id;
    return { colour: colourOf(look, this.dark), dash: dashOf(look), faint };
  }

  /**
   * @param {import("./panel.js").Panel} panel
   * @param {number | null} x
   */
  onhover(panel, x) {
    if (x === null) this.box.hidden = true;
    this.panels.follow(panel, x);
  }

  /** @param {Range | null} range */
  onzoom(range) {
    this.choose({ zoom: readChosen({ zoom: range }).zoom });
  }

  /** @param {string} text */
  say(text) {
    this.parts.said.textContent = text;
  }

  get runIds() {
    return this.subject.runIds;
  }

  shownKeys() {
    return this.chosen.metrics.length ? this.chosen.metrics : this.subject.usualKeys();
  }

  /** @param {number} width */
  across(width) {
    return this.chosen.columns || Math.max(1, Math.min(3, this.panels.all.size, Math.floor(width / 340)));
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
    const onclick = () => (this.ready(), again());
    const button = h("button.nbt-button", { type: "button", onclick }, "Try again");
    this.tell(h("div.nbt-trouble", { role: "alert" }, text, " ", button));
  }

  ready() {
    this.element.dataset.state = "ready";
    this.tell();
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
    this.unthemed();
    this.panels.destroy();
    this.element.remove();
  }
}

/** @param {unknown} error */
const isAbort = (error) =>
  error instanceof Error && (error.name === "AbortError" || /** @type {any} */ (error).code === "ABORTED");
