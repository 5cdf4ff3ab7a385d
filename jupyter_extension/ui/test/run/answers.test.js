import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, described, isLowerBetter } from "../../src/run/answers.js";

const metric = (key, last, more = {}) => ({ key, last, step: 0, timestamp: 1, min: last, max: last, first: last, count: 1, ...more });
const pairs = (object) => Object.entries(object).map(([key, value]) => ({ key, value }));

function overview({ params = {}, tags = {}, metrics = [], datasets = [], info = {}, ...more } = {}) {
  return {
    run: {
      info: { run_id: "r", status: "FINISHED", start_time: 1000, end_time: 3500, user_id: "ada", ...info },
      data: { params: pairs(params), tags: pairs(tags) },
      inputs: { dataset_inputs: datasets },
      outputs: {},
    },
    experiment: { experiment_id: "1", name: "e" },
    metrics, parent: null, children: [], children_total: 0, attempts: [], ...more,
  };
}
const main = (given) => answers(overview(given)).map((one) => one.main);

test("there are always six questions, and a missing answer says what gives it", () => {
  const found = answers(overview());
  assert.equal(found.length, 6);
  assert.deepEqual(found.map((one) => Boolean(one.hint)), [true, true, true, true, false, true]);
  assert.match(found[5].hint, /nbtrack\.log_latency/);
});

test("a tracked cell answers all six", () => {
  const dataset = {
    dataset: { name: "iris", digest: "d", source_type: "local", source: '{"uri": "iris.csv"}', profile: '{"num_rows": 1500, "num_columns": 5}' },
    tags: pairs({ "mlflow.data.context": "read" }),
  };
  const found = main({
    params: { model: "DecisionTreeClassifier", "model.max_depth": "3", lr: "0.1" },
    tags: { "nbtrack.captured": '{"metrics": ["accuracy"]}' },
    metrics: [metric("accuracy", 0.97368), metric("lat_p50_ms", 1.7216), metric("lat_p95_ms", 2), metric("lat_rows", 1), metric("loss", 1)],
    datasets: [dataset],
  });
  assert.deepEqual(found, ["DecisionTreeClassifier", "iris · 1,500 × 5", "2 values", "accuracy 0.9737", "2.5 s", "1.72 ms median"]);
});

test("a param called model names it, whatever stands there", () => {
  const found = main({ params: { lr: "0.1", model: "cnn-wide" } });
  assert.deepEqual([found[0], found[2]], ["cnn-wide", "1 value"]);
});

test("a data set of a file comes before names of the notebook", () => {
  const plain = { dataset: { name: "X", digest: "1", source_type: "code", source: "{}" } };
  const file = { dataset: { name: "csv", digest: "2", source_type: "local", source: '{"uri": "a.csv"}' } };
  assert.equal(main({ datasets: [plain, file] })[1], "csv");
});

test("the direction that was said chooses the first metric and its best value", () => {
  const metrics = [metric("acc", 0.5), metric("gain", 3, { count: 9, min: 1, max: 7 })];
  const found = answers(overview({ metrics, tags: { "nbtrack.direction": '{"gain": "min"}' } }))[3];
  assert.equal(found.main, "gain 3");
  assert.deepEqual(found.lines[0], { label: "best", text: "1", title: found.title });
});

test("a run that goes on has taken time so far", () => {
  const given = overview({ info: { status: "RUNNING", end_time: null } });
  assert.equal(answers(given, 61_000)[4].main, "1 m 00 s so far");
});

test("nonsense in tags, profiles and numbers breaks nothing", () => {
  const dataset = { dataset: { name: "x", digest: "", source_type: "", source: "[", schema: '{"mlflow_colspec": 3}', profile: "null" } };
  assert.deepEqual(described(dataset).columns, []);
  const tags = { "nbtrack.captured": '{"metrics": 3}', "nbtrack.direction": "[1" };
  const found = answers(overview({ tags, datasets: [dataset], metrics: [metric("m", "NaN"), metric("a_p50_ms", "Infinity")] }));
  assert.equal(found[3].main, "m NaN");
  assert.equal(found[5].main, "inf ms median");
});

test("losses are better when lower", () => {
  const names = ["val_loss", "valLoss", "acc", "neg_mse", "lifetime", "mse2"];
  assert.deepEqual(names.map((name) => isLowerBetter(name)), [true, true, false, false, false, true]);
});
