// Asks for the runs of a table: the first screen, then all of them, then what changes.

import { described, serverOrder } from "./columns.js";
import { Rows } from "./rows.js";

/** @typedef {import("../source/source.js").Source} Source */
/** @typedef {import("../frame.js").Frame} Frame */

/**
 * @typedef {object} Question
 * @property {string} filter
 * @property {import("./view_state.js").Lifecycle} lifecycle
 * @property {import("./view_state.js").Order} order in which the first rows come
 * @property {string[]} columns beside the attributes
 */

const PATH = "api/nbtrack/runs/table";
const FIRST_ROWS = 200;
/** Up to so many rows all of them are asked for again when something changed. */
const FEW = 2000;
/** Most runs that are asked for by their ids. */
const MOST_NAMED = 2000;
const BETWEEN_UPDATES = 500;
const BETWEEN_WHOLE = 30_000;

export class TableData {
  /**
   * @param {Source} source
   * @param {{experiment_ids?: string[], run_ids?: string[]}} scope
   * @param {(what: "rows" | "values" | "columns") => void} changed rows: others were asked for;
   *   values: the same ones, newer; columns: there are more of them
   */
  constructor(source, scope, changed) {
    this.source = source;
    this.scope = { experiment_ids: scope.experiment_ids ?? [], run_ids: scope.run_ids ?? null };
    this.changed = changed;
    this.rows = new Rows(null);
    /** How many runs match; more than there are rows while the first ones are shown. */
    this.total = 0;
    this.whole = false;
    /** @type {Question} */
    this.question = { filter: "", lifecycle: "ACTIVE_ONLY", order: [], columns: [] };
    this.stopper = new AbortController();
    /** When all of them were asked for. */
    this.wholeAt = 0;
    this.askedAt = 0;
    this.stale = false;
    this.loading = false;
    this.refreshing = false;
    /** Whether the server takes the question for a wrong one. */
    this.refused = false;
    this.ended = false;
    /** @type {Promise<unknown>} */
    this.turn = Promise.resolve();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.later = undefined;
  }

  /**
   * Ask something else. What was asked before is no longer wanted.
   * @param {Question} question
   */
  async load(question) {
    this.stop();
    const { signal } = (this.stopper = new AbortController());
    const before = { question: this.question, whole: this.whole };
    this.whole = this.stale = this.refused = false;
    this.loading = true;
    this.question = question;
    try {
      await this.loadAll(signal);
    } catch (error) {
      if (!signal.aborted) this.refused = /** @type {any} */ (error).status === 400;
      // The rows are still those of the question before, so they stay up to date.
      if (this.refused && before.whole) Object.assign(this, before, { refused: false });
      throw error;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
    if (this.stale && !signal.aborted) this.touch();
  }

  /** @param {AbortSignal} signal */
  async loadAll(signal) {
    this.wholeAt = Date.now();
    const order_by = serverOrder(this.question.order);
    const first = await this.ask({ max_results: FIRST_ROWS, order_by }, signal);
    if (signal.aborted) return;
    this.replace(first);
    this.whole = this.rows.length >= this.total;
    this.changed("rows");
    if (this.whole) return;
    const all = await this.ask({}, signal);
    if (signal.aborted) return;
    this.replace(all);
    this.whole = true;
    this.changed("values");
  }

  /**
   * Show other columns: those that are not there yet are asked for alone.
   * @param {string[]} columns
   */
  async show(columns) {
    const missing = () => columns.filter((name) => !this.rows.names.has(name));
    this.question = { ...this.question, columns };
    if (!missing().length) return;
    if (!this.whole) return this.load(this.question);
    await this.inTurn(async (signal) => {
      const wanted = missing();
      if (!wanted.length) return;
      const frame = await this.ask({ columns: wanted }, signal);
      if (signal.aborted) return;
      this.rows.join(frame, wanted);
      this.changed("columns");
    });
  }

  /**
   * The store changed: ask again, soon and not too often.
   * @param {boolean} [anywhere] whether any run may have changed, not only those that go on
   */
  touch(anywhere = false) {
    this.stale = true;
    if (anywhere) this.wholeAt = 0;
    if (this.ended || this.loading || this.refreshing || this.timer !== undefined) return;
    const wait = Math.max(0, this.askedAt + BETWEEN_UPDATES - Date.now());
    this.timer = setTimeout(() => void this.refresh(), wait);
  }

  async refresh() {
    this.timer = undefined;
    this.askedAt = Date.now();
    if (this.refused) return;
    if (!this.whole) return this.load(this.question).catch(() => {}); // nobody answered the last time
    this.stale = false;
    this.refreshing = true;
    const { signal } = this.stopper;
    try {
      await this.inTurn(() => this.renew(signal));
    } catch {
      // The connection's own event says so; the next change asks again.
    }
    if (signal.aborted) return;
    this.refreshing = false;
    if (this.stale) this.touch();
  }

  /**
   * One after the other: answers that cross would undo each other.
   * @param {(signal: AbortSignal) => Promise<void>} job
   */
  inTurn(job) {
    const { signal } = this.stopper;
    const done = this.turn.then(() => (signal.aborted ? undefined : job(signal)));
    this.turn = done.catch(() => {});
    return done;
  }

  /** @param {AbortSignal} signal */
  async renew(signal) {
    const running = this.rows.running();
    const few = this.rows.length <= FEW || running.length > MOST_NAMED;
    clearTimeout(this.later);
    const early = this.wholeAt + BETWEEN_WHOLE - Date.now();
    if (few || early <= 0) {
      this.wholeAt = Date.now();
      const all = await this.ask({}, signal);
      if (signal.aborted) return;
      this.replace(all);
    } else {
      this.later = setTimeout(() => this.touch(), early); // what changed may be another run
      await this.renewSome(running, signal);
    }
    if (!signal.aborted) this.changed("values");
  }

  /**
   * What can have changed: runs that went on, and runs that are new. Other changes come with the whole.
   * @param {number[]} running
   * @param {AbortSignal} signal
   */
  async renewSome(running, signal) {
    const ids = running.map((row) => this.rows.idAt(row));
    const known = this.rows.dense("key");
    let newest = 0;
    for (let row = 0; row < this.rows.length; row++) newest = Math.max(newest, known[row]);
    const went = ids.length ? await this.ask({ run_ids: ids }, signal) : null;
    const made = await this.ask({ newer_than: newest }, signal);
    if (signal.aborted) return;
    const total = this.rows.length;
    if (went) {
      const still = new Set(went.columns.get("key")?.data);
      const keys = this.rows.dense("key");
      const gone = new Set(running.filter((row) => !still.has(keys[row])));
      this.rows.upsert(went);
      this.rows.remove(gone);
    }
    this.rows.upsert(made);
    this.total += this.rows.length - total;
  }

  /**
   * Points that were just logged, before the store has them.
   * @param {{run_id: string, key: string, value: number}[]} points
   */
  take(points) {
    const rows = new Map(this.rows.running().map((row) => [this.rows.idAt(row), row]));
    const shown = this.question.columns.map(described).filter((column) => column?.group === "metric");
    const names = new Map(shown.map((column) => [column?.key, column?.name ?? ""]));
    let taken = false;
    for (const { run_id, key, value } of points) {
      const row = rows.get(run_id);
      const values = this.rows.column(names.get(key) ?? "");
      if (row === undefined || !values?.has) continue;
      values.data[row] = Number(value); // a comm writes NaN as a text
      values.has[row] = 1;
      values.version += 1;
      taken = true;
    }
    if (!taken) return;
    this.rows.version += 1;
    this.changed("values");
  }

  stop() {
    this.stopper.abort();
    clearTimeout(this.timer);
    clearTimeout(this.later);
    this.timer = undefined;
    this.refreshing = this.loading = false;
    this.turn = Promise.resolve();
  }

  destroy() {
    this.stop();
    this.ended = true;
  }

  /**
   * @param {Record<string, any>} more
   * @param {AbortSignal} signal
   */
  ask(more, signal) {
    const { filter, lifecycle: view, columns } = this.question;
    const args = { ...this.scope, filter, view, columns, order_by: [], max_results: null, newer_than: null };
    return this.source.frame(PATH, { ...args, ...more }, signal);
  }

  /** @param {Frame} frame */
  replace(frame) {
    const { version } = this.rows;
    this.rows = new Rows(frame);
    this.rows.version = version + 1;
    this.total = frame.header.total ?? this.rows.length;
  }
}
