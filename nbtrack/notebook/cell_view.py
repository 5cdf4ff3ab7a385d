"""What capturers of other packages see of a cell (entry points ``nbtrack.capture``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell that has just run.

    Attributes
    ----------
    source : str
        Its text as it stands in the notebook.
    namespace : mapping
        The notebook's names, not to be changed.
    result : object
        Value of its last line, or None.
    error : BaseException or None
        The exception that ended it.
    """

    source: str
    namespace: Mapping[str, Any]
    result: Any = None
    error: BaseException | None = None
