"""Tables, charts and runs in real kernels: widgets for who listens, else what stays."""

import json
from collections import Counter

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebook.kernels import Kernel

VIEW = "application/vnd.nbtrack.view+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
RECORD = """\
import nbtrack
for number in range(3):
    with nbtrack.start_run(run_name=f"run-{number}"):
        for step in range(20):
            nbtrack.log_metric("loss", 1 / (step + 1), step)
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    kernel = Kernel(tmp_path_factory.mktemp("views"))
    kernel.run(RECORD)
    yield kernel
    kernel.close()


def bundle_of(answer):
    [data] = [o["content"]["data"] for o in answer.outputs if o["msg_type"] == "execute_result"]
    return data


@pytest.mark.parametrize("source", ["runs()", "chart()", "show()", "runs().chart('loss')"])
def test_a_front_end_that_listens_gets_a_widget_beside_the_static_forms(kernel, source):
    answer = kernel.run(f"nbtrack.{source}", allow_stdin=True)
    assert not answer.error
    data = bundle_of(answer)
    assert {VIEW, WIDGET, "text/html", "text/plain"} <= set(data)
    opened = [o["content"] for o in answer.outputs if o["msg_type"] == "comm_open"]
    [state] = [one["data"]["state"] for one in opened if "_esm" in one["data"]["state"]]
    del state["_esm"]
    assert len(json.dumps(state)) < 1000
    saved = data[VIEW]
    assert set(saved) == {"kind", "config", "view", "server", "store"}
    assert saved["kind"] == state["kind"]
    assert saved["server"] is None


def test_nobody_who_listens_gets_no_widget(shared):
    """Both versions of IPython, the older one without anywidget."""
    shared.run(RECORD)
    for source in ("runs()", "chart()", "show()"):
        answer = shared.run(f"nbtrack.{source}")
        assert not answer.error
        assert not [o for o in answer.outputs if o["msg_type"] == "comm_open"]
        data = bundle_of(answer)
        assert set(data) - {"text/markdown"} == {VIEW, "text/html", "text/plain"}
        assert "run-2" in data["text/plain"] + data["text/html"]


def test_without_anywidget_a_table_is_static_and_says_why_once(tmp_path):
    kernel = Kernel(tmp_path / "project")
    try:
        kernel.run(f"import sys\nsys.modules['anywidget'] = None\n{RECORD}")
        first = kernel.run("table = nbtrack.runs()\ntable", allow_stdin=True)
        assert set(bundle_of(first)) == {VIEW, "text/html", "text/markdown", "text/plain"}
        assert "pip install anywidget" in first.told
        second = kernel.run("table", allow_stdin=True)
        assert (second.error, second.told) == ("", "")
        refused = kernel.run("table.widget")
        assert "InvalidValue" in refused.error
    finally:
        kernel.close()


def test_a_notebook_that_nbclient_ran_holds_no_widget_and_little_else(tmp_path):
    folder = tmp_path / "project"
    sources = [
        RECORD,
        "nbtrack.runs()",
        "nbtrack.chart()",
        "nbtrack.show()",
        "display(nbtrack.runs())",
    ]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(document, resources={"metadata": {"path": str(folder)}}).execute()
    assert "widgets" not in document.metadata
    for cell in document.cells[1:]:
        [output] = cell.outputs
        assert WIDGET not in output.data
        assert VIEW in output.data
        assert "<script" not in output.data["text/html"]
    assert len(nbformat.writes(document)) < 40_000


def test_events_are_sent_while_a_cell_runs(kernel):
    """By a thread, and not more than twice a second for each of the two widgets."""
    cell = """\
import time
with nbtrack.start_run(run_name="live") as run:
    display(nbtrack.runs(), nbtrack.chart(run))
    for step in range(40):
        nbtrack.log_metric("loss", 1.0, step)
        time.sleep(0.05)
    time.sleep(0.6)
print("end")
"""
    answer = kernel.run(cell, allow_stdin=True)
    assert not answer.error
    kinds = [output["msg_type"] for output in answer.outputs]
    before = answer.outputs[: kinds.index("stream")]
    told = [
        (o["content"]["comm_id"], o["content"]["data"]["content"]["event"])
        for o in before
        if o["msg_type"] == "comm_msg" and o["content"]["data"].get("method") == "custom"
    ]
    pushed = [event["points"] for _, event in told if event["type"] == "points"]
    assert [point["step"] for points in pushed for point in points] == list(range(40))
    changes = Counter(line for line, event in told if event["type"] == "changed")
    assert 2 <= max(changes.values()) <= 9


def test_a_question_is_answered_while_the_kernel_goes_on(kernel):
    kernel.run("table = nbtrack.runs()\ntable.widget", allow_stdin=True)
    identity = kernel.run("table.widget.model_id").result.strip("'")
    session, channel = kernel.client.session, kernel.client.shell_channel
    question = {"nbtrack": "ask", "id": 7, "method": "POST", "path": "api/nbtrack/runs/table"}
    content = {**question, "args": {"experiment_ids": ["0"]}}
    data = {"comm_id": identity, "data": {"method": "custom", "content": content}}
    channel.send(session.msg("comm_msg", data))
    while True:
        message = kernel.client.get_iopub_msg(timeout=20)
        sent = message["content"].get("data", {})
        if sent.get("method") == "custom" and sent["content"]["nbtrack"] == "answer":
            break
    assert {key: sent["content"][key] for key in ("id", "status")} == {"id": 7, "status": 200}
    assert bytes(message["buffers"][0][:4]) == b"NBT1"
