"""`View`: what run tables, charts and runs share as objects of a notebook.

Such an object shows as a widget where a front end listens, and everywhere as its static twin: HTML,
markdown and text that say the same without a kernel. What a person chooses in the widget comes back
as `View.view` and `View.selected`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import InvalidValue
from nbtrack.views.choice import Change, Choice
from nbtrack.views.front_end import is_live, server_path
from nbtrack.views.widget import WIDGET_MIME, make_widget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbtrack.client.session import Session

VIEW_MIME = "application/vnd.nbtrack.view+json"
_MOST_OF_A_VIEW = 64 * 1024


class View(ABC):
    """Something that shows runs, with what was chosen in it.

    Parameters
    ----------
    session : Session
        The store that it shows.
    config : mapping
        What it is about, as small JSON; data is asked for.
    view : mapping, optional
        What is chosen in it at first.
    """

    _kind: ClassVar[str]

    def __init__(
        self, session: Session, config: Mapping[str, Any], view: Mapping[str, Any] | None = None
    ) -> None:
        self._session = session
        server = server_path(session)
        self._config = {**config, "server": server} if server else dict(config)
        self._choice = Choice(self, checked_view(view or {}))

    @property
    def view(self) -> dict[str, Any]:
        """What is chosen: columns, order, filter, axes … as a small dictionary of plain values.

        Give it back with ``x.view = saved`` or ``nbtrack.runs(view=saved)``; entries that mean
        nothing here are passed over.
        """
        return json.loads(json.dumps(self._choice.view))  # type: ignore[no-any-return]

    @view.setter
    def view(self, view: Mapping[str, Any]) -> None:
        self._choice.set("view", checked_view(view))

    @property
    def selected(self) -> list[str]:
        """Ids of the selected runs."""
        return list(self._choice.selected)

    @selected.setter
    def selected(self, run_ids: Iterable[str]) -> None:
        if isinstance(run_ids, str):
            run_ids = [run_ids]
        ids = list(run_ids)
        if not all(isinstance(one, str) for one in ids):
            raise InvalidValue("selected takes ids of runs, which are texts.")
        self._choice.set("selected", list(dict.fromkeys(ids)))

    def observe(
        self, fn: Callable[[Change], object], names: str | Sequence[str] = "selected"
    ) -> None:
        """Have a function called when something else is chosen, here or in the widget.

        Parameters
        ----------
        fn : callable
            Takes a `Change`, as traitlets' observers do: ``change.new`` is what is chosen now.
        names : {"selected", "view"} or sequence of them
            What it wants to hear of.
        """
        self._choice.observe(fn, names)

    def unobserve(
        self, fn: Callable[[Change], object], names: str | Sequence[str] = "selected"
    ) -> None:
        """Take `observe` back."""
        self._choice.unobserve(fn, names)

    @property
    def widget(self) -> Any:
        """The widget, to be put beside others (``ipywidgets.VBox([table.widget, …])``).

        Raises
        ------
        InvalidValue
            If widgets cannot be made here; what to install is said.
        """
        if self._choice.widget is None:
            widget = make_widget(
                self._session,
                self._kind,
                self._config,
                view=self._choice.view,
                selected=self._choice.selected,
            )
            if widget is None:
                raise InvalidValue("There is no widget here: see what nbtrack said before.")
            self._choice.follow(widget)
        return self._choice.widget

    def __repr__(self) -> str:
        return str(self._twin()["text/plain"])

    def _repr_mimebundle_(self, **_options: object) -> tuple[dict[str, Any], dict[str, Any]]:
        data: dict[str, Any] = self._twin()
        metadata: dict[str, Any] = {}
        data[VIEW_MIME] = {
            "kind": self._kind,
            "config": self._config,
            "view": self._choice.view,
            "server": self._config.get("server"),
            "store": self._session.store.store_id,
        }
        if is_live():
            shown = self._shown_widget()
            data |= shown[0]
            metadata |= shown[1]
        return data, metadata

    @abstractmethod
    def _twin(self) -> dict[str, Any]:
        """Return the static forms, by MIME type."""

    def _shown_widget(self) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            widget = self.widget
        except InvalidValue:  # said once; the static twin says the same as the widget
            return {}, {}
        found: Any = widget._repr_mimebundle_()
        data, metadata = found if isinstance(found, tuple) else (found or {}, {})
        return {WIDGET_MIME: data[WIDGET_MIME]} if WIDGET_MIME in data else {}, metadata


def checked_view(view: Any) -> dict[str, Any]:
    """Return a view as plain JSON values; what its entries mean is the front end's to say.

    Raises
    ------
    InvalidValue
        If it is no mapping of plain values, or larger than any view.
    """
    if not isinstance(view, Mapping):
        raise InvalidValue(
            f"A view is a dictionary, as .view returns it, not a {type(view).__name__}."
        )
    try:
        text = json.dumps(dict(view), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(f"A view holds plain JSON values only: {error}.") from None
    if len(text) > _MOST_OF_A_VIEW:
        raise InvalidValue(f"This view is too large: {len(text):,} characters of JSON.")
    return json.loads(text)  # type: ignore[no-any-return]
