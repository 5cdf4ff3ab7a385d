"""A database is made once, whole, by however many processes; another program's is left alone."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nbtrack.errors import InvalidValue, NotFound, Refused, Unavailable, WrongStore
from nbtrack.store import sqlite_creation
from nbtrack.store.open import open_store

# Each racer has loaded everything and waits for its letter. Where they can be forked, one process
# loads it for all of them: that costs more than the race.
RACER = """
import os, sys
from nbtrack.store import sqlite_store
from nbtrack.store.open import open_store
uri, twins = sys.argv[1:]
for _ in range(int(twins) - 1):
    if os.fork() == 0:
        break
os.write(1, b"ready\\n")  # at once: they share a pipe
os.read(0, 1)
with open_store(uri) as store:
    run = store.create_run("0").info.run_id
    os.write(1, f"{store.store_id} {run}\\n".encode())
"""


def race(uri, count):
    twins = count if hasattr(os, "fork") else 1
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, uri, str(twins)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count // twins)
    ]
    for racer in racers:
        assert [racer.stdout.readline() for _ in range(twins)] == ["ready\n"] * twins
    for racer in racers:
        racer.stdin.write("!" * twins)
        racer.stdin.flush()
    results = [racer.communicate(timeout=50) for racer in racers]
    assert [error for _, error in results if error] == []
    return [line.split() for output, _ in results for line in output.splitlines()]


def test_twenty_processes_that_start_on_no_store_make_one(tmp_path):
    uri = f"sqlite:///{tmp_path}/deep/down/nbtrack.db"
    results = race(uri, 20)
    with open_store(uri, create=False) as store:
        assert {store_id for store_id, _ in results} == {store.store_id}
        found = {run.info.run_id for run in store.search_runs(["0"])}
    assert found == {run_id for _, run_id in results}
    assert len(found) == 20
    assert [file.name for file in (tmp_path / "deep/down").iterdir()] == ["nbtrack.db"]


def test_processes_that_start_on_an_empty_file_fill_it_once(tmp_path):
    (tmp_path / "nbtrack.db").touch()
    results = race(f"sqlite:///{tmp_path}/nbtrack.db", 8)
    assert len({store_id for store_id, _ in results}) == 1
    assert len({run_id for _, run_id in results}) == 8


def test_a_file_system_without_links_gets_a_store_too(tmp_path, monkeypatch):
    def no_links(source, target):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store:
        assert store.get_experiment("0").name == "Default"


def pragma(path, name):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_store_is_in_wal_mode(tmp_path):
    open_store(f"sqlite:///{tmp_path}/nbtrack.db").close()
    assert pragma(tmp_path / "nbtrack.db", "journal_mode") == "wal"


def test_a_store_on_a_network_file_system_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("nbtrack.platforms.is_network_filesystem", lambda path: True)
    open_store(f"sqlite:///{tmp_path}/nbtrack.db").close()
    assert pragma(tmp_path / "nbtrack.db", "journal_mode") == "delete"


def test_only_the_default_experiment_has_number_zero(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/nbtrack.db") as store:
        assert store.create_experiment("first") == "1"


def test_ids_are_never_reused(tmp_path):
    open_store(f"sqlite:///{tmp_path}/nbtrack.db").close()
    with closing(sqlite3.connect(tmp_path / "nbtrack.db")) as connection:
        tables = dict(
            connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        )
    for name in ("nb_run", "nb_series", "nb_experiment", "nb_key", "nb_dataset"):
        assert "AUTOINCREMENT" in tables[name]
    assert "WITHOUT ROWID" in tables["nb_metric"]


def test_a_store_that_must_exist_is_not_made(tmp_path):
    with pytest.raises(NotFound, match="There is no store at"):
        open_store(f"sqlite:///{tmp_path}/nbtrack.db", create=False)
    assert list(tmp_path.glob("*.db")) == []


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id)")
    before = path.read_bytes()
    with pytest.raises(WrongStore, match="database of another program"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(WrongStore, match="is not a SQLite database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear diary")


@pytest.mark.parametrize(("number", "advice"), [(99, "Upgrade nbtrack"), (0, "before the first")])
def test_a_database_of_another_schema_is_refused(tmp_path, number, advice):
    path = tmp_path / "nbtrack.db"
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('UPDATE nb_meta SET "schema" = ?', (number,))
    with pytest.raises(WrongStore, match=f"schema {number}.*{advice}"):
        open_store(f"sqlite:///{path}")


def test_a_database_that_lost_its_identity_is_refused(tmp_path):
    open_store(f"sqlite:///{tmp_path}/runs.db").close()
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection:
        connection.execute("DELETE FROM nb_meta")
        connection.commit()
    with pytest.raises(WrongStore, match="nb_meta is empty"):
        open_store(f"sqlite:///{tmp_path}/runs.db")


def test_a_folder_in_the_place_of_the_database_is_explained(tmp_path):
    with pytest.raises((Refused, Unavailable), match="cannot be"):
        open_store(f"sqlite:///{tmp_path}")


def test_an_unwritable_folder_is_refused(tmp_path, monkeypatch):
    def denied(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(Refused, match=r"read-only for this user.*set_tracking_uri"):
        open_store(f"sqlite:///{tmp_path}/new/nbtrack.db")


@pytest.mark.parametrize(
    "uri", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file:x"]
)
def test_a_database_without_a_file_is_refused(uri):
    with pytest.raises(InvalidValue, match="names no file"):
        open_store(uri)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("runs.db", "write sqlite:///runs.db"),
        ("C:\\runs.db", "is not the URI of a store"),
        ("http://localhost:5000", "tracking server"),
        ("sqlit:///x.db", "Did you mean 'sqlite'"),
        ("redis://x", "Known are: .*sqlite"),
    ],
)
def test_a_uri_that_names_no_store_is_explained(uri, message):
    with pytest.raises(InvalidValue, match=message.replace("\\", r"\\")):
        open_store(uri)


def test_a_relative_path_is_fixed_when_the_store_is_opened(tmp_path, monkeypatch):
    with open_store("sqlite:///runs.db") as store:
        monkeypatch.chdir(tmp_path)
        store.create_experiment("x")
        assert store.uri == f"sqlite:///{tmp_path}/project/runs.db"


def test_odd_signs_in_a_path_are_part_of_it(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/a?b=c#d %41.db") as store:
        store.create_experiment("x")
    assert (tmp_path / "a?b=c#d %41.db").exists()


def test_artifacts_go_beside_the_database_and_move_with_it(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/a/nbtrack.db") as store:
        assert store.artifact_root == str(tmp_path / "a/artifacts")
    (tmp_path / "a").rename(tmp_path / "b")
    with open_store(f"sqlite:///{tmp_path}/b/nbtrack.db") as store:
        assert store.artifact_root == str(tmp_path / "b/artifacts")


@pytest.mark.parametrize("root", ["s3://bucket/prefix", "/srv/artifacts"])
def test_another_artifact_root_is_recorded_and_kept(tmp_path, root):
    uri = f"sqlite:///{tmp_path}/nbtrack.db"
    for given in (root, root, None, str(tmp_path / "artifacts")):
        with open_store(uri, artifact_root=given) as store:
            assert store.artifact_root == root
    with pytest.raises(WrongStore, match="keeps its artifacts in"):
        open_store(uri, artifact_root="/elsewhere")


def test_what_a_crash_left_of_a_creation_is_no_store(tmp_path, monkeypatch):
    def killed(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(sqlite_creation, "_link", killed)
    with pytest.raises(KeyboardInterrupt):
        open_store(f"sqlite:///{tmp_path}/nbtrack.db")
    assert list(tmp_path.glob("*.db*")) == []


def test_a_message_about_an_unknown_store_has_no_password():
    with pytest.raises(InvalidValue) as caught:
        open_store("oracle://me:hidden@host/db")
    assert "hidden" not in str(caught.value)
    assert "oracle://me@host/db" in str(caught.value)


@pytest.mark.parametrize("inner", ["x.db", "deep/x.db"])
def test_a_file_where_a_folder_is_needed_is_told_as_that(tmp_path, inner):
    file = tmp_path / "text.db"
    file.write_text("text")
    with pytest.raises(InvalidValue, match=f"{file} is a file where a folder is needed"):
        open_store(f"sqlite:///{file}/{inner}")


def test_opening_a_file_loads_no_other_databases_dialect(tmp_path):
    program = (
        "import sys; from nbtrack.store.open import open_store; open_store(sys.argv[1]).close(); "
        "names = [f'sqlalchemy.dialects.{n}' for n in ('mysql', 'postgresql', 'mssql')]; "
        "print([name for name in names if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path}/x.db"]
    assert subprocess.check_output(command, text=True) == "[]\n"
