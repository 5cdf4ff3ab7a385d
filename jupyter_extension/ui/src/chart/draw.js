// Lines, bands and marks on a canvas. uPlot brings axes, cursor and selection; the curves are drawn
// here because each has its own x (times of 50 runs have nothing in common to be aligned by).

import { lowerBound } from "./series.js";

/** @typedef {import("./series.js").Line} Line */
/** @typedef {import("./series.js").Range} Range */

/**
 * @typedef {object} Look
 * @property {string} colour
 * @property {number[]} dash
 * @property {boolean} faint whether another run is pointed at
 *
 * @typedef {object} Plane where on a canvas which values are
 * @property {number} left in px of the canvas, as all of these
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} ratio px of the canvas in a px of the page
 * @property {Range} x
 * @property {Range} y
 * @property {boolean} logX
 * @property {boolean} logY
 */

const FAINT = 0.14;
const RAW = 0.28;
const BAND = 0.16;
const MARK = 6;

/**
 * From a value to its px.
 * @param {Range} range
 * @param {boolean} log
 * @param {number} from px of the range's begin
 * @param {number} to
 * @returns {(value: number) => number} NaN where a log axis has no place for it
 */
export function scaleOf([low, high], log, from, to) {
  if (!log) return (value) => from + ((value - low) / (high - low)) * (to - from);
  const [first, last] = [Math.log(low), Math.log(high)];
  return (value) => (value > 0 ? from + ((Math.log(value) - first) / (last - first)) * (to - from) : NaN);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Plane} plane
 * @param {{line: Line, look: Look}[]} curves
 * @param {boolean} band
 */
export function drawCurves(ctx, plane, curves, band) {
  const { left, top, width, height, ratio } = plane;
  const px = scaleOf(plane.x, plane.logX, left, left + width);
  const py = scaleOf(plane.y, plane.logY, top + height, top);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.lineJoin = "round";
  // What is pointed at lies above the others.
  const ordered = [...curves].sort((a, b) => Number(b.look.faint) - Number(a.look.faint));
  for (const { line, look } of ordered) {
    const [from, to] = seen(line.x, plane.x);
    const draw = { ctx, px, py, x: line.x, from, to };
    const strength = look.faint ? FAINT : 1;
    ctx.strokeStyle = ctx.fillStyle = look.colour;
    if (band && line.aggregated && !look.faint) {
      ctx.globalAlpha = BAND;
      fillBand(draw, line, top + height);
    }
    ctx.lineWidth = ratio;
    ctx.globalAlpha = RAW * strength;
    if (line.raw) stroke(draw, line.raw, ratio);
    ctx.lineWidth = 1.5 * ratio;
    ctx.globalAlpha = strength;
    ctx.setLineDash(look.dash.map((part) => part * ratio));
    stroke(draw, line.y, ratio);
    ctx.setLineDash([]);
    drawMarks(draw, line, plane);
  }
  ctx.restore();
}

/**
 * @typedef {object} Draw
 * @property {CanvasRenderingContext2D} ctx
 * @property {(value: number) => number} px
 * @property {(value: number) => number} py
 * @property {Float64Array} x
 * @property {number} from first row that is drawn
 * @property {number} to behind the last
 */

/**
 * One line, broken where a value is missing; a point between two gaps is a dot.
 * @param {Draw} draw
 * @param {Float64Array} y
 * @param {number} ratio
 */
function stroke({ ctx, px, py, x, from, to }, y, ratio) {
  ctx.beginPath();
  let length = 0;
  /** @type {[number, number][]} */
  const dots = [];
  let [lastX, lastY] = [0, 0];
  for (let i = from; i <= to; i++) {
    const [atX, atY] = i < to ? [px(x[i]), py(y[i])] : [NaN, NaN];
    if (Number.isNaN(atX) || Number.isNaN(atY)) {
      if (length === 1) dots.push([lastX, lastY]);
      length = 0;
      continue;
    }
    if (length) ctx.lineTo(atX, atY);
    else ctx.moveTo(atX, atY);
    length += 1;
    [lastX, lastY] = [atX, atY];
  }
  ctx.stroke();
  for (const [atX, atY] of dots) dot(ctx, atX, atY, 2 * ratio);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function dot(ctx, x, y, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}

/**
 * What lies between the lows and the highs; on a log axis down to the bottom where a low has no place.
 * @param {Draw} draw
 * @param {Line} line
 * @param {number} bottom
 */
function fillBand({ ctx, px, py, x, from, to }, { rows: { low, high } }, bottom) {
  ctx.beginPath();
  let start = from;
  for (let i = from; i <= to; i++) {
    if (i < to && !Number.isNaN(px(x[i])) && !Number.isNaN(py(high[i]))) continue;
    if (i > start) ctx.moveTo(px(x[start]), py(high[start]));
    for (let j = start; j < i; j++) ctx.lineTo(px(x[j]), py(high[j]));
    for (let j = i - 1; j >= start; j--) ctx.lineTo(px(x[j]), py(low[j]) || bottom);
    start = i + 1;
  }
  ctx.fill();
}

/**
 * Short strokes at the edge: at the top what was +inf, at the bottom what was NaN or -inf.
 * @param {Draw} draw
 * @param {Line} line
 * @param {Plane} plane
 */
function drawMarks({ ctx, px }, { marks }, { top, height, ratio, x }) {
  ctx.lineWidth = 1.5 * ratio;
  ctx.beginPath();
  for (const mark of marks) {
    if (mark.x < x[0] || mark.x > x[1]) continue;
    const at = px(mark.x);
    const edge = mark.kind === "above" ? top : top + height;
    ctx.moveTo(at, edge);
    ctx.lineTo(at, edge + (mark.kind === "above" ? MARK : -MARK) * ratio);
  }
  ctx.stroke();
}

/**
 * The rows that are seen, with one more on each side.
 * @param {Float64Array} x
 * @param {Range} range
 */
function seen(x, [low, high]) {
  return [Math.max(0, lowerBound(x, low) - 1), Math.min(x.length, lowerBound(x, high) + 2)];
}
