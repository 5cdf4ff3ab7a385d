// The panels that are shown as one picture, twice as fine as the screen.

import { drawCurves, scaleOf } from "./draw.js";
import { labelsOf, ticksOf } from "./plot.js";

/** @typedef {import("./plot.js").Picture} Picture */
/** @typedef {{title: string, picture: Picture}} Shown */

const RATIO = 2;
const [WIDTH, HEIGHT, TOP, SIDE, BOTTOM, GAP] = [420, 240, 28, 54, 34, 20];
const LINE = 18;
const MOST_PIXELS = 16_000;
const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/**
 * @param {string} title
 * @param {Shown[]} panels
 * @param {{name: string, colour: string, dash: number[]}[]} runs
 * @param {number} columns
 * @param {import("./plot.js").Inks} inks
 * @returns {Promise<Blob | null>}
 */
export function png(title, panels, runs, columns, inks) {
  const across = Math.min(columns, panels.length);
  const width = across * (WIDTH + GAP) + GAP;
  const perLine = Math.max(1, Math.floor((width - 2 * GAP) / 200));
  const legend = Math.ceil(runs.length / perLine) * LINE;
  const top = GAP + LINE + legend + GAP / 2;
  const height = Math.min(top + Math.ceil(panels.length / across) * (HEIGHT + GAP), MOST_PIXELS / RATIO);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * RATIO, height * RATIO];
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ctx.scale(RATIO, RATIO);
  ctx.fillStyle = inks.ground;
  ctx.fillRect(0, 0, width, height);
  text(ctx, title, GAP, GAP + 6, `600 15px ${FAMILY}`, inks.ink, width - 2 * GAP);
  runs.forEach(({ name, colour, dash }, i) => {
    const [x, y] = [GAP + (i % perLine) * 200, GAP + LINE + 8 + Math.floor(i / perLine) * LINE];
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2.5;
    ctx.setLineDash(dash);
    line(ctx, x, y, x + 20, y);
    text(ctx, name, x + 26, y, `12px ${FAMILY}`, inks.ink, 166);
  });
  ctx.setLineDash([]);
  panels.forEach((panel, i) => {
    drawPanel(ctx, panel, GAP + (i % across) * (WIDTH + GAP), top + Math.floor(i / across) * (HEIGHT + GAP), inks);
  });
  return new Promise((resolve) => canvas.toBlob(resolve));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Shown} panel
 * @param {number} x
 * @param {number} y
 * @param {import("./plot.js").Inks} inks
 */
function drawPanel(ctx, { title, picture }, x, y, inks) {
  const box = { left: x + SIDE, top: y + TOP, width: WIDTH - SIDE - 8, height: HEIGHT - TOP - BOTTOM };
  text(ctx, title, x, y + 10, `600 12px ${FAMILY}`, inks.ink, WIDTH);
  ctx.strokeStyle = inks.line;
  ctx.lineWidth = 1;
  const px = scaleOf(picture.x, picture.logX, box.left, box.left + box.width);
  const py = scaleOf(picture.y, picture.logY, box.top + box.height, box.top);
  const font = `11px ${FAMILY}`;
  const [xs, ys] = [ticksOf(picture, "x", ...picture.x, box.width), ticksOf(picture, "y", ...picture.y, box.height)];
  labelsOf(picture, "y", ys).forEach((label, i) => {
    line(ctx, box.left, py(ys[i]), box.left + box.width, py(ys[i]));
    text(ctx, label, box.left - 6, py(ys[i]), font, inks.quiet, SIDE, "right");
  });
  labelsOf(picture, "x", xs).forEach((label, i) => {
    line(ctx, px(xs[i]), box.top + box.height, px(xs[i]), box.top + box.height + 4);
    label.split("\n").forEach((part, row) => {
      text(ctx, part, px(xs[i]), box.top + box.height + 12 + 12 * row, font, inks.quiet, 90, "center");
    });
  });
  // The canvas is scaled already, so one px of the page is one of its own.
  drawCurves(ctx, { ...picture, ...box, ratio: 1 }, picture.curves, picture.band);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} toX
 * @param {number} toY
 */
function line(ctx, x, y, toX, toY) {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} said
 * @param {number} x
 * @param {number} y
 * @param {string} font
 * @param {string} colour
 * @param {number} most its width
 * @param {CanvasTextAlign} align
 */
function text(ctx, said, x, y, font, colour, most, align = "left") {
  ctx.font = font;
  ctx.fillStyle = colour;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  let shown = said.slice(0, 200).replace(/\s+/g, " ");
  if (ctx.measureText(shown).width > most) {
    while (shown && ctx.measureText(`${shown}…`).width > most) shown = shown.slice(0, -1);
    shown += "…";
  }
  ctx.fillText(shown, x, y);
}
