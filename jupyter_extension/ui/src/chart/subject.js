// What a chart is about: its runs with their names and looks, and the metrics that they have.

import { looks } from "./colours.js";
import { askKeys, askRuns, isSystem, usualKeys } from "./runs.js";

export const MOST_RUNS = 200;

export class Subject {
  /**
   * @param {import("../view.js").Context} context
   * @param {string[]} runIds
   */
  constructor({ source, config }, runIds) {
    this.source = source;
    this.config = config;
    this.runIds = runIds.slice(0, MOST_RUNS);
    this.over = runIds.length - this.runIds.length;
    this.looks = looks(this.runIds);
    /** @type {Map<string, import("./runs.js").RunInfo>} */
    this.runs = new Map();
    /** @type {{key: string, share: number}[]} */
    this.keys = [];
    /** Keys of points that were pushed; the store may not have them yet. @type {Set<string>} */
    this.heard = new Set();
  }

  /** @param {AbortSignal} signal */
  async load(signal) {
    const { source, runIds } = this;
    const [runs, keys] = await Promise.all([
      askRuns(source, runIds, signal),
      askKeys(source, runIds, signal),
    ]);
    Object.assign(this, { runs, keys });
  }

  /**
   * Ask again about runs that go on.
   * @param {string[]} runIds
   * @param {boolean} withKeys whether they may have others
   * @param {AbortSignal} signal
   */
  async refresh(runIds, withKeys, signal) {
    const { source } = this;
    const [runs, keys] = await Promise.all([
      askRuns(source, runIds, signal),
      withKeys ? askKeys(source, this.runIds, signal) : this.keys,
    ]);
    for (const [id, run] of runs) this.runs.set(id, run);
    this.keys = keys;
  }

  /**
   * Take keys of pushed points.
   * @param {string[]} keys
   * @returns {boolean} whether one is new
   */
  hear(keys) {
    const before = this.heard.size;
    for (const key of keys) if (!this.keys.some((one) => one.key === key)) this.heard.add(key);
    return this.heard.size > before;
  }

  /** @returns {string[]} runs that go on */
  running() {
    return this.runIds.filter((id) => this.runs.get(id)?.running);
  }

  /** @param {string} id */
  nameOf(id) {
    return this.runs.get(id)?.name || id.slice(0, 8);
  }

  /** All metrics, for a list to choose from. */
  allKeys() {
    const all = new Set([...(this.config.metrics ?? []), ...this.known().map((one) => one.key)]);
    return [...all].sort((a, b) => Number(isSystem(a)) - Number(isSystem(b)) || (a < b ? -1 : 1));
  }

  /** What is shown where nobody has chosen. */
  usualKeys() {
    const { metrics } = this.config;
    return metrics?.length ? metrics : usualKeys(this.known());
  }

  known() {
    const asked = new Set(this.keys.map((one) => one.key));
    const heard = [...this.heard].filter((key) => !asked.has(key));
    return [...this.keys, ...heard.map((key) => ({ key, share: 1 }))];
  }
}
