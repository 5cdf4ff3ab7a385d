// Columns of numbers and texts in one block of bytes; the other side is nbtrack/rest/frame.py.
//
//   "NBT1" | u32 length of the header | header as JSON | columns, each at a multiple of 8
//
// All numbers are little-endian. The header's `columns` says what lies where.

/**
 * @typedef {Float64Array | Uint32Array | Uint8Array} Numbers
 *
 * @typedef {object} Column
 * @property {"f64" | "u32" | "u8" | "hex16" | "text"} type
 *   hex16: 16 bytes a row, an id; text: a u32 a row, the place in `texts`
 * @property {Numbers} data
 * @property {number} length rows that have a value
 * @property {Uint32Array | null} rows the row of each value; null where every row has one, in order
 * @property {string[]} texts
 *
 * @typedef {object} Frame
 * @property {Record<string, any>} header
 * @property {Map<string, Column>} columns
 */

const MAGIC = 0x3154424e; // "NBT1"
const KINDS = { f64: Float64Array, u32: Uint32Array, text: Uint32Array, u8: Uint8Array, hex16: Uint8Array };

/**
 * Read a frame; the columns are views of the buffer, nothing is copied.
 * @param {ArrayBuffer | DataView | Uint8Array} bytes
 * @returns {Frame}
 */
export function readFrame(bytes) {
  const buffer = aligned(bytes);
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new Error("The answer is no frame.");
  const length = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const start = roundUp(8 + length);
  const columns = new Map();
  for (const spec of header.columns) {
    const Kind = KINDS[/** @type {keyof typeof KINDS} */ (spec.type)];
    if (!Kind) throw new Error(`The frame has a column of the unknown type ${spec.type}.`);
    const each = spec.type === "hex16" ? 16 : 1;
    columns.set(spec.name, {
      type: spec.type,
      data: new Kind(buffer, start + spec.offset, spec.length * each),
      length: spec.length,
      rows: spec.rows === undefined ? null : new Uint32Array(buffer, start + spec.rows, spec.length),
      texts: spec.texts ?? [],
    });
  }
  return { header, columns };
}

/**
 * The id that stands in a row of a hex16 column.
 * @param {Column} column
 * @param {number} row
 */
export function hexAt(column, row) {
  let text = "";
  for (let i = 16 * row; i < 16 * row + 16; i++) text += HEX[column.data[i]];
  return text;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** @param {number} offset */
const roundUp = (offset) => (offset + 7) & ~7;

/** @param {ArrayBuffer | DataView | Uint8Array} bytes */
function aligned(bytes) {
  if (bytes instanceof ArrayBuffer) return bytes;
  // Typed arrays must start at multiples of their size, which a comm's buffer need not.
  return /** @type {ArrayBuffer} */ (bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
