"""JSON bodies and query strings to request structs, and answers to JSON, by MLflow's rules.

A well-formed body is decoded straight into its struct. Everything that MLflow's server accepts
beside that takes a second, slower way through plain values: ``null`` for absent, lowerCamelCase
names, ``run_uuid`` for ``run_id``, numbers of enum members, bare ``NaN``, ``true`` for 1.0, a JSON
string that holds JSON. What fails there too is answered in MLflow's words.

Source of the rules: MLflow's REST API as observed on version 3.17.
"""

from __future__ import annotations

import json
import re
from enum import EnumMeta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from nbtrack.errors import InvalidValue
from nbtrack.rest.nesting import is_nested_deeper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T", bound=Struct)

# A text that must be given; MLflow takes the empty text for an absent one.
Required = Annotated[str, Meta(min_length=1)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
# What MLflow takes for the id of a run; nbtrack's are 32 hexadecimal digits.
RunId = Annotated[str, Meta(min_length=1, pattern=r"^[A-Za-z0-9][\w\-]{0,255}\Z")]

MOST_NESTED = 64
# Far above what any endpoint takes: millions of wrong items would keep a processor busy.
MOST_ITEMS = 100_000
_MOST_WRAPPED = 2  # times that very old clients encode a body
_SHOWN = 200

_NO_VALUES: Mapping[str, str] = MappingProxyType({})
_encoder = msgspec.json.Encoder()
_plain_decoder = msgspec.json.Decoder()
# What msgspec puts before the place of a fault; the fault itself may quote any text of a client.
_AT = " - at `$"
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`")
_TOO_SHORT = "Expected `str` of length >= 1"
_NOT_A_RUN_ID = "Expected `str` matching regex"  # the only pattern there is
_SURROGATE = re.compile("[\ud800-\udfff]")
_STEP = re.compile(r"[^.\[\]]+")


def encode(answer: Struct | None) -> bytes:
    """Return an answer as JSON; None is the empty object."""
    return b"{}" if answer is None else _encoder.encode(answer)


def decode_body(body: bytes, kind: type[T], path_values: Mapping[str, str] = _NO_VALUES) -> T:
    """Return the request that a JSON body, and the names in the path, hold.

    Raises
    ------
    InvalidValue
        For everything that is not such a request, in MLflow's words.
    """
    _check_nesting(body)
    if body and not path_values and not any(name in body for name in _camel_names(kind)):
        try:
            return cast("T", _decoder(kind).decode(body))
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            pass  # the slow way accepts more, and says what is wrong
    values, fault = _plain(body)
    try:
        request = decode_values(values | dict(path_values), kind)
    except InvalidValue as error:
        raise InvalidValue(f"{error.message} {fault}".rstrip()) from None
    if fault:
        raise InvalidValue(fault)
    return request


def decode_query(query: Mapping[str, Sequence[str]], kind: type[T]) -> T:
    """Return the request that a query string holds; a repeated parameter is a list."""
    lists = {name for name, type_ in _types(kind).items() if get_origin(type_) is list}
    snake = _aliases(kind)
    values = {
        name: list(given) if snake.get(name, name) in lists else given[0]
        for name, given in query.items()
        if given
    }
    return decode_values(values, kind)


def decode_values(values: Mapping[str, Any], kind: type[T]) -> T:
    """Return the request that plain values mean."""
    values = _normalised(values, kind)
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidValue(_in_mlflows_words(str(error), values)) from None


def _plain(body: bytes) -> tuple[dict[str, Any], str]:
    """Return the object in a body, and what is wrong with the body if it is not JSON."""
    value: Any = None
    text = body
    for _ in range(_MOST_WRAPPED + 1):
        if not text.strip():
            return {}, ""
        try:
            value = _loaded(text)
        except (ValueError, RecursionError) as error:
            return {}, f"The body of the request is not JSON: {error}."
        if not isinstance(value, str):
            break
        text = value.encode("utf-8", "surrogatepass")
        _check_nesting(text)
    if value is None:
        return {}, ""
    if not isinstance(value, dict):
        raise InvalidValue(
            f"The body of a request is a JSON object, not {_json_kind(value)}: {_short(value)}."
        )
    return value, ""


def _loaded(text: bytes) -> Any:
    try:
        return _plain_decoder.decode(text)
    except msgspec.DecodeError:
        return json.loads(text.decode())  # takes bare NaN and Infinity


def _check_nesting(text: bytes) -> None:
    if is_nested_deeper(text, MOST_NESTED):
        raise InvalidValue(f"The body of the request is nested deeper than {MOST_NESTED} levels.")


def _normalised(values: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    """Return what a struct has of some values, under its own names and without nulls."""
    snake, types = _aliases(kind), _types(kind)
    found: dict[str, Any] = {}
    for given, value in values.items():
        name = snake.get(given, given)
        if name in found or (name != given and name in values):
            raise InvalidValue(f"The parameter {name!r} is given twice, also as {given!r}.")
        if value is not None and name in types:
            found[name] = _normalised_value(value, types[name], name)
    if "run_id" in types and not found.get("run_id"):
        uuid = values.get("run_uuid") or values.get("runUuid")
        if uuid:
            found["run_id"] = _normalised_value(uuid, types["run_id"], "run_uuid")
    return found


def _normalised_value(value: Any, kind: Any, name: str) -> Any:
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, Struct):
        return _normalised(value, kind)
    if isinstance(value, list) and get_origin(kind) is list:
        if len(value) > MOST_ITEMS:
            raise InvalidValue(
                f"The parameter '{name}' is a list of {len(value)} items; {MOST_ITEMS} are the "
                "most that a request may hold."
            )
        item = _bare(get_args(kind)[0])
        return [_normalised_value(one, item, name) for one in value]
    if isinstance(value, str) and _SURROGATE.search(value):
        raise InvalidValue(
            f"Invalid value {_short(value)} for parameter '{name}' supplied: it holds half a "
            "character (a lone surrogate), which is not Unicode."
        )
    if isinstance(kind, EnumMeta):
        return _member_name(value, kind)
    return float(value) if kind is float and isinstance(value, bool) else value


def _member_name(value: Any, kind: EnumMeta) -> Any:
    """Return the name of an enum's member for its number, which protobuf counts from 1."""
    for number, name in enumerate(kind.__members__, start=1):
        if str(value) == str(number):
            return name
    return value


def _in_mlflows_words(message: str, values: Any) -> str:
    fault, _, place = message.rpartition(_AT) if _AT in message else (message, "", "")
    path = place.removesuffix("`").removeprefix(".")
    missing = _MISSING.fullmatch(fault)
    if missing:
        name = f"{path}.{missing['name']}" if path else missing["name"]
        return _missing(name)
    value = values
    for step in _STEP.findall(path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal():
            value = value[int(step)]
    if fault == _TOO_SHORT:
        return _missing(path)
    expected = fault.replace("`", "").replace("Expected", "expected", 1)
    if fault.startswith(_NOT_A_RUN_ID):
        expected = "expected letters, digits, _ and -, at most 256 of them"
    return (
        f"Invalid value {_short(value)} for parameter '{path}' supplied: {expected}. "
        f"Value was of type '{type(value).__name__}'."
    )


def _missing(name: str) -> str:
    return (
        f"Missing value for required parameter '{name}'. See the API docs for more information "
        "about request parameters."
    )


def _short(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _json_kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a single value"


@cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind, strict=False)


@cache
def _fields(kind: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


@cache
def _types(kind: Any) -> dict[str, Any]:
    """Return the bare type of every field of a struct."""
    return {field.encode_name: _bare(field.type) for field in _fields(kind)}


@cache
def _aliases(kind: Any) -> dict[str, str]:
    """Return the lowerCamelCase spelling of a struct's fields -> the wire's own."""
    names = [field.encode_name for field in _fields(kind)]
    return {_camel(name): name for name in names if _camel(name) != name}


@cache
def _camel_names(kind: Any) -> tuple[bytes, ...]:
    """Return the spellings whose presence sends a body the slow way, inner structs included."""
    names = {f'"{name}"'.encode() for name in _aliases(kind)}
    for type_ in _types(kind).values():
        inner = _bare(get_args(type_)[0]) if get_origin(type_) is list else type_
        if isinstance(inner, type) and issubclass(inner, Struct):
            names.update(_camel_names(inner))
    return tuple(sorted(names))


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def _bare(kind: Any) -> Any:
    """Return a type without Annotated, and without None where it is optional."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    options = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is not list and len(options) == 1 and len(get_args(kind)) > 1:
        return _bare(options[0])
    return kind
