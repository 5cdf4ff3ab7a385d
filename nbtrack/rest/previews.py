"""The beginning of a file of a run, as data that a page can show: text, JSON, a table.

Nothing of a file is ever sent to be interpreted: HTML and SVG are told by name only, an image is
told by its first bytes and fetched by whoever shows it.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbtrack.artifacts import parts_of
from nbtrack.rest.artifacts import OneArtifact, checked
from nbtrack.rest.endpoint import NBTRACK, Endpoint
from nbtrack.rest.nesting import is_nested_deeper

if TYPE_CHECKING:
    from nbtrack.rest.backend import Backend

MOST_BYTES = 64 * 1024
MOST_ROWS = 200
MOST_COLUMNS = 100
# Indented, deep JSON grows with every level; above this it is shown as it was written.
_MOST_PRETTY = 4 * MOST_BYTES
_MOST_NESTED = 32
# More wrong characters than this in a hundred: it is no text in UTF-8.
_MOST_WRONG = 10

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
# What a browser would run or draw is not shown, not even as text that somebody takes for a page.
_NEVER_SHOWN = (".html", ".htm", ".xhtml", ".svg", ".svgz", ".pdf")
_MARKUP = ("<!doctype html", "<html", "<svg")
_TABLES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = (".json", ".geojson", ".ipynb")


class Head(Struct, frozen=True, omit_defaults=True):
    """The beginning of a file.

    Parameters
    ----------
    kind : str
        "text", "json" (``text`` is indented), "csv" (``columns`` and ``rows``), "image" (of
        ``media_type``), "binary", or "other": known, but not shown.
    size : int
        Of the whole file, in bytes.
    truncated : bool
        Whether the file goes on behind what is here.
    """

    kind: str
    size: int
    truncated: bool
    text: str | None = None
    columns: list[str] | None = None
    rows: list[list[str]] | None = None
    media_type: str | None = None


def head(backend: Backend, request: OneArtifact) -> Head:
    """Return the beginning of a file of a run: at most 64 KiB, 200 rows of 100 columns."""
    checked(parts_of, request.path)
    folder = backend.places.of(backend.store.get_run(request.run_id).info.artifact_uri)
    file, stat = folder.open_with_stat(request.path)
    with file:
        start = file.read(MOST_BYTES)
    return preview(request.path, start, stat.size)


def preview(path: str, start: bytes, size: int) -> Head:
    """Return what can be shown of a file by its name, its first bytes and its size."""
    name = path.rpartition("/")[2].lower()
    is_cut = size > len(start)
    media_type = image_type(start)
    if media_type is not None:
        return Head("image", size, is_cut, media_type=media_type)
    text = _decoded(start, whole=not is_cut)
    if text is None:
        return Head("binary", size, is_cut)
    if name.endswith(_NEVER_SHOWN) or text.lstrip()[:20].lower().startswith(_MARKUP):
        return Head("other", size, is_cut)
    for ending, separator in _TABLES.items():
        if name.endswith(ending):
            return _table(text, separator, size, is_cut=is_cut)
    if name.endswith(_JSON) and not is_cut:
        pretty = _indented(text)
        if pretty is not None:
            return Head("json", size, truncated=False, text=pretty)
    return Head("text", size, is_cut, text=text)


def image_type(start: bytes) -> str | None:
    """Return the media type of an image that browsers draw without running anything."""
    for magic, media_type in _IMAGES:
        if start.startswith(magic):
            return media_type
    return "image/webp" if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else None


def _decoded(start: bytes, *, whole: bool) -> str | None:
    """Return the text of some bytes; None if they are no text."""
    if b"\0" in start:
        return None
    # A character that is cut in two at the end is not a wrong one.
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    text = decoder.decode(start, final=whole)
    wrong = text.count("\N{REPLACEMENT CHARACTER}")
    return None if wrong * 100 > len(text) * _MOST_WRONG else text


def _indented(text: str) -> str | None:
    """Return JSON indented; None for what is no JSON, or grows too long."""
    if is_nested_deeper(text.encode(), _MOST_NESTED):
        return None
    try:
        pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    # Half a character may be written as an escape in JSON, but not sent.
    pretty = pretty.encode("utf-8", "backslashreplace").decode()
    return pretty if len(pretty) <= _MOST_PRETTY else None


def _table(text: str, separator: str, size: int, *, is_cut: bool) -> Head:
    first = text.partition("\n")[0]
    if separator == "," and first.count(";") > first.count(","):
        separator = ";"  # as spreadsheets write where the comma is a decimal point
    rows, ended = _rows(text, separator)
    if is_cut and ended and len(rows) > 1:
        rows.pop()  # the last row may go on
    names, *others = rows or [[]]
    is_wide = any(len(row) > MOST_COLUMNS for row in rows)
    return Head(
        "csv",
        size,
        is_cut or is_wide or not ended,
        columns=names[:MOST_COLUMNS],
        rows=[row[:MOST_COLUMNS] for row in others],
    )


def _rows(text: str, separator: str) -> tuple[list[list[Any]], bool]:
    """Return the first rows, empty lines left out, and whether the text ended there."""
    found: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if len(found) > MOST_ROWS:
                return found, False
            if row:
                found.append(row)
    except csv.Error:  # what was read so far is a table all the same
        return found, False
    return found, True


ENDPOINTS = (Endpoint("GET", "artifacts/head", OneArtifact, head, prefixes=NBTRACK, files=True),)
