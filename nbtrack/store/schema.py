"""The tables of a SQL store, and the views that show them under MLflow's names.

Integer keys and clustering make a point about 30 bytes (MLflow's layout: 286) while every point
stays one row that SQL can read. Names start with ``nb_`` because ``key`` and others are reserved
words somewhere, and because a database may hold other tables.

Numbers that SQL databases disagree about are coded the same way everywhere: NaN is value 0 with
``special`` 1 (SQLite binds NaN as NULL, PostgreSQL sorts it above everything), +inf and -inf are
the largest and smallest finite double with ``special`` 2 and 3.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from sqlalchemy import (
    NVARCHAR,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from nbtrack.entities import LifecycleStage, LoggedModelStatus, RunStatus

SCHEMA_NUMBER = 2

FINITE, NAN, PLUS_INFINITY, MINUS_INFINITY = range(4)
LARGEST = sys.float_info.max

# An index over whole values of any length is impossible in MySQL and wasteful elsewhere.
HEAD = 200

# MLflow's numbers for the statuses, so that its enum and this column agree.
STATUS_CODE = {
    RunStatus.RUNNING: 1,
    RunStatus.SCHEDULED: 2,
    RunStatus.FINISHED: 3,
    RunStatus.FAILED: 4,
    RunStatus.KILLED: 5,
}
STATUS = {code: status for status, code in STATUS_CODE.items()}
MODEL_STATUS = dict(enumerate(LoggedModelStatus, start=1))
MODEL_STATUS_CODE = {status: code for code, status in MODEL_STATUS.items()}
ACTIVE, DELETED = 0, 1
LIFECYCLE_CODE = {LifecycleStage.ACTIVE: ACTIVE, LifecycleStage.DELETED: DELETED}
LIFECYCLE = {code: stage for stage, code in LIFECYCLE_CODE.items()}

metadata = MetaData()

# SQLite makes an alias of its rowid, and AUTOINCREMENT, only from a column declared INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")
# Texts compare byte by byte on every database; MySQL is told so for whole tables. Its TEXT ends at
# 64 kB and is a LONGTEXT with this length (its dialect's own type takes long to import). On
# PostgreSQL no length is declared: NUL takes two characters there (`postgresql_text`).
_Exact = Text(collation="C")
_SQL_SERVER_COLLATION = "Latin1_General_100_BIN2"
_Text = (
    Text()
    .with_variant(_Exact, "postgresql")
    .with_variant(Text(2**32 - 1), "mysql")
    .with_variant(NVARCHAR(None, collation=_SQL_SERVER_COLLATION), "mssql")
)


def _string(length: int) -> Any:
    return (
        String(length)
        .with_variant(_Exact, "postgresql")
        .with_variant(NVARCHAR(length, collation=_SQL_SERVER_COLLATION), "mssql")
    )


def _table(
    name: str, *columns: Any, never_reuse_ids: bool = False, clustered: bool = False
) -> Table:
    options: dict[str, Any] = {}
    if never_reuse_ids:
        # A reused id behind a cached one would put one run's point into another run.
        options["sqlite_autoincrement"] = True
    if clustered:
        options["sqlite_with_rowid"] = False
    return Table(name, metadata, *columns, **options)


def _reference(name: str) -> Column[int]:
    return Column(name, _Id, primary_key=True, autoincrement=False)


meta = _table(
    "nb_meta",
    Column("store_id", _string(32), primary_key=True),
    Column("artifact_root", _Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

key = _table(
    "nb_key",
    Column("id", _Id, primary_key=True),
    Column("name", _string(250), nullable=False, unique=True),
    never_reuse_ids=True,
)

experiment = _table(
    "nb_experiment",
    Column("id", _Id, primary_key=True),
    Column("name", _string(500), nullable=False, unique=True),
    Column("artifact_location", _string(2048), nullable=False),
    Column("lifecycle", SmallInteger, nullable=False, default=ACTIVE),
    Column("creation_ts", BigInteger, nullable=False),
    Column("update_ts", BigInteger, nullable=False),
    never_reuse_ids=True,
)

experiment_tag = _table(
    "nb_experiment_tag",
    _reference("experiment_id"),
    _reference("key_id"),
    Column("value", _Text, nullable=False),
    clustered=True,
)

run = _table(
    "nb_run",
    Column("id", _Id, primary_key=True),
    Column("uuid", _string(32), nullable=False, unique=True),
    Column("experiment_id", _Id, nullable=False),
    Column("name", _string(250), nullable=False),
    Column("user_id", _string(250), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("lifecycle", SmallInteger, nullable=False, default=ACTIVE),
    Column("start_ts", BigInteger, nullable=False),
    Column("end_ts", BigInteger),
    Column("deleted_ts", BigInteger),
    Column("artifact_uri", _string(2200), nullable=False),
    never_reuse_ids=True,
)
Index("nb_run_list", run.c.experiment_id, run.c.lifecycle, run.c.start_ts.desc(), run.c.uuid)


def _values(name: str, *more: Any, of: str = "run_id") -> Table:
    """Make a table of one text by run (or what else has them) and key."""
    table = _table(
        name,
        _reference(of),
        _reference("key_id"),
        Column("value", _Text, nullable=False),
        Column("value_head", _string(HEAD), nullable=False),
        *more,
        clustered=True,
    )
    Index(f"{name}_value", table.c.key_id, table.c.value_head, table.c[of])
    return table


param = _values("nb_param")
tag = _values("nb_tag", Column("ts", BigInteger, nullable=False))

# One row a metric of a run: its latest point (greatest step, ts, value) and what sums it up.
series = _table(
    "nb_series",
    Column("id", _Id, primary_key=True),
    Column("run_id", _Id, nullable=False),
    Column("key_id", _Id, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("ts", BigInteger, nullable=False),
    Column("value", Double, nullable=False),
    Column("special", SmallInteger, nullable=False),
    Column("vmin", Double),  # NaN is passed over: NULL where there is nothing else
    Column("vmax", Double),
    Column("first_step", BigInteger, nullable=False),
    Column("first_value", Double),  # NULL for NaN
    UniqueConstraint("run_id", "key_id"),
    never_reuse_ids=True,
)
Index("nb_series_value", series.c.key_id, series.c.value, series.c.run_id)

metric = _table(
    "nb_metric",
    _reference("series_id"),
    Column("step", BigInteger, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, primary_key=True),
    Column("special", SmallInteger, primary_key=True, autoincrement=False),
    clustered=True,
)

dataset = _table(
    "nb_dataset",
    Column("id", _Id, primary_key=True),
    Column("experiment_id", _Id, nullable=False),
    Column("name", _string(500), nullable=False),
    Column("digest", _string(36), nullable=False),
    Column("source_type", _string(36), nullable=False),
    Column("source", _Text, nullable=False),
    Column("schema_text", _Text),
    Column("profile", _Text),
    UniqueConstraint("experiment_id", "name", "digest"),
    never_reuse_ids=True,
)

run_input = _table("nb_input", _reference("run_id"), _reference("dataset_id"), clustered=True)
Index("nb_input_dataset", run_input.c.dataset_id, run_input.c.run_id)

input_tag = _table(
    "nb_input_tag",
    _reference("run_id"),
    _reference("dataset_id"),
    Column("name", _string(255), primary_key=True),
    Column("value", _string(500), nullable=False),
    clustered=True,
)

# The models may be kept somewhere else: their ids are not looked up.
model_input = _table(
    "nb_model_input",
    _reference("run_id"),
    Column("model_id", _string(250), primary_key=True),
    clustered=True,
)

output = _table(
    "nb_output",
    _reference("run_id"),
    Column("model_id", _string(250), primary_key=True),
    Column("step", BigInteger, nullable=False),
    clustered=True,
)

logged_model = _table(
    "nb_logged_model",
    Column("id", _Id, primary_key=True),
    Column("uuid", _string(34), nullable=False, unique=True),
    Column("experiment_id", _Id, nullable=False),
    Column("name", _string(500), nullable=False),
    Column("model_type", _string(500), nullable=False),
    Column("source_run_id", _string(250), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("status_message", _Text),
    Column("lifecycle", SmallInteger, nullable=False),
    Column("creation_ts", BigInteger, nullable=False),
    Column("update_ts", BigInteger, nullable=False),
    Column("artifact_uri", _string(2200), nullable=False),
    never_reuse_ids=True,
)
Index(
    "nb_logged_model_list",
    logged_model.c.experiment_id,
    logged_model.c.lifecycle,
    logged_model.c.creation_ts.desc(),
    logged_model.c.uuid,
)
# Clients ask for a name at every listing of a run's files.
Index("nb_logged_model_name", logged_model.c.experiment_id, logged_model.c.name)
model_param = _values("nb_model_param", of="model_id")
model_tag = _values("nb_model_tag", of="model_id")

# Points that tell of a model, beside being points of their run; and on which data, if on any (0).
model_metric = _table(
    "nb_model_metric",
    _reference("model_id"),
    _reference("key_id"),
    _reference("run_id"),
    _reference("dataset_id"),
    Column("step", BigInteger, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, primary_key=True),
    Column("special", SmallInteger, primary_key=True, autoincrement=False),
    clustered=True,
)
# Named by the points alone: what a run says of its datasets may come later, or never.
metric_dataset = _table(
    "nb_metric_dataset",
    Column("id", _Id, primary_key=True),
    Column("name", _string(500), nullable=False),
    Column("digest", _string(36), nullable=False),
    UniqueConstraint("name", "digest"),
    never_reuse_ids=True,
)

# Who works on a run. `closed_ts` is set by whoever ended the run for a process that was gone; the
# row stays, so that the owner's next record can take the run back.
lease = _table(
    "nb_lease",
    _reference("run_id"),
    Column("journal_id", _string(64), nullable=False),
    Column("store_id", _string(32), nullable=False),
    Column("host", _string(255), nullable=False),
    Column("boot_id", _string(64), nullable=False),
    Column("pidns", _string(64), nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("proc_start", _string(64), nullable=False),
    Column("user_id", _string(250), nullable=False),
    Column("heartbeat", BigInteger, nullable=False),
    Column("closed_ts", BigInteger),
)
Index("nb_lease_journal", lease.c.journal_id)

journal = _table(
    "nb_journal",
    Column("journal_id", _string(64), primary_key=True),
    Column("acked_seq", BigInteger, nullable=False),
    clustered=True,
)

_STATUS_NAME = (
    "CASE status "
    + " ".join(f"WHEN {code} THEN '{status}'" for code, status in STATUS.items())
    + " END"
)
_STAGE_NAME = f"CASE lifecycle WHEN {ACTIVE} THEN 'active' ELSE 'deleted' END"

# MLflow's names and columns, for SQL written against its database. nbtrack itself never reads them.
# ruff: noqa: S608 - the statements are made of this module's constants
VIEWS = {
    "experiments": f"""
        SELECT id AS experiment_id, name, artifact_location, {_STAGE_NAME} AS lifecycle_stage,
               creation_ts AS creation_time, update_ts AS last_update_time
        FROM nb_experiment""",
    "runs": f"""
        SELECT uuid AS run_uuid, name, NULL AS source_type, NULL AS source_name,
               NULL AS entry_point_name, user_id, {_STATUS_NAME} AS status, start_ts AS start_time,
               end_ts AS end_time, deleted_ts AS deleted_time, NULL AS source_version,
               {_STAGE_NAME} AS lifecycle_stage, artifact_uri, experiment_id
        FROM nb_run""",
    "metrics": f"""
        SELECT k.name AS "key", m.value AS value, m.ts AS "timestamp", r.uuid AS run_uuid,
               m.step AS step, m.special = {NAN} AS is_nan
        FROM nb_metric m JOIN nb_series s ON s.id = m.series_id
        JOIN nb_run r ON r.id = s.run_id JOIN nb_key k ON k.id = s.key_id""",
    "latest_metrics": f"""
        SELECT k.name AS "key", s.value AS value, s.ts AS "timestamp", s.step AS step,
               s.special = {NAN} AS is_nan, r.uuid AS run_uuid
        FROM nb_series s JOIN nb_run r ON r.id = s.run_id JOIN nb_key k ON k.id = s.key_id""",
    "params": """
        SELECT k.name AS "key", p.value AS value, r.uuid AS run_uuid
        FROM nb_param p JOIN nb_run r ON r.id = p.run_id JOIN nb_key k ON k.id = p.key_id""",
    "tags": """
        SELECT k.name AS "key", t.value AS value, r.uuid AS run_uuid
        FROM nb_tag t JOIN nb_run r ON r.id = t.run_id JOIN nb_key k ON k.id = t.key_id""",
}


def spelled(view: str, dialect: str) -> str:
    """Return a view's SELECT as a database spells it."""
    if dialect == "mysql":
        return view.replace('"', "`")
    if dialect == "mssql":  # a comparison is no value there
        return re.sub(r"(\w\.special = 1) AS", r"CASE WHEN \1 THEN 1 ELSE 0 END AS", view)
    return view
