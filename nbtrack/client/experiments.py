"""MLflow's functions for experiments, and which experiment a new run belongs to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbtrack.client.active_run import checked_tags
from nbtrack.client.names import check_is_text, check_name
from nbtrack.client.session import Session, current_session
from nbtrack.entities import LifecycleStage
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.settings import settings
from nbtrack.store.checks import MAX_EXPERIMENT_NAME, check_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.entities import Experiment

# What set_experiment said: a name, which means the same in every store, or a store's id and an id.
_chosen_name: str | None = None
_chosen_id: tuple[str, str] | None = None
_default_name: str | None = None


def set_experiment(
    experiment_name: str | None = None, experiment_id: str | None = None
) -> Experiment:
    """Choose the experiment of the runs that follow; a name that is new creates it.

    Raises
    ------
    InvalidValue
        If the experiment is in the trash, or not exactly one argument is given.
    NotFound
        If no experiment has the id.
    """
    global _chosen_name, _chosen_id
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidValue("set_experiment takes a name or experiment_id=…, one of the two.")
    session = current_session()
    if experiment_name is not None:
        check_name(experiment_name, "an experiment", MAX_EXPERIMENT_NAME)
        experiment = session.experiment_named(experiment_name)
        _chosen_name, _chosen_id = experiment_name, None
    else:
        experiment = session.experiment(str(experiment_id))
        _chosen_name, _chosen_id = None, (session.store.store_id, experiment.experiment_id)
    return experiment


def set_default_experiment(name: str | None) -> None:
    """Name the experiment of runs for which nothing else was chosen (the notebook's stem)."""
    global _default_name  # noqa: PLW0603 - as above
    _default_name = name


def forget_chosen_experiment() -> None:
    """Take back `set_experiment`."""
    global _chosen_name, _chosen_id  # noqa: PLW0603 - as above
    _chosen_name = _chosen_id = None


def experiment_of_new_runs(session: Session) -> Experiment:
    """Return the experiment that a new run without one belongs to, created if need be.

    First `set_experiment`, then the environment, then the notebook's name, else ``Default``.
    """
    if _chosen_id is not None and _chosen_id[0] == session.store.store_id:
        return session.experiment(_chosen_id[1])
    environment = os.environ.get
    name = _chosen_name or settings().experiment_name or environment("MLFLOW_EXPERIMENT_NAME")
    if not name and (identity := environment("MLFLOW_EXPERIMENT_ID")):
        return session.experiment(identity)
    name = name or _default_name
    return session.experiment_named(name) if name else session.default_experiment()


def create_experiment(
    name: str, artifact_location: str | None = None, tags: Mapping[str, Any] | None = None
) -> str:
    """Create an experiment and return its id.

    Parameters
    ----------
    name : str
        At most 500 characters; no other experiment, deleted ones included, may have it.
    artifact_location : str, optional
        A folder or fsspec URL for the files of its runs; by default the store's own root.
    tags : mapping, optional
        Its tags.
    """
    check_name(name, "an experiment", MAX_EXPERIMENT_NAME)
    location = None if artifact_location is None else os.fspath(artifact_location)
    return current_session().store.create_experiment(
        name, artifact_location=location, tags=checked_tags(tags or {})
    )


def get_experiment(experiment_id: str) -> Experiment:
    """Return an experiment, deleted ones included; `NotFound` if there is none."""
    return current_session().store.get_experiment(str(experiment_id))


def get_experiment_by_name(name: str) -> Experiment | None:
    """Return the experiment of this name, deleted ones included, or None."""
    return current_session().store.find_experiment(check_is_text(name, "The name of an experiment"))


def delete_experiment(experiment_id: str) -> None:
    """Move an experiment and its runs to the trash."""
    session = current_session()
    session.flush()
    session.store.update_experiment(str(experiment_id), lifecycle_stage=LifecycleStage.DELETED)


def restore_experiment(experiment_id: str) -> None:
    """Bring an experiment and its runs back from the trash."""
    current_session().store.update_experiment(
        str(experiment_id), lifecycle_stage=LifecycleStage.ACTIVE
    )


def set_experiment_tag(key: str, value: Any) -> None:
    """Set a tag of the experiment that new runs belong to."""
    set_experiment_tags({check_key(key, "tag"): value})


def set_experiment_tags(tags: Mapping[str, Any]) -> None:
    """Set tags of the experiment that new runs belong to."""
    session = current_session()
    experiment = experiment_of_new_runs(session)
    session.store.update_experiment(experiment.experiment_id, tags=checked_tags(tags))


def experiment_by_name(session: Session, name: str) -> Experiment:
    """Return the experiment of this name; `NotFound` with the nearest names if there is none."""
    from difflib import get_close_matches

    found = session.store.find_experiment(name)
    if found is not None:
        return found
    names = [experiment.name for experiment in session.store.search_experiments()]
    near = " or ".join(repr(one) for one in get_close_matches(name, names, n=3))
    meant = f" Did you mean {near}?" if near else ""
    raise NotFound(f"There is no experiment {name!r}.{meant}")
