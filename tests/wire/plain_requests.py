"""One plain request for every row of the endpoint table, with what must be answered.

``$name`` stands for a value of the `World` that `begin` makes. Deterministic and simple on purpose:
each request is sent to a world of its own, and says in itself what it expects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.wire import plain_model_requests, plain_page_requests
from tests.wire.plain_request import ANY, API, FILES, Request, get, post

if TYPE_CHECKING:
    from tests.wire.hosts import Host

EXPERIMENT = {"experiment_id": "$experiment"}
RUN = {"run_id": "$run"}
DATASET = {"name": "iris", "digest": "d1", "source_type": "http", "source": '{"url": "u"}'}
POINT = {"key": "m", "value": 0.5, "timestamp": 3, "step": 7}
DIRECTORY = "$experiment/$run/artifacts/dir"

REQUESTS = (
    get("health", text=b"OK"),
    get("version", text=b"3.17.2"),
    get("events"),  # the stream is read in tests/server/test_events.py
    get("server-info", fields={"store_type": "SqlStore", "nbtrack.version": ANY}),
    # experiments
    post("experiments/create", {"name": "$new"}, fields={"experiment_id": ANY}),
    get("experiments/get", EXPERIMENT, fields={"experiment.name": "$name"}),
    get(
        "experiments/get-by-name",
        {"experiment_name": "$name"},
        fields={
            "experiment.experiment_id": "$experiment",
            "experiment.lifecycle_stage": "active",
            "experiment.artifact_location": ANY,
            "experiment.creation_time": ANY,
            "experiment.last_update_time": ANY,
        },
    ),
    post(
        "experiments/search",
        {"max_results": 1, "filter": "name = '$name'"},
        fields={"experiments.0.experiment_id": "$experiment", "next_page_token": None},
    ),
    get(
        "experiments/search",
        {"max_results": 1, "filter": "name = '$name'", "order_by": ["name", "experiment_id"]},
        fields={"experiments.0.experiment_id": "$experiment"},
    ),
    post("experiments/update", {**EXPERIMENT, "new_name": "$new"}, text=b"{}"),
    post("experiments/delete", EXPERIMENT, text=b"{}"),
    post("experiments/restore", {"experiment_id": "$deleted_experiment"}, text=b"{}"),
    post("experiments/set-experiment-tag", {**EXPERIMENT, "key": "k", "value": "v"}, text=b"{}"),
    post("experiments/delete-experiment-tag", {**EXPERIMENT, "key": "team"}, text=b"{}"),
    post(
        "experiments/search-datasets",
        {"experiment_ids": ["$experiment"]},
        fields={
            "dataset_summaries.0.name": "read before",
            "dataset_summaries.0.digest": "d0",
            "dataset_summaries.0.context": "training",
            "dataset_summaries.0.experiment_id": "$experiment",
        },
    ),
    # runs
    post(
        "runs/create",
        {**EXPERIMENT, "user_id": "me", "start_time": 5, "run_name": "n", "tags": []},
        fields={
            "run.info.run_id": ANY,
            "run.info.run_uuid": ANY,
            "run.info.status": "RUNNING",
            "run.info.start_time": 5,
            "run.info.end_time": None,
            "run.info.user_id": "me",
            "run.info.artifact_uri": ANY,
            "run.inputs": ANY,
        },
    ),
    get(
        "runs/get",
        {"run_uuid": "$run", "run_id": "$run"},
        fields={
            "run.info.run_uuid": "$run",
            "run.data.metrics.0": {"key": "loss", "value": 1.5, "timestamp": 2, "step": 0},
            "run.inputs.dataset_inputs.0.dataset.name": "read before",
            "run.outputs": ANY,
        },
    ),
    post(
        "runs/update",
        {**RUN, "run_uuid": "$run", "status": "FINISHED", "end_time": 9},
        fields={"run_info.status": "FINISHED", "run_info.end_time": 9, "run_info.run_id": "$run"},
    ),
    post("runs/delete", RUN, text=b"{}"),
    post("runs/restore", RUN, text=b"{}"),
    post(
        "runs/search",
        {"experiment_ids": ["$experiment"], "filter": "metrics.loss > 1", "max_results": 1},
        fields={"runs.0.info.run_id": "$run", "next_page_token": None},
    ),
    post("runs/log-parameter", {**RUN, "key": "p", "value": "1"}, text=b"{}"),
    post("runs/set-tag", {**RUN, "key": "t", "value": "v"}, text=b"{}"),
    post("runs/delete-tag", {**RUN, "key": "set before"}, text=b"{}"),
    post("runs/log-metric", {**RUN, **POINT}, text=b"{}"),
    post(
        "runs/log-batch",
        {
            **RUN,
            "metrics": [POINT],
            "params": [{"key": "p", "value": "1"}],
            "tags": [{"key": "t", "value": "v"}],
        },
        text=b"{}",
    ),
    post(
        "runs/log-inputs",
        {**RUN, "datasets": [{"dataset": DATASET, "tags": [{"key": "a", "value": "b"}]}]},
        text=b"{}",
    ),
    post("runs/outputs", {**RUN, "models": [{"model_id": "m-" + 32 * "0", "step": 1}]}, text=b"{}"),
    post("runs/log-model", {**RUN, "model_json": "$model_json"}, text=b"{}"),
    *plain_model_requests.REQUESTS,
    *plain_page_requests.REQUESTS,
    # metrics
    get(
        "metrics/get-history",
        {**RUN, "run_uuid": "$run", "metric_key": "loss", "max_results": 25000},
        fields={
            "metrics": [{"key": "loss", "value": 1.5, "timestamp": 2, "step": 0}],
            "next_page_token": None,
        },
    ),
    get(
        "metrics/get-history-bulk",
        {"run_id": ["$run"], "metric_key": "loss"},
        fields={"metrics.0.run_id": "$run", "metrics.0.value": 1.5},
    ),
    get(
        "metrics/get-history-bulk-interval",
        {"run_ids": ["$run"], "metric_key": "loss", "start_step": 0, "end_step": 9},
        fields={"metrics.0.run_id": "$run", "metrics.0.step": 0},
    ),
    # columns for tables and charts, of nbtrack alone
    post("runs/table", {"experiment_ids": ["$experiment"], "columns": ["metrics.loss"]}),
    post(
        "runs/keys",
        {"experiment_ids": ["$experiment"]},
        fields={
            "runs": 1,
            "metrics": [{"key": "loss", "share": 1.0}],
            "params": [],
            "tags": ANY,
            "suggested": ["metrics.loss"],
            "same": {},
            "directions": {"loss": "min"},
        },
    ),
    post(
        "runs/change",
        {"run_ids": ["$run", "none"], "run_name": "renamed"},
        fields={"changed": 1, "problems.0.run_id": "none", "problems.0.message": ANY},
    ),
    post("metrics/curves", {"run_ids": ["$run"], "keys": ["loss"]}),
    get(
        "experiments/overview",
        {"view_type": "ALL"},
        fields={"experiments.0.runs": ANY, "experiments.0.experiment_id": ANY},
    ),
    # files of a run
    get(
        "artifacts/list",
        {**RUN, "path": "dir"},
        fields={
            "root_uri": ANY,
            "files": [{"path": "dir/a file.txt", "is_dir": False, "file_size": 7}],
        },
    ),
    get("get-artifact", {**RUN, "path": "dir/a file.txt"}, text=b"content"),
    Request(
        "POST",
        "upload-artifact",
        b"new",
        query={"run_uuid": "$run", "path": "dir/b.txt"},
        text=b"",
    ),
    post(
        "artifacts/presigned-upload-url",
        {**RUN, "path": "dir/a file.txt"},
        status=400,
        fields={"error_code": "INVALID_PARAMETER_VALUE", "message": ANY},
    ),
    post(
        "artifacts/presigned-download-url",
        {**RUN, "path": "dir/a file.txt"},
        status=400,
        fields={"error_code": "INVALID_PARAMETER_VALUE", "message": ANY},
    ),
    # files by their path
    get(
        "artifacts",
        {"path": DIRECTORY},
        fields={"files": [{"path": "a file.txt", "is_dir": False, "file_size": 7}]},
    ),
    get("artifacts/{path}", parts={"path": f"{DIRECTORY}/a file.txt"}, text=b"content"),
    Request("PUT", "artifacts/{path}", b"new", parts={"path": f"{DIRECTORY}/c.txt"}, text=b""),
    Request("DELETE", "artifacts/{path}", parts={"path": f"{DIRECTORY}/a file.txt"}, text=b"{}"),
    post(
        "mpu/create/{folder}",
        {"path": "large.bin", "num_parts": 2},
        parts={"folder": DIRECTORY},
        status=501,
        fields={"error_code": "NOT_IMPLEMENTED", "message": ANY},
    ),
    post(
        "mpu/complete/{folder}",
        {"path": "large.bin", "upload_id": "u", "parts": [{"part_number": 1, "etag": "e"}]},
        parts={"folder": DIRECTORY},
        status=501,
        fields={"error_code": "NOT_IMPLEMENTED"},
    ),
    post(
        "mpu/abort/{folder}",
        {"path": "large.bin", "upload_id": "u"},
        parts={"folder": DIRECTORY},
        status=501,
        fields={"error_code": "NOT_IMPLEMENTED"},
    ),
    get(
        "presigned/{path}",
        parts={"path": f"{DIRECTORY}/a file.txt"},
        status=501,
        fields={"error_code": "NOT_IMPLEMENTED"},
    ),
)


def begin(host: Host, mark: str) -> dict[str, str]:
    """Make an experiment with a run that has a value of every kind, and a deleted experiment.

    Parameters
    ----------
    host : Host
        Where.
    mark : str
        What makes names unique.
    """

    def asked(path: str, body: dict[str, Any]) -> Any:
        reply = host.ask("POST", API + path, body)
        assert reply.status == 200, (path, reply.body)
        return reply.json

    name = f"experiment {mark}"
    tags = [{"key": "team", "value": "a"}]
    experiment = asked("experiments/create", {"name": name, "tags": tags})["experiment_id"]
    gone = asked("experiments/create", {"name": f"gone {mark}"})["experiment_id"]
    asked("experiments/delete", {"experiment_id": gone})
    run = asked("runs/create", {"experiment_id": experiment, "user_id": "me", "start_time": 1})
    run_id = run["run"]["info"]["run_id"]
    asked(
        "runs/log-batch",
        {
            "run_id": run_id,
            "metrics": [{"key": "loss", "value": 1.5, "timestamp": 2}],
            "tags": [{"key": "set before", "value": ""}],
        },
    )
    dataset = {**DATASET, "name": "read before", "digest": "d0"}
    context = {"key": "mlflow.data.context", "value": "training"}
    datasets = [{"dataset": dataset, "tags": [context]}]
    asked("runs/log-inputs", {"run_id": run_id, "datasets": datasets})
    path = f"{FILES}{experiment}/{run_id}/artifacts/dir/a file.txt"
    assert host.ask("PUT", path, b"content").status == 200
    made = asked(
        "logged-models",
        {
            "experiment_id": experiment,
            "name": "a model",
            "tags": [{"key": "set before", "value": ""}],
        },
    )
    model_id = made["model"]["info"]["model_id"]
    path = f"{FILES}{experiment}/models/{model_id}/artifacts/MLmodel"
    assert host.ask("PUT", path, b"content").status == 200
    noted = (
        f'{{"artifact_path": "model", "flavors": {{}}, "run_id": "{run_id}", '
        '"utc_time_created": "2026-01-01 00:00:00"}'
    )
    return {
        "experiment": experiment,
        "deleted_experiment": gone,
        "run": run_id,
        "name": name,
        "new": f"new {mark}",
        "model": model_id,
        "model_json": noted,
    }


def filled(value: Any, world: dict[str, str]) -> Any:
    """Return a value with the world's values in place of their names."""
    if isinstance(value, str):
        for name in sorted(world, key=len, reverse=True):
            value = value.replace(f"${name}", world[name])
        return value
    if isinstance(value, dict):
        return {key: filled(one, world) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, world) for one in value]
    return value
