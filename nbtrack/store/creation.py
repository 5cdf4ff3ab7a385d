"""What a new database holds, whatever kind it is, and how a store knows it as its own."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import msgspec

from nbtrack.entities import DEFAULT_EXPERIMENT_ID, DEFAULT_EXPERIMENT_NAME
from nbtrack.errors import WrongStore
from nbtrack.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Table


class Identity(msgspec.Struct, frozen=True):
    """What a database says about itself."""

    store_id: str
    artifact_root: str
    schema: int


def checked(found: Identity, where: str) -> Identity:
    """Return what a database says about itself, or raise `WrongStore` for another schema."""
    if found.schema == schema.SCHEMA_NUMBER:
        return found
    newer = found.schema > schema.SCHEMA_NUMBER
    raise WrongStore(
        f"{where} has schema {found.schema}, and this nbtrack reads schema "
        f"{schema.SCHEMA_NUMBER}. "
        + (
            "Upgrade nbtrack: pip install --upgrade nbtrack"
            if newer
            else "It was made by a version before the first release; choose another file."
        )
    )


def first_rows(artifact_root: str) -> list[tuple[Table, dict[str, Any]]]:
    """Return the rows of a new store, all columns of them in order; ``nb_meta``'s is the last."""
    now = int(time.time() * 1000)
    default: dict[str, Any] = {
        "id": int(DEFAULT_EXPERIMENT_ID),
        "name": DEFAULT_EXPERIMENT_NAME,
        "artifact_location": f"mlflow-artifacts:/{DEFAULT_EXPERIMENT_ID}",
        "lifecycle": schema.ACTIVE,
        "creation_ts": now,
        "update_ts": now,
    }
    identity: dict[str, Any] = {
        "store_id": secrets.token_hex(16),
        "artifact_root": artifact_root,
        "schema": schema.SCHEMA_NUMBER,
        "epoch": 0,
    }
    return [(schema.experiment, default), (schema.meta, identity)]
