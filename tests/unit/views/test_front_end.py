"""Whether somebody listens, and where a Jupyter server has the same store."""

import nbtrack
from nbtrack.client.session import current_session
from nbtrack.views.front_end import is_live, server_path


def test_in_a_script_nobody_listens():
    assert not is_live()


def test_a_store_that_no_jupyter_server_named_is_not_served():
    assert server_path(current_session()) is None


def test_the_default_store_of_the_jupyter_server_is_known(monkeypatch):
    session = current_session()
    monkeypatch.setenv("NBTRACK_JUPYTER_STORE", session.location.uri)
    assert server_path(session) == "nbtrack/"
    assert nbtrack.runs()._config["server"] == "nbtrack/"


def test_a_store_below_the_root_of_the_jupyter_server_is_found_by_its_id(monkeypatch, tmp_path):
    session = current_session()
    expected = f"nbtrack/s/{session.store.store_id}/"
    monkeypatch.setenv("NBTRACK_JUPYTER_STORE", f"sqlite:///{tmp_path}/other.db")
    monkeypatch.setenv("NBTRACK_JUPYTER_ROOT", str(tmp_path))
    assert server_path(session) == expected
    monkeypatch.setenv("NBTRACK_JUPYTER_ROOT", str(tmp_path / "home"))
    assert server_path(session) is None


def test_a_store_in_a_hidden_folder_is_not_looked_for(monkeypatch, tmp_path):
    hidden = tmp_path / ".cache"
    hidden.mkdir()
    nbtrack.set_tracking_uri(hidden)
    monkeypatch.setenv("NBTRACK_JUPYTER_STORE", f"sqlite:///{tmp_path}/other.db")
    monkeypatch.setenv("NBTRACK_JUPYTER_ROOT", str(tmp_path))
    assert server_path(current_session()) is None
