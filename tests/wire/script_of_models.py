"""The calls by which servers are compared: logged models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.wire.plain_request import AJAX, API, FILES

if TYPE_CHECKING:
    from tests.wire.compare import Player

MODELS = f"{API}logged-models"
SEARCH = f"{MODELS}/search"


def models(player: Player, run_id: str) -> None:
    """Make, describe, read, search and delete logged models in an experiment of their own."""
    experiment_id = player.client.create_experiment("of models")
    model_id = made(player, experiment_id, run_id)
    refused(player, experiment_id, model_id)
    changed(player, model_id)
    points(player, run_id, model_id)
    found(player, experiment_id)
    files_of_models(player, experiment_id, model_id)
    deleted(player, model_id)


def made(player: Player, experiment_id: str, run_id: str) -> str:
    """Make models."""
    label = {"key": "k", "value": "v"}
    whole = {
        "experiment_id": experiment_id,
        "name": "first",
        "model_type": "tree",
        "source_run_id": run_id,
        "params": [label],
        "tags": [label],
    }
    answer = player.ask("a model as JSON", "POST", MODELS, whole)
    bare = {"experiment_id": experiment_id, "name": "second"}
    player.ask("a bare model", "POST", MODELS, bare)
    odd = {"key": "odd @%' key", "value": "x" * 5000}
    player.ask("a model with odd keys", "POST", MODELS, {**bare, "params": [odd], "tags": [odd]})
    player.call(
        "a model by the client",
        lambda: player.client.create_logged_model(experiment_id, name="third").to_dictionary(),
    )
    return str(answer["model"]["info"]["model_id"])


def made_with_keys_twice(player: Player) -> None:
    """Make models that only one of the servers makes: no id that comes later is compared."""
    label = {"key": "k", "value": "v"}
    for kind in ("tag", "param"):
        body = {"experiment_id": "1", f"{kind}s": [label, label]}
        player.ask(f"a model with a {kind} twice", "POST", MODELS, body)


def refused(player: Player, experiment_id: str, model_id: str) -> None:
    """Ask for what is not there, and for what cannot be."""
    for name in ("a/b", "a:b", "a.b", "a%b", 'a"b', "a'b"):
        body = {"experiment_id": experiment_id, "name": name}
        player.ask(f"a model called {name}", "POST", MODELS, body)
    player.ask("a model of no experiment", "POST", MODELS, {})
    player.ask("a model of an unknown experiment", "POST", MODELS, {"experiment_id": "99"})
    unknown = f"{MODELS}/m-nope"
    player.ask("an unknown model", "GET", unknown, says="Logged model with ID 'm-nope' not found")
    player.ask("finish an unknown model", "PATCH", unknown, {"model_id": "m-nope", "status": 2})
    player.ask("delete an unknown model", "DELETE", unknown)
    one = f"{MODELS}/{model_id}"
    player.ask("finish a model without its id", "PATCH", one, {"status": 2})
    player.ask("finish a model without a status", "PATCH", one, {"model_id": model_id})
    wrong = {"model_id": model_id, "status": "LOGGED_MODEL_UNHEARD_OF"}
    player.ask("a status of models that is none", "PATCH", one, wrong)


def changed(player: Player, model_id: str) -> None:
    """Finish and describe a model."""
    one = f"{MODELS}/{model_id}"
    for status in (1, 2, "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_READY"):
        body = {"model_id": model_id, "status": status}
        player.ask(f"a model becomes {status}", "PATCH", one, body)
    tags = [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
    player.ask("tag a model", "PATCH", f"{one}/tags", {"tags": tags})
    player.ask("tag a model with nothing", "PATCH", f"{one}/tags", {})
    player.ask("untag a model", "DELETE", f"{one}/tags/k")
    player.ask("untag it again", "DELETE", f"{one}/tags/k", says="No tag with key 'k' found")
    for name, key, value in (
        ("a param", "new", "1"),
        ("the same param", "new", "1"),
        ("another value of the param", "new", "2"),
    ):
        body = {"model_id": model_id, "params": [{"key": key, "value": value}]}
        player.ask(f"{name} of a model", "POST", f"{one}/params", body)
    player.ask("a changed model", "GET", one)


def points(player: Player, run_id: str, model_id: str) -> None:
    """Log points that tell of a model."""
    log = API + "runs/log-metric"
    point = {"run_id": run_id, "key": "of model", "value": 0.5, "timestamp": 5, "step": 1}
    data = {"dataset_name": "iris", "dataset_digest": "d1"}
    player.ask("a point of a model", "POST", log, {**point, **data, "model_id": model_id})
    player.ask("the point again", "POST", log, {**point, **data, "model_id": model_id})
    player.ask("a point of an unknown model", "POST", log, {**point, "model_id": "m-nope"})
    batch = {
        "run_id": run_id,
        "metrics": [{**point, "value": 0.75, "step": 2, "model_id": model_id}],
    }
    player.ask("a batch with a point of a model", "POST", API + "runs/log-batch", batch)
    player.ask("a model with points", "GET", f"{MODELS}/{model_id}")


def found(player: Player, experiment_id: str) -> None:
    """Search models; in an order that no clock decides."""
    by_name = [{"field_name": "name"}, {"field_name": "model_type"}]
    asked: dict[str, Any] = {"experiment_ids": [experiment_id], "order_by": by_name}
    for clause in (
        "name = 'first'",
        "attributes.name LIKE 'F%'",
        "name ILIKE 'F%'",
        "model_type IN ('tree', 'x')",
        "name != 'second' AND params.k = 'v'",
        "tags.a = '2'",
        "status = 2",
        "lifecycle_stage = 'active' AND name = 'third'",
        "creation_timestamp > 0 AND last_updated_timestamp_ms > 0 AND name = 'third'",
        "metrics.`of model` < 0.6",
        "metrics.`of model` > 0.8",
        "metric.acc > 1",
        "nope = 1",
        "name = 'first' OR name = 'third'",
        "params.k IS NULL",
    ):
        player.ask(f"models where {clause}", "POST", SEARCH, {**asked, "filter": clause})
    iris = {"dataset_name": "iris", "dataset_digest": "d1"}
    for name, more in (
        ("on data", {"datasets": [iris]}),
        ("on other data", {"datasets": [{**iris, "dataset_digest": "d2"}]}),
        ("on data of any digest", {"datasets": [{"dataset_name": "iris"}]}),
        ("on no data", {"datasets": [{}]}),
        ("on data where", {"datasets": [iris], "filter": "metrics.`of model` > 0.6"}),
        ("of none", {"experiment_ids": []}),
        ("of an unknown experiment", {"experiment_ids": ["99"]}),
        ("a page", {"max_results": 1}),
        ("less than none", {"max_results": -1}),
        ("by a metric", {"order_by": [{"field_name": "metrics.`of model`"}, *by_name]}),
        ("by a param", {"order_by": [{"field_name": "params.k"}]}),
        ("by what is not there", {"order_by": [{"field_name": "nope"}]}),
        ("after no token", {"page_token": "x"}),
    ):
        player.ask(f"models {name}", "POST", SEARCH, {**asked, **more})


def files_of_models(player: Player, experiment_id: str, model_id: str) -> None:
    """Write and read files of a model."""
    root = f"{FILES}{experiment_id}/models/{model_id}/artifacts"
    player.ask("upload a file of a model", "PUT", f"{root}/data/model.txt", b"content")
    listing = f"{MODELS}/{model_id}/artifacts/directories"
    path = "artifact_directory_path"
    player.ask("the files of a model", "GET", listing)
    player.ask("the files of a folder of a model", "GET", listing, query={path: "data"})
    player.ask("the files above a model", "GET", listing, query={path: "../x"})
    file = f"{AJAX}logged-models/{model_id}/artifacts/files"
    for name, query in (
        ("of a model", {"artifact_file_path": "data/model.txt"}),
        ("of a model that is not there", {"artifact_file_path": "data/none.txt"}),
        ("of a model without a path", {}),
        ("above a model", {"artifact_file_path": "../x"}),
    ):
        player.ask(f"the file {name}", "GET", file, query=query)


def deleted(player: Player, model_id: str) -> None:
    """Delete a model."""
    one = f"{MODELS}/{model_id}"
    player.ask("delete a model", "DELETE", one, {"model_id": model_id})
    player.ask("delete a model again", "DELETE", one)
    player.ask("a deleted model", "GET", one)
    player.ask("a deleted model that is asked for", "GET", one, query={"allow_deleted": "true"})
    player.ask("the files of a deleted model", "GET", f"{one}/artifacts/directories")
    player.ask("tag a deleted model", "PATCH", f"{one}/tags", {"tags": []})
