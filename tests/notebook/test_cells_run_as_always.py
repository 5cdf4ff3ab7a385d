"""A tracked cell behaves exactly as without its line: real kernels of IPython 9 and 7.34."""

import uuid

import pytest


@pytest.fixture
def name():
    return f"run-{uuid.uuid4().hex[:8]}"


def run_named(kernel, name):
    """Return the runs of this name, as a second process sees them."""
    return [run for run in kernel.runs() if run.info.run_name == name]


def only(kernel, name):
    (run,) = run_named(kernel, name)
    return run


def test_a_cell_leaves_a_finished_run_and_a_line(shared, name):
    answer = shared.run(f"%%track {name}\nlr = 0.1\nacc = sum([0.25, 0.5])")
    run = only(shared, name)
    assert answer.status == "ok"
    assert run.info.status == "FINISHED"
    assert run.data.params == {"lr": "0.1"}
    assert run.data.metrics == {"acc": 0.75}
    assert answer.summary.startswith(f"{name} ✓")
    assert "lr=0.1 → acc=0.75" in answer.summary


def test_a_raising_cell_replies_error_and_is_failed(shared, name):
    answer = shared.run(f"%%track {name}\nx = 1\nx / 0")
    run = only(shared, name)
    assert answer.status == "error"
    assert answer.error == "ZeroDivisionError: division by zero"
    assert "line 3" in answer.traceback or "---> 3" in answer.traceback.replace("-", "-")
    assert run.info.status == "FAILED"
    assert run.data.tags["nbtrack.error.type"] == "ZeroDivisionError"
    assert run.data.tags["nbtrack.error.message"] == "division by zero"
    trace = shared.file(run, "error.txt").decode()
    assert "x / 0" in trace
    assert "\x1b" not in trace
    assert f"{name} ✗" in answer.summary


def test_an_exception_stops_the_cells_that_wait(shared, name):
    first = shared.send(f"%%track {name}\nimport time\ntime.sleep(0.5)\nraise ValueError('stop')")
    second = shared.send("print('ran all the same')")
    assert shared.answer(first).status == "error"
    assert shared.answer(second).status == "aborted"


def test_an_interrupt_is_killed_and_the_next_cell_works(shared, name):
    made = shared.folder / f"{name}.begun"
    sent = shared.send(
        f"%%track {name}\nimport pathlib, time\npathlib.Path({str(made)!r}).touch()\ntime.sleep(30)"
    )
    shared.wait_for(made)
    shared.interrupt()
    answer = shared.answer(sent)
    assert answer.status == "error"
    assert answer.error.startswith("KeyboardInterrupt")
    assert only(shared, name).info.status == "KILLED"
    assert shared.run(f"%%track {name}-next\nx = 1").status == "ok"
    assert only(shared, f"{name}-next").info.status == "FINISHED"


def test_an_interrupted_await_is_killed(shared, name):
    made = shared.folder / f"{name}.begun"
    sent = shared.send(
        f"%%track {name}\nimport asyncio, pathlib\npathlib.Path({str(made)!r}).touch()\n"
        "for _ in range(300):\n    await asyncio.sleep(0.1)"
    )
    shared.wait_for(made)
    shared.interrupt()
    assert shared.answer(sent).status == "error"
    assert only(shared, name).info.status == "KILLED"


def test_top_level_await_works_and_is_tracked(shared, name):
    answer = shared.run(
        f"%%track {name}\nimport asyncio, nbtrack\n"
        "async def score():\n    await asyncio.sleep(0.01)\n    nbtrack.log_metric('deep', 2)\n"
        "    return 3\nlr = 1\n"
        "task = asyncio.ensure_future(score())\nawait task"
    )
    run = only(shared, name)
    assert answer.result == "3"
    assert run.info.status == "FINISHED"
    assert run.data.metrics["deep"] == 2


@pytest.mark.parametrize("stack", ["%%time\n%%track {}\n", "# c\n\n%%track {}\n%%time\n"])
def test_time_above_and_below_still_times(shared, name, stack):
    answer = shared.run(stack.format(name) + "lr = 0.5\n")
    assert "Wall time" in answer.printed
    assert only(shared, name).data.params == {"lr": "0.5"}


def test_capture_keeps_the_output_and_the_run(shared, name):
    answer = shared.run(f"%%capture out\n%%track {name}\nprint('inside')\nlr = 2")
    run = only(shared, name)
    assert "inside" not in answer.printed
    assert shared.run("out.stdout").result == r"'inside\n'"
    assert run.info.status == "FINISHED"
    assert run.data.params == {"lr": "2"}
    assert name in answer.summary


def test_bash_runs_in_bash_and_keeps_its_source(shared, name):
    answer = shared.run(f"%%track {name}\n%%bash\necho from bash")
    run = only(shared, name)
    assert "from bash" in answer.printed
    assert run.info.status == "FINISHED"
    assert "echo from bash" in shared.file(run, "source/cell.py").decode()


def test_blank_and_comment_lines_may_stand_above(shared, name):
    answer = shared.run(f"\n# the baseline\n\n%%track {name}\nlr = 0.1\n1 / 0")
    assert answer.status == "error"
    assert only(shared, name).info.status == "FAILED"


def test_out_and_its_number_are_as_always(shared, name):
    answer = shared.run(f"%%track {name}\n40 + 2")
    assert answer.result == "42"
    assert shared.run(f"Out[{answer.execution_count}]").result == "42"


def test_a_syntax_error_shows_the_editors_line_and_leaves_no_run(shared, name):
    answer = shared.run(f"%%track {name}\nx = 1\ny = = 2")
    assert answer.status == "error"
    assert answer.error.startswith("SyntaxError")
    assert "line 3" in answer.traceback
    assert run_named(shared, name) == []
    assert answer.summary == ""


def test_a_return_outside_of_a_function_leaves_no_run(shared, name):
    assert shared.run(f"%%track {name}\nreturn 1").status == "error"
    assert run_named(shared, name) == []


@pytest.mark.parametrize(("code", "status"), [("0", "FINISHED"), ("3", "FAILED")])
def test_system_exit_counts_by_its_code(shared, name, code, status):
    shared.run(f"%%track {name}\nimport sys\nsys.exit({code})")
    assert only(shared, name).info.status == status


def test_a_file_that_run_executes_says_that_it_was_not_tracked(shared, name):
    (shared.folder / "cell.ipy").write_text(f"%%track {name}\nfrom_file = 5\n")
    answer = shared.run("%run cell.ipy\nfrom_file")
    assert answer.result == "5"
    assert "was not tracked; put %%track above the cell with %run" in answer.told
    assert run_named(shared, name) == []


def test_run_in_a_tracked_cell_leaves_one_run(shared, name):
    (shared.folder / "plain.ipy").write_text("from_plain = 6\n%time pass\n")
    answer = shared.run(f"%%track {name}\n%run plain.ipy\nlr = 1")
    assert answer.status == "ok"
    assert only(shared, name).data.params["lr"] == "1"


def test_a_thread_that_outlives_its_cell_keeps_its_run(shared, name):
    shared.run(
        f"%%track {name}-a\nimport threading, nbtrack\nfrom concurrent.futures import "
        "ThreadPoolExecutor\ngo = threading.Event()\npool = ThreadPoolExecutor(1)\n"
        "def late():\n    go.wait(20)\n    nbtrack.log_metric('late', 1)\n"
        "thread = threading.Thread(target=late)\nthread.start()\n"
        "pool.submit(nbtrack.log_metric, 'pooled', 1).result()"
    )
    shared.run(
        f"%%track {name}-b\ngo.set()\nthread.join()\n"
        "pool.submit(nbtrack.log_metric, 'pooled', 2).result()"
    )
    assert only(shared, f"{name}-a").data.metrics == {"late": 1, "pooled": 1}
    assert only(shared, f"{name}-b").data.metrics == {"pooled": 2}


def test_start_run_in_a_cell_makes_a_child(shared, name):
    shared.run(
        f"%%track {name}\nimport nbtrack\nwith nbtrack.start_run(run_name='{name}-child'):\n"
        "    nbtrack.log_metric('inner', 1)\nnbtrack.end_run()\nnbtrack.log_metric('outer', 2)"
    )
    cell, child = only(shared, name), only(shared, f"{name}-child")
    assert child.data.tags["mlflow.parentRunId"] == cell.info.run_id
    assert child.data.metrics == {"inner": 1}
    assert cell.data.metrics == {"outer": 2}
    assert cell.info.status == "FINISHED"


def test_a_wrong_option_says_the_nearest_and_the_cell_runs(shared, name):
    answer = shared.run(f"%%track {name} --on-rern new\nprint('ran')")
    assert "not tracked" in answer.told
    assert "nearest: --on-rerun" in answer.told
    assert "ran" in answer.told
    assert run_named(shared, name) == []


def test_two_lines_and_a_line_below_code_get_a_sentence(shared, name):
    assert "two %%track lines" in shared.run(f"%%track {name}\n%%track {name}\nx = 1").told
    answer = shared.run(f"x = 7\n%%track {name}\nx")
    assert "must stand above all code" in answer.told
    assert answer.result == "7"
    assert run_named(shared, name) == []


def test_a_task_that_outlives_its_cell_keeps_its_run(shared, name):
    shared.run(
        f"%%track {name}-a\nimport asyncio, nbtrack\nopen_now = asyncio.Event()\n"
        "async def late():\n    await open_now.wait()\n    nbtrack.log_metric('late', 1)\n"
        "task = asyncio.ensure_future(late())"
    )
    shared.run(f"%%track {name}-b\nopen_now.set()\nawait task")
    assert only(shared, f"{name}-a").data.metrics == {"late": 1}
    assert only(shared, f"{name}-b").data.metrics == {}
