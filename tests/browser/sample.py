"""Experiments and runs for the browser tests, made by requests to a running server."""

from __future__ import annotations

import math
from dataclasses import dataclass

API = "/api/2.0/mlflow/"
NAMES = ("forest", "boosting", "svm", "linear", "nearest", "tree")
HOUR = 3_600_000
BEGIN = 1_760_000_000_000
HOSTILE = (
    "<img src=x onerror=\"console.error('planted')\">",
    "</script><script>console.error('planted')</script>",
    "🚀 שלום \u202egnirts\u202c\nsecond line",
)


@dataclass(frozen=True)
class Sample:
    """What `fill` made.

    Attributes
    ----------
    experiment_id : str
        Of ``Iris``.
    run_ids : list of str
        Its runs by their number, without the child of the first one.
    child_id : str
        The child of the first one.
    failed_id, running_id : str
        Those of them that failed, and that still goes on.
    hostile_id : str
        An experiment whose names, params and tags hold markup.
    hostile_run_id : str
        Its run.
    """

    experiment_id: str
    run_ids: list
    child_id: str
    failed_id: str
    running_id: str
    hostile_id: str
    hostile_run_id: str


def ask(server, path, **body):
    """Ask a server (`tests.servers.RunningServer` or Jupyter's) by MLflow's API."""
    reply = server.ask("POST", API + path, body)
    assert reply.status == 200, reply.body
    return reply.json


def make_experiment(server, name):
    """Make an experiment and return its id."""
    return ask(server, "experiments/create", name=name)["experiment_id"]


def make_run(server, experiment_id, name, *, start=BEGIN, end=None, status="FINISHED", **values):
    """Make a run and return its id; without an end it still goes on.

    ``values`` are ``params`` and ``tags`` as dicts, ``metrics`` as dict of lists of values by step.
    """
    params, tags = ([{"key": key, "value": value} for key, value in values.get(kind, {}).items()]
                    for kind in ("params", "tags"))  # fmt: skip
    made = ask(
        server,
        "runs/create",
        experiment_id=experiment_id,
        run_name=name,
        start_time=start,
        tags=tags,
        user_id="ada",
    )
    run_id = made["run"]["info"]["run_id"]
    points = [
        {"key": key, "value": value, "step": step, "timestamp": start + 1000 * step}
        for key, curve in values.get("metrics", {}).items()
        for step, value in enumerate(curve)
    ]
    for first in range(0, max(1, len(points)), 500):
        batch = points[first : first + 500]
        ask(server, "runs/log-batch", run_id=run_id, metrics=batch, params=params)
    if end is not None:
        ask(server, "runs/update", run_id=run_id, status=status, end_time=end)
    return run_id


def fill(server):
    """Make a small, but not a plain, set of runs."""
    experiment_id = make_experiment(server, "Iris")
    run_ids = [_classifier(server, experiment_id, number) for number in range(12)]
    child_id = make_run(
        server,
        experiment_id,
        "fold 1",
        start=BEGIN + 1,
        end=BEGIN + HOUR,
        metrics={"acc": [0.5, 0.75]},
        tags={"mlflow.parentRunId": run_ids[0]},
    )
    hostile_id = make_experiment(server, HOSTILE[0])
    hostile_run_id = make_run(
        server,
        hostile_id,
        HOSTILE[0],
        end=BEGIN + 1,
        params={"markup": HOSTILE[1], "long": "x" * 5000},
        tags={"mlflow.note.content": HOSTILE[1], "team": HOSTILE[2]},
        metrics={"loss": [math.pi]},
    )
    return Sample(
        experiment_id, run_ids, child_id, run_ids[5], run_ids[-1], hostile_id, hostile_run_id
    )


def _classifier(server, experiment_id, number):
    start = BEGIN + number * HOUR
    ends = {5: (start + 5000, "FAILED"), 11: (None, "RUNNING")}
    end, status = ends.get(number, (start + 90_000 * (number + 1), "FINISHED"))
    rate = 10 ** -(1 + number % 4)
    return make_run(
        server,
        experiment_id,
        f"{NAMES[number % 6]} {number}",
        start=start,
        end=end,
        status=status,
        params={"lr": f"{rate:g}", "depth": str(3 + number % 3), "optimizer": "adam"},
        tags={"team": "vision" if number % 2 else "text"},
        metrics={
            "loss": [math.exp(-step / (10 + number)) for step in range(50)],
            "acc": [1 - 0.5 * math.exp(-step / (8 + number)) for step in range(50)],
        },
    )
