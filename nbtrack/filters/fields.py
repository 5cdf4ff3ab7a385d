"""What can be searched, as data: one table for each kind of thing.

Another kind (registered models, model versions …) is another `Fields`, and a compiler for the
entities it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

_EQUAL = ("=", "!=")
_ORDER = ("<", "<=", ">", ">=")
_LIKE = ("LIKE", "ILIKE")
_LIST = ("IN", "NOT IN")
TEXT_OPERATORS = (*_EQUAL, *_LIKE, *_LIST)
NUMBER_OPERATORS = (*_EQUAL, *_ORDER, *_LIST)

# Functions of a metric's points; the value of a metric by itself is its latest.
FUNCTIONS = ("min", "max", "first", "count")


@dataclass(frozen=True)
class Kind:
    """What values a field has.

    Attributes
    ----------
    name : str
        ``text``, ``number``, ``integer``, or ``id`` (an integer that is written as text).
    operators : tuple of str
        What it may be compared with.
    words : tuple of pairs
        Texts that stand for numbers.
    """

    name: str
    operators: tuple[str, ...]
    words: tuple[tuple[str, int], ...] = ()


TEXT = Kind("text", TEXT_OPERATORS)
NUMBER = Kind("number", NUMBER_OPERATORS)
INTEGER = Kind("integer", NUMBER_OPERATORS)
ID = Kind("id", (*_EQUAL, *_LIST))


@dataclass(frozen=True)
class Attribute:
    """A column that every thing of a kind has.

    Attributes
    ----------
    name : str
        Canonical name.
    kind : Kind
        Its values.
    aliases : tuple of str
        Other names in filters.
    order_aliases : tuple of str
        Other names in order_by.
    nullable : bool
        Whether it may be missing, so that IS NULL makes sense.
    """

    name: str
    kind: Kind = TEXT
    aliases: tuple[str, ...] = ()
    order_aliases: tuple[str, ...] = ()
    nullable: bool = False


@dataclass(frozen=True)
class Entity:
    """A group of keys: any name (metrics, params, tags), or a few fixed ones (datasets).

    Attributes
    ----------
    name : str
        Canonical name.
    singular : str
        The word for one of them in messages.
    kind : Kind
        The values.
    aliases : tuple of str
        Other prefixes.
    keys : tuple of str
        The only valid keys; empty for any.
    functions : bool
        Whether ``max(…)`` and its like apply.
    sortable : bool
        Whether order_by takes it.
    """

    name: str
    singular: str
    kind: Kind = TEXT
    aliases: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    functions: bool = False
    sortable: bool = True


@dataclass(frozen=True)
class Fields:
    """All that can be searched of one kind of thing.

    Attributes
    ----------
    noun : str
        What is searched, for messages.
    attribute_prefixes : tuple of str
        What may stand before an attribute; nothing always may.
    attributes : tuple of Attribute
        The columns.
    entities : tuple of Entity
        The groups of keys.
    """

    noun: str
    attribute_prefixes: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    entities: tuple[Entity, ...]

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """Everything that may stand before a dot."""
        named = (name for entity in self.entities for name in (entity.name, *entity.aliases))
        return (*self.attribute_prefixes, *named)

    def entity(self, prefix: str) -> Entity | None:
        """Return the group of keys with this prefix."""
        for entity in self.entities:
            if prefix == entity.name or prefix in entity.aliases:
                return entity
        return None

    def attribute(self, name: str, *, ordering: bool = False) -> Attribute | None:
        """Return the attribute of this name or alias."""
        for attribute in self.attributes:
            aliases = attribute.order_aliases if ordering else attribute.aliases
            if name == attribute.name or name in aliases:
                return attribute
        return None


RUNS = Fields(
    "runs",
    ("attributes", "attribute", "attr", "run"),
    (
        Attribute("run_id"),
        # Compared through its tag, which can be deleted.
        Attribute("run_name", aliases=("run name", "Run name", "Run Name"), nullable=True),
        Attribute("status"),
        Attribute("user_id"),
        Attribute("artifact_uri"),
        Attribute("start_time", NUMBER, ("created", "Created"), ("created",)),
        Attribute("end_time", NUMBER, nullable=True),
    ),
    (
        Entity("metrics", "metric", NUMBER, ("metric",), functions=True),
        Entity("params", "param", TEXT, ("param", "parameter", "parameters")),
        Entity("tags", "tag", TEXT, ("tag",)),
        Entity(
            "datasets", "dataset", TEXT, ("dataset",), ("name", "digest", "context"), sortable=False
        ),
    ),
)

EXPERIMENTS = Fields(
    "experiments",
    ("attribute",),
    (
        Attribute("name"),
        Attribute("experiment_id", ID),
        Attribute("creation_time", INTEGER),
        Attribute("last_update_time", INTEGER),
    ),
    (Entity("tags", "tag", TEXT, ("tag",), sortable=False),),
)

# MLflow's filters know the numbers only; the words are those of its Python API and of its wire.
_MODEL_STATUS = Kind(
    "integer",
    NUMBER_OPERATORS,
    tuple(
        (word, number)
        for number, words in enumerate(
            (("PENDING",), ("READY",), ("FAILED", "UPLOAD_FAILED")), start=1
        )
        for short in words
        for word in (short, f"LOGGED_MODEL_{short}")
    ),
)

LOGGED_MODELS = Fields(
    "logged models",
    ("attributes",),
    (
        Attribute("name"),
        Attribute("model_id"),
        Attribute("model_type"),
        Attribute("status", _MODEL_STATUS),
        Attribute("source_run_id"),
        Attribute("experiment_id", ID),
        Attribute("artifact_location"),
        Attribute("lifecycle_stage"),
        Attribute(
            "creation_timestamp",
            NUMBER,
            ("creation_time", "creation_timestamp_ms"),
            ("creation_time", "creation_timestamp_ms"),
        ),
        Attribute(
            "last_updated_timestamp",
            NUMBER,
            ("last_updated_timestamp_ms",),
            ("last_updated_timestamp_ms",),
        ),
    ),
    (
        Entity("metrics", "metric", NUMBER),
        Entity("params", "param", TEXT, sortable=False),
        Entity("tags", "tag", TEXT, sortable=False),
    ),
)
