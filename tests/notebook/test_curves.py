"""Progress bars and live charts in real kernels: what a front end is sent, and what it keeps."""

import re

import pytest

from tests.notebook.kernels import Kernel, runs_of, store_of


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    kernel = Kernel(tmp_path_factory.mktemp("curves"))
    yield kernel
    kernel.close()


def run_named(kernel, name):
    (run,) = [run for run in runs_of(kernel.folder) if run.info.run_name == name]
    return run


def texts(answer):
    return [bundle["text/plain"] for bundle in answer.shown]


TRAINING = """\
import nbtrack, time
for epoch in nbtrack.progress(range(6), desc="epochs"):
    loss = 1 / (epoch + 1)
    if epoch % 2:
        val_loss = loss * 2
    time.sleep(0.1)
"""


def test_a_tracked_loop_records_its_curves_and_keeps_the_last_frame(shared):
    answer = shared.run("%%track curves\n" + TRAINING)
    assert answer.status == "ok"
    bar = next(text for text in texts(answer) if "epochs" in text)
    assert "✓ 6/6" in bar
    charts = [text for text in texts(answer) if "at step 5" in text]
    assert len(charts) == 1
    assert charts[0].splitlines()[0].endswith("0.1667 at step 5")
    run = run_named(shared, "curves")
    with store_of(shared.folder) as store:
        history = store.metric_history(run.info.run_id, "val_loss")
    assert [point.step for point in history] == [1, 3, 5]


def test_the_picture_is_one_display_that_is_updated(kernel):
    answer = kernel.run("%%track tree\n" + TRAINING)
    first = [o for o in answer.outputs if o["msg_type"] == "display_data"]
    pictures = [o for o in first if "<img" in o["content"]["data"].get("text/html", "")]
    updates = [o for o in answer.outputs if o["msg_type"] == "update_display_data"]
    assert len(pictures) == 1
    assert updates
    assert re.search(r'<img src="data:image/svg\+xml;base64,', str(answer.shown))


@pytest.mark.parametrize("magic", ["%%time", "%%track --no-live"])
def test_curves_are_drawn_once_or_not_at_all(kernel, magic):
    answer = kernel.run(f"{magic}\n{TRAINING}")
    charts = [text for text in texts(answer) if "at step 5" in text]
    assert len(charts) == (0 if "no-live" in magic else 1)


def test_without_a_run_the_curves_are_drawn_and_one_sentence_says_how_to_record(kernel9):
    answer = kernel9.run(TRAINING)
    assert any("at step 5" in text for text in texts(answer))
    assert answer.told.count("nothing, because no run is active") == 1
    assert "no run is active" not in kernel9.run(TRAINING).told
    assert not (kernel9.folder / ".nbtrack").exists()


def test_a_loop_in_a_function_of_another_cell_is_followed(kernel):
    kernel.run(
        "import nbtrack\ndef fit():\n    for i in nbtrack.progress(range(3)):\n        m = i"
    )
    kernel.run("%%track fit\nfit()")
    assert run_named(kernel, "fit").data.metrics["m"] == 2


def test_an_exception_ends_the_bar_where_it_happened(kernel):
    answer = kernel.run(
        "%%track f\nimport nbtrack\nfor i in nbtrack.progress(range(9)):\n    x = 1 / (3 - i)"
    )
    assert answer.status == "error"
    assert any("stopped at 3/9" in text for text in texts(answer))


def test_a_bad_query_in_a_cell_ends_with_the_sentence(kernel):
    answer = kernel.run('import nbtrack\nnbtrack.runs("metrics.acc >")')
    assert answer.error.startswith("InvalidValue")
    assert "column" in answer.error


def test_the_table_is_shown_as_html_markdown_and_text(kernel):
    kernel.run("%%track f\nacc = sum([1, 2]) / 4")
    answer = kernel.run("import nbtrack\nnbtrack.runs()")
    (result,) = [o["content"]["data"] for o in answer.outputs if "execution_count" in o["content"]]
    assert {"text/html", "text/markdown", "text/plain"} < set(result)
    assert "0.75" in result["text/plain"]
