// What every view is: a function that draws into an element and returns a handle.

/**
 * What a view is about. All of it is small: data is asked for, never carried here.
 *
 * @typedef {object} Config
 * @property {string[]} [experiment_ids] of the run table and its charts
 * @property {string} [experiment_name] where there is one
 * @property {string[]} [run_ids] of a chart; of a table: only these
 * @property {string} [run_id] of a run's page
 * @property {string[]} [metrics] of a chart; empty: those that most of the runs have
 * @property {string} [server] where a Jupyter server has the same store, below its base address
 * @property {number} [height] of the table in px
 *
 * @typedef {object} Links where other things are shown; null where nothing shows them
 * @property {(runId: string) => string | null} run
 * @property {(experimentId: string) => string | null} experiment
 *
 * @typedef {object} Context
 * @property {import("./source/source.js").Source} source
 * @property {Config} config
 * @property {Record<string, any>} view what the person chose (columns, order, filter, axes …) as small JSON; {} is the default
 * @property {(view: Record<string, any>) => void} onView told when the person chose something else
 * @property {(runIds: string[]) => void} onSelect told when other runs are selected
 * @property {Links} links
 *
 * @typedef {object} View
 * @property {(view: Record<string, any>) => void} setView show what was chosen elsewhere; unknown or wrong entries are passed over
 * @property {(runIds: string[]) => void} setSelected
 * @property {() => void} destroy stop listening, free what was taken; the element is left to whoever made it
 *
 * @typedef {(host: HTMLElement, context: Context) => View} MakeView
 */

export {};
