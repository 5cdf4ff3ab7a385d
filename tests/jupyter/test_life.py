"""From the start of a Jupyter server to its end."""

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from jupyter_client.blocking import BlockingKernelClient

from nbtrack.store.open import open_store
from tests.jupyter_servers import running_jupyter
from tests.needs import needs

CREATE = "/api/2.0/mlflow/experiments/create"
UPLOAD = "/api/2.0/mlflow-artifacts/artifacts/0/big.bin"
MEBIBYTE = 2**20


def test_a_server_begins_at_the_first_request_and_ends_with_the_last_answer(tmp_path):
    """Under ``/``, with an environment that names another server, which is not its store."""
    environment = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9/nbtrack"}
    with running_jupyter(tmp_path, base_url="/", environment=environment) as jupyter:
        assert not (jupyter.root / ".nbtrack").exists()
        assert jupyter.ask("POST", CREATE, {"name": "first"}).status == 200
        assert (jupyter.root / ".nbtrack").stat().st_mode & 0o777 == 0o700
        listener, stream = begin_stream(jupyter)
        connection = begin_upload(jupyter, 1_000_000)
        stopping = threading.Thread(target=jupyter.stop)
        stopping.start()
        stream.read()  # it ends, so that the stop does not wait for it
        listener.close()
        time.sleep(0.5)
        connection.send(b"x" * 999_000)
        assert connection.getresponse().status == 200
        connection.close()
        stopping.join()
        assert (jupyter.root / ".nbtrack/artifacts/0/big.bin").stat().st_size == 1_000_000
        assert not list((jupyter.root / ".nbtrack").glob("nbtrack.db-*"))


def begin_stream(jupyter):
    """Listen to the events of the default store."""
    connection = http.client.HTTPConnection(jupyter.address, timeout=8)
    headers = {"Authorization": f"token {jupyter.token}"}
    connection.request("GET", f"{jupyter.base_url}nbtrack/api/nbtrack/events", headers=headers)
    answer = connection.getresponse()
    assert answer.readline() == b"retry: 2000\n"
    return connection, answer


def begin_upload(jupyter, size):
    """Send the head of an upload and the first thousand bytes."""
    connection = http.client.HTTPConnection(jupyter.address, timeout=30)
    connection.putrequest("PUT", f"{jupyter.base_url}nbtrack{UPLOAD}")
    connection.putheader("Authorization", f"token {jupyter.token}")
    connection.putheader("Content-Length", str(size))
    connection.endheaders(b"x" * 1000)
    time.sleep(0.3)
    return connection


def test_a_large_upload_streams_past_the_limit_of_jupyter_with_flat_memory(configured):
    needs(Path("/proc/self/status").exists(), "Use Linux.")
    configured.ask("PUT", UPLOAD, b"x")
    before = most_memory(configured.process.pid)
    pieces = (b"x" * MEBIBYTE for _ in range(150))
    size = {"Content-Length": str(150 * MEBIBYTE)}
    assert configured.ask("PUT", UPLOAD, pieces, headers=size).status == 200
    file = configured.root.parent / "files/0/big.bin"
    assert file.stat().st_size == 150 * MEBIBYTE
    assert most_memory(configured.process.pid) - before < 40 * MEBIBYTE


def most_memory(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def test_versions_that_are_too_old_are_answered_with_the_command_that_helps(tmp_path):
    for name, version in (("jupyter_server", "2.14.0"), ("tornado", "6.4")):
        folder = tmp_path / "old" / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        )
    with running_jupyter(tmp_path, environment={"PYTHONPATH": str(tmp_path / "old")}) as jupyter:
        answer = jupyter.ask("POST", CREATE, {"name": "x"})
        assert answer.status == 503
        assert "python -m pip install --upgrade" in answer.json["message"]
        assert sys.executable not in answer.json["message"]
        assert f"{sys.executable} -m pip install" in jupyter.log
        assert "jupyter-server>=2.20" in jupyter.log
        assert jupyter.ask("GET", "/health", token="").status == 401
        assert jupyter.ask("GET", "api/status").status == 200


@pytest.fixture
def kernel(jupyter):
    """A kernel that the server started in a folder of its own."""
    (jupyter.root / "work").mkdir(exist_ok=True)
    body = {"name": "python3", "path": "work"}
    kernel_id = jupyter.ask("POST", "api/kernels", body).json["id"]
    file = jupyter.home / "runtime" / f"kernel-{kernel_id}.json"
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    wait_for(client)
    yield client
    client.stop_channels()
    jupyter.ask("DELETE", f"api/kernels/{kernel_id}")


def wait_for(kernel):
    """Wait until a kernel answers; on a busy machine its first heartbeats are taken for none."""
    for attempt in range(10):
        try:
            return kernel.wait_for_ready(timeout=40)
        except RuntimeError:
            time.sleep(0.2 * attempt)
    raise AssertionError("The kernel does not answer.")


def run(kernel, code):
    """Run a cell and return what it printed."""
    told = []
    reply = kernel.execute_interactive(
        code,
        timeout=40,
        output_hook=lambda message: told.append(message["content"].get("text", "")),
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(told)


def test_the_runs_of_a_kernel_are_in_the_default_store(jupyter, kernel):
    code = """
    import nbtrack, os
    with nbtrack.start_run() as run:
        nbtrack.log_metric("acc", 0.5)
    print(run.info.run_id, os.path.exists(".nbtrack"))
    """
    run_id, made_another = run(kernel, re.sub("^    ", "", code, flags=re.MULTILINE)).split()[-2:]
    found = jupyter.ask("GET", f"/api/2.0/mlflow/runs/get?run_id={run_id}").json["run"]
    assert found["data"]["metrics"][0]["value"] == 0.5
    assert found["info"]["status"] == "FINISHED"
    assert made_another == "False"


def test_the_runs_of_a_killed_process_are_brought_in(jupyter):
    """The first look at journals is when the store is opened, the next within half a minute."""
    code = (
        "import nbtrack, os, time\n"
        "run = nbtrack.start_run()\n"
        "print(run.info.run_id, flush=True)\n"
        "nbtrack.log_metric('acc', 0.5)\n"
        "time.sleep(0.5)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    folder = jupyter.root / "killed"
    (folder / ".nbtrack").mkdir(parents=True)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    run_id = done.stdout.split()[-1]
    store = open_store(f"sqlite:///{folder}/.nbtrack/nbtrack.db")
    store.close()
    path = f"/s/{store.store_id}/api/2.0/mlflow/runs/get?run_id={run_id}"
    deadline = time.monotonic() + 10
    status = ""
    while status != "KILLED" and time.monotonic() < deadline:
        answer = jupyter.ask("GET", path)
        status = json.loads(answer.body).get("run", {}).get("info", {}).get("status", "")
        time.sleep(0.1)
    assert status == "KILLED"
