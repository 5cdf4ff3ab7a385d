"""What this user may not write is read, and the refusal says so."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbtrack.entities import Tag
from nbtrack.errors import Refused
from nbtrack.store.open import open_store
from tests.needs import needs

NOBODY = 65534


@contextmanager
def as_ordinary_user():
    """Give up root's rights for a while: root may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder():
    """A folder that other users can reach, which pytest's own is not."""
    needs(hasattr(os, "geteuid"), "Permissions are tested on Linux and macOS.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield folder
        folder.chmod(0o755)


def test_no_store_is_made_in_a_folder_that_is_not_ours(folder):
    folder.chmod(0o555)
    with as_ordinary_user(), pytest.raises(Refused, match=r"cannot be written.*set_tracking_uri"):
        open_store(f"sqlite:///{folder}/nbtrack.db")


def test_a_store_in_a_read_only_folder_is_read(folder):
    with open_store(f"sqlite:///{folder}/nbtrack.db") as store:
        run = store.create_run("0", name="calm").info.run_id
    folder.chmod(0o555)
    (folder / "nbtrack.db").chmod(0o444)
    with as_ordinary_user(), open_store(f"sqlite:///{folder}/nbtrack.db") as store:
        assert store.get_run(run).info.run_name == "calm"
        with pytest.raises(Refused, match="read-only for this user"):
            store.log_batch(run, tags=[Tag("a", "b")])
        assert [one.info.run_id for one in store.search_runs(["0"])] == [run]


def test_a_store_that_another_user_writes_is_read_as_it_changes(folder):
    with open_store(f"sqlite:///{folder}/nbtrack.db") as owner:
        run = owner.create_run("0").info.run_id
        folder.chmod(0o555)
        with as_ordinary_user(), open_store(f"sqlite:///{folder}/nbtrack.db") as reader:
            assert reader.get_run(run)
        owner.log_batch(run, tags=[Tag("later", "1")])
        with as_ordinary_user(), open_store(f"sqlite:///{folder}/nbtrack.db") as reader:
            assert reader.get_run(run).data.tags["later"] == "1"


def test_a_store_that_may_not_be_read_is_refused(folder):
    open_store(f"sqlite:///{folder}/nbtrack.db").close()
    (folder / "nbtrack.db").chmod(0o000)
    with as_ordinary_user(), pytest.raises(Refused):
        open_store(f"sqlite:///{folder}/nbtrack.db")
