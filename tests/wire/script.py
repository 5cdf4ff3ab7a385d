"""The calls that MLflow's server and nbtrack's are compared by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.wire.plain_request import API
from tests.wire.script_of_files import files, other_files
from tests.wire.script_of_models import made_with_keys_twice, models
from tests.wire.script_of_reading import datasets, histories, searches
from tests.wire.script_of_runs import (
    experiments,
    numbers,
    runs,
    values,
    wrong_experiments,
    wrong_values,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.wire.compare import Player


def play(player: Player, mlflow: Any, folder: Path) -> None:
    """Make every call, in the same order for every server; both begin with an empty store."""
    experiment_id = experiments(player)
    wrong_experiments(player, experiment_id)
    run_id = runs(player, mlflow, experiment_id)
    values(player, mlflow, run_id)
    numbers(player)
    wrong_values(player, run_id)
    datasets(player, mlflow, run_id)
    histories(player, run_id)
    searches(player, mlflow, experiment_id, run_id)
    files(player, run_id, experiment_id, folder)
    other_files(player, run_id, experiment_id)
    models(player, run_id)
    trash(player, experiment_id, run_id)
    requests_of_other_kinds(player, run_id)
    made_with_keys_twice(player)


def trash(player: Player, experiment_id: str, run_id: str) -> None:
    """Delete and restore."""
    client = player.client
    player.call("delete a run", client.delete_run, run_id)
    player.call("delete it again", client.delete_run, run_id)
    player.call("get a deleted run", lambda: client.get_run(run_id).info)
    for name, function, *arguments in (
        ("log a metric of", client.log_metric, "m", 1.0),
        ("log a param of", client.log_param, "p", "1"),
        ("set a tag of", client.set_tag, "t", "1"),
        ("rename", client.update_run, None, "new name"),
    ):
        player.refused(
            f"{name} a deleted run",
            function,
            run_id,
            *arguments,
            says="must be in the 'active' state",
        )
    player.call("search deleted runs", client.search_runs, [experiment_id], "", 2)
    player.call("restore a run", client.restore_run, run_id)
    player.call("restore it again", client.restore_run, run_id)
    player.call("delete the experiment", client.delete_experiment, experiment_id)
    player.refused("delete the experiment again", client.delete_experiment, experiment_id)
    player.call("a run of a deleted experiment", lambda: client.get_run(run_id).info)
    player.refused(
        "create a run in a deleted experiment",
        client.create_run,
        experiment_id,
        says="must be in the 'active' state",
    )
    player.refused(
        "tag a deleted experiment",
        client.set_experiment_tag,
        experiment_id,
        "a",
        "3",
        says="must be in the 'active' state",
    )
    player.refused(
        "take a deleted name", client.create_experiment, "compared", says="already exists"
    )
    player.ask(
        "rename a deleted experiment",
        "POST",
        API + "experiments/update",
        {"experiment_id": experiment_id, "new_name": "other"},
    )
    player.call("restore the experiment", client.restore_experiment, experiment_id)
    player.call("a run of a restored experiment", lambda: client.get_run(run_id).info)


def requests_of_other_kinds(player: Player, run_id: str) -> None:
    """Send what only another program than MLflow's client sends."""
    kind = {"Content-Type": "text/plain"}
    json = {"Content-Type": "application/json"}
    create = API + "experiments/create"
    player.ask("health", "GET", "/health")
    player.ask("version", "GET", "/version")
    player.ask("server-info", "GET", "/api/3.0/mlflow/server-info")
    player.ask("another type of body", "POST", create, b'{"name": "n"}', headers=kind)
    player.ask("no body", "POST", create, b"", headers=json)
    player.ask("a broken body", "POST", create, b"{", headers=json)
    player.ask("a list for a body", "POST", create, b"[]", headers=json)
    player.ask("a body in a text", "POST", create, b'"{\\"name\\": \\"twice\\"}"', headers=json)
    player.ask("an unknown field", "POST", create, {"name": "known", "unknown": 1})
    player.ask("a null", "POST", create, {"name": "null", "tags": None})
    player.ask("an unknown path", "GET", API + "no/such/thing")
    player.ask(
        "an unknown registered model", "GET", API + "registered-models/get", query={"name": "x"}
    )
    player.ask("another method", "GET", create)
    player.ask("a slash at the end", "GET", API + "runs/get/", query={"run_id": run_id})
    player.ask(
        "a GET by its body",
        "GET",
        API + "runs/get",
        f'{{"run_id": "{run_id}"}}'.encode(),
        headers=json,
    )
    run = {"experiment_id": "2", "start_time": 6, "run_name": "x"}
    player.ask(
        "a run with a tag twice",
        "POST",
        API + "runs/create",
        {**run, "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]},
    )
    player.ask("a run of no experiment", "POST", API + "runs/create", {"start_time": 7})
