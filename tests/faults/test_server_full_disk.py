"""A full disk under the server: one JSON sentence, reads go on, and then it goes on writing."""

import sqlite3

import pytest

from tests.servers import running_server

PREFIX = "/api/2.0/mlflow/"


@pytest.fixture
def server(tmp_path, small):
    uri = f"sqlite:///{small.folder}/nbtrack.db"
    with running_server(tmp_path / "server", "--backend-store-uri", uri) as running:
        yield running


@pytest.fixture
def run_id(server):
    answer = server.ask("POST", PREFIX + "runs/create", {"experiment_id": "0", "start_time": 1})
    return answer.json["run"]["info"]["run_id"]


def set_tag(server, run_id, value):
    tag = {"run_id": run_id, "key": "big", "value": value}
    return server.ask("POST", PREFIX + "runs/set-tag", tag)


def tag_of(server, run_id):
    run = server.ask("GET", f"{PREFIX}runs/get?run_id={run_id}").json["run"]
    return {tag["key"]: tag["value"] for tag in run["data"]["tags"]}["big"]


def fill_with_tags(server, run_id):
    """Write until the disk is full; return the last value that was kept, and the refusal."""
    kept = None
    for number in range(200):
        value = str(number) * 2000
        answer = set_tag(server, run_id, value)
        if answer.status != 200:
            return kept, answer
        kept = value
    raise AssertionError("the disk did not become full")


def test_a_full_disk_is_said_reads_go_on_and_writing_resumes(server, small, run_id):
    small.fill(0)
    kept, refusal = fill_with_tags(server, run_id)
    assert refusal.status in {503, 507}
    assert "full" in refusal.json["message"]
    assert "nbtrack.db" in refusal.json["message"]
    assert kept is None or tag_of(server, run_id) == kept[:8000]
    small.fill(None)
    assert set_tag(server, run_id, "again").status == 200
    assert tag_of(server, run_id) == "again"
    with sqlite3.connect(small.folder / "nbtrack.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_file_that_does_not_fit_is_absent_afterwards(server, small, run_id):
    path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/big.bin"
    answer = server.ask("PUT", path, bytes(3_000_000))
    assert answer.status in {503, 507}
    assert "big.bin" in answer.json["message"]
    assert server.ask("GET", path).status == 404
    assert server.ask("PUT", path, b"small").status == 200
    assert server.ask("GET", path).body == b"small"
