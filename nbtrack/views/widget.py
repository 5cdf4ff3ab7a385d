"""The widget of a view: an anywidget that holds what was chosen, and never data.

Its state is what a notebook may save: a few hundred bytes beside the module. Data is asked for, see
`nbtrack.views.comm`, and told, see `nbtrack.views.feed`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

from nbtrack import bundle
from nbtrack.errors import Unavailable
from nbtrack.sentences import say
from nbtrack.views.comm import Desk
from nbtrack.views.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.client.session import Session

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
# Kind of view -> its module, where it is not the one of most.
_MODULES = {"chart": bundle.CHART}


def make_widget(
    session: Session,
    kind: str,
    config: Mapping[str, Any],
    *,
    view: Mapping[str, Any],
    selected: Iterable[str],
) -> Any | None:
    """Return a widget that shows a view; None, which is said once, where none can be made.

    Parameters
    ----------
    session : Session
        The store that it asks.
    kind : {"runs", "chart", "run"}
        What it shows.
    config : mapping
        What it is about; see ``jupyter_extension/ui/src/view.js``.
    view, selected
        What is chosen in it at first.
    """
    kind_of_widget = _widget_class(_MODULES.get(kind, bundle.VIEWS))
    if kind_of_widget is None:
        return None
    widget = kind_of_widget(
        kind=kind, config=dict(config), view=dict(view), selected=list(selected)
    )
    _Conversation(session, widget, config.get("run_ids") or ())
    return widget


class _Conversation:
    """Takes what a widget's front end says, and sends what it asks and should hear.

    The widget's own list of callbacks keeps it; it does not keep the widget.
    """

    def __init__(self, session: Session, widget: Any, run_ids: Iterable[str]) -> None:
        self._send_method = WeakMethod(widget.send)
        # How often it is shown; until a front end has said so, as it does once no cell runs, it
        # counts as shown.
        self._places: set[Any] | None = None
        self._feed = Feed(session, self._tell, run_ids)
        self._desk = Desk(session, self._tell_behind)
        widget.on_msg(self._receive)
        self._feed.start()

    def _receive(self, _widget: Any, message: Any, _buffers: Any) -> None:
        said = message.get("nbtrack") if isinstance(message, dict) else None
        if said == "ready":
            self._places = (self._places or set()) | {str(message.get("place"))}
            self._feed.start()
        elif said == "gone":
            self._places = (self._places or set()) - {str(message.get("place"))}
            if not self._places:
                self._feed.stop()
        else:
            self._desk.take(message, self._send)

    def _send(self, message: dict[str, Any], buffers: list[bytes]) -> bool:
        send = self._send_method()
        if send is None or send.__self__.comm is None:
            return False
        send(message, buffers)
        return True

    def _tell(self, event: dict[str, Any]) -> bool:
        return self._send({"nbtrack": "event", "event": event}, [])

    def _tell_behind(self, sentence: str) -> None:
        self._tell({"type": "connection", "ok": not sentence, "message": sentence})


@cache
def _widget_class(name: str) -> Any | None:
    try:
        module = bundle.find(name).content.decode()
        import anywidget
        import traitlets
    except Unavailable:
        say(
            "This checkout has no built front end, so tables and charts are static: "
            "npm ci && node build.mjs in jupyter_extension/ui builds it."
        )
        return None
    except ImportError as error:
        say(f"Tables and charts are static here: {error}. pip install anywidget brings widgets.")
        return None

    class NbtrackWidget(anywidget.AnyWidget):
        """Shows a view; ``kind`` and ``config`` say which, ``view`` and ``selected`` are chosen."""

        _esm = module
        kind = traitlets.Unicode("runs").tag(sync=True)
        config = traitlets.Dict().tag(sync=True)
        view = traitlets.Dict().tag(sync=True)
        selected = traitlets.List(traitlets.Unicode()).tag(sync=True)

    return NbtrackWidget
