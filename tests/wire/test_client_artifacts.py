"""Files of runs: logged, listed, read and downloaded by MLflow's client."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

NAMES = ("plain.txt", "two words.txt", "ünïcödé ☃ 漢字.txt", "a+b&c=d;e@f.txt", "100% sure.txt")


@pytest.fixture
def run(mlflow, experiment):
    """An open run."""
    with mlflow.start_run() as run:
        yield run


@pytest.fixture
def folder(tmp_path):
    """A directory with files of all names, below it another one and an empty file."""
    folder = tmp_path / "a folder"
    (folder / "inner ☃").mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text(name, encoding="utf-8")
        (folder / "inner ☃" / name).write_text(f"inner {name}", encoding="utf-8")
    (folder / "empty").write_bytes(b"")
    return folder


def paths(mlflow, run, path=None):
    """Return what a run has below a path, directories with a slash at their end."""
    found = mlflow.MlflowClient().list_artifacts(run.info.run_id, path)
    return {one.path + "/" * one.is_dir: one.file_size for one in found}


def downloaded(mlflow, run, path, **more):
    return Path(
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=path, **more)
    )


def test_a_file_of_a_megabyte_comes_back_the_same(mlflow, run, tmp_path):
    content = os.urandom(2**20 + 1)
    (tmp_path / "model.bin").write_bytes(content)
    mlflow.log_artifact(str(tmp_path / "model.bin"))
    mlflow.log_artifact(str(tmp_path / "model.bin"), "deep/er")
    assert paths(mlflow, run) == {"model.bin": 2**20 + 1, "deep/": None}
    for path in ("model.bin", "deep/er/model.bin"):
        assert downloaded(mlflow, run, path).read_bytes() == content


def test_a_file_that_is_logged_again_is_replaced(mlflow, run):
    mlflow.log_text("long text", "a.txt")
    mlflow.log_text("new", "a.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/a.txt") == "new"


def test_a_directory_comes_back_with_all_its_names(mlflow, run, folder, tmp_path):
    mlflow.log_artifacts(str(folder), "data")
    target = tmp_path / "target"
    target.mkdir()
    found = downloaded(mlflow, run, "data", dst_path=str(target))
    assert found.resolve() == target / "data"
    for name in NAMES:
        assert (target / "data" / name).read_text("utf-8") == name
        assert (target / "data" / "inner ☃" / name).read_text("utf-8") == f"inner {name}"
    assert (target / "data" / "empty").read_bytes() == b""


def test_files_are_listed_level_by_level(mlflow, run, folder):
    mlflow.log_artifacts(str(folder))
    mlflow.log_artifacts(str(folder), "data")
    top = paths(mlflow, run)
    assert set(top) == {*NAMES, "empty", "inner ☃/", "data/"}
    assert top["plain.txt"] == len("plain.txt")
    assert set(paths(mlflow, run, "data")) == {
        *(f"data/{name}" for name in NAMES),
        "data/empty",
        "data/inner ☃/",
    }
    assert paths(mlflow, run, "data/plain.txt") == {}
    assert paths(mlflow, run, "no such folder") == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_read_alone(mlflow, run, tmp_path, name):
    (tmp_path / name).write_text("content of " + name, encoding="utf-8")
    mlflow.log_artifact(str(tmp_path / name))
    assert downloaded(mlflow, run, name).read_text("utf-8") == "content of " + name


def test_texts_and_dicts_are_logged_and_loaded(mlflow, run):
    root = f"runs:/{run.info.run_id}"
    mlflow.log_text("<b>ünï</b>", "notes/page.html")
    mlflow.log_dict({"a": [1, None, "ö"]}, "config.json")
    mlflow.log_dict({"b": {"c": 0.5}}, "config.yaml")
    assert mlflow.artifacts.load_text(f"{root}/notes/page.html") == "<b>ünï</b>"
    assert mlflow.artifacts.load_dict(f"{root}/config.json") == {"a": [1, None, "ö"]}
    assert mlflow.artifacts.load_text(f"{root}/config.yaml").splitlines() == ["b:", "  c: 0.5"]


def test_figures_and_images_are_logged_and_loaded(mlflow, run):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2])
    mlflow.log_figure(figure, "plots/curve.png")
    mlflow.log_image(np.zeros((8, 6, 3), dtype=np.uint8), artifact_file="black.png")
    root = f"runs:/{run.info.run_id}"
    assert mlflow.artifacts.load_image(f"{root}/plots/curve.png").size == (100, 100)
    assert mlflow.artifacts.load_image(f"{root}/black.png").size == (6, 8)


@pytest.mark.parametrize("synchronous", [True, False])
def test_images_of_a_key_are_logged_over_steps(mlflow, run, client, synchronous):
    for step in range(2):
        mlflow.log_image(
            np.zeros((4, 4), dtype=np.uint8),
            key="dir/samples",
            step=step,
            timestamp=1_700_000_000_000,
            synchronous=synchronous,
        )
    if not synchronous:
        mlflow.flush_artifact_async_logging()
        mlflow.flush_async_logging()
    found = sorted(paths(mlflow, run, "images"))
    assert len(found) == 4
    assert found[0].startswith("images/dir~samples%step%0%timestamp%1700000000000%") or found[
        0
    ].startswith("images/dir~samples+step+0+timestamp+1700000000000+")
    assert client.get_run(run.info.run_id).data.tags["mlflow.loggedImages"] == "True"


def test_a_table_is_logged_extended_and_loaded(mlflow, run, experiment):
    mlflow.log_table({"x": [1, 2], "text": ["a", "ü"]}, "eval/table.json")
    mlflow.log_table(pd.DataFrame({"x": [3], "text": ["c"]}), "eval/table.json")
    found = mlflow.load_table("eval/table.json", extra_columns=["run_id"])
    assert list(found["x"]) == [1, 2, 3]
    assert list(found["text"]) == ["a", "ü", "c"]
    assert set(found["run_id"]) == {run.info.run_id}
    assert len(mlflow.load_table("eval/table.json", run_ids=[run.info.run_id])) == 3


def test_a_file_that_is_not_there_is_said_so(mlflow, run):
    with pytest.raises((mlflow.MlflowException, OSError)):
        downloaded(mlflow, run, "no such file.txt")


def test_a_file_and_a_tree_are_deleted(mlflow, run, folder):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    mlflow.log_artifacts(str(folder), "data")
    mlflow.log_text("x", "kept.txt")
    repository = get_artifact_repository(run.info.artifact_uri)
    repository.delete_artifacts("data/two words.txt")
    assert "data/two words.txt" not in paths(mlflow, run, "data")
    repository.delete_artifacts("data")
    repository.delete_artifacts("data")
    assert set(paths(mlflow, run)) == {"kept.txt"}


def test_files_are_logged_in_the_background_by_artifacts_of_many_threads(mlflow, run, client):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: client.log_text(run.info.run_id, str(n), f"t/{n}.txt"), range(30)))
    assert len(paths(mlflow, run, "t")) == 30


def test_a_large_file_is_streamed_both_ways(mlflow, run, tmp_path):
    piece = os.urandom(2**20)
    with (tmp_path / "large.bin").open("wb") as file:
        for _ in range(24):
            file.write(piece)
    began = time.monotonic()
    mlflow.log_artifact(str(tmp_path / "large.bin"))
    found = downloaded(mlflow, run, "large.bin")
    assert time.monotonic() - began < 30
    with found.open("rb") as file:
        assert all(file.read(2**20) == piece for _ in range(24))
        assert file.read() == b""
