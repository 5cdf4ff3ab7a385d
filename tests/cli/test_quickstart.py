"""``nbtrack quickstart``: nothing of the user's is overwritten; every obstacle gets a sentence."""

import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request

import pytest

from nbtrack.cli import lab
from nbtrack.cli.quickstart import copy_notebook, free_name, source_notebook


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_copy_has_not_been_run(tmp_path):
    copy = json.loads(copy_notebook(tmp_path / "new" / "folder").read_text())
    code = [cell for cell in copy["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert [cell["source"] for cell in copy["cells"]] == [
        cell["source"] for cell in json.loads(source_notebook().read_text())["cells"]
    ]


def test_a_changed_notebook_is_kept(tmp_path, capsys):
    mine = copy_notebook(tmp_path)
    mine.write_text("changed")
    fresh = copy_notebook(tmp_path)
    assert mine.read_text() == "changed"
    assert fresh.name == "01-quickstart-2.ipynb"
    assert "was changed and is kept" in capsys.readouterr().out


def test_an_unchanged_copy_is_used_again(tmp_path):
    assert copy_notebook(tmp_path) == copy_notebook(tmp_path)


def test_a_free_name_counts_up(tmp_path):
    for name in ("a.txt", "a-2.txt"):
        (tmp_path / name).write_text("")
    assert free_name(tmp_path / "a.txt").name == "a-3.txt"


def test_a_taken_port_that_was_asked_for_is_refused(nbtrack, taken_port, tmp_path):
    result = nbtrack("quickstart", tmp_path / "q", "--port", taken_port)
    assert result.exit_code == 1
    assert f"Port {taken_port} is in use" in result.stderr
    assert not (tmp_path / "q").exists()


def test_a_taken_port_that_nobody_asked_for_is_passed_over(taken_port, capsys):
    assert lab.choose_port(None, taken_port) > taken_port
    assert f"Port {taken_port} is in use" in capsys.readouterr().out


def test_without_jupyterlab_it_says_how_to_get_it(nbtrack, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    result = nbtrack("quickstart", tmp_path / "q")
    assert result.exit_code == 1
    assert "needs jupyterlab" in result.stderr
    assert "-m pip install 'nbtrack[lab]'" in result.stderr


def test_without_a_screen_there_is_no_browser(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not lab.has_browser()


def answered(address):
    """Ask until somebody listens: Jupyter Server prints its address a moment before it does."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_jupyterlab_opens_the_copy_and_ends_when_told(start_nbtrack, tmp_path):
    port = lab.choose_port(None, 18888)
    process = start_nbtrack("quickstart", tmp_path / "q", "--no-browser", "--port", port)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.strip().startswith(f"http://127.0.0.1:{port}/") and "token=" in line:
            break
    said = "".join(lines)
    address = lines[-1].strip()
    assert "01-quickstart.ipynb" in address, said
    token = address.partition("token=")[2]
    request = f"http://127.0.0.1:{port}/api/contents/01-quickstart.ipynb?content=0&token={token}"
    assert answered(request)["name"] == "01-quickstart.ipynb"
    assert "nbtrack quickstart --execute" in said
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_executed_without_a_browser_it_says_where_the_result_is(start_nbtrack, tmp_path):
    process = start_nbtrack("quickstart", tmp_path / "q", "--execute")
    said, _ = process.communicate(timeout=55)
    assert process.returncode == 0, said
    result = tmp_path / "q" / "01-quickstart-executed.ipynb"
    page = result.with_suffix(".html")
    assert f"Executed notebook: {result}" in said
    assert f"As a page: {page}" in said
    assert "accuracy" in result.read_text()
    assert "<script" not in page.read_text()
