"""The part of the script that logs: experiments, runs and their values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tests.wire.plain_request import API

if TYPE_CHECKING:
    from tests.wire.compare import Player


def experiments(player: Player) -> str:
    """Make, change and find experiments."""
    client = player.client
    player.call("get the default experiment", client.get_experiment, "0")
    experiment_id = player.call(
        "create an experiment", client.create_experiment, "compared", tags={"a": "1", "b": "ü"}
    )
    player.call(
        "create one elsewhere", client.create_experiment, "elsewhere", "s3://bucket/some/where"
    )
    player.call("get an experiment", client.get_experiment, experiment_id)
    player.call("get one that is elsewhere", client.get_experiment, "2")
    player.call("get one by name", client.get_experiment_by_name, "compared")
    player.call("get an unknown name", client.get_experiment_by_name, "nobody")
    player.call("set a tag of one", client.set_experiment_tag, experiment_id, "a", "2")
    player.call("delete a tag of one", client.delete_experiment_tag, experiment_id, "b")
    player.call("rename one", client.rename_experiment, "2", "renamed")
    player.call("delete one", client.delete_experiment, "2")
    player.call("get a deleted one", client.get_experiment, "2")
    player.call("search experiments", client.search_experiments)
    player.call("search deleted ones", client.search_experiments, view_type=2)
    player.call("search a page of all", client.search_experiments, view_type=3, max_results=2)
    player.call(
        "search by a tag",
        client.search_experiments,
        filter_string="tags.a = '2'",
        order_by=["name ASC"],
    )
    player.call("restore one", client.restore_experiment, "2")
    player.ask(
        "an experiment as JSON", "GET", API + "experiments/get", query={"experiment_id": "1"}
    )
    return experiment_id


def wrong_experiments(player: Player, experiment_id: str) -> None:
    """Make the mistakes that are made with experiments."""
    client = player.client
    for name, says, function, *arguments in (
        ("a name that is taken", "already exists", client.create_experiment, "compared"),
        ("an empty name", "Invalid", client.create_experiment, ""),
        ("a long name", "maximum length", client.create_experiment, "x" * 501),
        ("a place with a fragment", "", client.create_experiment, "f", "s3://b/p#f"),
        ("a place in a run", "", client.create_experiment, "g", "runs:/x/y"),
        ("an unknown id", "No Experiment with id=999 exists", client.get_experiment, "999"),
        ("an id that is no number", "", client.get_experiment, "abc"),
        ("deleting an unknown one", "No Experiment with id=999", client.delete_experiment, "999"),
        ("restoring an active one", "", client.restore_experiment, experiment_id),
        ("renaming to a taken name", "", client.rename_experiment, experiment_id, "renamed"),
        ("deleting an absent tag", "No tag with name: z", client.delete_experiment_tag, "1", "z"),
        ("a wrong filter", "", client.search_experiments, 1, 10, "colour = 'red'"),
        ("too many results", "", client.search_experiments, 1, 50_001),
    ):
        player.refused(f"experiments: {name}", function, *arguments, says=says)
    post = API + "experiments/"
    player.ask(
        "experiments: no name",
        "POST",
        post + "create",
        {},
        says="Missing value for required parameter 'name'",
    )
    player.ask(
        "experiments: a number for a name",
        "POST",
        post + "create",
        {"name": 5},
        says="Invalid value 5 for parameter 'name' supplied",
    )
    player.ask("experiments: no max_results", "POST", post + "search", {})
    player.ask(
        "experiments: a wrong page token",
        "POST",
        post + "search",
        {"max_results": 5, "page_token": "x"},
        says="Invalid page token",
    )


def runs(player: Player, mlflow: Any, experiment_id: str) -> str:
    """Begin, change, nest and end runs."""
    client = player.client
    run = player.call(
        "create a run",
        client.create_run,
        experiment_id,
        start_time=1000,
        tags={"t": "v"},
        run_name="first",
    )
    run_id: str = run.info.run_id
    player.call("create a run without a name", client.create_run, experiment_id, start_time=2000)
    player.call("get a run", client.get_run, run_id)
    player.call("rename a run", client.update_run, run_id, name="renamed")
    player.call("get the renamed run", client.get_run, run_id)
    player.call("rename it by its tag", client.set_tag, run_id, "mlflow.runName", "by tag")
    player.call("get the run with a new tag", client.get_run, run_id)
    child = player.call(
        "create a child",
        client.create_run,
        experiment_id,
        start_time=3000,
        run_name="child",
        tags={"mlflow.parentRunId": run_id},
    )
    player.call("get the parent", client.get_parent_run, child.info.run_id)
    player.call("end a run", client.set_terminated, child.info.run_id, "FAILED", 4000)
    player.call("get the ended run", client.get_run, child.info.run_id)
    player.call("let it run again", client.update_run, child.info.run_id, status="RUNNING")
    player.call("get the run that runs again", client.get_run, child.info.run_id)
    body = {"experiment_id": experiment_id, "user_id": "me", "start_time": 5, "run_name": "json"}
    player.ask("a new run as JSON", "POST", API + "runs/create", body)
    player.ask("a run as JSON", "GET", API + "runs/get", query={"run_id": run_id})
    player.ask(
        "an update as JSON", "POST", API + "runs/update", {"run_id": run_id, "status": "RUNNING"}
    )
    player.ask(
        "a status that is none",
        "POST",
        API + "runs/update",
        {"run_id": run_id, "status": "finished"},
    )
    player.ask(
        "a status by its number", "POST", API + "runs/update", {"run_uuid": run_id, "status": 4}
    )
    player.ask("camel case", "POST", API + "runs/update", {"runId": run_id, "runName": "by tag"})
    names = {"experiment_id": "2", "start_time": 6, "run_name": "x"}
    tags = [{"key": "mlflow.runName", "value": "y"}]
    player.ask("a run with two names", "POST", API + "runs/create", {**names, "tags": tags})
    player.ask(
        "a run of an unknown experiment",
        "POST",
        API + "runs/create",
        {"experiment_id": "999"},
        says="No Experiment with id=999 exists",
    )
    for name, function in (("get", client.get_run), ("delete", client.delete_run)):
        player.refused(f"{name} an unknown run", function, "0" * 32, says="not found")
    return run_id


def values(player: Player, mlflow: Any, run_id: str) -> None:
    """Log params, metrics and tags."""
    client = player.client
    player.call("log a param", client.log_param, run_id, "lr", 0.1)
    player.call("log the same param", client.log_param, run_id, "lr", 0.1)
    player.call("log a long param", client.log_param, run_id, "long", "x" * 6001)
    player.call("log a metric", client.log_metric, run_id, "loss", 0.5, 1000, 1)
    player.call("log a late metric", client.log_metric, run_id, "loss", 0.7, 2000, 0)
    player.call("log not a number", client.log_metric, run_id, "nan", math.nan, 1000, 0)
    player.call("log a negative step", client.log_metric, run_id, "back", 1.0, 1000, -3)
    player.call("set a tag", client.set_tag, run_id, "ü", "☃")
    player.call("set a long tag", client.set_tag, run_id, "long", "y" * 8001)
    player.call("delete a tag", client.delete_tag, run_id, "t")
    player.call(
        "log a batch",
        client.log_batch,
        run_id,
        metrics=[mlflow.entities.Metric("acc", step / 10, 1000 + step, step) for step in range(10)],
        params=[mlflow.entities.Param("depth", "3")],
        tags=[mlflow.entities.RunTag("from", "batch")],
    )
    player.call("get a run with values", client.get_run, run_id)
    player.ask("values as JSON", "GET", API + "runs/get", query={"run_id": run_id})


def numbers(player: Player) -> None:
    """Log and read numbers that JSON does not have."""
    client = player.client
    run_id = client.create_run("2", start_time=1000, run_name="numbers").info.run_id
    player.call("log infinity", client.log_metric, run_id, "inf", math.inf, 1000, 0)
    player.call("log minus infinity", client.log_metric, run_id, "-inf", -math.inf, 1000, 0)
    point = {"run_id": run_id, "key": "bare", "value": math.nan, "timestamp": 1}
    player.ask("log a bare NaN", "POST", API + "runs/log-metric", point)
    player.call("infinities by the client", lambda: client.get_run(run_id).data)
    player.ask("infinities as JSON", "GET", API + "runs/get", query={"run_id": run_id})
    for key in ("inf", "-inf"):
        player.call(f"the history of {key}", client.get_metric_history, run_id, key)


def wrong_values(player: Player, run_id: str) -> None:
    """Make the mistakes that are made with values."""
    client = player.client
    post = API + "runs/"
    for name, says, function, *arguments in (
        ("another value", "Changing param values is not allowed", client.log_param, "lr", "2"),
        ("a wrong key", "Names may only contain alphanumerics", client.log_param, "a@b", "1"),
        ("a key that is a path", "", client.log_metric, "../m", 1.0),
        ("a long key", "maximum length", client.set_tag, "k" * 251, "v"),
        ("an absent tag", "No tag with name: zz in run with id", client.delete_tag, "zz"),
    ):
        player.refused(f"values: {name}", function, run_id, *arguments, says=says)
    point = {"key": "m", "value": 1, "timestamp": 1}
    for name, path, body, says in (
        ("no key", "log-parameter", {}, "Missing value for required parameter 'key'"),
        ("no value of a param", "log-parameter", {"key": "empty"}, None),
        ("a number for a param", "log-parameter", {"key": "n", "value": 1}, "Invalid value 1 for"),
        ("no value of a metric", "log-metric", {"key": "m", "timestamp": 1}, "'value'"),
        ("a metric before 1970", "log-metric", {**point, "timestamp": -1}, None),
        ("half a step", "log-metric", {**point, "step": 1.5}, None),
        ("a whole step with a point", "log-metric", {**point, "step": 2.0}, None),
        ("a step as text", "log-metric", {**point, "step": "3"}, None),
        ("a huge step", "log-metric", {**point, "step": 2**63}, None),
        ("a value as text", "log-metric", {**point, "value": "1.25"}, None),
        (
            "too many params",
            "log-batch",
            {"params": [{"key": f"p{n}", "value": "1"} for n in range(101)]},
            "100",
        ),
        ("a param twice", "log-batch", {"params": [{"key": "q", "value": "1"}] * 2}, None),
        (
            "a changed param",
            "log-batch",
            {"params": [{"key": "lr", "value": "9"}]},
            "Changing param values is not allowed",
        ),
        ("no object in a batch", "log-batch", {"metrics": [5]}, None),
        ("nothing at all", "log-batch", {}, None),
    ):
        player.ask(f"values: {name}", "POST", post + path, {"run_id": run_id, **body}, says=says)
    player.ask(
        "values: an unknown run", "POST", post + "log-batch", {"run_id": "0" * 32}, says="not found"
    )
    player.call("the run after all mistakes", client.get_run, run_id)
