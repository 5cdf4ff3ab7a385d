"""A store's folder that is made again is as private, and as invisible to git, as the first one."""

import shutil
import stat
from pathlib import Path

import pytest

import nbtrack
from nbtrack import store_folder


def store_is_sound():
    folder = Path(".nbtrack")
    mode = stat.S_IMODE(folder.stat().st_mode)
    return mode == 0o700 and (folder / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("again", ["artifact", "journal"])
def test_a_store_folder_that_is_made_again_is_private(again):
    run = nbtrack.start_run()
    run.session.flush()
    shutil.rmtree(".nbtrack")
    if again == "artifact":
        run.artifacts.write("a.txt", b"a")
    else:
        run.log_metric("a", 1)
        run.session.outbox._shipper._restore()
    assert store_is_sound()


def test_other_folders_above_are_made_as_usual(tmp_path):
    store_folder.make_above(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b").is_dir()
    assert not (tmp_path / "a" / "b" / "c").exists()
    assert not (tmp_path / "a" / ".gitignore").exists()
