"""Running a cell again: attempts are linked and numbered, with and without a cell id."""

import pytest

from tests.notebook.kernels import Kernel, store_of

_CELL = "%%track -e {}\nlr = {}\nacc = sum([lr, 0.5])"


def attempts(kernel, experiment, view="ACTIVE_ONLY"):
    runs = kernel.runs(view)
    with store_of(kernel.folder) as store:
        wanted = store.find_experiment(experiment).experiment_id
    return [run for run in runs if run.info.experiment_id == wanted]


@pytest.mark.parametrize("cell_id", [None, "cell-7"])
def test_three_runs_of_a_cell_are_three_attempts(shared, cell_id):
    experiment = f"attempts-{cell_id}"
    answers = [shared.run(_CELL.format(experiment, lr), cell_id) for lr in (0.1, 0.1, 0.2)]
    first, second, third = attempts(shared, experiment)
    name = first.info.run_name
    assert [run.info.run_name for run in (second, third)] == [f"{name} #2", f"{name} #3"]
    assert {r.data.tags["nbtrack.attempt.of"] for r in (first, second, third)} == {
        first.info.run_id
    }
    assert [r.data.tags["nbtrack.attempt.number"] for r in (first, second, third)] == list("123")
    assert f"changed since {name}: nothing" in answers[1].summary
    assert f"changed since {name} #2: lr 0.1 → 0.2" in answers[2].summary
    assert "acc=0.7 ▲0.1 vs last ▲0.1 vs best" in answers[2].summary


def test_another_cell_id_is_another_cell(shared):
    for cell_id in ("a", "b"):
        shared.run(_CELL.format("two-cells", 0.1), cell_id)
    numbers = [r.data.tags["nbtrack.attempt.number"] for r in attempts(shared, "two-cells")]
    assert numbers == ["1", "1"]


def test_a_new_kernel_goes_on_counting(tmp_path):
    for _ in range(2):
        kernel = Kernel(tmp_path / "project")
        kernel.run(_CELL.format("again", 0.1))
        found = attempts(kernel, "again")
        kernel.close()
    first, second = found
    assert second.info.run_name == f"{first.info.run_name} #2"


def test_replace_puts_the_earlier_attempt_into_the_trash_and_undo_brings_it_back(shared):
    for _ in range(2):
        shared.run("%%track tree --on-rerun replace -e replaced\nlr = 1", "cell-r")
    assert len(attempts(shared, "replaced")) == 1
    assert "undone" in shared.run("%track undo").told
    assert len(attempts(shared, "replaced")) == 2


def test_a_failed_attempt_replaces_nothing(shared):
    shared.run("%%track --on-rerun replace -e kept\nlr = 1", "cell-k")
    shared.run("%%track --on-rerun replace -e kept\n1 / 0", "cell-k")
    assert [run.info.status for run in attempts(shared, "kept")] == ["FINISHED", "FAILED"]


def test_resume_goes_on_with_the_run(shared):
    shared.run("%%track long -e resumed\nimport nbtrack\nnbtrack.log_metric('a', 1, step=0)", "c")
    shared.run("%%track --resume -e resumed\nnbtrack.log_metric('a', 2, step=1)\nlr = 1", "c")
    (run,) = attempts(shared, "resumed")
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "long"
    assert run.data.metrics == {"a": 2}
    assert run.data.params == {"lr": "1"}


def test_resume_of_nothing_says_so_and_the_cell_runs(shared):
    answer = shared.run("%%track --resume -e nothing\nprint('ran')", "never-run")
    assert "found no earlier run" in answer.told
    assert "ran" in answer.told
