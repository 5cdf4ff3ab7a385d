"""The part of the script that reads: data, histories and searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.wire.plain_request import AJAX, API

if TYPE_CHECKING:
    from tests.wire.compare import Player


def datasets(player: Player, mlflow: Any, run_id: str) -> None:
    """Log what a run read and made."""
    dataset = {"name": "iris", "digest": "d1", "source_type": "http", "source": '{"url": "u"}'}
    tags = [{"key": "mlflow.data.context", "value": "training"}]
    body = {"run_id": run_id, "datasets": [{"dataset": dataset, "tags": tags}]}
    player.ask("log a dataset", "POST", API + "runs/log-inputs", body)
    player.ask("log it again", "POST", API + "runs/log-inputs", body)
    bare = {"name": "bare", "digest": "d2"}
    player.ask(
        "log a bare dataset",
        "POST",
        API + "runs/log-inputs",
        {"run_id": run_id, "datasets": [{"dataset": bare}]},
    )
    player.ask(
        "a dataset with a long digest",
        "POST",
        API + "runs/log-inputs",
        {"run_id": run_id, "datasets": [{"dataset": {**bare, "digest": "d" * 37}}]},
    )
    model = {"run_id": run_id, "models": [{"model_id": "m-" + "0" * 32}]}
    player.ask("log a model that was read", "POST", API + "runs/log-inputs", model)
    player.ask("log a model that was made", "POST", API + "runs/outputs", model)
    player.ask("log it again as made", "POST", API + "runs/outputs", model)
    player.ask("no model that was made", "POST", API + "runs/outputs", {"run_id": run_id})
    player.ask("inputs as JSON", "GET", API + "runs/get", query={"run_id": run_id})
    player.call("inputs by the client", lambda: player.client.get_run(run_id).inputs)
    player.ask(
        "search datasets", "POST", AJAX + "experiments/search-datasets", {"experiment_ids": ["1"]}
    )
    player.ask("search datasets of nothing", "POST", AJAX + "experiments/search-datasets", {})
    player.ask(
        "a model in the old way",
        "POST",
        API + "runs/log-model",
        {"run_id": run_id, "model_json": "no JSON"},
    )
    player.ask(
        "search logged models", "POST", API + "logged-models/search", {"experiment_ids": ["1"]}
    )


def histories(player: Player, run_id: str) -> None:
    """Read the points of metrics."""
    client = player.client
    for key in ("loss", "acc", "nan", "back", "nobody"):
        player.call(f"the history of {key}", client.get_metric_history, run_id, key)
    history = API + "metrics/get-history"
    page = player.ask(
        "a page of a history",
        "GET",
        history,
        query={"run_id": run_id, "metric_key": "acc", "max_results": 4},
    )
    player.ask(
        "the next page",
        "GET",
        history,
        query={
            "run_id": run_id,
            "metric_key": "acc",
            "max_results": 4,
            "page_token": page["next_page_token"],
        },
    )
    for name, more in (
        ("no results", {"max_results": 0}),
        ("a wrong token", {"max_results": 4, "page_token": "x"}),
    ):
        player.ask(
            f"a history with {name}",
            "GET",
            history,
            query={"run_id": run_id, "metric_key": "acc", **more},
        )
    player.ask(
        "a history of no run", "GET", history, query={"run_id": "0" * 32, "metric_key": "acc"}
    )
    player.ask(
        "histories",
        "GET",
        AJAX + "metrics/get-history-bulk",
        query={"run_id": [run_id], "metric_key": "acc"},
    )
    player.ask(
        "histories of an unknown metric",
        "GET",
        AJAX + "metrics/get-history-bulk",
        query={"run_id": [run_id], "metric_key": "nobody"},
    )
    interval = API + "metrics/get-history-bulk-interval"
    for name, more in (
        ("sampled", {"max_results": 4}),
        ("of an interval", {"start_step": 2, "end_step": 5}),
        ("with one end", {"start_step": 2}),
        ("with no end", {"start_step": 5, "end_step": 2}),
        ("with too many results", {"max_results": 2501}),
    ):
        player.ask(
            f"histories {name}",
            "GET",
            interval,
            query={"run_ids": [run_id], "metric_key": "acc", **more},
        )


def searches(player: Player, mlflow: Any, experiment_id: str, run_id: str) -> None:
    """Search runs."""
    client = player.client
    for name, text in (
        ("all", ""),
        ("by a metric", "metrics.acc > 0.5"),
        ("by a param", "params.lr = '0.1'"),
        ("by a tag", "tags.`from` LIKE 'ba%'"),
        ("by their parent", f"tags.mlflow.parentRunId = '{run_id}'"),
        ("by status", "attributes.status = 'RUNNING' and attributes.run_name != 'x'"),
        ("by id", f"attributes.run_id IN ('{run_id}')"),
    ):
        player.call(
            f"search runs {name}",
            client.search_runs,
            [experiment_id],
            text,
            1,
            100,
            ["attributes.start_time ASC"],
        )
    player.call("search a page of runs", client.search_runs, [experiment_id], max_results=1)
    player.call("search runs of no experiment", client.search_runs, ["999"])
    player.call(
        "a table of runs",
        mlflow.search_runs,
        [experiment_id],
        "params.lr = '0.1'",
        order_by=["metrics.acc DESC"],
    )
    player.ask(
        "runs as JSON",
        "POST",
        API + "runs/search",
        {"experiment_ids": [experiment_id], "filter": "params.lr = '0.1'"},
    )
    for name, more in (
        ("a wrong filter", {"filter": "nonsense"}),
        ("an unknown attribute", {"filter": "attributes.colour = 'red'"}),
        ("a wrong order", {"order_by": ["nonsense DESC"]}),
        ("no results", {"max_results": 0}),
        ("too many results", {"max_results": 50_001}),
        ("a wrong token", {"page_token": "x"}),
        ("several names", {"filter": "run_name IN ('a', 'b')"}),
    ):
        player.ask(
            f"search runs with {name}",
            "POST",
            API + "runs/search",
            {"experiment_ids": [experiment_id], **more},
        )
