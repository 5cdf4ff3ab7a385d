// The six questions that a run answers, from what is known of it; pure, no elements.

import { ago, count, duration, exactMoment, moment, number, param } from "../format.js";

/**
 * @typedef {{key: string, value: string}} Pair
 * @typedef {{key: string, last: number | string, step: number, timestamp: number, min: number | string,
 *   max: number | string, first: number | string, count: number}} Metric
 * @typedef {{run_id: string, run_name: string, status: string, start_time: number, end_time: number | null,
 *   number?: number}} Related
 * @typedef {{dataset: {name: string, digest: string, source_type: string, source: string, schema?: string,
 *   profile?: string}, tags?: Pair[]}} DatasetInput
 * @typedef {object} Overview what `runs/overview` answers
 * @property {{info: Record<string, any>, data: {params?: Pair[], tags?: Pair[]},
 *   inputs: {dataset_inputs?: DatasetInput[], model_inputs?: {model_id: string}[]},
 *   outputs: {model_outputs?: {model_id: string, step: number}[]}}} run
 * @property {{experiment_id: string, name: string}} experiment
 * @property {Metric[]} metrics
 * @property {{run_id: string, run_name: string} | null} parent
 * @property {Related[]} children
 * @property {number} children_total
 * @property {Related[]} attempts
 *
 * @typedef {{label: string, text: string, title?: string}} Line
 * @typedef {object} AnswerCard
 * @property {string} question
 * @property {string} [main] the answer, short
 * @property {string} [title] the answer, exact
 * @property {Line[]} [lines]
 * @property {string} [hint] what would give the answer, where there is none
 * @property {string} [tab] where more of it is shown
 */

const MOST_LINES = 4;
const MODEL_ITSELF = /^model(_?(name|type))?$/i;
const MODEL = /^(model|clf|classifier|regressor|reg|estimator|net|network|pipeline|pipe|learner)$/i;
const CLASS_NAME = /^[A-Z][a-z0-9]*([A-Z]\w*)+$/;
const LATENCY = /^(.*)_p50_ms$/;
// As in nbtrack/formatting/direction.py.
const LOWER = /^(loss|error|mse|mae|rmse|nll|perplexity|latency|time)\d*$/;

/**
 * @param {Overview} overview
 * @param {number} [now]
 * @returns {AnswerCard[]} six of them, always in the same order
 */
export function answers(overview, now = Date.now()) {
  return [model(overview, now), data(overview), params(overview), quality(overview), time(overview, now), speed(overview)];
}

/**
 * @param {Pair[]} [pairs]
 * @returns {Record<string, string>}
 */
export function byKey(pairs = []) {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

/**
 * @param {string | undefined} text JSON that anybody may have written
 * @returns {Record<string, any>}
 */
export function parsed(text) {
  try {
    const found = JSON.parse(text ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

/**
 * How long a run took, or has been going on.
 * @param {Record<string, any>} info
 */
export function lasted(info, now = Date.now()) {
  const end = info.end_time ?? (info.status === "RUNNING" ? now : NaN);
  return duration(Math.max(0, end - info.start_time) / 1000);
}

/**
 * Whether a smaller value of a metric is the better one.
 * @param {string} key
 * @param {Record<string, any>} [said] metric to "min" or "max"
 */
export function isLowerBetter(key, said = {}) {
  if (said[key] === "min" || said[key] === "max") return said[key] === "min";
  const words = key.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return !/^neg(ative)?$/.test(words[0] ?? "") && words.some((word) => LOWER.test(word));
}

/**
 * The params that name a model: by their key, or by a class, as captured estimators do
 * (`model = DecisionTreeClassifier`).
 * @param {Pair[]} pairs
 */
function classes(pairs) {
  return pairs.filter(
    ({ key, value }) =>
      MODEL_ITSELF.test(key) ||
      !key.includes(".") &&
      /^[A-Z]\w*$/.test(value) &&
      (MODEL.test(key) || CLASS_NAME.test(value) || pairs.some((one) => one.key.startsWith(`${key}.`))),
  );
}

/**
 * @param {Overview} overview
 * @param {number} now
 * @returns {AnswerCard}
 */
function model({ run, attempts }, now) {
  const { info, data, outputs } = run;
  const tags = byKey(data.tags);
  const found = classes(data.params ?? []);
  const first = found.find(({ key }) => MODEL.test(key)) ?? found[0];
  const others = found.filter((one) => one !== first);
  const name = tags.estimator_name ?? first?.value ?? outputs.model_outputs?.[0]?.model_id;
  const by = info.user_id || tags["mlflow.user"];
  const attempt = attempts.find((one) => one.run_id === info.run_id);
  const from = tags["nbtrack.notebook"] ?? tags["mlflow.source.name"];
  const lines = [
    { label: "when", text: `${moment(info.start_time)} · ${ago(info.start_time, now)}`, title: exactMoment(info.start_time) },
    ...others.slice(0, 2).map(({ key, value }) => ({ label: key, text: value })),
    { label: "by", text: by },
    { label: "in", text: from },
    attempt && attempts.length > 1 && { label: "attempt", text: `${attempt.number} of ${attempts.length}` },
  ];
  const shown = /** @type {Line[]} */ (lines.filter((line) => line && line.text));
  const question = "Which model, and when";
  if (!name) return { question, lines: shown, hint: "nbtrack.log_param(\"model\", …) names the model; %%track sees estimators by itself." };
  return { question, main: name, title: first && `${first.key} = ${first.value}`, lines: shown, tab: "params" };
}

/**
 * @param {Overview} overview
 * @returns {AnswerCard}
 */
function data({ run }) {
  const question = "On which data";
  const used = (run.inputs.dataset_inputs ?? []).map(described);
  if (!used.length) return { question, hint: "nbtrack.log_input(data) notes a data frame or array; %%track does it by itself." };
  used.sort((a, b) => Number(b.isFile) - Number(a.isFile)); // a file says more than a name in a notebook
  const [first, ...rest] = used;
  const lines = rest.slice(0, MOST_LINES).map((one) => ({ label: one.name, text: one.shape || one.context, title: one.exact }));
  if (rest.length > MOST_LINES) lines.push({ label: `+ ${rest.length - MOST_LINES} more`, text: "", title: "" });
  const main = [first.name, first.shape].filter(Boolean).join(" · ");
  const from = first.isFile ? [{ label: "from", text: first.source }] : [];
  return { question, main, title: first.exact, lines: [...from, ...lines], tab: "data" };
}

/**
 * What is known of a dataset, as texts.
 * @param {DatasetInput} input
 */
export function described({ dataset, tags }) {
  const profile = parsed(dataset.profile);
  const place = parsed(dataset.source);
  const source = String(place.uri ?? place.url ?? place.path ?? dataset.source_type ?? "");
  const sizes = [profile.num_rows, profile.num_columns].filter(Number.isFinite).map((one) => one.toLocaleString("en"));
  const context = byKey(tags)["mlflow.data.context"] ?? "";
  const shape = sizes.length === 1 ? `${sizes[0]} rows` : sizes.join(" × ");
  const specs = parsed(dataset.schema).mlflow_colspec;
  const columns = Array.isArray(specs) ? specs.map(({ name, type }) => `${name ?? ""}: ${type ?? ""}`) : [];
  const exact = [dataset.name, shape, context, `digest ${dataset.digest}`, source].filter(Boolean).join("\n");
  return { name: dataset.name, digest: dataset.digest, shape, context, source, columns, exact, isFile: Boolean(place.uri ?? place.url) };
}

/**
 * @param {Overview} overview
 * @returns {AnswerCard}
 */
function params({ run }) {
  const question = "With which hyperparameters";
  const all = run.data.params ?? [];
  const models = new Set(classes(all));
  const chosen = all.filter((one) => !models.has(one));
  if (!all.length) return { question, hint: "nbtrack.log_param(\"lr\", 0.1) keeps one; %%track takes lr = 0.1 by itself." };
  if (!chosen.length) return { question, main: "All at their defaults", tab: "params" };
  const lines = chosen.slice(0, MOST_LINES + 1).map(({ key, value }) => ({ label: key, text: param(value), title: `${key} = ${value}` }));
  return { question, main: count(chosen.length, "value"), lines, tab: "params" };
}

/**
 * @param {Overview} overview
 * @returns {AnswerCard}
 */
function quality({ run, metrics }) {
  const question = "How good";
  const tags = byKey(run.data.tags);
  const said = parsed(tags["nbtrack.direction"]);
  const captured = parsed(tags["nbtrack.captured"]).metrics;
  const speeds = metrics.filter(({ key }) => LATENCY.test(key)).map(({ key }) => key.replace(LATENCY, "$1_"));
  const found = metrics.filter(({ key }) => !key.startsWith("system/") && !speeds.some((one) => key.startsWith(one)));
  if (!found.length) return { question, hint: "nbtrack.log_metric(\"acc\", 0.9) keeps one; %%track takes numbers that the cell computes." };
  /** @param {Metric} one */
  const rank = ({ key }) => (key in said ? 0 : Array.isArray(captured) && captured.includes(key) ? 1 : isLowerBetter(key) ? 3 : 2);
  found.sort((a, b) => rank(a) - rank(b));
  const [first, ...rest] = found;
  const best = (/** @type {Metric} */ one) => {
    const value = Number(isLowerBetter(one.key, said) ? one.min : one.max);
    return one.count > 1 && value !== Number(one.last) ? ` · best ${number(value)}` : "";
  };
  const exact = (/** @type {Metric} */ one) =>
    `${one.key} = ${one.last} at step ${one.step}\nfrom ${one.min} to ${one.max} in ${count(one.count, "point")}`;
  const line = (/** @type {Metric} */ one) => ({ label: one.key, text: number(Number(one.last)) + best(one), title: exact(one) });
  const main = `${first.key} ${number(Number(first.last))}`;
  const own = best(first) ? [{ label: "best", text: best(first).slice(8), title: exact(first) }] : [];
  return { question, main, title: exact(first), lines: [...own, ...rest.slice(0, MOST_LINES).map(line)], tab: "metrics" };
}

/**
 * @param {Overview} overview
 * @param {number} now
 * @returns {AnswerCard}
 */
function time({ run, children_total }, now) {
  const { info } = run;
  const question = "How long it took";
  const main = lasted(info, now);
  const ended = info.end_time ? [{ label: "ended", text: moment(info.end_time), title: exactMoment(info.end_time) }] : [];
  const inside = children_total ? [{ label: "inside of it", text: count(children_total, "run") }] : [];
  const exact = info.end_time ? `${(info.end_time - info.start_time).toLocaleString("en")} ms` : "";
  const begun = { label: "began", text: moment(info.start_time), title: exactMoment(info.start_time) };
  if (!main) return { question, lines: [begun], hint: "nbtrack.end_run() ends a run that was begun by hand." };
  return { question, main: info.end_time ? main : `${main} so far`, title: exact, lines: [begun, ...ended, ...inside] };
}

/**
 * @param {Overview} overview
 * @returns {AnswerCard}
 */
function speed({ metrics }) {
  const question = "How fast it predicts";
  const prefix = metrics.map(({ key }) => LATENCY.exec(key)?.[1]).find((one) => one !== undefined);
  if (prefix === undefined) return { question, hint: "nbtrack.log_latency(model, X_test) measures it." };
  const value = (/** @type {string} */ key) => Number(metrics.find((one) => one.key === `${prefix}_${key}`)?.last);
  const ms = (/** @type {number} */ milliseconds) => `${number(milliseconds, 3)} ms`;
  const [middle, rows] = [value("p50_ms"), value("rows")];
  const lines = ["p95", "p99"]
    .filter((one) => !Number.isNaN(value(`${one}_ms`)))
    .map((one) => ({ label: one, text: ms(value(`${one}_ms`)), title: `${value(`${one}_ms`)} ms` }));
  if (rows > 0) {
    lines.push({ label: "each call", text: count(rows, "row"), title: "" });
    lines.push({ label: "in a second", text: count(Math.round((rows / middle) * 1000), "row"), title: `at the median of ${middle} ms` });
  }
  return { question, main: `${ms(middle)} median`, title: `${prefix}_p50_ms = ${middle}`, lines, tab: "metrics" };
}
