// A run's page: what it answers, what went in, what came out, its files; live while it goes on.

import { h, fill } from "../dom.js";
import { adopt } from "../theme.js";
import { filesPart } from "./files.js";
import { runHead } from "./head.js";
import { KEPT, environmentPart, errorPart, figuresPart, outputPart, sourcePart } from "./kept.js";
import { dataPart, metricsPart, overviewPart, paramsPart, relatedPart, tagsPart } from "./panels.js";
import { trouble } from "./parts.js";
import { tabList } from "./tabs.js";
import { isPicture } from "./tree.js";
import sheet from "./run.css";

/** @typedef {import("./parts.js").Page} Page */
/** @typedef {import("./answers.js").Overview} Overview */

const PARTS = {
  overview: overviewPart, metrics: metricsPart, params: paramsPart, data: dataPart, figures: figuresPart, files: filesPart,
  source: sourcePart, output: outputPart, error: errorPart, environment: environmentPart, tags: tagsPart, related: relatedPart,
};
// A run that goes on is looked at twice a second at most, another one now and then: its tags may change.
const EVERY = 500;
const SELDOM = 5000;
const QUIET = 150;

/** @type {import("../view.js").MakeView} */
export function runView(host, context) {
  const { source, config } = context;
  const runId = config.run_id ?? "";
  /** @type {Overview | null} */
  let overview = null;
  /** @type {import("./tree.js").File[]} */
  let files = [];
  let view = { tab: "overview", path: "", ...chosen(context.view) };
  let ended = false;
  /** @type {any} */
  let timer = null;
  let lastAsked = 0;
  const connection = h("div.nbt-quiet.nbt-run-connection", { role: "status" });
  const content = h("div.nbt-run");
  fill(host, connection, content);
  if (host.isConnected) adopt(host, sheet);
  else requestAnimationFrame(() => adopt(host, sheet));

  /** @type {Page} */
  const page = {
    runId, source, context, links: context.links,
    overview: () => /** @type {Overview} */ (overview),
    files: () => files,
    go(tab, path = "") {
      view = { tab, path };
      context.onView(path ? { tab, path } : { tab });
      show();
    },
    async changed(change) {
      await change;
      await refresh().catch(() => {});
    },
  };
  /** @type {import("./parts.js").Part | null} */
  let head = null;
  /** @type {Map<string, import("./parts.js").Part>} */
  const parts = new Map();
  const panel = h("div.nbt-run-panel", { role: "tabpanel", tabIndex: 0 });
  const tabs = tabList("Parts of this run", panel, (name) => page.go(name));

  async function refresh() {
    lastAsked = Date.now();
    const [found, listed] = await Promise.all([
      source.json("GET", "api/nbtrack/runs/overview", { run_id: runId }),
      source.json("GET", "api/2.0/mlflow/artifacts/list", { run_id: runId }).catch(() => ({})),
    ]);
    if (ended) return;
    overview = found;
    files = listed.files ?? [];
    if (!head) {
      head = runHead(page);
      fill(content, head.element, tabs.element, panel);
    }
    show();
  }
  function show() {
    if (!overview || !head) return;
    head.update?.();
    const names = tabNames(overview, files);
    const tab = view.tab in names ? view.tab : "overview";
    tabs.update(names, tab);
    const part = parts.get(tab) ?? PARTS[/** @type {keyof typeof PARTS} */ (tab)](page);
    parts.set(tab, part);
    if (panel.firstChild !== part.element) fill(panel, part.element);
    part.update?.();
    if (tab === "files") /** @type {ReturnType<typeof filesPart>} */ (part).show(view.path);
  }
  async function load() {
    const wait = setTimeout(() => fill(content, h("div.nbt-empty", { role: "status" }, "Loading the run …")), QUIET);
    try {
      await refresh();
      clearTimeout(wait);
    } catch (error) {
      clearTimeout(wait);
      if (!ended) fill(content, failure(/** @type {import("../source/source.js").AnswerError} */ (error), load));
    }
  }
  function later() {
    if (timer || ended) return;
    const every = overview?.run.info.status === "RUNNING" ? EVERY : SELDOM;
    timer = setTimeout(async () => {
      timer = null;
      await (overview ? refresh().catch(() => {}) : load());
    }, Math.max(0, lastAsked + every - Date.now()));
  }
  const deaf = source.listen((event) => {
    if (event.type === "changed") later();
    if (event.type === "connection") connection.textContent = event.ok ? "" : event.message;
  });
  load();
  return {
    setView(given) {
      view = { tab: "overview", path: "", ...chosen(given) };
      show();
    },
    setSelected() {},
    destroy() {
      ended = true;
      clearTimeout(timer);
      deaf();
      head?.destroy?.();
      parts.forEach((part) => part.destroy?.());
    },
  };
}

/**
 * What of a view can be shown; it may come from an address that anybody wrote.
 * @param {Record<string, any>} view
 */
function chosen({ tab, path } = {}) {
  return { ...(typeof tab === "string" && Object.hasOwn(PARTS, tab) && { tab }), ...(typeof path === "string" && { path }) };
}

/**
 * The parts that there is something in, and how much.
 * @param {Overview} overview
 * @param {import("./tree.js").File[]} files
 * @returns {Record<string, string>}
 */
function tabNames({ run, metrics, attempts, children_total, parent }, files) {
  const own = (run.data.tags ?? []).filter(({ key }) => !/^(mlflow|nbtrack)\./.test(key));
  const used = (run.inputs.dataset_inputs ?? []).length + (run.outputs.model_outputs ?? []).length + (run.inputs.model_inputs ?? []).length;
  const failed = run.info.status === "FAILED" || (run.data.tags ?? []).some(({ key }) => key === "nbtrack.error.type" || key === "nbtrack.end_reason");
  const has = (/** @type {keyof typeof KEPT} */ name) => files.some((one) => KEPT[name].includes(one.path));
  const pictures = has("figures") || files.some(isPicture);
  const related = children_total + (attempts.length > 1 ? attempts.length : 0);
  const counted = (/** @type {string} */ name, /** @type {number} */ amount) => (amount ? `${name} ${amount.toLocaleString("en")}` : name);
  return {
    overview: "Overview",
    metrics: counted("Metrics", metrics.length),
    params: counted("Params", (run.data.params ?? []).length),
    ...(used && { data: counted("Data", used) }),
    ...(pictures && { figures: "Figures" }),
    files: "Files",
    ...(has("source") && { source: "Source" }),
    ...(has("output") && { output: "Output" }),
    ...((failed || has("error")) && { error: "Error" }),
    environment: "Environment",
    tags: counted("Tags", own.length),
    ...((related || parent) && { related: counted("Related runs", related) }),
  };
}

/**
 * @param {import("../source/source.js").AnswerError} error
 * @param {() => void} again
 */
function failure(error, again) {
  if (error.status !== 404) return trouble(error.message, again);
  return h("div.nbt-empty", null, h("strong", null, "There is no such run"), "It may have been deleted for good, or its id is another one. ", error.message);
}
