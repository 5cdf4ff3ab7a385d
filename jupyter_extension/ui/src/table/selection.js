// Which runs are selected, by their ids: rows come and go, the selection stays.

export class Selection {
  constructor() {
    /** @type {Set<string>} */
    this.ids = new Set();
    /** @type {string | null} where a range begins */
    this.anchor = null;
  }

  /** @param {string} id */
  has(id) {
    return this.ids.has(id);
  }

  /**
   * @param {string} id
   */
  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
  }

  /**
   * Select from the last chosen row to this one, beside what is selected.
   * @param {number} to index
   * @param {number} length
   * @param {(index: number) => string} idAt
   */
  extend(to, length, idAt) {
    let from = to;
    if (this.anchor !== null) for (let i = 0; i < length; i++) if (idAt(i) === this.anchor) from = i;
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) this.ids.add(idAt(i));
    this.anchor ??= idAt(to);
  }

  /**
   * All of these rows; none of them, if all are selected.
   * @param {string[]} ids
   */
  toggleAll(ids) {
    const all = ids.length > 0 && ids.every((id) => this.ids.has(id));
    for (const id of ids) if (all) this.ids.delete(id); else this.ids.add(id);
  }

  /**
   * @param {Iterable<string>} ids
   * @returns {boolean} whether anything changed
   */
  replace(ids) {
    const wanted = new Set(ids);
    if (wanted.size === this.ids.size && [...wanted].every((id) => this.ids.has(id))) return false;
    this.ids = wanted;
    this.anchor = null;
    return true;
  }
}
