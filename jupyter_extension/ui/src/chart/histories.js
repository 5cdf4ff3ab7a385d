// The histories that were fetched: whole ones, the zoomed part of them in detail, and what was logged since.

import { appended, curvesOf, missingIn, refined, rowsOf } from "./series.js";
import { pushed } from "./tail.js";

/** @typedef {import("./series.js").Curve} Curve */
/** @typedef {import("./series.js").Point} Point */
/** @typedef {import("./series.js").Range} Range */
/** @typedef {import("./series.js").Axis} Axis */

/**
 * @typedef {object} Known of one key of one run
 * @property {Curve} [whole]
 * @property {Curve} [detail] of the range that is zoomed to
 * @property {Point[]} tail points that were pushed, and that no answer had yet
 * @property {Curve} [merged] made of these when it is asked for
 */

const ADDRESS = "api/nbtrack/metrics/curves";
/** Series in one request: an answer of a few MB. */
const MOST_SERIES = 400;
/** Points of all series in one request. */
const MOST_POINTS = 200_000;
const FEWEST = 200;
const MOST = 5000;

export class Histories {
  /**
   * @param {import("../source/source.js").Source} source
   * @param {() => void} changed told when there is something new to draw
   */
  constructor(source, changed) {
    this.source = source;
    this.changed = changed;
    /** @type {Map<string, Map<string, Known>>} */
    this.known = new Map();
    /** @type {string[]} */
    this.runIds = [];
    /** @type {Axis} */
    this.axis = "step";
    /** @type {Set<string>} */
    this.loaded = new Set();
    /** @type {Range | null} */
    this.range = null;
    this.points = 1000;
    this.ended = new AbortController();
    this.detailing = new AbortController();
  }

  /**
   * Forget everything: other runs, or an axis in another order.
   * @param {string[]} runIds
   * @param {Axis} axis
   */
  reset(runIds, axis) {
    const sameOrder = runIds === this.runIds && (axis === "step") === (this.axis === "step");
    this.runIds = runIds;
    this.axis = axis;
    this.unzoom();
    if (sameOrder) return;
    this.ended.abort();
    this.ended = new AbortController();
    this.known = new Map();
    this.loaded = new Set();
  }

  /** The order of the answers. @returns {"step" | "timestamp"} */
  get by() {
    return this.axis === "step" ? "step" : "timestamp";
  }

  /**
   * The curves of a key, in the order of the runs.
   * @param {string} key
   * @returns {Curve[]}
   */
  of(key) {
    const known = this.known.get(key);
    if (!known) return [];
    const found = this.runIds.map((id) => known.get(id)).filter((one) => one !== undefined);
    return found.map((one) => (one.merged ??= this.merge(one)));
  }

  /**
   * Ask for keys that were not asked for before, all in few requests.
   * @param {string[]} keys
   */
  async want(keys) {
    const fresh = keys.filter((key) => !this.loaded.has(key));
    if (!fresh.length) return;
    for (const key of fresh) this.loaded.add(key);
    try {
      await this.load(this.runIds, fresh);
      if (this.range) await this.detail(fresh);
    } catch (error) {
      for (const key of fresh) this.loaded.delete(key);
      throw error;
    }
  }

  /**
   * Ask again for what may have grown.
   * @param {string[]} runIds
   */
  async refresh(runIds) {
    const keys = [...this.loaded];
    await this.load(runIds, keys);
    if (this.range) await this.detail(keys, runIds);
  }

  /**
   * Ask for a part in detail; the coarse curve stays until it is there.
   * @param {Range} range in units of the axis
   */
  async zoom(range) {
    this.detailing.abort();
    this.detailing = new AbortController();
    this.range = range;
    await this.detail([...this.loaded]);
  }

  unzoom() {
    this.detailing.abort();
    this.range = null;
    for (const one of this.all()) {
      delete one.detail;
      delete one.merged;
    }
  }

  /**
   * Take points that were just logged, asked for or not: a busy kernel pushes, but does not answer.
   * @param {Point[]} points
   * @returns {string[]} the metrics of those that are of these runs
   */
  append(points) {
    const keys = new Set();
    for (const point of points) {
      if (!this.runIds.includes(point.run_id)) continue;
      const one = this.one(point.key, point.run_id);
      one.tail = pushed(one.tail, point, this.by);
      delete one.merged;
      keys.add(point.key);
    }
    return [...keys];
  }

  stop() {
    this.ended.abort();
    this.detailing.abort();
  }

  /**
   * @param {string[]} runIds
   * @param {string[]} keys
   */
  async load(runIds, keys) {
    const { signal } = this.ended;
    for (const part of parts(runIds, keys)) {
      const curves = await this.ask(runIds, part, null, signal);
      for (const curve of curves) {
        const one = this.one(curve.key, curve.run_id);
        one.tail = missingIn(curve, one.tail);
        one.whole = curve;
        delete one.merged;
      }
      this.changed();
    }
  }

  /**
   * @param {string[]} keys
   * @param {string[]} [runIds]
   */
  async detail(keys, runIds = this.runIds) {
    const { range, detailing: { signal } } = this;
    if (!range) return;
    for (const { ids, keys: some, absolute } of this.coarse(keys, runIds, range)) {
      for (const part of parts(ids, some)) {
        const curves = await this.ask(ids, part, absolute, signal);
        if (signal.aborted) return;
        for (const curve of curves) {
          const one = this.one(curve.key, curve.run_id);
          one.detail = curve;
          delete one.merged;
        }
      }
      this.changed();
    }
  }

  /**
   * What has more points than were answered: with which range to ask for whom. A curve of which all
   * points are there is never asked for again. Seconds since the start mean other times for each run.
   * @param {string[]} keys
   * @param {string[]} runIds
   * @param {Range} range
   */
  coarse(keys, runIds, range) {
    const groups = [];
    const relative = this.axis === "relative";
    for (const ids of relative ? runIds.map((id) => [id]) : [runIds]) {
      const curves = keys.flatMap((key) => ids.map((id) => this.known.get(key)?.get(id)?.whole));
      const coarse = curves.filter((curve) => curve !== undefined).filter((curve) => !curve.exact);
      if (!coarse.length) continue;
      const starts = relative ? coarse.map((curve) => curve.timestamp[0]) : [0];
      const scale = relative ? 1000 : 1;
      const ends = [Math.min(...starts) + scale * range[0], Math.max(...starts) + scale * range[1]];
      groups.push({
        ids: ids.filter((id) => coarse.some((curve) => curve.run_id === id)),
        keys: keys.filter((key) => coarse.some((curve) => curve.key === key)),
        absolute: /** @type {Range} */ (ends),
      });
    }
    return groups;
  }

  /**
   * @param {string[]} runIds
   * @param {string[]} keys
   * @param {Range | null} range
   * @param {AbortSignal} signal
   */
  async ask(runIds, keys, range, signal) {
    const room = Math.floor(MOST_POINTS / (runIds.length * keys.length));
    const points = Math.min(Math.max(FEWEST, Math.min(this.points, room)), MOST);
    const [start, end] = range ? [Math.floor(range[0]), Math.ceil(range[1])] : [null, null];
    const args = { run_ids: runIds, keys, by: this.by, start, end, points };
    return curvesOf(await this.source.frame(ADDRESS, args, signal));
  }

  /**
   * @param {Known} one
   * @returns {Curve}
   */
  merge({ whole, detail, tail }) {
    const fallback = () => ({
      run_id: tail[0].run_id, key: tail[0].key, exact: true, unit: 1, rows: rowsOf([]),
      step: /** @type {Range} */ ([Infinity, -Infinity]), timestamp: /** @type {Range} */ ([Infinity, -Infinity]),
    });
    let curve = whole ?? fallback();
    if (whole && detail && this.range) curve = refined(whole, detail, this.absolute(whole, this.range), this.by);
    return tail.length ? appended(curve, tail, this.by) : curve;
  }

  /**
   * @param {Curve} curve
   * @param {Range} range
   * @returns {Range} in steps or ms
   */
  absolute(curve, [from, to]) {
    if (this.axis !== "relative") return [from, to];
    return [curve.timestamp[0] + 1000 * from, curve.timestamp[0] + 1000 * to]; // the detail may have more
  }

  /**
   * @param {string} key
   * @param {string} runId
   * @returns {Known}
   */
  one(key, runId) {
    let runs = this.known.get(key);
    if (!runs) this.known.set(key, (runs = new Map()));
    let one = runs.get(runId);
    if (!one) runs.set(runId, (one = { tail: [] }));
    return one;
  }

  *all() {
    for (const runs of this.known.values()) yield* runs.values();
  }
}

/**
 * Keys in parts whose answers are not too large.
 * @param {string[]} runIds
 * @param {string[]} keys
 */
function* parts(runIds, keys) {
  const most = Math.max(1, Math.floor(MOST_SERIES / runIds.length));
  for (let i = 0; i < keys.length; i += most) yield keys.slice(i, i + most);
}
