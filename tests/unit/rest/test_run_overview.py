"""The overview of a run over REST."""


def test_an_overview_holds_the_run_its_experiment_and_its_metrics(rest, run, experiment):
    points = [("loss", 2.0, 0), ("loss", 0.5, 1), ("bad", "NaN", 0), ("big", "Infinity", 0)]
    rest.post(
        "runs/log-batch",
        {
            "run_id": run,
            "metrics": [
                {"key": key, "value": value, "timestamp": 7, "step": step}
                for key, value, step in points
            ],
        },
    )
    found = rest.get("runs/overview", run_id=run)
    assert found["run"] == rest.run(run)
    assert found["experiment"]["experiment_id"] == experiment
    assert found["experiment"]["name"].startswith("e ")
    bad, big, loss = found["metrics"]
    assert loss == {
        "key": "loss", "last": 0.5, "step": 1, "timestamp": 7, "min": 0.5, "max": 2.0,
        "first": 2.0, "count": 2,
    }  # fmt: skip
    assert (bad["last"], bad["min"], big["max"]) == ("NaN", "NaN", "Infinity")


def test_an_overview_names_the_runs_around(rest, run):
    def related(name, **tags):
        return rest.new_run(run_name=name, tags=[{"key": k, "value": v} for k, v in tags.items()])

    child = related("child", **{"mlflow.parentRunId": run})
    rest.post("runs/set-tag", {"run_id": run, "key": "nbtrack.attempt.of", "value": run})
    rest.post("runs/set-tag", {"run_id": run, "key": "nbtrack.attempt.number", "value": "1"})
    again = related("again", **{"nbtrack.attempt.of": run, "nbtrack.attempt.number": "2"})
    found = rest.get("runs/overview", run_id=run)
    assert found["parent"] is None
    assert found["children_total"] == 1
    (one,) = found["children"]
    assert (one["run_id"], one["status"], one["end_time"]) == (child, "RUNNING", None)
    assert [(one["run_id"], one["number"]) for one in found["attempts"]] == [(run, 1), (again, 2)]
    assert rest.get("runs/overview", run_id=child)["parent"]["run_id"] == run


def test_the_overview_of_a_deleted_run_says_so_and_of_none_is_not_found(rest, run):
    rest.post("runs/delete", {"run_id": run})
    info = rest.get("runs/overview", run_id=run)["run"]["info"]
    assert info["lifecycle_stage"] == "deleted"
    assert rest.refused_get("runs/overview", run_id="nope").http_status == 404
    assert rest.refused_get("runs/overview").http_status == 400
