import assert from "node:assert/strict";
import { test } from "node:test";
import { commTransport } from "../../src/source/comm.js";

/** A model as anywidget gives it, and what was sent by it. */
function modelOf() {
  const listeners = new Set();
  const asked = [];
  const model = {
    on: (_name, listener) => listeners.add(listener),
    off: (_name, listener) => listeners.delete(listener),
    send: (message) => asked.push(message),
  };
  const answer = (id, text) => {
    const body = new DataView(new TextEncoder().encode(text).buffer);
    for (const listener of listeners) listener({ nbtrack: "answer", id, status: 200, type: "" }, [body]);
  };
  return { model, asked, answer, listeners };
}

const text = ({ body }) => new TextDecoder().decode(body);

test("an answer to another page's question is not taken", async () => {
  const { model, asked, answer } = modelOf();
  const here = commTransport(model).send("GET", "a", {});
  const { commTransport: elsewhere } = await import("../../src/source/comm.js?another-page");
  elsewhere(model).send("GET", "b", {});
  answer(asked[1].id, "for the other page");
  answer(asked[0].id, "for this one");
  assert.equal(text(await here), "for this one");
});

test("a question that nobody waits for any more leaves no word of a busy kernel", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { model } = modelOf();
  const comm = commTransport(model);
  const said = [];
  comm.listen((event) => said.push(event.ok));
  const stop = new AbortController();
  const left = comm.send("GET", "a", {}, stop.signal);
  context.mock.timers.tick(1500);
  stop.abort();
  await assert.rejects(left, { code: "ABORTED" });
  assert.deepEqual(said, [false, true]);
});

test("a question that is given up before it is asked is not sent", async () => {
  const { model, asked } = modelOf();
  await assert.rejects(commTransport(model).send("GET", "a", {}, AbortSignal.abort()), { code: "ABORTED" });
  assert.deepEqual(asked, []);
});

test("nothing is heard after the end", () => {
  const { model, listeners } = modelOf();
  commTransport(model).end();
  assert.equal(listeners.size, 0);
});
