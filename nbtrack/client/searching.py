"""MLflow's functions that find, delete and restore runs, and `get_run` with short references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from nbtrack import tags
from nbtrack.client.experiments import experiment_by_name, experiment_of_new_runs
from nbtrack.client.frames import Experiments, experiments_frame, runs_frame
from nbtrack.client.references import resolve_run
from nbtrack.client.session import Session, current_session
from nbtrack.entities import Experiment, LifecycleStage, PagedList, Run, ViewType
from nbtrack.errors import InvalidValue, NbtrackError
from nbtrack.store.base import MAX_RESULTS_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from pandas import DataFrame

    T = TypeVar("T")

SEARCH_MAX_RESULTS_PANDAS = 100_000
_PAGE = 10_000

# ViewType is a number in MLflow, and on its wire a name or a number.
_VIEWS: dict[Any, ViewType] = {
    **{view: view for view in ViewType},
    **{str(view): view for view in ViewType},
    1: ViewType.ACTIVE_ONLY,
    2: ViewType.DELETED_ONLY,
    3: ViewType.ALL,
}


def checked_view(view: Any) -> ViewType:
    """Return a view by its name or MLflow's number."""
    named = view.upper() if type(view) is str else view
    found = _VIEWS.get(named) if isinstance(named, (str, int)) else None
    if found is None:
        raise InvalidValue(f"There is no view {view!r}; there are {', '.join(ViewType)}.")
    return found


def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: Any = ViewType.ACTIVE_ONLY,
    max_results: int = SEARCH_MAX_RESULTS_PANDAS,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
    search_all_experiments: bool = False,  # noqa: FBT001, FBT002 - MLflow's signature
    experiment_names: Sequence[str] | None = None,
) -> DataFrame | list[Run]:
    """Return the runs that match, newest first, as a table or as a list.

    Parameters
    ----------
    experiment_ids, experiment_names : sequence of str, optional
        Where to look, by id or by name; by default in the experiment of new runs.
    filter_string : str
        ``"metrics.acc > 0.9 AND params.model = 'tree'"``; MLflow's grammar and more.
    run_view_type : ViewType
        Runs in use, in the trash, or both.
    max_results : int
        How many at most.
    order_by : sequence of str, optional
        ``["metrics.acc DESC"]``; newest first by default.
    output_format : {"pandas", "list"}
        A DataFrame with MLflow's columns, or a list of `Run`.
    search_all_experiments : bool
        Look into all experiments unless some are named.
    """
    if output_format not in {"pandas", "list"}:
        raise InvalidValue(f"output_format is 'pandas' or 'list', not {output_format!r}.")
    session = current_session()
    session.flush()
    ids = _experiment_ids(
        session, experiment_ids, experiment_names, everywhere=search_all_experiments
    )
    runs = all_pages(
        lambda size, token: session.store.search_runs(
            ids,
            filter_string=filter_string or "",
            order_by=as_list(order_by),
            view=checked_view(run_view_type),
            max_results=size,
            page_token=token,
        ),
        max_results,
    )
    return runs_frame(runs) if output_format == "pandas" else runs


def search_experiments(
    view_type: Any = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
    output_format: Literal["list", "pandas"] = "list",
) -> Experiments | DataFrame:
    """Return the experiments that match, newest first.

    Parameters
    ----------
    view_type : ViewType
        Experiments in use, in the trash, or both.
    max_results : int, optional
        How many at most; by default all.
    filter_string : str, optional
        ``"name LIKE 'iris%'"``.
    order_by : sequence of str, optional
        ``["name ASC"]``.
    output_format : {"list", "pandas"}
        A list of `Experiment` that can be used as a table too (see `Experiments`), or a DataFrame.
    """
    if output_format not in {"pandas", "list"}:
        raise InvalidValue(f"output_format is 'pandas' or 'list', not {output_format!r}.")
    store = current_session().store
    view = checked_view(view_type)
    found = all_pages(
        lambda size, token: store.search_experiments(
            filter_string=filter_string or "",
            order_by=as_list(order_by),
            view=view,
            max_results=size,
            page_token=token,
        ),
        max_results,
    )
    return experiments_frame(found) if output_format == "pandas" else Experiments(found)


def get_run(run_id: str) -> Run:
    """Return a run.

    Parameters
    ----------
    run_id : str
        Its id or the first digits of it, its name, ``last``, ``last~2``, ``best:acc`` or
        ``best:loss:min``. ``last`` counts runs without a parent. ``last`` and ``best`` look into
        the experiment of new runs first.

    Raises
    ------
    NotFound
        If there is no such run; the message gives the nearest names.
    """
    session = current_session()
    session.flush()
    return resolve_run(run_id, session.store, experiment_ids=_nearby(session))


def get_parent_run(run_id: str) -> Run | None:
    """Return the run that a run is a part of, or None."""
    session = current_session()
    session.flush()
    parent = session.store.get_run(run_id).data.tags.get(tags.PARENT_RUN_ID)
    return session.store.get_run(parent) if parent else None


def delete_run(run_id: str) -> None:
    """Move a run to the trash."""
    change_stage(current_session(), run_id, LifecycleStage.DELETED)


def restore_run(run_id: str) -> None:
    """Bring a run back from the trash."""
    change_stage(current_session(), run_id, LifecycleStage.ACTIVE)


def change_stage(session: Session, run_id: str, stage: LifecycleStage) -> None:
    """Delete or restore a run, after what this process logged to it."""
    session.flush()
    session.store.update_run(run_id, lifecycle_stage=stage)
    # Other experiments' runs of this process are told by the store when they were deleted.
    if stage == LifecycleStage.DELETED:
        session.runs.pop(run_id, None)
    session.outbox.tell_listeners()


def all_pages(page: Callable[[int, str | None], PagedList[T]], max_results: int | None) -> list[T]:
    """Ask for page after page until there is no more, or enough."""
    if max_results is not None and (
        isinstance(max_results, bool) or not isinstance(max_results, int) or max_results < 1
    ):
        raise InvalidValue(f"max_results is a whole number above 0, not {max_results!r}.")
    found: list[T] = []
    token = None
    while max_results is None or len(found) < max_results:
        size = _PAGE if max_results is None else min(_PAGE, max_results - len(found))
        part = page(min(size, MAX_RESULTS_LIMIT), token)
        found += part
        token = part.token
        if token is None:
            break
    return found


def as_list(value: Sequence[str] | str | int | None) -> list[str]:
    """Return a list of strings; a single one, or a number, counts as a list of one."""
    if value is None:
        return []
    return [str(value)] if isinstance(value, (str, int)) else [str(one) for one in value]


def _experiment_ids(
    session: Session,
    ids: Sequence[str] | None,
    names: Sequence[str] | None,
    *,
    everywhere: bool,
) -> list[str]:
    if ids and names:
        raise InvalidValue("Give experiment_ids or experiment_names, one of the two.")
    if names:
        return [experiment_by_name(session, name).experiment_id for name in as_list(names)]
    if ids is not None and len(as_list(ids)):
        return as_list(ids)
    if everywhere:
        store = session.store
        found: list[Experiment] = all_pages(
            lambda size, token: store.search_experiments(max_results=size, page_token=token), None
        )
        return [experiment.experiment_id for experiment in found]
    return [experiment_of_new_runs(session).experiment_id]


def _nearby(session: Session) -> list[str]:
    try:
        return [experiment_of_new_runs(session).experiment_id]
    except NbtrackError:  # a deleted experiment was chosen: look everywhere
        return []
