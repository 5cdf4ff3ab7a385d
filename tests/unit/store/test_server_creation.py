"""Stores in the databases of servers: made once, recognised, refused with a sentence."""

import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import create_engine, make_url, text

from nbtrack.errors import InvalidValue, NbtrackError, NotFound, Refused, WrongStore
from nbtrack.store import server_creation, server_store
from nbtrack.store.open import open_store

ROOT = "s3://bucket/artifacts"
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}

OPEN = """
import sys
from nbtrack.store.open import open_store
print("ready", flush=True)
sys.stdin.readline()
with open_store(sys.argv[1], artifact_root="s3://bucket/artifacts") as store:
    print(store.store_id, store.create_run("0").info.run_id)
"""


@pytest.fixture(params=["postgresql", "mariadb"])
def uri(request):
    return request.getfixturevalue(f"{request.param}_uri")


def execute(uri, *statements):
    url = make_url(uri)
    engine = create_engine(url.set(drivername=DRIVERS[url.drivername]))
    with closing(engine.connect()) as connection:
        for statement in statements:
            answer = connection.execute(text(statement))
            rows = answer.all() if answer.returns_rows else []
        connection.commit()
    engine.dispose()
    return rows


def test_processes_that_open_a_new_store_at_once_open_the_same(uri):
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, uri],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for opener in openers:
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        opener.stdin.write("\n")
        opener.stdin.flush()
    answers = [opener.communicate(timeout=50) for opener in openers]
    assert [errors for _, errors in answers] == [""] * 4
    assert len({output.split()[0] for output, _ in answers}) == 1
    with open_store(uri) as store:
        assert len(store.search_runs(["0"])) == 4
        assert [one.experiment_id for one in store.search_experiments()] == ["0"]
        assert store.create_experiment("first") == "1"


def test_a_store_that_must_exist_is_not_made(uri):
    with pytest.raises(NotFound, match="There is no store in"):
        open_store(uri, create=False)


def test_a_new_store_needs_a_place_for_artifacts_which_it_remembers(uri):
    with pytest.raises(InvalidValue, match=r"nbtrack server .* --artifacts-destination"):
        open_store(uri)
    open_store(uri, artifact_root=ROOT).close()
    with open_store(uri) as store:
        assert store.artifact_root == ROOT
    with pytest.raises(WrongStore, match="keeps its artifacts in s3://bucket/artifacts"):
        open_store(uri, artifact_root="s3://elsewhere")


def test_a_server_may_have_any_mode_of_its_own(mariadb, mariadb_uri):
    [(before,)] = mariadb.execute("SELECT @@GLOBAL.sql_mode")
    mariadb.execute("SET GLOBAL sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'")
    try:
        with open_store(mariadb_uri, artifact_root=ROOT) as store:
            run = store.create_run("0", name="a \\ 'b' \"c\"").info
            assert store.get_run(run.run_id).info.run_name == "a \\ 'b' \"c\""
    finally:
        mariadb.execute(f"SET GLOBAL sql_mode = '{before}'")


def test_a_database_that_nobody_may_change_can_be_read(uri, request):
    open_store(uri, artifact_root=ROOT).close()
    name = uri.partition("@/")[2].partition("?")[0]
    if uri.startswith("mysql"):
        server = request.getfixturevalue("mariadb")
        on, off = "SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0"
        server.execute(
            "CREATE OR REPLACE USER reader@localhost",
            f"GRANT SELECT, INSERT, UPDATE ON {name}.* TO reader@localhost",  # root always may
        )
        uri = uri.replace("root@", "reader@")
    else:
        server = request.getfixturevalue("postgresql")
        off = f"ALTER DATABASE {name} RESET default_transaction_read_only"
        on = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    server.execute(on)
    try:
        with open_store(uri) as store:
            assert store.get_experiment("0").name == "Default"
            with pytest.raises(Refused, match="lets nobody change"):
                store.create_run("0")
    finally:
        server.execute(off)


def test_a_relative_place_for_artifacts_does_not_depend_on_the_working_directory(uri, tmp_path):
    with open_store(uri, artifact_root="artifacts") as store:
        assert store.artifact_root.endswith("/artifacts")
        assert store.artifact_root.startswith("/")


@pytest.mark.parametrize(("number", "advice"), [(99, "Upgrade nbtrack"), (1, "before the first")])
def test_a_database_of_another_schema_is_refused(uri, number, advice):
    open_store(uri, artifact_root=ROOT).close()
    quote = "`" if uri.startswith("mysql") else '"'
    execute(uri, f"UPDATE nb_meta SET {quote}schema{quote} = {number}")
    with pytest.raises(WrongStore, match=f"schema {number}.*{advice}"):
        open_store(uri)


def test_tables_of_another_program_stay_and_views_get_other_names(uri, caplog):
    execute(uri, "CREATE TABLE runs (x INT)", "CREATE TABLE wages (x INT)")
    with open_store(uri, artifact_root=ROOT) as store:
        run = store.create_run("0").info.run_id
    assert execute(uri, "SELECT x FROM runs") == []
    assert execute(uri, "SELECT run_uuid, status FROM nb_v_runs") == [(run, "RUNNING")]
    assert execute(uri, "SELECT name FROM experiments") == [("Default",)]
    assert "these views are called nb_v_runs" in caplog.text


def test_a_table_of_another_program_in_the_way_is_told(uri):
    execute(uri, "CREATE TABLE nb_run (x INT)")
    with pytest.raises(WrongStore, match=r"another program under nbtrack's names \(nb_run\)"):
        open_store(uri, artifact_root=ROOT)
    assert execute(uri, "SELECT x FROM nb_run") == []


@pytest.mark.parametrize("interrupted", ["CREATE INDEX nb_tag", "VIEW latest", "INTO nb_meta"])
def test_a_creation_that_was_interrupted_is_completed(uri, monkeypatch, interrupted):
    from sqlalchemy import event

    def stop(connection, cursor, statement, *_):
        if interrupted.replace(" ", "") in statement.replace(" ", "").replace("`", ""):
            raise KeyboardInterrupt

    made = server_store.ServerDatabase._make_engine

    def engine_that_stops(database):
        engine = made(database)
        event.listen(engine, "before_cursor_execute", stop)
        return engine

    with monkeypatch.context() as patch:
        patch.setattr(server_store.ServerDatabase, "_make_engine", engine_that_stops)
        with pytest.raises(KeyboardInterrupt):
            open_store(uri, artifact_root=ROOT)
    with open_store(uri, artifact_root=ROOT) as store:
        run = store.create_run("0").info.run_id
    assert execute(uri, "SELECT run_uuid FROM runs") == [(run,)]
    assert execute(uri, "SELECT run_uuid FROM latest_metrics") == []


def test_a_password_is_nowhere_to_be_seen(uri):
    secret = uri.replace("@", ":s3cret@", 1)
    with open_store(uri, artifact_root=ROOT):
        pass
    if uri.startswith("postgresql"):  # which trusts local users, whatever they say
        with open_store(secret) as store:
            assert "s3cret" not in store.uri
            assert "s3cret" not in repr(vars(store._database))
    else:
        with pytest.raises(NbtrackError) as caught:
            open_store(secret)
        assert "s3cret" not in str(caught.value)


def test_addresses_that_cannot_be_used_are_explained():
    for uri, sentence in (
        ("postgresql://a:s3cret@host", "names no database"),
        ("postgresql://a:s3cret@host:port/x", "cannot be read"),
        ("postgresql+asyncpg://a:s3cret@host/x", "psycopg or psycopg2"),
        ("postgresql://a:two@s3cret@host/x", "%xx for special characters"),
        ("mysql://a:s3cret@host/x?colour=red", "options .*: .*colour"),
        ("postgresql://a:s3cret@/x?host=/nowhere&colour=red", "options .*: .*colour"),
        ("https://a:s3cret@host", "names a tracking server"),
    ):
        with pytest.raises(InvalidValue, match=sentence) as caught:
            open_store(uri)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "extra"),
    [
        ("postgresql://host/x", "postgres"),
        ("mariadb://host/x", "mysql"),
        ("mysql+mysqldb://host/x", "mysql"),
        ("mssql://host/x", "mssql"),
    ],
)
def test_a_driver_that_is_not_installed_is_named_with_its_extra(monkeypatch, uri, extra):
    monkeypatch.setattr(server_store, "find_spec", lambda name: None)
    with pytest.raises(InvalidValue, match=rf"pip install 'nbtrack\[{extra}\]'"):
        open_store(uri)


def test_every_kind_of_server_has_a_lock_for_creations():
    assert server_creation._LOCK.keys() == {kind.dialect for kind in server_store._KINDS.values()}
