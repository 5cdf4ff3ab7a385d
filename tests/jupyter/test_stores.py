"""The default store, the stores below Jupyter's root, and what is not served."""

import os

import pytest

from nbtrack.store.open import open_store
from tests.jupyter_servers import running_jupyter
from tests.needs import needs

INFO = "/api/3.0/mlflow/server-info"
CREATE = "/api/2.0/mlflow/experiments/create"
BY_NAME = "/api/2.0/mlflow/experiments/get-by-name?experiment_name="


def make_store(folder):
    """Make a store in a folder as a notebook there would; return its id."""
    (folder / ".nbtrack").mkdir(parents=True)
    store = open_store(f"sqlite:///{folder}/.nbtrack/nbtrack.db")
    store.close()
    return store.store_id


def test_each_store_below_the_root_is_served_under_its_id(jupyter):
    ids = [make_store(jupyter.root / name) for name in ("one", "two/deeper")]
    for number, store_id in enumerate(ids):
        path = f"/s/{store_id}"
        assert jupyter.ask("GET", path + INFO).json["nbtrack"]["store_id"] == store_id
        assert jupyter.ask("POST", path + CREATE, {"name": f"only {number}"}).status == 200
    seen = [
        [jupyter.ask("GET", f"/s/{store_id}{BY_NAME}only%20{number}").status for number in (0, 1)]
        for store_id in ids
    ]
    assert seen == [[200, 404], [404, 200]]


def test_the_default_store_has_an_id_too(jupyter):
    store_id = jupyter.ask("GET", INFO).json["nbtrack"]["store_id"]
    assert jupyter.ask("POST", CREATE, {"name": "of the default"}).status == 200
    assert jupyter.ask("GET", f"/s/{store_id}{BY_NAME}of%20the%20default").status == 200


def test_files_of_a_store_lie_beside_it(jupyter):
    store_id = make_store(jupyter.root / "files")
    path = f"/s/{store_id}/api/2.0/mlflow-artifacts/artifacts/0/a%20b/%C3%BC.txt"
    assert jupyter.ask("PUT", path, b"content").status == 200
    assert jupyter.ask("GET", path).body == b"content"
    file = jupyter.root / "files/.nbtrack/artifacts/0/a b/ü.txt"
    assert file.read_bytes() == b"content"


def test_a_store_that_was_deleted_is_not_made_again(jupyter):
    store_id = make_store(jupyter.root / "deleted")
    assert jupyter.ask("GET", f"/s/{store_id}{INFO}").status == 200
    # In one step: the server may be making a file in it at this moment.
    (jupyter.root / "deleted/.nbtrack").rename(jupyter.root.parent / "trash")
    assert jupyter.ask("GET", f"/s/{store_id}{INFO}").status == 404
    assert not (jupyter.root / "deleted/.nbtrack").exists()
    other_id = make_store(jupyter.root / "deleted")
    assert jupyter.ask("GET", f"/s/{other_id}{INFO}").status == 200
    assert jupyter.ask("GET", f"/s/{store_id}{INFO}").status == 404


def test_a_default_store_that_was_deleted_begins_anew(configured):
    before = configured.ask("GET", INFO).json["nbtrack"]["store_id"]
    for file in configured.root.parent.glob("named.db*"):
        file.unlink()
    after = configured.ask("GET", INFO).json["nbtrack"]["store_id"]
    assert before != after
    assert configured.ask("POST", CREATE, {"name": "anew"}).status == 200


def assert_not_served(jupyter, store_id):
    answer = jupyter.ask("GET", f"/s/{store_id}{INFO}")
    assert (answer.status, answer.json["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    "store_id",
    ["0" * 32, "A" * 32, "..", "..%2f..%2fone", "%2e%2e", "one", "'%20OR%201=1", "%00", "%ff"],
)
def test_what_is_no_id_of_a_store_is_answered_with_404(jupyter, store_id):
    assert jupyter.ask("GET", f"/s/{store_id}{INFO}").status in {400, 404}
    assert jupyter.ask("PUT", f"/s/{store_id}/x", b"x" * 10_000).status in {400, 404}


def test_a_link_to_a_store_is_not_followed(jupyter, tmp_path):
    store_id = make_store(tmp_path)
    (jupyter.root / "linked").mkdir()
    (jupyter.root / "linked" / ".nbtrack").symlink_to(tmp_path / ".nbtrack")
    (jupyter.root / "link").symlink_to(tmp_path)
    assert_not_served(jupyter, store_id)


def test_a_store_whose_files_are_elsewhere_is_not_served(jupyter, tmp_path):
    store_id = make_store(jupyter.root / "half")
    (jupyter.root / "half/.nbtrack/artifacts").symlink_to(tmp_path)
    assert_not_served(jupyter, store_id)


def test_a_store_of_another_user_is_not_served(jupyter):
    needs(hasattr(os, "geteuid") and os.geteuid() == 0, "Run the tests as root.")
    store_id = make_store(jupyter.root / "theirs")
    os.chown(jupyter.root / "theirs/.nbtrack", 12345, 12345)
    assert_not_served(jupyter, store_id)


def test_a_store_that_came_with_a_repository_is_not_served(jupyter, git):
    folder = jupyter.root / "cloned"
    store_id = make_store(folder)
    git(folder, "init", "-q")
    git(folder, "add", "-f", ".nbtrack/nbtrack.db")
    assert_not_served(jupyter, store_id)


def test_a_store_that_cannot_be_used_stops_nothing_else(tmp_path):
    (tmp_path / "root/.nbtrack").mkdir(parents=True)
    (tmp_path / "root/.nbtrack/nbtrack.db").write_bytes(b"no database at all" * 100)
    with running_jupyter(tmp_path) as jupyter:
        answer = jupyter.ask("GET", INFO)
        assert 400 <= answer.status < 500 or answer.status == 503
        assert "nbtrack.db" in answer.json["message"]
        assert str(tmp_path) not in answer.json["message"]
        assert jupyter.ask("GET", "api/status").status == 200
        assert "nbtrack cannot serve a store" in jupyter.log


def test_the_administrator_names_the_store_and_the_places_of_files(configured):
    folder = configured.root.parent
    path = "/api/2.0/mlflow-artifacts/artifacts/0/x.txt"
    assert configured.ask("PUT", path, b"x").status == 200
    assert (folder / "named.db").exists()
    assert (folder / "files/0/x.txt").read_bytes() == b"x"
    assert files_of_a_run_at(configured, f"{folder}/more/e").status == 200
    refused = files_of_a_run_at(configured, f"{folder}/root")
    assert refused.status == 403
    assert "c.NbtrackExtension.allowed_artifact_roots" in refused.json["message"]


def files_of_a_run_at(jupyter, location):
    body = {"name": location, "artifact_location": location}
    experiment = jupyter.ask("POST", CREATE, body).json["experiment_id"]
    run = jupyter.ask("POST", "/api/2.0/mlflow/runs/create", {"experiment_id": experiment})
    run_id = run.json["run"]["info"]["run_id"]
    return jupyter.ask("GET", f"/api/2.0/mlflow/artifacts/list?run_id={run_id}")


def test_any_base_url_will_do(configured):
    assert configured.ask("GET", "/health").body == b"OK"
    assert configured.ask("GET", "/nix").json["error_code"] == "ENDPOINT_NOT_FOUND"
    assert configured.ask("GET", "").headers["Location"] == "./nbtrack/"
    assert configured.ask("GET", "/health", token="").status == 401
