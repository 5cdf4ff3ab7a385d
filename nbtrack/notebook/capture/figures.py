"""The figures a cell draws, seen where they are displayed, once each.

The inline back end of matplotlib closes its figures before ``post_run_cell``, so they are taken
from the display publisher and from the displayhook (a figure on the last line). With other back
ends, pyplot figures that the cell opened and left open are drawn at its end.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.notebook.capture.captured import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_FIGURES = 20
MAX_BYTES = 10 << 20
# Metadata key that marks a display as nbtrack's own (charts, summary lines): never captured.
OWN = "nbtrack"

# Media types of a picture, the first that a display offers is taken -> ending of the file.
_PICTURES = {
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "application/vnd.plotly.v1+json": "plotly.json",
    "application/vnd.vegalite.v5+json": "vl.json",
    "application/vnd.vegalite.v6+json": "vl.json",
    "application/vnd.vega.v5+json": "vg.json",
}


class Figure(NamedTuple):
    """A picture: its bytes, its media type, and a file name such as ``figure-1.png``."""

    data: bytes
    media_type: str
    name: str


class FigureWatch:
    """Watches a shell's displays between `install` and `uninstall`; neither ever raises."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.left_out: list[LeftOut] = []
        self._pictures: dict[str, tuple[bytes, str]] = {}
        self._by_display: dict[str, str] = {}
        self._undo: list[Callable[[], None]] = []
        self._open_before: set[int] = set()
        self._listening = False

    def install(self) -> None:
        """Begin to watch."""
        self._listening = True
        self._open_before = {id(figure) for figure in _open_figures()}
        publisher = getattr(self.shell, "display_pub", None)
        self._guarded(self._wrap, publisher, "publish", self._published)
        hook = getattr(self.shell, "displayhook", None)
        self._guarded(self._wrap, hook, "write_format_data", self._shown)
        self._guarded(self._wrap_capturing)

    def uninstall(self) -> None:
        """Stop watching."""
        self._listening = False
        while self._undo:
            self._guarded(self._undo.pop())

    def figures(self, *, draw_open: bool = True) -> list[Figure]:
        """Give the figures seen, in order, then those the cell left open."""
        if draw_open:
            self._guarded(self._draw_open)
        return [
            Figure(data, media_type, f"figure-{number}.{_PICTURES[media_type]}")
            for number, (data, media_type) in enumerate(self._pictures.values(), 1)
        ]

    # Hooks

    def _wrap(self, target: Any, method: str, watch: Callable[..., None]) -> None:
        original = getattr(target, method)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if self._listening:
                self._guarded(watch, *args, **kwargs)
            return result

        own = vars(target).get(method)
        setattr(target, method, wrapper)

        def undo() -> None:
            # Another tool that wrapped ours keeps a wrapper which only passes on.
            if vars(target).get(method) is not wrapper:
                return
            if own is None:
                delattr(target, method)
            else:
                setattr(target, method, own)

        self._undo.append(undo)

    def _wrap_capturing(self) -> None:
        """Watch the publishers that ``%%capture`` puts in the shell's place for a while."""
        from IPython.core.displaypub import CapturingDisplayPublisher

        def watch(_publisher: Any, *args: Any, **kwargs: Any) -> None:
            self._published(*args, **kwargs)

        self._wrap(CapturingDisplayPublisher, "publish", watch)

    def _guarded(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        try:
            work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 a display of the user's never fails because of us
            self._leave_out(f"{type(error).__name__}: {error}")

    # Pictures

    def _published(
        self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, **__: Any
    ) -> None:
        display = (transient or {}).get("display_id", "")
        self._take(data, metadata, str(display))

    def _shown(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        self._take(data, metadata, "")

    def _take(self, data: Any, metadata: Any, display: str) -> None:
        if not isinstance(data, dict) or OWN in (metadata or {}):
            return
        media_type = next((kind for kind in _PICTURES if kind in data), None)
        if media_type is not None:
            self._add(_as_bytes(data[media_type], media_type), media_type, display)

    def _add(self, data: bytes, media_type: str, display: str = "") -> None:
        key = sha256(data).hexdigest()
        if key in self._pictures:
            return
        if len(data) > MAX_BYTES:
            self._leave_out("a figure is larger than 10 MiB")
            return
        # A display that is updated is one figure: its last state.
        old = self._by_display.get(display) if display else None
        if old is not None and old in self._pictures:
            del self._pictures[old]
        elif len(self._pictures) >= MAX_FIGURES:
            self._leave_out(f"only {MAX_FIGURES} figures are kept")
            return
        self._pictures[key] = (data, media_type)
        if display:
            self._by_display[display] = key

    def _draw_open(self) -> None:
        for figure in _open_figures():
            if id(figure) not in self._open_before and len(self._pictures) < MAX_FIGURES:
                buffer = io.BytesIO()
                figure.savefig(buffer, format="png")
                self._add(buffer.getvalue(), "image/png")

    def _leave_out(self, reason: str) -> None:
        found = LeftOut("figure", reason)
        if found not in self.left_out:
            self.left_out.append(found)


def _as_bytes(content: Any, media_type: str) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        binary = media_type in {"image/png", "image/jpeg", "image/gif", "application/pdf"}
        return base64.b64decode(content) if binary else content.encode()
    return json.dumps(content).encode()


def _open_figures() -> list[Any]:
    """Give pyplot's open figures; imports nothing, leaves the current figure as it is."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return []
    return [manager.canvas.figure for manager in list(helpers.Gcf.figs.values())]
