"""Git state, environment, seeds, other packages' capturers, explain()."""

import random
import subprocess

import numpy as np
import pytest

import nbtrack
from nbtrack import plugins
from nbtrack.notebook.capture import capturers, environment
from nbtrack.notebook.capture.captured import Captured, LeftOut
from nbtrack.notebook.capture.code import read_code


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()

    def git(*words):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)

    git("init", "-b", "main")
    (folder / "train.py").write_text("x = 1\n")
    (folder / "a.ipynb").write_text("{}\n")
    git("add", ".")
    git("commit", "-m", "first")
    git("remote", "add", "origin", "https://ada:pa55@example.org/x.git")
    return folder


def test_a_clean_repository_has_a_commit_and_no_patch(repository):
    state = read_code(repository)
    assert len(state.commit) == 40
    assert (state.branch, state.patch, state.problem) == ("main", "", "")
    assert state.remote == "https://example.org/x.git"


def test_the_patch_has_tracked_files_without_notebooks_and_secrets(repository):
    (repository / "train.py").write_text("x = 2\napi_key = 'abc'\n")
    (repository / "a.ipynb").write_text("{ }\n")
    (repository / "untracked.py").write_text("y = 1\n")
    folder = repository / "inner"
    folder.mkdir()
    patch = read_code(folder).patch
    assert "+x = 2" in patch
    assert "+api_key = '[redacted]'" in patch
    assert "ipynb" not in patch
    assert "untracked" not in patch


def test_a_large_patch_is_left_out(repository):
    (repository / "train.py").write_text("x = 1\n" * 300_000)
    state = read_code(repository)
    assert (state.patch, state.problem) == ("", "the patch is larger than 1 MiB")
    assert state.commit


def test_a_repository_cannot_run_its_own_commands(repository):
    (repository / "train.py").write_text("x = 3\n")
    for key in ("diff.external", "core.fsmonitor"):
        subprocess.run(["git", "config", key, "touch ran"], cwd=repository, check=True)
    read_code(repository)
    assert not (repository / "ran").exists()


def test_no_repository_is_said(tmp_path):
    assert read_code(tmp_path).problem == "not in a git repository"


def test_a_repository_without_commit_is_said(tmp_path):
    subprocess.run(["git", "init"], cwd=tmp_path, check=True, capture_output=True)
    assert read_code(tmp_path).problem == "the repository has no commit yet"


def test_a_git_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_code(tmp_path).problem == "git is not installed"


def test_the_environment_names_imported_packages():
    found = environment.environment()
    assert found["packages"]["numpy"] == np.__version__
    assert "json" not in found["packages"]
    assert found["python"].startswith("3.")


def test_seeds_repeat():
    assert environment.seed_everything(7)[:2] == ["random", "numpy"]
    first = (random.random(), np.random.random())  # noqa: NPY002 - what is seeded
    environment.seed_everything(7)
    assert (random.random(), np.random.random()) == first  # noqa: NPY002 - what is seeded


def test_capturers_of_other_packages_run_and_cannot_harm(monkeypatch):
    monkeypatch.setitem(plugins.CAPTURES, "good", "builtins:list.append")
    monkeypatch.setitem(plugins.CAPTURES, "bad", "builtins:int")
    monkeypatch.setitem(plugins.CAPTURES, "gone", "no_such_module:f")
    capturers.forget()
    run = []
    failed = {item.name: item.reason for item in capturers.run_capturers(run, "cell")}
    capturers.forget()
    assert run == ["cell"]
    assert set(failed) == {"bad", "gone"}
    assert "No module named 'no_such_module'" in failed["gone"]


def test_explain_says_why_for_every_name():
    nbtrack.capture.remember(
        Captured(
            params={"lr": 0.1},
            metrics={"acc": 0.5},
            left_out=[LeftOut("big<b>", "it has 100 entries")],
            passed_over=[LeftOut("i", "a loop target")],
            read_from={"lr": "In[2]"},
            reasons={"lr": "read by the cell", "acc": "a number that was computed"},
        )
    )
    explanation = nbtrack.capture.explain()
    nbtrack.capture.remember(None)
    assert [tuple(row) for row in explanation.rows] == [
        ("lr", "param", "0.1", "read by the cell (In[2])"),
        ("acc", "metric", "0.5", "a number that was computed"),
        ("big<b>", "left out", "", "it has 100 entries"),
        ("i", "not taken", "", "a loop target"),
    ]
    assert "big&lt;b&gt;" in explanation._repr_html_()
    assert "acc" in repr(explanation)


def test_explain_without_a_tracked_cell_says_what_to_do():
    nbtrack.capture.remember(None)
    assert "%%track" in repr(nbtrack.capture.explain())
