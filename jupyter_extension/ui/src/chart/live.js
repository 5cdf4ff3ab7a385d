// What is logged while a chart is shown: at most two redraws a second, and few questions.

/** @typedef {import("./series.js").Point} Point */

const APART = 500;

export class Live {
  /**
   * @param {import("../source/source.js").Source} source
   * @param {object} heard
   * @param {(points: Point[]) => boolean} heard.points gives whether there is something to draw
   * @param {() => void} heard.redraw
   * @param {() => Promise<unknown>} heard.refresh
   * @param {(ok: boolean, message: string) => void} heard.connection
   */
  constructor(source, heard) {
    this.redraw = atMost(APART, async () => heard.redraw());
    this.refresh = atMost(APART, heard.refresh);
    this.end = source.listen((event) => {
      if (event.type === "connection") heard.connection(event.ok, event.message);
      else if (event.type === "changed") this.refresh.call();
      else if (heard.points(event.points)) this.redraw.call();
    });
  }

  stop() {
    this.end();
    this.redraw.stop();
    this.refresh.stop();
  }
}

/**
 * Work that is done at most so often, and once more after the last call.
 * @param {number} apart ms from the end of one to the begin of the next
 * @param {() => Promise<unknown>} work
 */
export function atMost(apart, work) {
  let wanted = false;
  let busy = false;
  /** @type {any} */
  let timer;
  async function run() {
    wanted = false;
    busy = true;
    await work();
    timer = setTimeout(() => {
      busy = false;
      if (wanted) run();
    }, apart);
  }
  return {
    call() {
      wanted = true;
      if (!busy) run();
    },
    stop() {
      busy = true; // for good
      clearTimeout(timer);
    },
  };
}
