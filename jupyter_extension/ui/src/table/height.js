// How tall the grid may be: as somebody said, as an output of a notebook is, or as the window is.

import { HEAD, ROW, tallness } from "./geometry.js";

const IN_OUTPUT = 420;
const LEAST = 240;
const MARGIN = 12;

/**
 * @param {HTMLElement} element the whole table
 * @param {HTMLElement} grid
 * @param {HTMLElement} charts below the table; in a window they share its height, an output grows
 * @param {number | undefined} height of the whole table, in px
 * @param {() => number} rows
 */
export function fitHeight(element, grid, charts, height, rows) {
  const again = () => {
    const bar = grid.offsetHeight - grid.clientHeight;
    const output = element.closest(".nbt-output") !== null;
    const others = element.offsetHeight - grid.offsetHeight - (output ? charts.offsetHeight : 0);
    const room = height ?? (output ? IN_OUTPUT : innerHeight - element.getBoundingClientRect().top - scrollY - MARGIN);
    const most = Math.max(height === undefined && !output ? LEAST : HEAD + 2 * ROW, room - Math.min(others, room / 2));
    grid.style.height = `${Math.round(Math.min(most, HEAD + Math.max(2 * ROW, tallness(rows())) + bar))}px`;
  };
  addEventListener("resize", again);
  const watcher = new ResizeObserver(again);
  watcher.observe(charts);
  const end = () => {
    removeEventListener("resize", again);
    watcher.disconnect();
  };
  return Object.assign(end, { again });
}
