"""Hooks in a real shell without a kernel: they pair, and they never harm a cell."""

import atexit
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import nbtrack
from nbtrack.client import session as sessions
from nbtrack.notebook.extension import extension_of, load, unload
from nbtrack.notebook.recording import Recording


@pytest.fixture
def shell():
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    load(shell)
    yield shell
    unload(shell)
    atexit.unregister(shell.atexit_operations)  # each would collect the garbage of the whole suite


def run(shell, cell):
    return shell.run_cell(cell, store_history=False)


def stored():
    return nbtrack.search_runs(search_all_experiments=True, output_format="list")


def test_loading_twice_registers_once(shell):
    load(shell)
    assert sum("nbtrack" in str(f) for f in shell.input_transformers_cleanup) == 1
    assert sum("nbtrack" in str(f) for f in shell.events.callbacks["pre_run_cell"]) == 1


def test_the_line_below_the_track_line_may_be_an_automagic(shell, capsys):
    run(shell, "%%track\nlsmagic")
    assert "Available line magics" in capsys.readouterr().out


def test_a_traceback_keeps_the_editors_line_numbers(shell):
    result = run(shell, "# above\n\n%%track\nx = 1\n1 / 0")
    trace = result.error_in_exec.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    assert trace.tb_lineno == 5


def test_a_nested_tracked_cell_is_a_child_and_closes_only_itself(shell):
    run(
        shell,
        "%%track outer\nget_ipython().run_cell('%%track inner\\nx = 1')\n"
        "import nbtrack\nnbtrack.log_metric('after', 1)",
    )
    found = {r.info.run_name: r for r in stored()}
    assert found["inner"].data.tags["mlflow.parentRunId"] == found["outer"].info.run_id
    assert found["outer"].data.metrics == {"after": 1}


def test_a_nested_plain_cell_does_not_close_the_tracked_one(shell):
    run(
        shell,
        "%%track outer\nget_ipython().run_cell('y = 1')\n"
        "import nbtrack\nnbtrack.log_metric('after', 1)",
    )
    (outer,) = stored()
    assert outer.data.metrics == {"after": 1}


def test_a_store_that_cannot_be_opened_is_said_and_the_cell_runs(shell, monkeypatch, capsys):
    monkeypatch.setenv("NBTRACK_TRACKING_URI", "nonsense://somewhere")
    result = run(shell, "%%track\nx = 41 + 1\nx")
    assert result.result == 42
    assert "this cell was not tracked" in capsys.readouterr().err


def test_a_failing_hook_is_one_line_and_the_cell_runs(shell, monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("broken\nin two lines")

    monkeypatch.setattr(extension_of(shell), "_options", fail)
    result = run(shell, "%%track\nx = 41 + 1\nx")
    assert result.result == 42
    said = capsys.readouterr().err
    assert "could not track this cell (RuntimeError: broken in two lines)" in said
    assert said.count("\n") == 1


def test_unloading_in_the_middle_of_a_cell_ends_its_run(shell):
    shell.user_ns["unload"] = lambda: unload(shell)
    run(shell, "%%track half\nunload()\nx = 1")
    (half,) = stored()
    assert half.info.status == "KILLED"


def test_variables_in_the_line_are_expanded(shell):
    run(shell, "fold = 3")
    run(shell, "%%track fold-{fold}\nx = 1")
    assert [r.info.run_name for r in stored()] == ["fold-3"]


def test_completion_and_help_know_the_magic(shell):
    magics = shell.magics_manager.lsmagic()
    assert "track" in magics["cell"]
    assert "track" in magics["line"]
    assert "--on-rerun" in magics["cell"]["track"].__doc__


def test_changing_the_folder_moves_neither_store_nor_experiment(shell, tmp_path):
    run(shell, "%%track here\nx = 1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(shell, f"import os\nos.chdir({str(elsewhere)!r})")
    run(shell, "%%track there\nx = 1")
    assert {r.info.run_name for r in stored()} == {"here", "there"}
    assert len({r.info.experiment_id for r in stored()}) == 1


def test_a_seed_for_a_library_that_cannot_be_imported_leaves_the_cell_tracked(
    shell, monkeypatch, tmp_path
):
    (tmp_path / "torch.py").write_text("raise OSError('libcudart.so: cannot open')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    run(shell, "%%track --seed 3\nname = 'torch'")
    (tracked,) = stored()
    assert tracked.info.status == "FINISHED"
    assert tracked.data.params == {"name": "torch", "seed": "3"}


def test_a_run_whose_captures_cannot_begin_does_not_stay_open(shell, monkeypatch):
    def interrupted(_recording):
        raise KeyboardInterrupt

    monkeypatch.setattr(Recording, "start", interrupted)
    result = run(shell, "%%track\nx = 41 + 1\nx")
    assert result.result == 42
    (tracked,) = stored()
    assert tracked.info.status == "KILLED"
    assert nbtrack.active_run() is None


def test_a_mistake_is_told_once_and_ends_with_one_full_stop(shell, capsys):
    for line in ("runs metrics.acc >", "log", "tag a"):
        run(shell, f"%track {line}")
    told = capsys.readouterr()
    text = told.out + told.err
    assert "^." not in text
    assert "%track: %track" not in text


def test_a_namesake_in_another_notebook_does_not_hide_the_last_attempt(shell, tmp_path):
    for notebook in ("a", "b", "a"):
        unload(shell)
        load(shell)
        shell.user_ns["__vsc_ipynb_file__"] = str(tmp_path / f"{notebook}.ipynb")
        run(shell, "%%track tree -e shared\nx = 1")
        stored()
    numbers = [r.data.tags["nbtrack.attempt.number"] for r in stored()]
    assert sorted(numbers) == ["1", "1", "2"]


def test_a_password_that_is_printed_or_raised_is_not_stored(shell, capsys):
    run(
        shell,
        "%%track\npassword = 'winterland'\nlogin = f'bob {password}'\nprint('with', password)\n"
        "raise ValueError(f'login failed: {password}')",
    )
    assert "ValueError: login failed: [redacted] ·" in capsys.readouterr().out
    (tracked,) = stored()
    assert tracked.data.tags["nbtrack.error.message"] == "login failed: [redacted]"
    assert tracked.data.params == {"password": "[redacted]", "login": "bob [redacted]"}
    assert extension_of(shell).kernel.background.wait(10)
    root = Path(nbtrack.get_tracking_uri().removeprefix("sqlite:///")).parent
    kept = [path for path in root.rglob("*") if path.is_file()]
    assert "output.txt" in {path.name for path in kept}
    assert not [path.name for path in kept if b"winterland" in path.read_bytes()]


def kept(shell, path):
    """Return a file of the only run, once the background thread is done."""
    assert extension_of(shell).kernel.background.wait(20)
    (found,) = stored()
    session = sessions.current_session()
    return session.artifacts(found.info).read(path).decode()


@pytest.mark.parametrize("seconds", [0, 0.4])
def test_source_and_lineage_hold_no_value_that_a_secret_name_has(shell, seconds):
    shell.run_cell("place = 'zebra-crossing'", store_history=True)
    shell.run_cell(
        f"%%track\nimport time\ntime.sleep({seconds})\ncopied = 'winter-time', place\n"
        "db_password, other_password = copied",
        store_history=True,
    )
    source, cells = kept(shell, "source/cell.py"), kept(shell, "source/cells.json")
    assert "winter-time" not in source
    assert "copied = '[redacted]'" in source
    assert "zebra-crossing" not in cells
    assert "place = '[redacted]'" in cells


def test_the_patch_holds_no_value_that_a_secret_name_has(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "settings.py"
    file.write_text("place = 1\n")
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], check=True)
    file.write_text("place = 'winter-time'\n")
    extension_of(shell).kernel._folder = tmp_path
    run(shell, "%%track\nwith open('settings.py') as f:\n    db_password = f.read()[9:-2]")
    patch = kept(shell, "code.patch")
    assert "+place = '[redacted]'" in patch


def test_files_of_a_cell_are_kept_by_the_background_thread(shell, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    background, gate = extension_of(shell).kernel.background, threading.Event()
    background.put("wait", lambda: gate.wait(20))
    run(shell, "%%track -a *.txt\nwith open('a.txt', 'w') as f:\n    _ = f.write('hi')")
    printed = capsys.readouterr().out
    assert "1 file" in printed
    assert "hint" not in printed
    (found,) = stored()
    folder = sessions.current_session().artifacts(found.info)
    assert "a.txt" not in [file.path for file in folder.list()]
    gate.set()
    assert kept(shell, "a.txt") == "hi"


def test_a_file_that_changes_before_it_is_kept_is_said(shell, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    background, gate = extension_of(shell).kernel.background, threading.Event()
    background.put("wait", lambda: gate.wait(20))
    run(shell, "%%track -a *.txt\nwith open('a.txt', 'w') as f:\n    _ = f.write('hi')")
    (tmp_path / "a.txt").write_text("another text")
    gate.set()
    assert kept(shell, "a.txt") == "another text"
    assert "a.txt changed after the cell ended" in capsys.readouterr().err


def test_files_of_one_name_from_other_folders_are_all_kept(shell, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    run(
        shell,
        f"%%track -a {tmp_path}/*/m.txt\nfrom pathlib import Path\n"
        f"for part in ('a', 'b', 'work'):\n    path = Path('{tmp_path}') / part / 'm.txt'\n"
        "    path.parent.mkdir(exist_ok=True)\n    _ = path.write_text(part)",
    )
    assert kept(shell, "m.txt") == "work"
    assert kept(shell, "a/m.txt") == "a"
    assert kept(shell, "b/m.txt") == "b"


def test_a_masked_value_is_neither_metric_nor_param(shell):
    run(
        shell,
        "%%track\nimport numpy as np\nm = np.ma.masked\nk = np.ma.array(3.0, mask=True)\nx = 1",
    )
    (found,) = stored()
    assert set(found.data.params) == {"x"}
    assert found.data.metrics == {}


def test_a_deleted_working_directory_keeps_the_output_and_the_capture(shell, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    run(shell, "%%track -a *.txt\nlr = 0.5\nprint('still here')")
    (found,) = stored()
    assert found.data.params == {"lr": "0.5"}
    assert kept(shell, "output.txt") == "still here"


@pytest.mark.parametrize("part", ["_look_at_cell", "_note_data", "_keep_surroundings"])
def test_a_part_of_the_capture_that_fails_takes_no_other_with_it(shell, monkeypatch, part, capsys):
    def fail(*_, **__):
        raise RuntimeError("broken part")

    monkeypatch.setattr(Recording, part, fail)
    run(shell, "%%track\nlr = 0.5\nprint('still here')")
    assert kept(shell, "output.txt") == "still here"
