"""Figures, images, dictionaries, texts and tables among a run's files."""

import io
import json
import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbtrack
from nbtrack.errors import InvalidValue, NotFound


@pytest.fixture
def run():
    with nbtrack.start_run() as run:
        yield run


@pytest.fixture
def figure():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2, 3])
    return figure


@pytest.mark.parametrize(
    ("file", "start"),
    [("f.png", b"\x89PNG"), ("a b/f.svg", b"<?xml"), ("f.pdf", b"%PDF"), ("f.JPG", b"\xff\xd8")],
)
def test_a_figure_is_drawn_in_the_format_of_its_extension(run, figure, file, start):
    nbtrack.log_figure(figure, file, save_kwargs={"dpi": 30})
    assert run.artifacts.read(file).startswith(start)


def test_axes_stand_for_their_figure(run, figure):
    nbtrack.log_figure(figure.axes[0], "f.png")
    assert run.artifacts.read("f.png").startswith(b"\x89PNG")


@pytest.mark.parametrize("file", ["f", "f.nonsense"])
def test_an_unknown_format_of_a_figure_is_a_sentence(run, figure, file):
    with pytest.raises(InvalidValue, match=f"'{file}'"):
        nbtrack.log_figure(figure, file)
    assert run.artifacts.list() == []


def test_a_plotly_figure_is_written_as_a_page(run):
    class Plotly:
        def write_html(self, file, **options):
            file.write(f"<html>{sorted(options)}</html>")

    nbtrack.log_figure(Plotly(), "f.html")
    assert run.artifacts.read("f.html").startswith(b"<html>")


def test_what_is_no_figure_is_refused(run):
    with pytest.raises(InvalidValue, match="list is no figure"):
        nbtrack.log_figure([1], "f.png")


@pytest.mark.parametrize(
    ("pixels", "mode"),
    [
        (np.zeros((4, 5), "uint8"), "L"),
        (np.zeros((4, 5, 1), "uint8"), "L"),
        (np.full((4, 5, 3), 255, "int64"), "RGB"),
        (np.ones((4, 5, 4), "float32"), "RGBA"),
        (np.ones((4, 5), bool), "L"),
        ([[0, 255], [255, 0]], "L"),
    ],
)
def test_an_array_becomes_an_image(run, pixels, mode):
    nbtrack.log_image(pixels, "i.png")
    image = Image.open(io.BytesIO(run.artifacts.read("i.png")))
    assert (image.mode, image.size) == (mode, np.shape(pixels)[1::-1])
    assert image.getpixel((0, 0)) == Image.fromarray(np.asarray(image)).getpixel((0, 0))


def test_the_brightest_float_is_the_brightest_pixel(run):
    nbtrack.log_image(np.array([[0.0, 0.5, 1.0]]), "i.png")
    image = np.asarray(Image.open(io.BytesIO(run.artifacts.read("i.png"))))
    assert image.tolist() == [[0, 128, 255]]


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 5, 2)),
        np.zeros(5),
        np.zeros((0, 5)),
        np.zeros((2, 2)) + 1.5,
        np.full((2, 2), 256),
        np.full((2, 2), -1),
        np.full((2, 2), np.nan),
        np.array([["a"]]),
    ],
)
def test_what_is_no_image_is_refused(run, pixels):
    with pytest.raises(InvalidValue, match="image"):
        nbtrack.log_image(pixels, "i.png")


def test_a_pillow_image_is_kept_in_any_format(run):
    image = Image.new("RGBA", (3, 2), (255, 0, 0, 255))
    for file in ("i.png", "i.jpg", "i.webp"):
        nbtrack.log_image(image, file)
        assert Image.open(io.BytesIO(run.artifacts.read(file))).size == (3, 2)
    with pytest.raises(InvalidValue, match=r"'\.txt'"):
        nbtrack.log_image(image, "i.txt")


def test_images_of_a_series_have_mlflows_names(run):
    nbtrack.log_image(np.zeros((2, 2)), key="val/sample", step=3, timestamp=7)
    names = sorted(file.path for file in run.artifacts.list("images"))
    assert len(names) == 2
    assert all(name.startswith("images/val~sample+step+3+timestamp+7+") for name in names)
    assert names[0].endswith("+compressed.webp")
    assert names[1].endswith(".png")
    assert run.data.tags["mlflow.loggedImages"] == "True"
    with pytest.raises(InvalidValue, match="one of the two"):
        nbtrack.log_image(np.zeros((2, 2)))


def test_a_dictionary_is_json_or_yaml(run):
    value = {"a": np.float64(0.5), "b": np.arange(2), "c": "é", "d": pd.Timestamp("2026-01-02")}
    nbtrack.log_dict(value, "d.json")
    nbtrack.log_dict({"a": 1, "b": [1, "é"]}, "d.yaml")
    expected = {"a": 0.5, "b": [0, 1], "c": "é", "d": "2026-01-02T00:00:00"}
    assert json.loads(run.artifacts.read("d.json")) == expected
    assert run.artifacts.read("d.yaml").decode() == "a: 1\nb:\n- 1\n- é\n"


def test_a_text_is_text(run):
    nbtrack.log_text("größer\n", "notes/a.md")
    assert run.artifacts.read("notes/a.md").decode() == "größer\n"
    with pytest.raises(InvalidValue, match="takes text, not dict"):
        nbtrack.log_text({}, "a.txt")


def test_a_file_and_a_folder_are_kept_under_their_names(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1")
    nbtrack.log_artifact(tmp_path / "data" / "a.csv", "in")
    nbtrack.log_artifact(str(tmp_path / "data"))
    nbtrack.log_artifacts(str(tmp_path / "data"))
    for path in ("in/a.csv", "data/a.csv", "a.csv"):
        assert run.artifacts.read(path) == b"1"
    with pytest.raises(NotFound, match=r"no file or folder .*nothing"):
        nbtrack.log_artifact(tmp_path / "nothing")
    with pytest.raises(NotFound, match="no folder"):
        nbtrack.log_artifacts(tmp_path / "data" / "a.csv")


def test_a_table_is_mlflows_json_and_grows(run):
    nbtrack.log_table({"x": [1, 2], "y": ["a", None]}, "t.json")
    nbtrack.log_table(pd.DataFrame({"x": [0.1 + 0.2], "y": ["c"]}), "t.json")
    stored = json.loads(run.artifacts.read("t.json"))
    assert stored == {"columns": ["x", "y"], "data": [[1, "a"], [2, None], [0.1 + 0.2, "c"]]}
    assert json.loads(run.data.tags["mlflow.loggedArtifacts"]) == [
        {"path": "t.json", "type": "table"}
    ]


def test_single_values_are_a_row(run):
    nbtrack.log_table({"x": 1, "y": "a"}, "t.json")
    assert nbtrack.load_table("t.json").to_dict("records") == [{"x": 1, "y": "a"}]


def test_columns_of_different_length_are_a_sentence(run):
    with pytest.raises(InvalidValue, match=r"same length.*'x': 2, 'y': 1"):
        nbtrack.log_table({"x": [1, 2], "y": [1]}, "t.json")
    with pytest.raises(InvalidValue, match=r"\.json or \.parquet"):
        nbtrack.log_table({"x": [1]}, "t.txt")


def test_times_and_nan_are_kept_in_a_table(run):
    frame = pd.DataFrame({"t": [pd.Timestamp("2026-01-02"), pd.NaT], "v": [math.nan, 1e-17]})
    nbtrack.log_table(frame, "t.json")
    assert json.loads(run.artifacts.read("t.json"))["data"] == [
        ["2026-01-02T00:00:00", None],
        [None, 1e-17],
    ]


def test_tables_of_several_runs_are_read_together():
    for depth in (1, 2):
        with nbtrack.start_run(run_name=f"r{depth}") as run:
            nbtrack.log_param("depth", depth)
            nbtrack.log_table({"x": [depth]}, "t.json")
    with nbtrack.start_run():
        pass
    table = nbtrack.load_table("t.json", extra_columns=["run_id", "params.depth", "params.none"])
    assert sorted(table["params.depth"]) == ["1", "2"]
    assert table["params.none"].isna().all()
    assert len(nbtrack.load_table("t.json", run_ids=[run.run_id])) == 1
    with pytest.raises(NotFound, match=r"table 'no\.json'"):
        nbtrack.load_table("no.json")


def test_the_uri_of_files_is_mlflows(run):
    assert nbtrack.get_artifact_uri() == f"mlflow-artifacts:/0/{run.run_id}/artifacts"
    assert nbtrack.get_artifact_uri("a/b") == f"mlflow-artifacts:/0/{run.run_id}/artifacts/a/b"


def test_no_backend_of_matplotlib_is_chosen_by_logging(run, figure):
    before = mpl.rcParams._get("backend")
    nbtrack.log_figure(figure, "f.png")
    assert mpl.rcParams._get("backend") == before


@pytest.mark.parametrize("file", ["a.json", "a.yaml"])
def test_a_dictionary_that_is_no_json_is_refused_with_a_sentence(file):
    circle = {}
    circle["again"] = circle
    with nbtrack.start_run():
        for odd in (circle, {(1, 2): 3}):
            with pytest.raises(InvalidValue, match="cannot be written as JSON"):
                nbtrack.log_dict(odd, file)
