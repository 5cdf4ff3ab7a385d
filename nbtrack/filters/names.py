"""From the name that a clause begins with to the field it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbtrack.filters.complaint import complaint, nearest
from nbtrack.filters.fields import FUNCTIONS, NUMBER, Entity, Fields, Kind
from nbtrack.filters.tree import Field

if TYPE_CHECKING:
    from nbtrack.filters.tokens import Token


class Known(NamedTuple):
    """A field and what may be done with it."""

    field: Field
    kind: Kind
    nullable: bool
    singular: str  # what it is, in messages
    written: str  # as the filter spells it


def field_of(
    text: str, name: Token, fields: Fields, *, function: Token | None = None, ordering: bool = False
) -> Known:
    """Return the field that a name means.

    Raises
    ------
    InvalidValue
        For an unknown entity, attribute or function, with the nearest valid one.
    """
    prefix, key = _split(name.text)
    if function is not None:
        return _aggregate(text, function, name, fields)
    if prefix is None or prefix in fields.attribute_prefixes:
        return _attribute(text, name, key, fields, ordering=ordering)
    entity = fields.entity(prefix)
    if entity is None or (ordering and not entity.sortable):
        raise complaint(text, name.position, _unknown_entity(prefix, fields, ordering=ordering))
    _check_key(text, name, entity, key)
    return Known(Field(entity.name, key), entity.kind, True, entity.singular, name.text)  # noqa: FBT003


def _split(name: str) -> tuple[str | None, str]:
    if name.startswith("`"):
        end = name.index("`", 1)
        head, rest = name[1:end], name[end + 2 :]
    else:
        head, _, rest = name.partition(".")
    if not rest:
        return None, head
    return head, rest[1:-1] if rest[0] in "`\"'" else rest


def _attribute(text: str, name: Token, key: str, fields: Fields, *, ordering: bool) -> Known:
    attribute = fields.attribute(key, ordering=ordering)
    if attribute is None:
        valid = [one.name for one in fields.attributes]
        hint = nearest(key, valid)
        if not hint and _split(name.text)[0] is None:
            groups = " or ".join(f"{one.name}.{key}" for one in fields.entities if not one.keys)
            hint = f" For a value that was logged under this name write {groups}."
        what = "order by key" if ordering else "attribute key"
        raise complaint(
            text,
            name.position,
            f"Invalid {what} {key!r} specified. Valid keys are {valid}.{hint}",
        )
    field = Field("attributes", attribute.name)
    singular = "numeric attribute" if attribute.kind.name in {"number", "integer"} else "attribute"
    return Known(field, attribute.kind, attribute.nullable, singular, name.text)


def _aggregate(text: str, function: Token, name: Token, fields: Fields) -> Known:
    prefix, key = _split(name.text)
    entity = None if prefix is None else fields.entity(prefix)
    if function.text not in FUNCTIONS:
        raise complaint(
            text,
            function.position,
            f"Invalid clause(s) in filter string: there is no function {function.text!r}. Valid "
            f"functions are {list(FUNCTIONS)}.{nearest(function.text, FUNCTIONS)}",
        )
    if entity is None or not entity.functions:
        raise complaint(
            text,
            name.position,
            f"Invalid clause(s) in filter string: {function.text}(…) takes a metric, for example "
            f"{function.text}(metrics.acc).",
        )
    written = f"{function.text}({name.text})"
    field = Field(entity.name, key, function.text)
    return Known(field, NUMBER, True, entity.singular, written)  # noqa: FBT003 - as above


def _check_key(text: str, name: Token, entity: Entity, key: str) -> None:
    if entity.keys and key not in entity.keys:
        raise complaint(
            text,
            name.position,
            f"Invalid attribute key {key!r} specified. Valid keys are {list(entity.keys)} for "
            f"{entity.name}.{nearest(key, entity.keys)}",
        )


def _unknown_entity(prefix: str, fields: Fields, *, ordering: bool) -> str:
    if ordering:
        valid = [one.name for one in fields.entities if one.sortable]
        return (
            f"Invalid ordering key in order_by clause: {prefix!r} is not one of "
            f"{[*fields.attribute_prefixes, *valid]}.{nearest(prefix, valid)}"
        )
    return (
        f"Invalid entity type {prefix!r}. Valid values are {list(fields.prefixes)} when "
        f"{fields.noun} are searched.{nearest(prefix, fields.prefixes)}"
    )
