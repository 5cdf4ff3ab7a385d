// A pair of axes on uPlot: their ticks, the cursor, the selection that zooms.

import uPlot from "uplot";
import { drawCurves } from "./draw.js";
import { durationLabels, linearTicks, logTicks, timeLabels, valueLabels } from "./ticks.js";

/** @typedef {import("./series.js").Range} Range */
/** @typedef {import("./series.js").Axis} Axis */

/**
 * @typedef {object} Inks colours of the theme, as canvases take them
 * @property {string} quiet
 * @property {string} line
 * @property {string} ground
 * @property {string} ink
 *
 * @typedef {object} Picture what is drawn
 * @property {Axis} axis
 * @property {Range} x
 * @property {Range} y
 * @property {boolean} logX
 * @property {boolean} logY
 * @property {boolean} band
 * @property {Inks} inks
 * @property {{id: string, line: import("./series.js").Line, look: import("./draw.js").Look}[]} curves
 *
 * @typedef {object} Heard
 * @property {(x: number | null, top: number) => void} onhover
 * @property {(range: Range | null) => void} onzoom null: a double click
 */

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const CHARACTER = 6.5;
const LEFT = 52;
/** px between ticks. */
const APART = { x: 60, y: 26 };
/** px that a drag must have to be a zoom. */
const DRAG = 4;

/**
 * The ticks of an axis that is so many px long.
 * @param {Picture} picture
 * @param {"x" | "y"} side
 * @param {number} low
 * @param {number} high
 * @param {number} length
 */
export function ticksOf({ axis, logX, logY }, side, low, high, length) {
  const most = Math.max(2, Math.floor(length / APART[side]));
  if (side === "x" ? logX : logY) return logTicks(low, high, most);
  const of = side === "y" ? {} : { whole: axis === "step", seconds: axis === "relative" };
  return linearTicks(low, high, most, of);
}

/**
 * @param {Picture} picture
 * @param {"x" | "y"} side
 * @param {number[]} ticks
 */
export function labelsOf({ axis, logX, logY }, side, ticks) {
  if (!ticks.length) return [];
  if (side === "y") return valueLabels(ticks, logY);
  if (axis === "time") return timeLabels(ticks, ticks.length > 1 ? ticks[1] - ticks[0] : 1);
  return axis === "relative" ? durationLabels(ticks) : valueLabels(ticks, logX);
}

export class Plot {
  /**
   * @param {HTMLElement} host
   * @param {Picture} picture
   * @param {{width: number, height: number}} size
   * @param {Heard} heard
   */
  constructor(host, picture, size, heard) {
    this.picture = picture;
    this.heard = heard;
    this.quietly = false;
    this.u = new uPlot(this.options(size), [picture.x, picture.y], host);
  }

  /** Whether other axes are needed than these. @param {Picture} next */
  fits({ axis, logX, logY }) {
    const now = this.picture;
    return axis === now.axis && logX === now.logX && logY === now.logY;
  }

  /** @param {Picture} picture */
  show(picture) {
    this.picture = picture;
    this.u.setData([picture.x, picture.y]);
  }

  /** @param {{width: number, height: number}} size */
  resize(size) {
    if (size.width !== this.u.width || size.height !== this.u.height) this.u.setSize(size);
  }

  /**
   * Put the cursor where another panel has it.
   * @param {number | null} x
   */
  point(x) {
    this.quietly = true;
    const left = x === null ? -10 : this.left(x);
    this.u.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
    this.quietly = false;
  }

  /** px of the page from the left of the axes. @param {number} x */
  left(x) {
    return this.u.valToPos(x, "x");
  }

  /** @param {number} y */
  top(y) {
    return this.u.valToPos(y, "y");
  }

  destroy() {
    this.u.destroy();
  }

  /**
   * @param {{width: number, height: number}} size
   * @returns {uPlot.Options}
   */
  options(size) {
    const { axis, logX, logY } = this.picture;
    const time = axis === "time";
    return {
      ...size,
      ms: 1,
      legend: { show: false },
      padding: [8, 14, 0, 0],
      series: [{}, { paths: () => null, points: { show: false } }],
      scales: {
        x: { time, distr: logX ? 3 : 1 },
        y: { distr: logY ? 3 : 1, range: () => this.picture.y },
      },
      axes: [this.axis("x", { size: time ? 40 : 26, space: 64 }), this.axis("y", { size: widthOf })],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: DRAG },
        bind: { dblclick: () => () => (this.heard.onzoom(null), null) },
      },
      hooks: {
        draw: [(u) => this.draw(u)],
        setCursor: [(u) => this.moved(u)],
        setSelect: [(u) => this.selected(u)],
      },
    };
  }

  /**
   * @param {"x" | "y"} side
   * @param {uPlot.Axis} more
   * @returns {uPlot.Axis}
   */
  axis(side, more) {
    const time = side === "x" && this.picture.axis === "time";
    const quiet = () => this.picture.inks.quiet;
    const line = () => this.picture.inks.line;
    return {
      stroke: quiet,
      font: FONT,
      gap: side === "x" ? 4 : 6,
      grid: { show: side === "y", stroke: line, width: 1 },
      ticks: { show: side === "x", stroke: line, width: 1, size: 4 },
      border: { show: side === "x", stroke: line, width: 1 },
      filter: (_, splits) => splits,
      values: (_, splits) => labelsOf(this.picture, side, splits),
      ...(time ? {} : {
        // uPlot finds no step for a huge range; ours has its own.
        incrs: (/** @type {[any, any, number, number]} */ ...[, , low, high]) => [Math.max(5, high - low)],
        splits: (/** @type {[uPlot, any, number, number]} */ ...[u, , low, high]) =>
          ticksOf(this.picture, side, low, high, side === "x" ? u.width - LEFT : u.height - 34),
      }),
      ...more,
    };
  }

  /** @param {uPlot} u */
  draw({ ctx, bbox, scales: { x, y } }) {
    const { logX, logY, curves, band } = this.picture;
    const plane = { ...bbox, ratio: devicePixelRatio, logX, logY, x: limits(x), y: limits(y) };
    drawCurves(ctx, plane, curves, band);
  }

  /** @param {uPlot} u */
  moved(u) {
    if (this.quietly) return;
    const { left = -1, top = -1 } = u.cursor;
    this.heard.onhover(left < 0 ? null : u.posToVal(left, "x"), top);
  }

  /** @param {uPlot} u */
  selected(u) {
    const { left, width } = u.select;
    if (width < DRAG) return;
    this.heard.onzoom([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}

/**
 * The same for all panels where the labels are usual, so that they stand in line.
 * @param {uPlot} _
 * @param {string[] | null} values
 */
function widthOf(_, values) {
  return Math.max(LEFT, ...(values ?? []).map((text) => text.length * CHARACTER + 12));
}

/** @param {uPlot.Scale} scale */
const limits = ({ min = 0, max = 1 }) => /** @type {Range} */ ([min, max]);
