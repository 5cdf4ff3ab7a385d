"""A process that writes to a shared store; run by the tests, never collected.

``database_writer.py URI NUMBER WHAT``: says "ready", waits for a line, does what its name says and
prints what came of it as JSON. What goes on and on ends with the next line.
"""

import json
import os
import sys
import threading

from nbtrack.entities import Dataset, DatasetInput, Metric, Param, Tag
from nbtrack.errors import AlreadyExists, InvalidValue, Unavailable
from nbtrack.store.open import open_store

RUN = "a" * 32
STEPS, NAMES = 160, 20


def race(store, number, _ended):
    """Write the same new things as everybody else, in an order of its own."""
    steps = range(number, STEPS, 4)
    names = [f"key-{name}" for name in range(NAMES)]
    names = names[number * 5 :] + names[: number * 5]
    try:
        experiment = store.create_experiment("everybody's")
    except AlreadyExists:
        experiment = None
    store.create_run("0", run_id=RUN, name="shared", user_id="ada")
    store.log_inputs(RUN, [DatasetInput(Dataset("iris", "d1"), [Tag("context", "train")])])
    for step in steps:
        new = names[(step // 4) % len(names)]
        store.log_batch(
            RUN,
            metrics=[Metric("m", float(step), 1, step), Metric(new, 1.0, 1, step)],
            params=[Param(new, "the same")],
            tags=[Tag(new, str(number)), Tag("mlflow.runName", f"named by {number}")],
        )
    won = []
    for name in range(NAMES):
        try:
            store.log_batch(RUN, params=[Param(f"mine-{name}", str(number))])
            won.append(name)
        except InvalidValue as error:
            assert "Changing param values is not allowed" in error.message  # noqa: PT017
    return {"experiment": experiment, "won": won}


def endure(store, number, ended):
    """Log until told to stop; a call that failed is made again."""
    run = f"{number:032x}"
    store.create_run("0", run_id=run, name=f"writer {number}", user_id="ada")
    refused, step = 0, 0
    while not ended.is_set():
        step += 1
        try:
            store.log_batch(
                run,
                metrics=[Metric("m", float(step), step, step), Metric(f"m{step}", 1.0, 1)],
                params=[Param(f"p{step}", "x")],
                tags=[Tag("last", str(step))],
            )
        except Unavailable:
            refused += 1
            step -= 1
    return {"run": run, "steps": step, "refused": refused}


def main():
    uri, number, what = sys.argv[1:]
    with open_store(uri, artifact_root="s3://bucket/artifacts") as store:
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        sys.stdin.readline()
        ended = threading.Event()
        threading.Thread(target=lambda: (os.read(0, 1), ended.set()), daemon=True).start()
        result = {"race": race, "endure": endure}[what](store, int(number), ended)
        print(json.dumps(result))  # noqa: T201


if __name__ == "__main__":
    main()
