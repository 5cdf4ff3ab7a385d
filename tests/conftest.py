"""Every test starts as a new process does: an empty folder, no setting, no store, no session."""

import os
import signal
import sys

import pytest

pytest.register_assert_rewrite("nbtrack.testing")  # so that a failure shows what differs

if getattr(signal, "SIGHUP", None) and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # Under nohup the servers of tests would ignore it, too, as they should; a handler they do not.
    signal.signal(signal.SIGHUP, lambda *_: None)

# Fixtures for every test: the real database servers.
from tests.artifact_servers import (  # noqa: E402, F401 - after what it must precede
    ftp_root,
    ftp_server,
    s3_environment,
    s3_root,
    s3_server,
)
from tests.databases import (  # noqa: E402, F401 - as above
    mariadb,
    mariadb_uri,
    postgresql,
    postgresql_uri,
)


@pytest.fixture(autouse=True)
def _isolated(tmp_path, monkeypatch):
    for name in settings_in_environment():
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    project = tmp_path / "project"
    home.mkdir()
    project.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    monkeypatch.chdir(project)
    yield
    for name in settings_in_environment():  # mlflow.set_experiment sets some
        del os.environ[name]


def settings_in_environment():
    return [
        name
        for name in os.environ
        if name.startswith(("NBTRACK_", "MLFLOW_")) and not name.startswith("NBTRACK_TEST_")
    ]


@pytest.fixture(autouse=True)
def _as_a_new_process(_isolated):
    yield
    if "nbtrack.client.session" in sys.modules:
        forget_everything()


def forget_everything():
    """Take back what a test did to this process: open runs, sessions, choices, things said."""
    from nbtrack import sentences
    from nbtrack.client import active_run, experiments, session, stack

    for run in list(stack.open_runs.values()):
        run.end()
    session.close_sessions()
    session.set_tracking_uri(None)
    session.set_kernel_uri(None)
    session.set_start_folder(None)
    experiments.forget_chosen_experiment()
    experiments.set_default_experiment(None)
    active_run.set_source_tags({})
    stack.stack.set(())
    stack.set_ambient(None)
    stack.set_last_tracked(None)
    stack.notebook_mode(False)
    stack.observers.clear()
    stack._last = None
    sentences._said.clear()
    sentences._speakers.clear()
