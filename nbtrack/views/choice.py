"""What is chosen in a view, by a program or by a person in its widget, and who wants to hear of it.

It outlives the object that showed the view: a callback goes on working as long as the widget does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = ("view", "selected")


class Change(dict[str, Any]):
    """What an observer is told: ``name``, ``old``, ``new`` and ``owner``, also as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Choice:
    """The chosen view and the selected runs.

    Parameters
    ----------
    owner : object
        Whose choice it is; not kept alive by it.
    view : dict
        At first.

    Attributes
    ----------
    view : dict
        Small JSON.
    selected : list of str
        Ids of runs.
    widget : object or None
        The widget that shows it.
    """

    def __init__(self, owner: object, view: dict[str, Any]) -> None:
        self.view = view
        self.selected: list[str] = []
        self.widget: Any | None = None
        self._owner = ref(owner)
        self._observers: list[tuple[Callable[[Change], object], frozenset[str]]] = []

    def follow(self, widget: Any) -> None:
        """Take what is chosen in a widget, and tell it what is chosen here."""
        self.widget = widget
        for name in NAMES:
            widget.observe(self._take_over, name)

    def set(self, name: str, value: Any) -> None:
        """Choose, and tell everybody who does not know yet."""
        old = getattr(self, name)
        if old == value:
            return
        setattr(self, name, value)
        if self.widget is not None:
            setattr(self.widget, name, value)
        change = Change(name=name, old=old, new=value, owner=self._owner(), type="change")
        for fn, names in tuple(self._observers):
            if name in names:
                fn(change)

    def observe(self, fn: Callable[[Change], object], names: str | Sequence[str]) -> None:
        """Have a function called at every other choice."""
        self._observers.append((fn, _checked(names)))

    def unobserve(self, fn: Callable[[Change], object], names: str | Sequence[str]) -> None:
        """Take `observe` back."""
        gone = (fn, _checked(names))
        self._observers = [one for one in self._observers if one != gone]

    def _take_over(self, change: Any) -> None:
        self.set(change["name"], change["new"])


def _checked(names: str | Sequence[str]) -> frozenset[str]:
    wanted = frozenset([names] if isinstance(names, str) else names)
    if not wanted <= {*NAMES}:
        raise InvalidValue(f"Observe {' or '.join(map(repr, NAMES))}; there is nothing else.")
    return wanted
