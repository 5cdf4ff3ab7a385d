// Exponential moving average as TensorBoard draws it, over points or buckets of points.

/**
 * The debiased average. Values that are not finite stay what they are and change nothing.
 *
 * A bucket weighs as many points as it has, in units of the usual bucket: so a curve looks as smooth
 * as its slider says whatever the server made of it, and a zoom into it shows the same smooth curve.
 *
 * @param {ArrayLike<number>} values
 * @param {ArrayLike<number>} counts points in each bucket; 1 for a point
 * @param {number} weight 0 (nothing is smoothed) to below 1
 * @param {number} unit points in the usual bucket
 */
export function smoothed(values, counts, weight, unit = 1) {
  const result = new Float64Array(values.length);
  let last = 0;
  let missing = 1; // the part of the weights that is still that of the zero it began with
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      result[i] = value;
      continue;
    }
    const keep = weight ** (counts[i] / unit);
    last = last * keep + value * (1 - keep);
    missing *= keep;
    // A bucket far smaller than the usual one may weigh nothing in floating point.
    result[i] = missing < 1 ? last / (1 - missing) : value;
  }
  return result;
}
