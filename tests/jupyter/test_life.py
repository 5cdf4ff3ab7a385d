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
INFO = "/api/3.0/mlflow/server-info"
UPLOAD = "/api/2.0/mlflow-artifacts/artifacts/0/big.bin"
MEBIBYTE = 2**20


def test_the_extension_is_enabled_by_installing_it(tmp_path):
    command = [sys.executable, "-m", "jupyter", "server", "extension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    told = re.sub(r"\x1b\[\d+m", "", done.stdout + done.stderr)
    assert re.search(r"nbtrack_jupyter enabled\s.*\s+nbtrack_jupyter\s+OK", told)


@pytest.mark.parametrize("base_url", ["/", "/hub/user/a.b%40c/"])
def test_any_base_url_will_do(tmp_path, base_url):
    with running_jupyter(tmp_path, base_url=base_url) as jupyter:
        assert jupyter.ask("GET", "/health").body == b"OK"
        assert jupyter.ask("GET", "/nix").json["error_code"] == "ENDPOINT_NOT_FOUND"
        assert jupyter.ask("GET", "/health", token="").status == 401


def test_a_large_upload_streams_past_the_limit_of_jupyter_with_flat_memory(tmp_path):
    needs(Path("/proc/self/status").exists(), "Use Linux.")
    with running_jupyter(tmp_path, "--ServerApp.max_body_size=1000") as jupyter:
        jupyter.ask("PUT", UPLOAD, b"x")
        before = most_memory(jupyter.process.pid)
        pieces = (b"x" * MEBIBYTE for _ in range(150))
        size = {"Content-Length": str(150 * MEBIBYTE)}
        assert jupyter.ask("PUT", UPLOAD, pieces, headers=size).status == 200
        file = jupyter.root / ".nbtrack/artifacts/0/big.bin"
        assert file.stat().st_size == 150 * MEBIBYTE
        assert most_memory(jupyter.process.pid) - before < 40 * MEBIBYTE


def most_memory(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def test_what_is_asked_when_jupyter_stops_is_answered_and_the_database_closed(tmp_path):
    with running_jupyter(tmp_path) as jupyter:
        assert jupyter.ask("POST", CREATE, {"name": "before"}).status == 200
        connection = http.client.HTTPConnection(jupyter.address, timeout=30)
        connection.putrequest("PUT", f"{jupyter.base_url}nbtrack{UPLOAD}")
        connection.putheader("Authorization", f"token {jupyter.token}")
        connection.putheader("Content-Length", "1000000")
        connection.endheaders(b"x" * 1000)
        time.sleep(0.3)
        stopping = threading.Thread(target=jupyter.stop)
        stopping.start()
        time.sleep(0.5)
        connection.send(b"x" * 999_000)
        assert connection.getresponse().status == 200
        connection.close()
        stopping.join()
        assert (jupyter.root / ".nbtrack/artifacts/0/big.bin").stat().st_size == 1_000_000
        assert not list((jupyter.root / ".nbtrack").glob("nbtrack.db-*"))


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
        assert "pip install --upgrade" in answer.json["message"]
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
    client.wait_for_ready(timeout=40)
    yield client
    client.stop_channels()
    jupyter.ask("DELETE", f"api/kernels/{kernel_id}")


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
