// The parts of a run's page that need no file: answers, metrics, params, tags, data, related runs.

import { h, fill } from "../dom.js";
import { lazyChart } from "../chart/lazy_chart.js";
import { moment, number, param } from "../format.js";
import { answers, byKey, described, lasted, parsed } from "./answers.js";
import { editTag, removeTag, setTag } from "./edits.js";
import { listTable, longText, runLink, section } from "./parts.js";

/** @typedef {import("./parts.js").MakePart} MakePart */
/** @typedef {import("./answers.js").Metric} Metric */
/** @typedef {import("./answers.js").Pair} Pair */

/** @type {MakePart} */
export function overviewPart(page) {
  const element = h("div.nbt-run-cards");
  const update = () => fill(element, answers(page.overview()).map((one) => card(page, one)));
  return { element, update };
}

/**
 * @param {import("./parts.js").Page} page
 * @param {import("./answers.js").AnswerCard} answer
 */
function card(page, { question, main, title, lines = [], hint, tab }) {
  const details = lines.flatMap((line) => [h("dt.nbt-text", { title: line.label }, line.label), h("dd.nbt-text", { title: line.title || line.text }, line.text)]);
  return h(
    "section.nbt-run-card",
    null,
    h("h3", null, question),
    main ? h("p.nbt-run-main.nbt-text", { title: title || main }, main) : h("p.nbt-run-hint", null, "Not known. ", hint),
    lines.length > 0 && h("dl", null, details),
    tab && h("button.nbt-button.nbt-plain.nbt-run-more", { type: "button", onclick: () => page.go(tab), "aria-label": `${question}: more` }, "more"),
  );
}

/** @type {MakePart} */
export function metricsPart(page) {
  const value = (/** @type {number | string} */ of) => h("span", { title: String(of) }, number(Number(of)));
  const list = listTable({
    label: "metrics",
    heads: [["Metric"], ["Last", "number"], ["Min", "number"], ["Max", "number"], ["First", "number"], ["Step", "number"], ["Points", "number"]],
    text: (/** @type {Metric} */ one) => one.key,
    cells: (one) => [h("span.nbt-run-key", { title: one.key }, one.key), value(one.last), value(one.min), value(one.max), value(one.first), one.step.toLocaleString("en"), one.count.toLocaleString("en")],
    empty: "No metrics yet. nbtrack.log_metric(\"loss\", 0.3) adds a point.",
  });
  const place = h("div.nbt-run-chart");
  /** @type {import("../view.js").View | null} */
  let chart = null;
  const update = () => {
    const { metrics, experiment, run } = page.overview();
    list.update(metrics);
    const curves = metrics.filter((one) => one.count > 1).map((one) => one.key);
    if (chart || !curves.length) return;
    // A run that goes on may log others yet.
    const config = { experiment_ids: [experiment.experiment_id], run_ids: [page.runId], metrics: run.info.end_time ? curves : [] };
    const context = { ...page.context, config, view: {}, onView: () => {}, onSelect: () => {} };
    chart = lazyChart(place, context);
  };
  return { element: h("div", null, list.element, place), update, destroy: () => chart?.destroy() };
}

/** @type {MakePart} */
export function paramsPart(page) {
  const list = listTable({
    label: "params",
    heads: [["Param"], ["Value"], ["From"]],
    text: (/** @type {Pair & {from: string}} */ one) => `${one.key}\n${one.value}`,
    cells: (one) => [h("span.nbt-run-key", { title: one.key }, one.key), exact(one.value), h("span.nbt-quiet", null, one.from)],
    empty: "No params. nbtrack.log_param(\"lr\", 0.1) keeps one.",
  });
  const update = () => {
    const { data } = page.overview().run;
    const tags = byKey(data.tags);
    const from = parsed(tags["nbtrack.params.from"]);
    list.update((data.params ?? []).map(({ key, value }) => {
      const before = tags[`nbtrack.corrected.${key}`];
      return { key, value, from: before === undefined ? String(from[key] ?? "") : `corrected, was ${before.slice(0, 100)}` };
    }));
  };
  return { element: list.element, update };
}

/** @param {string} value */
const exact = (value) => (param(value) === value ? longText(value) : h("span", { title: value }, param(value)));

const OWN = /^(mlflow|nbtrack)\./;

/** @type {MakePart} */
export function tagsPart(page) {
  const list = (/** @type {string} */ label, /** @type {string} */ empty) => listTable({
    label,
    heads: [["Tag"], ["Value"], ["", "nbt-run-tools"]],
    text: (/** @type {Pair & {fixed: boolean}} */ one) => `${one.key}\n${one.value}`,
    cells: (one) => [h("span.nbt-run-key", { title: one.key }, one.key), longText(one.value), one.fixed ? "" : tools(one.key)],
    empty,
  });
  const given = list("tags", "No tags yet. Add one above, or by nbtrack.set_tag(\"team\", \"vision\").");
  const own = list("tags of programs", "None.");
  const key = h("input.nbt-input", { "aria-label": "Name of a new tag", placeholder: "name", maxLength: 250, required: true });
  const value = h("input.nbt-input", { "aria-label": "Its value", placeholder: "value" });
  const form = h("form.nbt-toolbar.nbt-run-add", { onsubmit: add }, key, value, h("button.nbt-button", { type: "submit" }, "Add tag"));
  const element = h("div", null, form, given.element, h("details.nbt-run-section", null, h("summary", null, "Tags that programs set"), own.element));

  /** @param {string} of */
  function tools(of) {
    const edit = h("button.nbt-button.nbt-plain", { type: "button", "aria-label": `Change ${of}`, onclick: () => editTag(page, element, of) }, "Edit");
    const gone = h("button.nbt-button.nbt-plain", { type: "button", "aria-label": `Remove ${of}`, onclick: () => removeTag(page, element, of) }, "Remove");
    return h("span.nbt-run-buttons", null, edit, gone);
  }
  /** @param {SubmitEvent} event */
  async function add(event) {
    event.preventDefault();
    if (!key.value.trim() || !(await setTag(page, element, key.value.trim(), value.value))) return;
    key.value = value.value = "";
    key.focus();
  }
  const update = () => {
    const { data, info } = page.overview().run;
    const deleted = info.lifecycle_stage === "deleted";
    const all = (data.tags ?? []).map((one) => ({ ...one, fixed: deleted || OWN.test(one.key) }));
    form.hidden = deleted;
    given.update(all.filter((one) => !OWN.test(one.key)));
    own.update(all.filter((one) => OWN.test(one.key)));
  };
  return { element, update };
}

/** @type {MakePart} */
export function dataPart(page) {
  const list = listTable({
    label: "data sets",
    heads: [["Name"], ["Rows × columns", "number"], ["For"], ["From"], ["Digest"], ["Columns"]],
    text: (/** @type {ReturnType<typeof described>} */ one) => `${one.name}\n${one.source}`,
    cells: (one) => [h("span.nbt-run-key", null, one.name), one.shape, one.context, longText(one.source, 120), h("code", null, one.digest.slice(0, 24)), columns(one.columns)],
    empty: "No data was noted. nbtrack.log_input(data) describes a data frame or array; %%track does it by itself.",
  });
  const models = h("div");
  let asked = "";
  const update = () => {
    const { inputs, outputs } = page.overview().run;
    list.update((inputs.dataset_inputs ?? []).map(described));
    const found = [...(outputs.model_outputs ?? []).map((one) => ({ ...one, word: "made" })), ...(inputs.model_inputs ?? []).map((one) => ({ ...one, word: "read" }))];
    if (JSON.stringify(found) === asked) return;
    asked = JSON.stringify(found);
    fill(models, found.length > 0 && section("Models", h("ul.nbt-run-models", null, found.slice(0, 50).map((one) => modelItem(page, one)))));
  };
  return { element: h("div", null, list.element, models), update };
}

/** @param {string[]} names */
const columns = (names) =>
  names.length ? h("details", null, h("summary", null, String(names.length)), names.slice(0, 200).map((name) => h("div.nbt-run-value", null, name))) : "";

/**
 * @param {import("./parts.js").Page} page
 * @param {{model_id: string, step?: number, word: string}} model
 */
function modelItem({ source }, { model_id: id, step, word }) {
  const name = h("span.nbt-text", null, id);
  const about = h("span.nbt-quiet", null, ` ${word}${step ? ` at step ${step}` : ""}`);
  source.json("GET", `api/2.0/mlflow/logged-models/${encodeURIComponent(id)}`).then(({ model }) => {
    name.textContent = model.info.name;
    name.title = id;
    about.append(` · ${[model.info.model_type, String(model.info.status).replace("LOGGED_MODEL_", "").toLowerCase()].filter(Boolean).join(" · ")}`);
  }, () => {}); // the id says enough
  return h("li", null, name, about);
}

/** @type {MakePart} */
export function relatedPart(page) {
  /** @param {string} label */
  const list = (label) => listTable({
    label,
    heads: [["Run"], ["Status"], ["Started"], ["Duration", "number"]],
    text: (/** @type {import("./answers.js").Related} */ one) => one.run_name,
    cells: (one) => [
      h("span.nbt-run-key", null, one.number ? `#${one.number} ` : "", one.run_id === page.runId ? h("strong", null, "this run") : runLink(page, one)),
      h("span.nbt-status", { "data-status": one.status }, one.status.toLowerCase()),
      moment(one.start_time),
      lasted(one),
    ],
    empty: "None.",
  });
  const inside = list("runs inside of this one");
  const attempts = list("attempts of the same cell");
  const rest = h("p.nbt-quiet");
  const element = h("div");
  const update = () => {
    const found = page.overview();
    inside.update(found.children);
    attempts.update(found.attempts);
    rest.textContent = found.children_total > found.children.length ? `The newest ${found.children.length} of ${found.children_total.toLocaleString("en")}; the run table of the experiment has all.` : "";
    if (element.childElementCount) return;
    element.append(section("Attempts of the same cell", attempts.element), section("Runs inside of this one", inside.element, rest));
  };
  return { element, update };
}
