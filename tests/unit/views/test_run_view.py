"""`nbtrack.show`: the six answers and everything else about a run, without a kernel."""

import pytest

import nbtrack
from nbtrack.errors import NotFound
from nbtrack.tags import ERROR_TYPE


def answered(shown):
    lines = str(shown).splitlines()
    return {line[:28].strip(): line[28:].strip() for line in lines[3:9]}


def test_a_run_answers_the_six_questions():
    with nbtrack.start_run(run_name="tree"):
        nbtrack.log_params({"model": "DecisionTreeClassifier", "model.max_depth": 3, "lr": 0.1})
        for step, acc in enumerate((0.9, 0.8)):
            nbtrack.log_metrics({"acc": acc, "loss": 1.0}, step)
        nbtrack.log_metrics({"latency_p50_ms": 1.5, "latency_p95_ms": 2.0})
    found = answered(nbtrack.show())
    assert found["Which model, and when"].startswith("DecisionTreeClassifier · 20")
    assert "nbtrack.log_input" in found["On which data"]
    assert found["With which hyperparameters"] == "lr=0.1, model.max_depth=3"
    assert found["How good"] == "acc 0.8 (best 0.9), loss 1"
    assert found["How long it took"].endswith("s")
    assert found["How fast it predicts"] == "latency p50 1.5 ms, p95 2 ms"


def test_a_run_without_anything_says_what_to_write():
    with nbtrack.start_run():
        pass
    found = answered(nbtrack.show())
    assert "log_param" in found["With which hyperparameters"]
    assert "log_metric" in found["How good"]
    assert "log_latency" in found["How fast it predicts"]


def test_a_run_that_goes_on_says_so():
    with nbtrack.start_run() as run:
        assert "so far" in str(nbtrack.show(run))
        assert "running" in str(nbtrack.show("last"))


def test_what_went_wrong_is_told():
    with pytest.raises(ZeroDivisionError), nbtrack.start_run():
        1 / 0  # noqa: B018 - it fails
    shown = str(nbtrack.show())
    assert "failed" in shown
    assert "ZeroDivisionError: division by zero" in shown


def test_every_form_shows_values_as_text():
    wild = "<script>alert(1)</script>\n\x1b[31m|*`$x$" * 300
    with nbtrack.start_run(run_name=wild[:200]):
        nbtrack.log_params({"p": wild[:6000]})
        nbtrack.set_tags({"team": wild[:5000], ERROR_TYPE: "<img src=x onerror=alert(1)>"})
    bundle, metadata = nbtrack.show()._repr_mimebundle_()
    assert metadata == {}
    for form in ("text/html", "text/markdown"):
        assert "<script" not in bundle[form]
        assert "<img" not in bundle[form]
    assert "\x1b" not in bundle["text/plain"]
    assert len(bundle["text/html"]) < 60_000


def test_a_run_with_very_much_is_cut():
    with nbtrack.start_run():
        nbtrack.log_params({f"p{number}": number for number in range(150)})
        nbtrack.log_metrics({f"m{number}": number for number in range(150)})
    bundle, _ = nbtrack.show()._repr_mimebundle_()
    assert bundle["text/html"].count("50 more of them") == 2
    assert len(bundle["text/html"]) < 100_000


def test_a_run_that_is_not_there_is_a_sentence():
    with nbtrack.start_run(run_name="tree"):
        pass
    with pytest.raises(NotFound, match="tree"):
        nbtrack.show("three")


def test_a_deleted_run_is_shown_as_such():
    with nbtrack.start_run() as run:
        pass
    shown = nbtrack.show(run.run_id)
    nbtrack.delete_run(run.run_id)
    assert "in the trash" in str(shown)
    assert shown.run.info.lifecycle_stage == "deleted"
