"""`nbtrack server` as a process: it starts, says where it is, answers, and stops in good order."""

import http.client
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from nbtrack.cli.main import main
from nbtrack.errors import Refused
from nbtrack.server import requirements
from nbtrack.store.open import open_store
from tests.needs import needs
from tests.servers import clean_environment, running_server, start_server

API = "/api/2.0/mlflow"
EXPERIMENT = f"{API}/experiments/get?experiment_id=0"


@pytest.fixture
def failed_start(tmp_path, monkeypatch):
    """Run the command of a server that cannot start, in this process; return what it said."""
    monkeypatch.chdir(tmp_path)

    def start(*flags):
        result = CliRunner().invoke(main, ["server", "--port", "0", *flags])
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr

    return start


def test_a_new_server_answers(server):
    assert server.ask("GET", "/health").body == b"OK"
    assert server.ask("GET", EXPERIMENT).json["experiment"]["name"] == "Default"


def test_an_idle_server_is_small(server):
    """The goal is 80 MB; what notebooks need is not loaded."""
    server.ask("GET", EXPERIMENT)
    assert psutil.Process(server.process.pid).memory_info().rss < 80e6


def test_on_this_machine_no_token_is_needed_and_none_is_shown(server):
    assert server.output.splitlines() == [
        f"nbtrack server: {server.url}",
        f"Store: sqlite:///{server.folder}/runs.db",
        f"Files: {server.folder}/artifacts",
        "For MLflow's clients and nbtrack's:",
        f"export MLFLOW_TRACKING_URI={server.url}",
        "Ctrl+C stops it.",
    ]


def test_on_all_addresses_the_token_is_needed_and_shown(tmp_path):
    with running_server(tmp_path, "--host", "0.0.0.0") as server:
        exports = dict(re.findall(r"^export (\w+)=(\S+)$", server.output, re.MULTILINE))
        assert exports["MLFLOW_TRACKING_URI"] == server.url
        token = exports["MLFLOW_TRACKING_TOKEN"]
        assert f"In a browser: {server.url}/?token={token}" in server.output
        assert f"In a browser: http://127.0.0.1:{server.port}/?token={token}" in server.output
        assert server.ask("GET", EXPERIMENT).status == 401
        shown = {"Authorization": f"Bearer {token}"}
        assert server.ask("GET", EXPERIMENT, headers=shown).status == 200
    with running_server(tmp_path, "--token") as again:
        assert f"export MLFLOW_TRACKING_TOKEN={token}" in again.output
        assert again.ask("GET", EXPERIMENT).status == 401


def test_without_authentication_hosts_are_still_checked(tmp_path):
    with running_server(tmp_path, "--no-auth", "--host", "0.0.0.0") as server:
        assert "Anybody who can reach it may read and change everything" in server.output
        assert server.ask("GET", EXPERIMENT, headers={"Via": "1.1 proxy"}).status == 200
        assert server.ask("GET", EXPERIMENT, headers={"Host": "evil.com"}).status == 403
        assert server.ask("GET", EXPERIMENT, headers={"Origin": "http://evil.com"}).status == 403


def test_what_is_allowed_is_allowed(tmp_path):
    flags = ["--allowed-hosts", "runs.example.org", "--x-frame-options", "deny"]
    site = "https://app.example.org"
    with running_server(tmp_path, *flags, "--cors-allowed-origins", site) as server:
        reply = server.ask("GET", EXPERIMENT, headers={"Host": "runs.example.org:443"})
        assert reply.status == 200
        assert reply.headers["X-Frame-Options"] == "DENY"
        question = {"Origin": site, "Access-Control-Request-Method": "POST"}
        reply = server.ask("OPTIONS", f"{API}/runs/search", headers=question)
        assert reply.status == 204
        assert reply.headers["Access-Control-Allow-Origin"] == site
        assert reply.headers["Access-Control-Allow-Credentials"] is None
        reply = server.ask("GET", EXPERIMENT, headers={"Origin": site})
        assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (200, site)
        other = {"Origin": "https://other.example.org", "Access-Control-Request-Method": "POST"}
        assert server.ask("OPTIONS", f"{API}/runs/search", headers=other).status == 403


def test_a_prefix_comes_before_every_path(tmp_path):
    with running_server(tmp_path, "--static-prefix", "/lab") as server:
        assert server.url.endswith("/lab")
        assert server.ask("GET", f"/lab{EXPERIMENT}").status == 200
        assert server.ask("GET", "/lab/health").status == 200
        assert server.ask("GET", EXPERIMENT).status == 404


def test_a_server_of_files_alone_serves_nothing_else(tmp_path):
    with running_server(tmp_path, "--artifacts-only", "--artifacts-destination", "put") as server:
        path = "/api/2.0/mlflow-artifacts/artifacts/a/b.txt"
        assert server.ask("PUT", path, b"text").status == 200
        assert server.ask("GET", path).body == b"text"
        assert (tmp_path / "put" / "a" / "b.txt").read_text() == "text"
        refused = server.ask("GET", EXPERIMENT)
        assert refused.status == 503
        assert "--artifacts-only" in refused.json["message"]
        assert server.ask("GET", "/health").status == 200


def test_clients_of_a_server_without_files_are_told_the_place(tmp_path):
    flags = ["--no-serve-artifacts", "--default-artifact-root", str(tmp_path / "shared")]
    with running_server(tmp_path, *flags) as server:
        found = server.ask("GET", EXPERIMENT).json["experiment"]
        assert found["artifact_location"] == f"{tmp_path}/shared/0"
        reply = server.ask("PUT", "/api/2.0/mlflow-artifacts/artifacts/a", b"text")
        assert reply.status == 503
        assert "--no-serve-artifacts" in reply.json["message"]
    with running_server(tmp_path) as server:
        found = server.ask("GET", EXPERIMENT).json["experiment"]
        assert found["artifact_location"] == "mlflow-artifacts:/0"


def test_an_own_store_is_found_as_by_the_other_commands(tmp_path):
    with running_server(tmp_path, "--backend-store-uri", ".") as server:
        assert f"Store: sqlite:///{tmp_path}/.nbtrack/nbtrack.db" in server.output


# What cannot start


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = start_server(tmp_path, "--port", str(port))
        assert process.wait(30) == 1
    assert (tmp_path / "log").read_text() == (
        f"Error: Port {port} of 127.0.0.1 is in use. Choose another with --port; --port 0 takes "
        "any free one.\n"
    )
    assert not (tmp_path / "runs.db").exists()


CANNOT = {
    "a database of another program": (["--backend-store-uri", "sqlite:///other.db"], "nb_meta"),
    "a host without address": (["--host", "nowhere.invalid"], "has no address here"),
    "an address of another machine": (["--host", "203.0.113.9"], "not an address of this machine"),
    "another server": (["--backend-store-uri", "http://127.0.0.1:1"], "is a tracking server"),
    "a folder that cannot be": (["--backend-store-uri", "/proc/none"], "cannot be made"),
    "a pattern of hosts": (["--allowed-hosts", "*"], "patterns and URLs are not understood"),
    "a pattern of origins": (["--cors-allowed-origins", "*"], "patterns are not understood"),
    "workers on SQLite": (["--workers", "2"], "cannot share a SQLite file"),
    "half a prefix": (["--static-prefix", "lab/"], "must start with a slash"),
    "files where a file is": (["--artifacts-destination", "other.db"], "other.db is a file"),
    "files at no known kind of place": (["--default-artifact-root", "x0://a"], "no such place"),
    "two places": (
        ["--default-artifact-root", "a", "--artifacts-destination", "b"],
        "name two places",
    ),
    "nothing to serve": (["--artifacts-only", "--no-serve-artifacts"], "leave nothing"),
    "everybody and nobody": (["--token", "--no-auth"], "and --no-auth nobody"),
}


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_start_is_one_sentence(case, tmp_path, failed_start):
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    flags, sentence = CANNOT[case]
    assert sentence in failed_start(*flags)


def test_another_artifact_root_than_the_recorded_one_is_refused(failed_start):
    open_store("sqlite:///runs.db", artifact_root="first").close()
    uri = ["--backend-store-uri", "sqlite:///runs.db"]
    assert "keeps its artifacts in" in failed_start(*uri, "--default-artifact-root", "second")


def test_a_database_server_that_is_away_is_one_sentence_without_the_password(failed_start):
    uri = "postgresql://me:a-secret-word@127.0.0.1:1/runs"
    said = failed_start("--backend-store-uri", uri, "--default-artifact-root", "a")
    assert "cannot be reached" in said
    assert "a-secret-word" not in said


def test_a_folder_that_is_not_writable_is_one_sentence(failed_start):
    # Root may write everywhere else.
    needs(Path("/sys/kernel").is_dir(), "Run on Linux, whose /sys takes no files.")
    said = failed_start("--backend-store-uri", "sqlite:////sys/kernel/runs.db")
    assert "/sys/kernel/runs.db" in said


def test_old_packages_are_refused_with_the_command_that_brings_new_ones(monkeypatch):
    monkeypatch.setattr(requirements, "version", lambda _: "6.5.7")
    with pytest.raises(Refused, match=r"tornado 6\.5\.7 \(at least 6\.5\.8 .* -m pip install "):
        requirements.require_floors("tornado")
    for enough in ("6.5.8", "6.10", "7.0b1"):
        monkeypatch.setattr(requirements, "version", lambda _, text=enough: text)
        requirements.require_floors("tornado")


# The end


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_it(tmp_path, how):
    with running_server(tmp_path) as server:
        server.ask("GET", "/health")
        assert server.stop(how) == 0
        assert "Traceback" not in server.log


def test_requests_that_were_begun_are_answered_before_it_stops(tmp_path):
    with running_server(tmp_path) as server:
        idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        idle.request("GET", "/health")
        idle.getresponse().read()
        upload = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        upload.sendall(
            b"PUT /api/2.0/mlflow-artifacts/artifacts/a.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Length: 10\r\n\r\n12345"
        )
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        assert idle.sock.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)
        assert server.process.poll() is None
        upload.sendall(b"67890")
        assert upload.recv(100).startswith(b"HTTP/1.1 200")
        assert server.process.wait(10) == 0
        upload.close()
        idle.close()
    assert (tmp_path / "artifacts" / "a.txt").read_bytes() == b"1234567890"


def test_a_second_signal_ends_it_at_once(tmp_path):
    with running_server(tmp_path) as server:
        upload = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        upload.sendall(
            b"PUT /api/2.0/mlflow-artifacts/artifacts/a.txt HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Length: 10\r\n\r\n12345"
        )
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert server.stop() == 128 + signal.SIGTERM
        upload.close()


DEAD = """
import os, nbtrack
nbtrack.set_tracking_uri("sqlite:///runs.db")
run = nbtrack.start_run(run_name="of a dead process")
nbtrack.log_metric("acc", 0.5)
print(run.info.run_id, flush=True)
os._exit(1)
"""


def test_what_dead_processes_left_is_brought_in(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", DEAD],
        cwd=tmp_path,
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    run_id = dead.stdout.strip()
    with running_server(tmp_path) as server:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            reply = server.ask("GET", f"{API}/runs/get?run_id={run_id}")
            if reply.status == 200 and reply.json["run"]["info"]["status"] != "RUNNING":
                break
            time.sleep(0.05)
        run = reply.json["run"]
        assert run["info"]["status"] == "KILLED"
        assert [metric["value"] for metric in run["data"]["metrics"]] == [0.5]
        assert not list((tmp_path / "journal").glob("*.nbj*"))


def test_every_request_is_one_line_of_the_log(tmp_path):
    with running_server(tmp_path) as server:
        reply = server.ask("GET", f"{EXPERIMENT}&secret=word")
        server.ask("GET", "/nothing%0a2026-01-01%20forged")
        server.stop()
        lines = server.log.splitlines()
    number = reply.headers["X-Request-Id"]
    assert re.fullmatch(
        rf"\S+Z 127\.0\.0\.1 GET {API}/experiments/get 200 \d+\.\d ms {number}", lines[0]
    )
    assert len(lines) == 3
    # A refusal is sent before its request has ended, so a stop may come between it and its line.
    rest = "\n".join(sorted(lines[1:], key=lambda line: "Stopping" in line))
    assert re.search(r"GET /nothing%0a2026-01-01%20forged .*\n.*Stopping: requests that were", rest)
