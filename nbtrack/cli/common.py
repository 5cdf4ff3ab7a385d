"""What several commands share: the store they look at, tables, JSON, and MLflow's options."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nbtrack.entities import ViewType
from nbtrack.errors import NbtrackError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbtrack.entities import PagedList
    from nbtrack.store.base import Store
    from nbtrack.store.location import StoreLocation

T = TypeVar("T")

PAGE_SIZE = 1000

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
view_option = click.option(
    "-v",
    "--view",
    type=click.Choice(["active_only", "deleted_only", "all"]),
    default="active_only",
    show_default=True,
    callback=lambda _ctx, _param, value: ViewType[value.upper()],
    help="Which ones: those in use, those in the trash, or both.",
)
max_results_option = click.option(
    "--max-results", type=click.IntRange(min=1), help="How many at most; all unless given."
)
filter_option = click.option(
    "--filter",
    "filter_string",
    default="",
    metavar="QUERY",
    help="Only those that match, in MLflow's filter grammar.",
)
order_option = click.option(
    "--order-by", multiple=True, metavar="COLUMN [ASC|DESC]", help="Sort by this; may be repeated."
)


@contextmanager
def found_store(uri: str | None, *, create: bool = False) -> Iterator[Store]:
    """Open the store that the rules find; what dead processes left is settled first."""
    from nbtrack.delivery.recovery import recover

    where = find(uri, create=create)
    with opened(where, create=create) as store:
        try:
            recover(store, where.journal_dir)
        except (NbtrackError, OSError) as error:  # a store that is only readable can be listed
            click.echo(f"What other processes left was not looked through: {error}", err=True)
        yield store


def find(uri: str | None, *, create: bool = False) -> StoreLocation:
    """Return where the store is, and say what there is to say about it."""
    from nbtrack.store.location import find_store

    where = find_store(uri, create=create)
    for notice in where.notices:
        click.echo(notice, err=True)
    return where


def opened(where: StoreLocation, *, create: bool = False) -> Store:
    """Open the store at a place; where there is none the message says how one comes to be."""
    from nbtrack.store.open import open_store

    try:
        return open_store(where.uri, artifact_root=where.artifact_root, create=create)
    except NotFound as error:
        raise NotFound(
            f"{error.message} The first tracked cell or run makes it (nbtrack quickstart shows "
            "how); --tracking-uri names another."
        ) from error


def all_pages(page: Callable[[int, str | None], PagedList[T]], wanted: int | None) -> list[T]:
    """Collect ``wanted`` results (None: all) of a search, which gives a page for size and token."""
    found: list[T] = []
    token: str | None = None
    while wanted is None or len(found) < wanted:
        size = PAGE_SIZE if wanted is None else min(PAGE_SIZE, wanted - len(found))
        results = page(size, token)
        found += results
        token = results.token
        if token is None:
            break
    return found


def echo_json(value: Any) -> None:
    """Print a value as JSON that every reader takes."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def echo_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns under a header, as MLflow does; no value breaks a line or adds a colour."""
    from nbtrack.formatting.text import one_line, padded, width

    lines = [header, ["-" * len(name) for name in header], *(map(one_line, row) for row in rows)]
    table = [list(line) for line in lines]
    widths = [max(width(line[column]) for line in table) for column in range(len(header))]
    for line in table:
        click.echo("  ".join(map(padded, line, widths)).rstrip())
