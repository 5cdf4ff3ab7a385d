// One metric: its title, its axes, and what is said below them.

import { fill, h } from "../dom.js";
import { dotList } from "./dots.js";
import { hoverBox, nextPlace, readings } from "./hover.js";
import { gapNotes, logNotes, placeText } from "./notes.js";
import { Plot } from "./plot.js";
import { extent, lineOf } from "./series.js";
import { smoothed } from "./smooth.js";

/** @typedef {import("./series.js").Range} Range */
/** @typedef {import("./plot.js").Picture} Picture */

/**
 * @typedef {object} Chart what panels have in common
 * @property {import("./chosen.js").Chosen} chosen
 * @property {import("./plot.js").Inks} inks
 * @property {(key: string) => import("./series.js").Curve[]} curves of the runs that are shown
 * @property {(key: string) => boolean} waits whether they are still on their way
 * @property {(key: string) => boolean} detailed whether the zoomed part is there
 * @property {(id: string) => string} nameOf
 * @property {(id: string) => import("./draw.js").Look} lookOf
 * @property {HTMLElement} box
 * @property {(panel: Panel, x: number | null) => void} onhover
 * @property {(range: Range | null) => void} onzoom
 * @property {(text: string) => void} say
 */

const HEIGHT = 200;
const ROOM = 0.05;
const MOST_DOTS = 12;
const SAID = 5;

export class Panel {
  /**
   * @param {string} key
   * @param {Chart} chart
   */
  constructor(key, chart) {
    this.key = key;
    this.chart = chart;
    this.seen = false;
    /** @type {Plot | null} */
    this.plot = null;
    /** @type {Picture | null} */
    this.picture = null;
    /** @type {number | null} */
    this.x = null;
    this.drawn = 0;
    this.body = h("div.nbt-plot", {
      tabIndex: 0, role: "application", "aria-label": key, "aria-roledescription": "chart",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.pressed(event),
      onblur: () => this.chart.onhover(this, null),
    });
    this.marks = h("div.nbt-points");
    this.notes = h("div.nbt-notes");
    const title = h("h3.nbt-cut", { title: key }, key);
    this.element = h("section.nbt-panel", { "data-metric": key }, title, this.body, this.notes);
  }

  /** Draw what there is now. */
  update() {
    if (!this.seen || !this.element.isConnected) return;
    const { chart, key } = this;
    const curves = chart.curves(key).filter((curve) => curve.rows.step.length);
    this.element.dataset.curves = String(curves.length);
    if (!curves.length) return this.blank(chart.waits(key) ? "" : "None of the shown runs has it.");
    if (curves.every((curve) => curve.rows.step.length === 1)) return this.dots(curves);
    const size = { width: this.body.clientWidth, height: HEIGHT };
    if (!size.width) return;
    const picture = this.pictureOf(curves);
    if (this.plot?.fits(picture)) {
      this.plot.resize(size);
      this.plot.show(picture);
    } else {
      this.clear();
      fill(this.body);
      const heard = { onhover: this.hovered.bind(this), onzoom: chart.onzoom };
      this.plot = new Plot(this.body, picture, size, heard);
      this.plot.u.over.append(this.marks);
    }
    this.picture = picture;
    this.report();
  }

  /** @param {import("./series.js").Curve[]} curves */
  dots(curves) {
    this.clear();
    this.element.dataset.kind = "dots";
    const values = curves.map(({ run_id, rows }) => ({
      name: this.chart.nameOf(run_id),
      colour: this.chart.lookOf(run_id).colour,
      value: rows.above[0] ? Infinity : rows.below[0] ? -Infinity : rows.value[0],
    }));
    fill(this.body, dotList(values));
    fill(this.notes);
  }

  /** @param {string} text */
  blank(text) {
    this.clear();
    fill(this.body, h("div.nbt-blank", {}, text));
    fill(this.notes);
  }

  /** @param {import("./series.js").Curve[]} curves */
  pictureOf(curves) {
    const { chosen, inks, lookOf } = this.chart;
    const { x: axis, smoothing, band, log_y: logY } = chosen;
    const logX = chosen.log_x && axis !== "time";
    const shown = curves.map((curve) => ({
      id: curve.run_id,
      look: lookOf(curve.run_id),
      line: lineOf(curve, axis, (rows) => (smoothing ? smoothed(rows.value, rows.count, smoothing, curve.unit) : null)),
    }));
    const lines = shown.map((one) => one.line);
    const { zoom } = chosen;
    const x = zoom && (!logX || zoom[1] > 0) ? positive(zoom, logX) : whole(lines.map((line) => line.x), logX);
    const y = roomy(extent(lines, x, { band, positive: logY }), logY);
    return { axis, x, y, logX, logY, band, inks, curves: shown };
  }

  /** Say below the axes, and to tests, what is drawn. */
  report() {
    const { picture, element } = this;
    if (!picture) return;
    const lines = picture.curves.map((one) => one.line);
    const notes = [...gapNotes(lines, picture.axis), ...logNotes(lines, picture)];
    fill(this.notes, notes.map((note) => h("div", {}, note)));
    Object.assign(element.dataset, {
      kind: "curves",
      x: picture.x.join(),
      y: picture.y.join(),
      rows: lines.reduce((sum, line) => sum + line.x.length, 0),
      detail: Number(this.chart.detailed(this.key)),
      smoothing: this.chart.chosen.smoothing,
      gaps: lines.reduce((sum, line) => sum + line.marks.length, 0),
      drawn: ++this.drawn,
    });
  }

  /**
   * The pointer moved.
   * @param {number | null} x
   * @param {number} top
   */
  hovered(x, top) {
    this.chart.onhover(this, x);
    if (x !== null) this.describe(x, top);
  }

  /**
   * Show the values at an x beside it.
   * @param {number} x
   * @param {number | null} top
   */
  describe(x, top) {
    const { plot, picture, chart } = this;
    if (!plot || !picture) return null;
    const distance = top === null ? null : (/** @type {number} */ value) => Math.abs(plot.top(value) - top);
    const found = readings(picture, x, chart.nameOf, distance);
    const place = found.readings.length ? nearestOf(found.readings.map((one) => one.x), x) : x;
    fill(chart.box, ...hoverBox(placeText(place, picture.axis), found));
    chart.box.hidden = !found.readings.length;
    const around = /** @type {HTMLElement} */ (chart.box.parentElement);
    const [over, root] = [plot.u.over, around].map((one) => one.getBoundingClientRect());
    const left = over.left - root.left + plot.left(x);
    const width = chart.box.offsetWidth;
    chart.box.style.left = `${left + 12 + width > root.width ? Math.max(0, left - 12 - width) : left + 12}px`;
    chart.box.style.top = `${over.top - root.top + 4}px`;
    return { place, found };
  }

  /**
   * Follow the cursor of another panel, or lose it.
   * @param {number | null} x
   * @param {boolean} mine whether this panel moved it
   */
  follow(x, mine) {
    const { plot, picture } = this;
    this.x = x;
    if (!plot || !picture) return;
    if (!mine) plot.point(x);
    if (x === null) return fill(this.marks);
    const { readings: shown } = readings(picture, x, () => "", null);
    fill(this.marks, shown.slice(0, MOST_DOTS).filter((one) => Number.isFinite(one.value)).map((one) => h("i", {
      style: { transform: `translate(${plot.left(one.x)}px, ${plot.top(one.value)}px)`, background: one.colour },
    })));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { picture, plot, chart } = this;
    if (!picture || !plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const [low, high] = picture.x;
    const unit = (high - low) / Math.max(1, plot.u.over.clientWidth) * (event.shiftKey ? 40 : 1);
    const at = this.x ?? low;
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowRight: () => this.move(nextPlace(picture, this.x ?? low - unit, unit)),
      ArrowLeft: () => this.move(nextPlace(picture, this.x ?? high + unit, -unit)),
      Home: () => this.move(nextPlace(picture, low - unit, unit)),
      End: () => this.move(nextPlace(picture, high + unit, -unit)),
      "+": () => chart.onzoom([at - (at - low) / 2, at + (high - at) / 2]),
      "-": () => chart.onzoom([at - (at - low) * 2, at + (high - at) * 2]),
      0: () => chart.onzoom(null),
      Escape: () => chart.onhover(this, null),
    };
    const act = actions[event.key === "=" ? "+" : event.key];
    if (!act || (event.key === "Escape" && this.x === null)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {number | null} x */
  move(x) {
    if (x === null || !this.plot || !this.picture) return;
    this.plot.point(x);
    this.chart.onhover(this, x);
    const said = this.describe(x, null);
    if (!said) return;
    const values = said.found.readings.slice(0, SAID).map((one) => `${one.name} ${one.text}`);
    const rest = said.found.readings.length + said.found.more - values.length;
    const more = rest ? ` and ${rest} more` : "";
    this.chart.say(`${placeText(said.place, this.picture.axis)}: ${values.join(", ")}${more}`);
  }

  clear() {
    this.plot?.destroy();
    this.plot = this.picture = null;
    delete this.element.dataset.kind;
  }
}

/**
 * @param {Float64Array[]} columns each in order
 * @param {boolean} log
 * @returns {Range}
 */
function whole(columns, log) {
  const firsts = columns.map((x) => (log ? x.find((one) => one > 0) ?? Infinity : x[0]));
  const low = Math.min(...firsts);
  const high = Math.max(...columns.map((x) => x[x.length - 1]));
  if (!(low <= high)) return log ? [1, 10] : [0, 1];
  return low < high ? [low, high] : log ? [low / 2, low * 2] : [low - 0.5, high + 0.5];
}

/**
 * @param {Range} range
 * @param {boolean} log
 * @returns {Range}
 */
const positive = ([low, high], log) => [log && low <= 0 ? high / 1000 : low, high];

/**
 * A little more than what is to be seen.
 * @param {Range | null} range
 * @param {boolean} log
 * @returns {Range}
 */
function roomy(range, log) {
  if (!range) return log ? [0.1, 10] : [0, 1];
  const [low, high] = range;
  if (log) {
    const room = low < high ? (high / low) ** ROOM : 2;
    return [Math.max(low / room, Number.MIN_VALUE), Math.min(high * room, Number.MAX_VALUE)];
  }
  const room = (high - low) * ROOM || Math.abs(high) * 0.1 || 1;
  if (!Number.isFinite(room)) return [low, high];
  return [low >= 0 && low - room < 0 ? Math.min(0, low - (low ? 0 : room / 2)) : low - room, high + room];
}

/**
 * @param {number[]} values
 * @param {number} to
 */
const nearestOf = (values, to) => values.reduce((best, one) => (Math.abs(one - to) < Math.abs(best - to) ? one : best));
