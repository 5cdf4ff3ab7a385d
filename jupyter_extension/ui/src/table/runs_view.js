// The run table: what a person does, what the store says, and what is drawn of both.

import { selectionActions } from "../actions/actions.js";
import { h } from "../dom.js";
import { adopt } from "../theme.js";
import { Charts } from "./charts.js";
import { askedColumns, columnNames } from "./columns.js";
import { Footer } from "./footer.js";
import { Grid } from "./grid.js";
import { Header } from "./header.js";
import { fitHeight } from "./height.js";
import { pressed } from "./keyboard.js";
import { Model } from "./model.js";
import { tellEmpty, tellLoading, tellTrouble } from "./notes.js";
import { gridActions, headerActions, listenToPointer, moreItems } from "./gestures.js";
import sheet from "./table.css";
import { TableData } from "./table_data.js";
import { Toolbar } from "./toolbar.js";
import { readView, writeView } from "./view_state.js";
import { digitWidth } from "./widths.js";

/** A shorter wait is not worth a word. */
const QUIET = 150;
const TICK = 1000;

/** @type {import("../view.js").MakeView} */
export function runsView(host, context) {
  const view = new RunsView(host, context);
  return {
    setView: (json) => view.setView(json),
    setSelected: (ids) => view.setSelected(ids),
    destroy: () => view.destroy(),
  };
}

export class RunsView {
  /** @param {HTMLElement} host @param {import("../view.js").Context} context */
  constructor(host, context) {
    this.context = context;
    const model = (this.model = new Model(readView(context.view)));
    this.data = new TableData(context.source, context.config, (what) => this.changed(what));
    this.header = new Header(model, headerActions(this));
    this.grid = new Grid(model, this.header.element, context.links.run);
    const keys = () => this.askKeys();
    this.toolbar = new Toolbar(context, model, keys, {
      filter: (filter) => this.ask({ filter }),
      lifecycle: (lifecycle) => this.ask({ lifecycle: /** @type {import("./view_state.js").Lifecycle} */ (lifecycle) }),
      columns: (columns) => this.setColumns(columns),
      charts: () => this.toggleCharts(),
      more: () => moreItems(this),
    });
    this.actions = selectionActions({
      source: context.source,
      selected: () => model.selected(),
      onChanged: () => this.data.touch(true),
      csv: () => model.csv(),
      keys,
    });
    this.footer = new Footer(this.actions.element);
    this.charts = new Charts(context, model, (chart) => {
      model.state.chart = chart;
      this.tellView();
    });
    this.note = h("div.nbt-table-note");
    this.frame = h("div.nbt-table-frame", null, this.grid.element, this.note);
    // JupyterLab would take the keys of the grid for its own shortcuts.
    this.element = h("div.nbt-table", { "data-lm-suppress-shortcuts": "true" },
      this.toolbar.element, this.frame, this.footer.element, this.charts.element);
    host.replaceChildren(this.element);
    requestAnimationFrame(() => adopt(this.element, sheet));
    this.unfit = fitHeight(this.element, this.grid.element, this.charts.element, context.config.height,
      () => this.model.shown.rows.length);
    this.listen();
    void this.start();
  }

  listen() {
    const { grid, model } = this;
    listenToPointer(this);
    grid.element.addEventListener("keydown", (event) => {
      if (event.target !== grid.element || !pressed(event, model, grid.page, gridActions(this))) return;
      event.preventDefault();
      event.stopPropagation();
    });
    grid.element.addEventListener("focus", () => {
      if (grid.element.matches(":focus-visible") && model.active === null && model.shown.rows.length) this.activate(0);
    });
    this.unlisten = this.context.source.listen((event) => {
      if (event.type === "changed") this.data.touch();
      else if (event.type === "points") this.data.take(event.points);
      else this.footer.connection(event.ok, event.message);
    });
    this.ticker = setInterval(() => this.hasRunning && this.grid.draw(true), TICK);
    this.resized = new ResizeObserver(() => {
      // An output is drawn before it is in the page, and has no font until then.
      if (this.model.measured(digitWidth(this.element))) this.redraw();
      else this.header.draw(this.grid.element.clientWidth);
    });
    this.resized.observe(this.grid.element);
  }

  async start() {
    this.slow = setTimeout(() => tellLoading(this.note), QUIET);
    try {
      // Which columns to ask for is known by the keys, unless somebody chose.
      if (!this.model.state.columns) await this.askKeys();
      else this.askKeys().catch(() => {});
      await this.data.load(this.question());
    } catch (error) {
      clearTimeout(this.slow);
      this.fail(error);
    }
  }

  /** @returns {import("./table_data.js").Question} */
  question() {
    const { filter, lifecycle, order } = this.model.state;
    return { filter, lifecycle, order, columns: askedColumns(this.model.columnNames) };
  }

  /** What the runs have; asked anew each time, for runs log new things. */
  async askKeys() {
    const { experiment_ids = [], run_ids = null } = this.context.config;
    const keys = await this.context.source.json("POST", "api/nbtrack/runs/keys", { experiment_ids, run_ids });
    // The columns that were suggested at first stay: nothing jumps.
    this.model.keys = { ...keys, suggested: this.model.keys.suggested?.length ? this.model.keys.suggested : keys.suggested };
    return keys;
  }

  /** Ask for other runs. @param {Partial<import("./view_state.js").State>} chosen */
  ask(chosen) {
    Object.assign(this.model.state, chosen);
    this.tellView();
    this.toolbar.draw();
    void this.load();
  }

  async load() {
    this.toolbar.query.showError(null);
    this.element.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => this.element.classList.add("nbt-busy"), QUIET);
    try {
      await this.data.load(this.question());
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(slow);
      this.element.classList.remove("nbt-busy");
      this.element.removeAttribute("aria-busy");
    }
  }

  /** @param {any} error */
  fail(error) {
    if (error?.name === "AbortError" || error?.code === "ABORTED") return;
    if (error.status === 400 && this.model.state.filter) {
      this.note.replaceChildren();
      return this.toolbar.query.showError(error); // the rows of the query before stay
    }
    tellTrouble(this.note, error, () => {
      this.note.replaceChildren();
      void this.start();
    });
  }

  /** The store gave something. @param {"rows" | "values" | "columns"} what */
  changed(what) {
    const { model, grid } = this;
    const anchor = what === "rows" ? null : grid.anchor;
    if (what === "rows") grid.element.scrollTop = 0;
    model.setRows(this.data.rows, this.data.whole);
    clearTimeout(this.slow);
    this.element.classList.remove("nbt-busy");
    this.note.replaceChildren();
    if (!model.rows.length) tellEmpty(this.note, model.state, () => this.ask({ filter: "" }));
    void this.nameExperiments();
    this.redraw(anchor);
    if (!model.state.columns && !(model.keys.suggested ?? []).length && model.rows.length) void this.suggest();
  }

  /** The first runs have come since the columns were chosen: choose again. */
  async suggest() {
    if (this.suggesting) return;
    this.suggesting = true;
    const keys = await this.askKeys().catch(() => null);
    if (keys?.suggested.length) await this.data.show(askedColumns(this.model.columnNames)).catch(() => {});
    this.suggesting = false;
    this.redraw(this.grid.anchor);
  }

  /** Columns, rows, order or what is open changed. @param {{id: string, rest: number} | null} [anchor] */
  redraw(anchor = null) {
    const { model, grid, header } = this;
    this.element.classList.toggle("nbt-none", !model.rows.length);
    this.hasRunning = model.rows.running().length > 0;
    this.unfit.again();
    header.draw(grid.element.clientWidth);
    grid.setColumns();
    grid.setRows();
    grid.restore(anchor);
    grid.draw(true);
    this.drawSelection();
  }

  /** Other runs are selected. */
  drawSelection() {
    const { model } = this;
    const { ids } = model.selection;
    let seen = 0;
    if (ids.size) for (const row of model.shown.rows) if (ids.has(model.rows.idAt(row))) seen += 1;
    this.header.mark(seen, model.shown.rows.length);
    this.footer.draw(model, this.data.total);
    this.actions.update();
    this.charts.touch();
  }

  /** The person selected other runs. */
  select() {
    this.grid.draw(true);
    this.drawSelection();
    this.context.onSelect([...this.model.selection.ids]);
  }

  /** Put the keyboard on a row. @param {number} index */
  activate(index) {
    this.model.active = this.model.idAt(index);
    this.grid.reveal(index);
  }

  /** @param {string[]} names */
  setColumns(names) {
    const { state } = this.model;
    state.columns = columnNames(names);
    state.pinned = state.pinned.filter((name) => names.includes(name) || name === "name");
    this.tellView();
    void this.nameExperiments();
    this.redraw(this.grid.anchor);
    this.data.show(askedColumns(state.columns)).catch((error) => this.fail(error));
  }

  toggleCharts() {
    this.model.state.charts = !this.model.state.charts;
    this.toolbar.draw();
    this.charts.touch();
    this.unfit.again();
    this.tellView();
  }

  /** Names stand for the ids of experiments, once somebody wants to see them. */
  async nameExperiments() {
    const { model } = this;
    if (model.experiments.size || !model.columnNames.includes("experiment")) return;
    const args = { view_type: "ALL" };
    const found = await this.context.source.json("GET", "api/nbtrack/experiments/overview", args).catch(() => null);
    for (const { experiment_id, name } of found?.experiments ?? []) model.experiments.set(String(experiment_id), name);
    model.texts.clear();
    this.grid.draw(true);
  }

  tellView() {
    this.context.onView(writeView(this.model.state));
  }

  /** @param {Record<string, any>} json */
  setView(json) {
    const before = this.question();
    const { model } = this;
    Object.assign(model.state, readView(json));
    this.toolbar.draw();
    const now = this.question();
    model.sort();
    this.redraw();
    if (before.filter !== now.filter || before.lifecycle !== now.lifecycle) return void this.load();
    this.data.show(now.columns).catch((error) => this.fail(error));
  }

  /** @param {string[]} ids */
  setSelected(ids) {
    if (!Array.isArray(ids) || !this.model.selection.replace(ids.filter((id) => typeof id === "string"))) return;
    this.grid.draw(true);
    this.drawSelection();
  }

  destroy() {
    this.unlisten?.();
    clearInterval(this.ticker);
    this.resized?.disconnect();
    this.unfit();
    this.data.destroy();
    this.grid.destroy();
    this.charts.destroy();
    this.actions.destroy();
    this.toolbar.destroy();
  }
}
