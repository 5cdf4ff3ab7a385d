// Which colour a run has: the same in every panel and legend of a page, light and dark.

/**
 * Pairs for a light and a dark ground. Each has a contrast of at least 3:1 on its ground, and any two
 * differ for people with protanopia and deuteranopia too (test/chart/colours.test.js measures it).
 * @type {[light: string, dark: string][]}
 */
export const PALETTE = [
  ["#0d5edc", "#00baff"],
  ["#f45c08", "#f1ad12"],
  ["#05785c", "#01b5a0"],
  ["#c8170e", "#fd757f"],
  ["#642ba2", "#a470ea"],
  ["#2295dc", "#73f9ff"],
  ["#c868a8", "#ff7add"],
  ["#829561", "#ffe500"],
  ["#4f2504", "#bd8339"],
  ["#234a52", "#c1c9ba"],
];

/** Lines of a colour that is used again, in px drawn and left out. */
export const DASHES = [[], [6, 3], [2, 2], [8, 2, 2, 2]];

/** What runs got on this page: a run keeps it while others come and go. @type {Map<string, number>} */
const given = new Map();

/**
 * Give each run a look: where its id says, unless another run of these has it already.
 * @param {string[]} runIds
 * @returns {Map<string, number>} places among the colours with all their dashes
 */
export function looks(runIds) {
  const used = new Set();
  const result = new Map();
  for (const id of runIds) {
    const kept = given.get(id);
    if (kept === undefined || used.has(kept)) continue;
    used.add(kept);
    result.set(id, kept);
  }
  for (const id of runIds) {
    if (result.has(id)) continue;
    const place = free(hash(id), used);
    used.add(place);
    result.set(id, place);
    given.set(id, place);
  }
  return result;
}

/**
 * @param {number} look
 * @param {boolean} dark
 */
export function colourOf(look, dark) {
  return PALETTE[look % PALETTE.length][Number(dark)];
}

/** @param {number} look */
export function dashOf(look) {
  return DASHES[Math.floor(look / PALETTE.length) % DASHES.length];
}

/**
 * Another colour before another dash: colours are told apart faster.
 * @param {number} wanted
 * @param {Set<number>} used
 */
function free(wanted, used) {
  const colours = PALETTE.length;
  const most = colours * DASHES.length;
  for (let i = 0; i < most; i++) {
    const look = ((wanted + i) % colours) + colours * Math.floor(i / colours);
    if (!used.has(look)) return look;
  }
  return wanted % most;
}

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
