// Points that a running cell pushed, before any server has them: kept few, whatever is logged.

/** @typedef {import("./series.js").Point} Point */

/** Points of one curve; as many as a chart has px, several times. */
const LONG = 4000;
const PIECES = 500;

/**
 * Add a point; of too many stay the first, the last, and of each piece of the axis the extremes and a
 * point of each kind that is not finite.
 * @param {Point[]} tail
 * @param {Point} point
 * @param {"step" | "timestamp"} by
 * @returns {Point[]}
 */
export function pushed(tail, point, by) {
  tail.push(point);
  if (tail.length <= LONG) return tail;
  const places = tail.map((one) => one[by]);
  const low = Math.min(...places);
  const width = (Math.max(...places) - low) / PIECES || 1;
  /** @type {Map<string, Point>} */
  const kept = new Map();
  for (const one of tail) {
    const piece = Math.floor((one[by] - low) / width);
    const finite = Number.isFinite(one.value);
    for (const name of finite ? ["low", "high"] : [one.value]) {
      const at = `${piece} ${name}`;
      const other = kept.get(at);
      if (!other || (name === "low" ? one.value < other.value : one.value > other.value)) kept.set(at, one);
    }
  }
  const stays = new Set([tail[0], ...kept.values(), point]);
  return tail.filter((one) => stays.has(one));
}
