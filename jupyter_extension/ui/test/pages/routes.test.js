import assert from "node:assert/strict";
import test from "node:test";

import { addressOf, routeOf, samePage } from "../../src/pages/routes.js";

const BASE = new URL("http://host:8888/user/ada/nbtrack/");
/** @param {string} path */
const at = (path) => routeOf(new URL(path, BASE), BASE);

test("addresses below the base are pages", () => {
  assert.deepEqual(at(""), { page: "experiments", view: {} });
  assert.deepEqual(at("experiments/7"), { page: "experiment", ids: ["7"], view: {} });
  assert.deepEqual(at("experiments/1,2,1"), { page: "experiment", ids: ["1", "2"], view: {} });
  assert.deepEqual(at("runs/ab12"), { page: "run", id: "ab12", view: {} });
  assert.equal(at("models/x")?.page, "unknown");
});

test("what is not below the base is no page of ours", () => {
  assert.equal(at("/user/ada/lab"), null);
  assert.equal(at("http://other/user/ada/nbtrack/"), null);
});

test("MLflow's addresses lead to the same pages", () => {
  assert.deepEqual(at("#/experiments/7"), { page: "experiment", ids: ["7"], view: {} });
  assert.deepEqual(at("#/experiments/7/runs/ab12"), { page: "run", id: "ab12", view: {} });
  assert.deepEqual(at("#/experiments/7/runs/ab12/artifacts"), { page: "run", id: "ab12", view: {} });
  assert.deepEqual(at("#/experiments/7/runs"), { page: "experiment", ids: ["7"], view: {} });
  assert.deepEqual(at("#/experiments/7?searchFilter=metrics.a>1"), { page: "experiment", ids: ["7"], view: { filter: "metrics.a>1" } });
  assert.deepEqual(at("#/experiments"), { page: "experiments", view: {} });
});

test("a view is kept in the address and read back", () => {
  const view = { columns: ["name", "max(metrics.acc)", "params.`a b`"], order: [["start", "desc"]], filter: "params.x = 'ü & \"'" };
  const address = addressOf({ page: "experiment", ids: ["1", "2"], view }, BASE);
  assert.ok(address.startsWith("http://host:8888/user/ada/nbtrack/experiments/1,2?view={%22columns%22:[%22name"), address);
  assert.deepEqual(at(address), { page: "experiment", ids: ["1", "2"], view });
});

test("a filter and an order that somebody wrote by hand are read", () => {
  const found = at("experiments/7?filter=metrics.acc>0.5&order_by=metrics.acc+DESC&order_by=attributes.start_time");
  assert.deepEqual(found?.view, { filter: "metrics.acc>0.5", order: [["metrics.acc", "desc"], ["start", "asc"]] });
});

test("a view that is no view is passed over", () => {
  for (const query of ["view=", "view=[1]", "view={", "view=null", "view=7"]) assert.deepEqual(at(`experiments/7?${query}`)?.view, {});
});

test("ids are whatever they are", () => {
  const route = /** @type {const} */ ({ page: "run", id: "a/b?c#d", view: {} });
  assert.deepEqual(at(addressOf(route, BASE)), route);
  assert.deepEqual(at("runs/%E0%A4%A"), { page: "run", id: "%E0%A4%A", view: {} });
});

test("an address stays short: which rows are open is dropped first", () => {
  const view = { filter: "x", expanded: Array.from({ length: 500 }, () => "0".repeat(32)) };
  assert.deepEqual(at(addressOf({ page: "experiment", ids: ["1"], view }, BASE))?.view, { filter: "x" });
});

test("the same page with another view is the same page", () => {
  assert.ok(samePage({ page: "run", id: "a", view: {} }, { page: "run", id: "a", view: { tab: "files" } }));
  assert.ok(!samePage({ page: "run", id: "a", view: {} }, { page: "run", id: "b", view: {} }));
});
