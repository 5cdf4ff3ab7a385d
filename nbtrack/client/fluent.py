"""MLflow's functions for runs, params, metrics and tags, with MLflow's argument names.

``synchronous`` is taken everywhere: a record is safe in the journal when a call returns, and
``synchronous=True`` waits (at most 5 s) until it is in the store as well.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbtrack import tags as names_of_tags
from nbtrack.client import stack
from nbtrack.client.active_run import ActiveRun, begin_run, run_by_id
from nbtrack.client.datasets import dataset_input
from nbtrack.client.experiments import experiment_of_new_runs
from nbtrack.client.names import check_mapping, check_name
from nbtrack.client.session import current_session
from nbtrack.entities import RunStatus
from nbtrack.errors import InvalidValue
from nbtrack.sentences import say
from nbtrack.store.checks import MAX_RUN_NAME, check_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.client.session import Session
    from nbtrack.entities import Experiment, Run

_current = stack.current
_runs_here = stack.stack.get  # what `current` begins with, without a call more for each point


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,  # noqa: FBT001, FBT002 - MLflow's signature
    parent_run_id: str | None = None,
    tags: Mapping[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,  # noqa: FBT001 - MLflow's signature
) -> ActiveRun:
    """Begin a run, or take one up again, and make it the active one.

    While another run is active the new one becomes its child inside a ``with`` block, inside a
    tracked cell, or with ``nested=True``. Otherwise, in a notebook the other run was forgotten and
    is ended; in a script this is an error, as in MLflow.

    A run that is still going on when the program ends is ended then: FAILED if an exception ended
    the program, else FINISHED. Python does not show a ``sys.exit(3)`` to what runs at the end, so
    that is FINISHED too; inside ``with nbtrack.start_run():`` it is FAILED, as it should be.

    Parameters
    ----------
    run_id : str, optional
        A run to take up again; also read from ``MLFLOW_RUN_ID``, once.
    experiment_id : str, optional
        The experiment; by default the chosen one (see `set_experiment`).
    run_name : str, optional
        Its name; two words are made up if none is given.
    nested : bool
        Make it a child of the active run.
    parent_run_id : str, optional
        Make it a child of this run.
    tags : mapping, optional
        Tags to set.
    description : str, optional
        Its note, in Markdown.
    log_system_metrics : bool, optional
        Taken for MLflow's sake.
    """
    if log_system_metrics:
        say("System metrics are not logged by start_run.", once="system metrics")
    session = current_session()
    parent = _parent_of_new_run(nested=nested or parent_run_id is not None)
    given = dict(check_mapping(tags or {}, "tags"))
    if description is not None:
        given[names_of_tags.NOTE] = description
    run_id = run_id or os.environ.pop("MLFLOW_RUN_ID", None)
    if run_id is not None:
        run = _resumed(session, run_id, experiment_id, run_name, given)
    else:
        if parent_run_id is not None:
            session.stored_run(parent_run_id)  # a sentence now rather than a run without a parent
        run = begin_run(
            session,
            _experiment(session, experiment_id),
            name=run_name,
            tags=given,
            parent_run_id=parent_run_id or (parent.run_id if parent else None),
        )
    stack.push(run)
    stack.open_runs[run.run_id] = run
    return run


def _parent_of_new_run(*, nested: bool) -> ActiveRun | None:
    """Return the active run if the new one is its child; end a forgotten one in a notebook."""
    while (active := stack.active()) is not None:
        if nested or active.in_with or active is stack.ambient():
            return active
        if not stack.notebook_mode():
            raise InvalidValue(
                f"Run {active.info.run_name!r} ({active.run_id}) is already active. To start a new "
                "run, first end it with nbtrack.end_run(), write `with nbtrack.start_run():`, or "
                "make the new one its child with start_run(nested=True)."
            )
        active.end()
        say(
            f"Run {active.info.run_name!r} was still open and is ended now. "
            "`with nbtrack.start_run():` ends a run by itself; nested=True makes a child."
        )
    return None


def _experiment(session: Session, experiment_id: str | None) -> Experiment:
    if experiment_id is not None:
        return session.experiment(str(experiment_id))
    return experiment_of_new_runs(session)


def _resumed(
    session: Session,
    run_id: str,
    experiment_id: str | None,
    run_name: str | None,
    tags: Mapping[str, Any],
) -> ActiveRun:
    run = run_by_id(session, run_id)
    if experiment_id is not None and str(experiment_id) != run.info.experiment_id:
        raise InvalidValue(
            f"Run {run_id} belongs to experiment {run.info.experiment_id}, not {experiment_id}. "
            "Leave experiment_id out to take the run up again."
        )
    if run_name is not None:
        check_name(run_name, "a run", MAX_RUN_NAME)
    run.resume()
    if run_name is not None and run_name != run.info.run_name:
        run.rename(run_name)
    run.set_tags(tags)
    return run


def end_run(status: str = RunStatus.FINISHED) -> None:
    """End the active run, if there is one. The run of a tracked cell ends with its cell."""
    run = stack.active()
    if run is not None and run is not stack.ambient():
        run.end(status)


def active_run() -> ActiveRun | None:
    """Return the run that is going on, or None."""
    return stack.active()


def last_active_run() -> Run | None:
    """Return the active run, else the one that was active last in this process, as stored."""
    run = stack.active() or stack.last()
    return None if run is None else run.session.stored_run(run.run_id)


def run_to_log() -> ActiveRun:
    """Return the run that a ``log_…`` call means; a script without one starts one, as in MLflow."""
    run = _current() or stack.adrift()
    if run is None and stack.notebook_mode():
        run = stack.last_tracked()
        if run is not None:
            say(
                f"No run is active here: what is logged goes to the last tracked run, "
                f"{run.info.run_name!r}.",
                once=f"to the last tracked run {run.run_id}",
            )
    return run or start_run()


def chosen_run(run_id: str | None) -> ActiveRun:
    """Return the run of an id, or the one that a call without an id means."""
    return run_to_log() if run_id is None else run_by_id(current_session(), run_id)


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: FBT001 - MLflow's signature, here and below
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log one number of the active run.

    Parameters
    ----------
    key : str
        Its name: letters, digits, ``_ - . / :`` and spaces, at most 250.
    value : float
        A number, boolean, or NumPy or tensor value that holds one; NaN and infinities are kept.
    step : int, optional
        Its place in the series, 0 if not given (`nbtrack.log` counts by itself).
    synchronous : bool, optional
        Wait until it is in the store.
    timestamp : int, optional
        Milliseconds since the epoch; now if not given.
    run_id : str, optional
        Another run than the active one.
    model_id, dataset
        What the number was computed for. The dataset becomes an input of the run.
    """
    if run_id is None and dataset is None and not synchronous and model_id is None:
        runs = _runs_here()
        (runs[-1] if runs else run_to_log()).log_metric(key, value, step, timestamp)
        return
    run = chosen_run(run_id)
    _note_subjects(run, model_id, dataset)
    run.log_metric(key, value, step, timestamp)
    _wait(run, synchronous)


def log_metrics(
    metrics: Mapping[str, Any],
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: FBT001
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: Any = None,
) -> None:
    """Log several numbers of one step of the active run; on a mistake none of them."""
    run = chosen_run(run_id)
    _note_subjects(run, model_id, dataset)
    run.log_metrics(metrics, step, timestamp)
    _wait(run, synchronous)


def log(
    metrics: Mapping[str, Any] | None = None, /, *, step: int | None = None, **numbers: Any
) -> int:
    """Log one step of a training: ``nbtrack.log(loss=0.3, acc=0.9)``. Steps count by themselves.

    Parameters
    ----------
    metrics : mapping, optional
        Numbers whose names are not Python names: ``nbtrack.log({"val/acc": 0.9})``.
    step : int, optional
        Go on counting from here.
    **numbers
        The other numbers.

    Returns
    -------
    int
        The step, counted 0, 1, 2 … for each run; a run that is taken up again goes on counting.
    """
    run = _current() or run_to_log()
    together = {**check_mapping(metrics or {}, "log"), **numbers}
    if not together:
        raise InvalidValue("nbtrack.log needs at least one number: nbtrack.log(loss=0.3).")
    return run.log_step(together, step)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:  # noqa: FBT001
    """Log a value that was chosen before the run, as ``str(value)``; return it.

    Raises
    ------
    InvalidValue
        If the name is not allowed, or this process logged another value under it.
    """
    run = _current() or run_to_log()
    run.log_param(key, value)
    _wait(run, synchronous)
    return value


def log_params(
    params: Mapping[str, Any],
    synchronous: bool | None = None,  # noqa: FBT001
    run_id: str | None = None,
) -> None:
    """Log several params; on a mistake none of them."""
    run = chosen_run(run_id)
    run.log_params(params)
    _wait(run, synchronous)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:  # noqa: FBT001
    """Set a tag of the active run to ``str(value)``."""
    set_tags({check_key(key, "tag"): value}, synchronous)


def set_tags(tags: Mapping[str, Any], synchronous: bool | None = None) -> None:  # noqa: FBT001
    """Set several tags of the active run; on a mistake none of them."""
    run = _current() or run_to_log()
    run.set_tags(tags)
    _wait(run, synchronous)


def delete_tag(key: str) -> None:
    """Take a tag of the active run away; `NotFound` if it has none of this name."""
    run_to_log().delete_tag(key)


def log_input(
    dataset: Any = None,
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    model: Any = None,
    *,
    name: str | None = None,
) -> None:
    """Note data that the active run reads. It is described, not stored.

    Parameters
    ----------
    dataset : object
        A DataFrame, an array, or an object with the attributes of MLflow's datasets.
    context : str, optional
        What for: ``"training"``, ``"test"`` …
    tags : mapping, optional
        More about this use of it.
    model : object, optional
        Taken for MLflow's sake.
    name : str, optional
        What to call it (not in MLflow); ``dataset`` if nothing else is known.
    """
    log_inputs([dataset], [context], [tags], [model], names=[name])


def log_inputs(
    datasets: Sequence[Any] | None = None,
    contexts: Sequence[str | None] | None = None,
    tags_list: Sequence[Mapping[str, str] | None] | None = None,
    models: Sequence[Any] | None = None,
    *,
    names: Sequence[str | None] | None = None,
) -> None:
    """Note several data that the active run reads; the lists have one entry for each."""
    datasets = datasets or []
    nothing = [None] * len(datasets)
    columns = [contexts or nothing, tags_list or nothing, names or nothing]
    if any(len(column) != len(datasets) for column in columns):
        raise InvalidValue("log_inputs takes lists of one length: an entry for each dataset.")
    if any(model is not None for model in models or ()):
        say("Models are not noted as inputs yet.", once="model inputs")
    run = run_to_log()
    found = [
        dataset_input(dataset, context=context, tags=tags, name=name, known=run.data_names)
        for dataset, context, tags, name in zip(datasets, *columns, strict=True)
        if dataset is not None
    ]
    run.log_inputs(found)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return where the active run's files are, as the run carries it."""
    from nbtrack.artifacts.resolver import joined

    uri = run_to_log().info.artifact_uri
    return f"{uri}/{joined(artifact_path)}" if artifact_path else uri


def _note_subjects(run: ActiveRun, model_id: str | None, dataset: Any) -> None:
    if model_id is not None:
        say("Metrics are kept with the run, not with a model, yet.", once="model metrics")
    if dataset is not None:
        run.log_inputs([dataset_input(dataset, known=run.data_names)])


def _wait(run: ActiveRun, synchronous: bool | None) -> None:  # noqa: FBT001
    if synchronous:
        run.session.flush()
