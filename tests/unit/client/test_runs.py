"""The life of a run: begun, nested, resumed, ended, with its true status."""

import asyncio
import sys
import threading

import pytest

import nbtrack
from nbtrack.client import stack
from nbtrack.client.active_run import source_tags
from nbtrack.errors import InvalidValue, NotFound


def test_a_with_block_ends_its_run():
    with nbtrack.start_run(run_name="tree") as run:
        assert nbtrack.active_run() is run
        assert run.info.status == "RUNNING"
    assert nbtrack.active_run() is None
    assert nbtrack.get_run(run.run_id).info.status == "FINISHED"
    assert run.info.end_time >= run.info.start_time


def test_an_exception_makes_the_run_failed_and_is_kept():
    with pytest.raises(ZeroDivisionError), nbtrack.start_run() as run:
        1 / 0  # noqa: B018
    stored = nbtrack.get_run(run.run_id)
    assert stored.info.status == "FAILED"
    assert stored.data.tags["nbtrack.error.type"] == "ZeroDivisionError"
    assert stored.data.tags["nbtrack.error.message"] == "division by zero"
    assert b"test_runs.py" in run.artifacts.read("error.txt")


def test_secrets_in_an_exception_are_not_kept():
    address = "postgresql://me:hunter2@db.example.org/x"
    with pytest.raises(ConnectionError), nbtrack.start_run() as run:
        raise ConnectionError(f"No answer from {address}, API_KEY=abc12345")
    kept = nbtrack.get_run(run.run_id).data.tags["nbtrack.error.message"]
    kept += run.artifacts.read("error.txt").decode()
    assert "No answer from postgresql://me:[redacted]@db.example.org/x" in kept
    assert "hunter2" not in kept
    assert "abc12345" not in kept


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt(), "KILLED"),
        (SystemExit(), "FINISHED"),
        (SystemExit(0), "FINISHED"),
        (SystemExit(3), "FAILED"),
        (SystemExit("no data"), "FAILED"),
        (asyncio.CancelledError(), "KILLED"),
        (GeneratorExit(), "FINISHED"),
    ],
)
def test_the_status_tells_what_ended_the_block(error, status):
    with pytest.raises(type(error)), nbtrack.start_run() as run:
        raise error
    assert nbtrack.get_run(run.run_id).info.status == status


def test_an_error_whose_message_cannot_be_read_is_kept_all_the_same():
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    with pytest.raises(Mute), nbtrack.start_run() as run:
        raise Mute
    assert nbtrack.get_run(run.run_id).data.tags["nbtrack.error.type"].endswith("Mute")


def test_a_script_of_a_deleted_folder_keeps_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "train.py", raising=False)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert source_tags()["mlflow.source.name"] == "train.py"


def test_a_run_gets_mlflows_tags():
    with nbtrack.start_run(tags={"a": 1}, description="a note") as run:
        pass
    tags = nbtrack.get_run(run.run_id).data.tags
    assert tags["a"] == "1"
    assert tags["mlflow.note.content"] == "a note"
    assert tags["mlflow.source.type"] == "LOCAL"
    assert tags["mlflow.runName"] == run.info.run_name
    assert {"mlflow.user", "mlflow.source.name"} <= set(tags)


def test_a_run_without_a_name_gets_two_words():
    with nbtrack.start_run() as run:
        assert len(run.info.run_name.split("-")) == 2


def test_what_the_process_knows_of_a_run_is_what_is_stored():
    with nbtrack.start_run() as run:
        pass
    assert nbtrack.get_run(run.run_id).info == run.info


def test_a_run_in_a_with_block_is_the_parent_of_the_next():
    with nbtrack.start_run() as parent, nbtrack.start_run() as child:
        assert nbtrack.active_run() is child
    assert nbtrack.get_run(child.run_id).data.tags["mlflow.parentRunId"] == parent.run_id
    assert nbtrack.get_parent_run(child.run_id).info.run_id == parent.run_id
    assert nbtrack.get_parent_run(parent.run_id) is None


def test_nested_makes_a_child_of_a_run_without_a_block():
    parent = nbtrack.start_run()
    with nbtrack.start_run(nested=True) as child:
        pass
    assert nbtrack.active_run() is parent
    assert nbtrack.get_parent_run(child.run_id).info.run_id == parent.run_id


def test_a_second_run_without_a_block_is_refused_in_a_script():
    nbtrack.start_run()
    with pytest.raises(InvalidValue, match=r"already active.*end_run\(\).*nested=True"):
        nbtrack.start_run()


def test_in_a_notebook_a_forgotten_run_is_ended_and_that_is_said(spoken):
    stack.notebook_mode(True)
    forgotten = nbtrack.start_run()
    second = nbtrack.start_run()
    assert nbtrack.active_run() is second
    assert nbtrack.get_run(forgotten.run_id).info.status == "FINISHED"
    assert "mlflow.parentRunId" not in second.data.tags
    assert any("still open" in line for line in spoken())


def test_a_parent_can_be_named():
    with nbtrack.start_run() as parent:
        pass
    with nbtrack.start_run(parent_run_id=parent.run_id) as child:
        pass
    assert nbtrack.get_parent_run(child.run_id).info.run_id == parent.run_id
    with pytest.raises(NotFound):
        nbtrack.start_run(parent_run_id="0" * 32)


def test_a_run_can_be_taken_up_again():
    with nbtrack.start_run(run_name="first") as run:
        nbtrack.log(loss=3.0)
    with nbtrack.start_run(run_id=run.run_id, tags={"again": "yes"}) as again:
        assert nbtrack.Client().get_run(run.run_id).info.status == "RUNNING"
        assert nbtrack.log(loss=2.0) == 1
    stored = nbtrack.get_run(run.run_id)
    assert again.run_id == run.run_id
    assert stored.info.status == "FINISHED"
    assert stored.data.tags["again"] == "yes"
    assert stored.data.metrics["loss"] == 2.0


def test_the_environment_names_a_run_to_take_up_again_once(monkeypatch):
    with nbtrack.start_run() as run:
        pass
    monkeypatch.setenv("MLFLOW_RUN_ID", run.run_id)
    with nbtrack.start_run() as again:
        assert again.run_id == run.run_id
    with nbtrack.start_run() as other:
        assert other.run_id != run.run_id


def test_a_deleted_run_cannot_be_taken_up_again():
    with nbtrack.start_run() as run:
        pass
    nbtrack.delete_run(run.run_id)
    with pytest.raises(InvalidValue, match=r"must be in the 'active' state.*restore_run"):
        nbtrack.start_run(run_id=run.run_id)
    nbtrack.restore_run(run.run_id)
    with nbtrack.start_run(run_id=run.run_id):
        pass


def test_end_run_without_a_run_does_nothing():
    nbtrack.end_run()


def test_end_run_takes_a_status():
    run = nbtrack.start_run()
    with pytest.raises(InvalidValue, match="no status 'DONE'"):
        nbtrack.end_run("DONE")
    nbtrack.end_run("KILLED")
    assert nbtrack.get_run(run.run_id).info.status == "KILLED"


def test_end_run_inside_a_with_block_ends_the_run_once():
    with nbtrack.start_run() as run:
        nbtrack.end_run("KILLED")
    assert nbtrack.get_run(run.run_id).info.status == "KILLED"


def test_the_last_run_is_known_after_its_end():
    assert nbtrack.last_active_run() is None
    with nbtrack.start_run() as run:
        with nbtrack.start_run(nested=True):
            pass
        assert nbtrack.last_active_run().info.run_id == run.run_id
    assert nbtrack.last_active_run().info.run_id == run.run_id


def test_a_script_that_logs_without_a_run_starts_one():
    nbtrack.log_metric("acc", 0.9)
    run = nbtrack.active_run()
    assert run.data.metrics == {"acc": 0.9}


def test_a_notebook_that_logs_without_a_run_means_the_last_tracked_one(spoken):
    stack.notebook_mode(True)
    with nbtrack.start_run(run_name="cell") as run:
        pass
    stack.set_last_tracked(run)
    nbtrack.log_metric("acc", 0.9)
    nbtrack.log_metric("f1", 0.8)
    assert nbtrack.get_run(run.run_id).data.metrics == {"acc": 0.9, "f1": 0.8}
    assert len([line for line in spoken() if "last tracked run, 'cell'" in line]) == 1


def test_a_cell_with_a_context_of_its_own_sees_the_run_of_the_cell_before():
    import contextvars

    stack.notebook_mode(True)
    contextvars.Context().run(nbtrack.start_run)
    contextvars.Context().run(nbtrack.log_metric, "acc", 0.9)
    run = contextvars.Context().run(nbtrack.active_run)
    assert run.data.metrics == {"acc": 0.9}
    contextvars.Context().run(nbtrack.end_run)
    assert nbtrack.get_run(run.run_id).info.status == "FINISHED"


def test_start_run_in_a_tracked_cell_makes_a_child_and_end_run_leaves_the_cells_run():
    stack.notebook_mode(True)
    from nbtrack.client.active_run import begin_run
    from nbtrack.client.session import current_session

    cell = begin_run(current_session(), "0", name="cell")
    stack.set_ambient(cell)
    child = nbtrack.start_run()
    nbtrack.end_run()
    nbtrack.end_run()
    assert nbtrack.get_parent_run(child.run_id).info.run_id == cell.run_id
    assert not cell.ended
    cell.end()


def test_threads_have_runs_of_their_own():
    found = {}

    def work(name):
        with nbtrack.start_run(run_name=name) as run:
            for step in range(50):
                nbtrack.log_metric("m", len(name), step)
            found[name] = run.run_id

    threads = [threading.Thread(target=work, args=("x" * n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, run_id in found.items():
        history = nbtrack.Client().get_metric_history(run_id, "m")
        assert [point.value for point in history] == [float(len(name))] * 50


def test_a_worker_without_a_run_logs_to_the_only_one_that_is_open():
    with nbtrack.start_run() as run:
        thread = threading.Thread(target=nbtrack.log_metric, args=("acc", 0.5))
        thread.start()
        thread.join()
    assert nbtrack.get_run(run.run_id).data.metrics == {"acc": 0.5}


def test_tasks_have_runs_of_their_own():
    async def work(name):
        with nbtrack.start_run(run_name=name, nested=True) as run:
            await asyncio.sleep(0)
            nbtrack.log_param("name", name)
            await asyncio.sleep(0)
            return run.run_id

    async def main():
        return await asyncio.gather(*(work(f"task-{n}") for n in range(5)))

    with nbtrack.start_run() as parent:
        run_ids = asyncio.run(main())
    for number, run_id in enumerate(run_ids):
        data = nbtrack.get_run(run_id).data
        assert data.params == {"name": f"task-{number}"}
        assert data.tags["mlflow.parentRunId"] == parent.run_id


def test_files_of_a_run_lie_where_its_experiment_says(tmp_path):
    place = tmp_path / "why?"
    made = nbtrack.create_experiment("why", artifact_location=str(place))
    with nbtrack.start_run(experiment_id=made) as run:
        nbtrack.log_text("1", "a.txt")
    assert (place / run.run_id / "artifacts" / "a.txt").read_text() == "1"
    assert nbtrack.get_run(run.run_id).info.artifact_uri == run.info.artifact_uri


def test_a_run_that_a_thread_ended_is_not_active_after_its_block():
    with nbtrack.start_run() as run:
        thread = threading.Thread(target=run.end)
        thread.start()
        thread.join()
    nbtrack.log_metric("after", 1)
    assert nbtrack.active_run() is not run
    assert "after" not in nbtrack.get_run(run.run_id).data.metrics


def test_a_run_does_not_end_as_running():
    with nbtrack.start_run() as run:
        with pytest.raises(InvalidValue, match="FINISHED, FAILED or KILLED"):
            nbtrack.end_run("RUNNING")
        assert nbtrack.active_run() is run
