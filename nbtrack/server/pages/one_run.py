"""The page of a run: what went in, what came out, its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbtrack import tags
from nbtrack.entities import LifecycleStage
from nbtrack.errors import NbtrackError, NotFound
from nbtrack.formatting import numbers
from nbtrack.rest.codec import Required
from nbtrack.server.pages import parts
from nbtrack.server.pages.document import Page
from nbtrack.server.pages.markup import Html, element, foreign, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbtrack.artifacts import FileInfo
    from nbtrack.entities import DatasetInput, Metric, Run
    from nbtrack.rest.backend import Backend

CHILDREN_SHOWN = 100
FILES_SHOWN = 1000
_OWN_TAGS = ("mlflow.", "nbtrack.")
_SOURCES = ((tags.SOURCE_NAME, "Source"), (tags.NOTEBOOK, "Notebook"), (tags.GIT_COMMIT, "Commit"))


class Ask(Struct, frozen=True):
    """Ask for a run, and for a folder of its files."""

    run_id: Required
    path: str = ""


def page(backend: Backend, ask: Ask) -> Page:
    """Show a run."""
    run = backend.store.get_run(ask.run_id)
    if run.info.lifecycle_stage is LifecycleStage.DELETED:
        raise NotFound(
            f"The run {run.info.run_id} was deleted. It can be taken out of the trash: "
            f"nbtrack runs restore {run.info.run_id}"
        )
    experiment = backend.store.get_experiment(run.info.experiment_id)
    name = parts.name(run)
    return Page(
        name,
        (
            parts.crumbs(
                ("Experiments", "../"),
                (experiment.name, f"../experiments/{experiment.experiment_id}"),
            ),
            element("h1", foreign(name, 100), " ", parts.status(run.info)),
            _facts(run),
            *_note(run),
            *_trouble(run),
            element("div", _metrics(run), _params(run), class_="columns"),
            *_children(backend, run),
            *_datasets(run),
            *_files(backend, run, ask.path),
            *_tags(run),
        ),
        "../",
    )


def _facts(run: Run) -> Html:
    info, own = run.info, run.data.tags
    facts: list[tuple[str, str]] = [
        ("Started (UTC)", parts.started(info.start_time)),
        ("Ended (UTC)", parts.started(info.end_time)),
        ("Duration", parts.duration(info)),
        ("By", foreign(info.user_id or own.get(tags.USER, ""))),
        *((label, foreign(own.get(tag, ""), 80)) for tag, label in _SOURCES if own.get(tag)),
        ("Parent", _parent(own.get(tags.PARENT_RUN_ID, ""))),
        ("Run id", element("code", info.run_id)),
    ]
    return element(
        "dl",
        (
            element("div", element("dt", label), element("dd", value))
            for label, value in facts
            if value and value != foreign("")
        ),
        class_="facts",
    )


def _parent(run_id: str) -> Html:
    # Anybody may have written the tag.
    if not (run_id.isascii() and run_id.isalnum()):
        return Html("")
    return element("a", element("code", run_id[:8]), href=run_id)


def _note(run: Run) -> list[Html]:
    note = run.data.tags.get(tags.NOTE)
    return [element("div", whole(note), class_="note")] if note else []


def _trouble(run: Run) -> list[Html]:
    own = run.data.tags
    kind, message = own.get(tags.ERROR_TYPE), own.get(tags.ERROR_MESSAGE)
    said = ": ".join(part for part in (kind, message) if part) or own.get(tags.END_REASON)
    return [element("div", whole(said), class_="trouble")] if said else []


def _metrics(run: Run) -> Html:
    ordered = sorted(run.data.metric_list, key=lambda metric: metric.key)
    rows = [_metric_row(metric) for metric in ordered]
    heads = [
        parts.head("Name"),
        parts.head("Last value", right=True),
        parts.head("Step", right=True),
    ]
    return _section("Metrics", heads, rows, "No metrics were logged.")


def _metric_row(metric: Metric) -> list[Html]:
    return [
        parts.cell(foreign(metric.key)),
        parts.cell(numbers.number(metric.value, 6), right=True, title=repr(metric.value)),
        parts.cell(str(metric.step), right=True),
    ]


def _params(run: Run) -> Html:
    ordered = sorted(run.data.params.items())
    return _section("Params", _two_heads(), _named(ordered), "No params were logged.")


def _tags(run: Run) -> list[Html]:
    ordered = sorted(run.data.tags.items())
    given = [pair for pair in ordered if not pair[0].startswith(_OWN_TAGS)]
    own = [pair for pair in ordered if pair[0].startswith(_OWN_TAGS)]
    found = []
    if given:
        found.append(_section("Tags", _two_heads(), _named(given), ""))
    if own:
        table = parts.table(_two_heads(), _named(own))
        summary = element("summary", f"Tags that programs set ({len(own)})")
        found.append(element("details", summary, table))
    return found


def _two_heads() -> list[Html]:
    return [parts.head("Name"), parts.head("Value")]


def _named(pairs: Iterable[tuple[str, str]]) -> list[list[Html]]:
    return [[parts.cell(foreign(key)), parts.cell(whole(value))] for key, value in pairs]


def _section(
    heading: str, heads: Sequence[Html], rows: Sequence[Sequence[Html]], empty: str
) -> Html:
    content = parts.table(heads, rows) if rows else element("p", empty, class_="empty")
    return element("section", element("h2", heading), content)


def _children(backend: Backend, run: Run) -> list[Html]:
    found = backend.store.search_runs(
        [run.info.experiment_id],
        filter_string=f"tags.`{tags.PARENT_RUN_ID}` = '{run.info.run_id}'",
        max_results=CHILDREN_SHOWN,
    )
    if not found:
        return []
    rows = [
        [
            parts.cell(element("a", foreign(parts.name(one), 40), href=one.info.run_id)),
            parts.cell(parts.status(one.info)),
            parts.cell(parts.started(one.info.start_time)),
            parts.cell(parts.duration(one.info), right=True),
        ]
        for one in found
    ]
    heads = [
        parts.head("Run"),
        parts.head("Status"),
        parts.head("Started (UTC)"),
        parts.head("Duration", right=True),
    ]
    return [_section("Runs inside of this one", heads, rows, "")]


def _datasets(run: Run) -> list[Html]:
    rows = [_dataset_row(one) for one in run.inputs.dataset_inputs]
    heads = [parts.head("Name"), parts.head("Digest"), parts.head("For"), parts.head("From")]
    return [_section("Data", heads, rows, "")] if rows else []


def _dataset_row(given: DatasetInput) -> list[Html]:
    return [
        parts.cell(foreign(given.dataset.name)),
        parts.cell(element("code", foreign(given.dataset.digest, 24))),
        parts.cell(foreign(given.tags.get(tags.DATA_CONTEXT, ""))),
        parts.cell(foreign(given.dataset.source_type)),
    ]


def _files(backend: Backend, run: Run, path: str) -> list[Html]:
    heading = element("h2", "Files", id="files")
    try:
        found = backend.places.of(run.info.artifact_uri).list(path)
    except NbtrackError as error:
        return [element("section", heading, element("div", whole(error.message), class_="trouble"))]
    if not found and not path:
        return [element("section", heading, element("p", "No files were logged.", class_="empty"))]
    rows = [_file_row(run.info.run_id, one) for one in found[:FILES_SHOWN]]
    content = [*_folders_above(path)]
    if rows:
        content.append(parts.table([parts.head("Name"), parts.head("Size", right=True)], rows))
    else:
        content.append(element("p", "Nothing is in this folder.", class_="empty"))
    if len(found) > FILES_SHOWN:
        rest = f"{len(found) - FILES_SHOWN:,} more are not shown."
        content.append(element("p", rest, class_="quiet"))
    return [element("section", heading, content)]


def _folders_above(path: str) -> Iterator[Html]:
    if path:
        parents = [part for part in path.split("/") if part]
        links = [element("a", "Files", href="?#files")]
        for depth, part in enumerate(parents, 1):
            href = parts.address("", path="/".join(parents[:depth])) + "#files"
            links.append(element("a", foreign(part, 40), href=href))
        yield element("nav", links, class_="crumbs", aria_label="Folders")


def _file_row(run_id: str, file: FileInfo) -> list[Html]:
    name = foreign(file.path.rpartition("/")[2], 80)
    if file.is_dir:
        href = parts.address("", path=file.path) + "#files"
        return [parts.cell(element("a", name, "/", href=href)), parts.cell("")]
    href = parts.address("../get-artifact", run_id=run_id, path=file.path)
    link = element("a", name, href=href, download="")
    return [parts.cell(link), parts.cell(numbers.size(file.file_size or 0), right=True)]
