// Radix sort of row numbers: stable, and several times as fast as comparing at 100,000 rows.

const DIGITS = 0x10000;

/**
 * Order rows by 16-bit digits that stand in an array, the last digit first.
 * @param {Uint32Array} rows is overwritten
 * @param {Uint16Array} digits
 * @param {number} stride digits of one row: digit k of a row is at `row * stride + k`
 * @returns {Uint32Array} the rows in order; equal ones as they were
 */
export function radixSorted(rows, digits, stride) {
  const counts = new Uint32Array(DIGITS);
  /** @type {Uint32Array} */
  let from = rows;
  /** @type {Uint32Array} */
  let to = new Uint32Array(rows.length);
  for (let digit = stride - 1; digit >= 0; digit--) {
    counts.fill(0);
    for (let i = 0; i < from.length; i++) counts[digits[from[i] * stride + digit]] += 1;
    if (from.length === 0 || counts[digits[from[0] * stride + digit]] === from.length) continue;
    let start = 0;
    for (let value = 0; value < DIGITS; value++) {
      const amount = counts[value];
      counts[value] = start;
      start += amount;
    }
    for (let i = 0; i < from.length; i++) to[counts[digits[from[i] * stride + digit]]++] = from[i];
    [from, to] = [to, from];
  }
  return from;
}

/** The place of the most significant 16 bits of a float: machines differ. */
const HIGH_FIRST = new Uint16Array(new Float64Array([1]).buffer)[0] !== 0;
const SIGN = 0x8000;
const LAST = 0xffff;

/**
 * The digits of numbers in such an order that greater digits are greater numbers; behind them NaN,
 * and behind that what is missing.
 * @param {import("./order.js").SortKey} key
 * @returns {Uint16Array} four a row
 */
export function numberDigits({ values, has, descending }) {
  const numbers = new Float64Array(values.length);
  for (let row = 0; row < numbers.length; row++) numbers[row] = (descending ? -values[row] : values[row]) + 0;
  const digits = new Uint16Array(numbers.buffer);
  for (let row = 0, at = 0; row < numbers.length; row++, at += 4) {
    const missing = has !== null && !has[row];
    if (!missing && values[row] === values[row]) turn(digits, at);
    else {
      digits.fill(LAST, at, at + 4);
      if (!missing) digits[at + 3] = 0;
    }
  }
  return digits;
}

/**
 * @param {Uint16Array} digits
 * @param {number} at
 */
function turn(digits, at) {
  const high = HIGH_FIRST ? 0 : 3;
  const a = digits[at + high];
  const b = digits[at + (high ^ 1)];
  const c = digits[at + (high ^ 2)];
  const d = digits[at + (high ^ 3)];
  const flip = a & SIGN ? LAST : 0;
  digits[at] = a ^ (flip || SIGN);
  digits[at + 1] = b ^ flip;
  digits[at + 2] = c ^ flip;
  digits[at + 3] = d ^ flip;
}
