"""Each test starts as a new process does: no session, no active run, nothing chosen or said."""

import pytest

from nbtrack.client import experiments, say, session, stack


@pytest.fixture(autouse=True)
def _as_a_new_process(_isolated):
    yield
    for run in list(stack.open_runs.values()):
        run.end()
    session.close_sessions()
    session.set_tracking_uri(None)
    session.set_kernel_uri(None)
    session.set_start_folder(None)
    experiments.forget_chosen_experiment()
    experiments.set_default_experiment(None)
    stack.stack.set(())
    stack.set_ambient(None)
    stack.set_last_tracked(None)
    stack.notebook_mode(False)
    stack.observers.clear()
    stack._last = None
    say._said.clear()


@pytest.fixture
def spoken(capsys):
    """What nbtrack said on standard error since the last call."""
    return lambda: [line for line in capsys.readouterr().err.splitlines() if "nbtrack: " in line]
