"""HTML whose texts are escaped by construction: only what `element` made is taken as markup."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from nbtrack.formatting.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_EMPTY = frozenset({"input", "meta", "link", "img", "br"})
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class Html(str):
    """Markup, as opposed to text."""

    __slots__ = ()


def element(name: str, /, *content: str | Iterable[Html], **attributes: str | None) -> Html:
    """Return an element; what is not `Html` is escaped.

    Parameters
    ----------
    name : str
        Of the element.
    *content : str or iterable of Html
        Text, elements, or several elements.
    **attributes : str or None
        None leaves one out; an underscore at the end of a name is dropped, others become hyphens.

    Examples
    --------
    >>> element("p", "1 < 2 ", element("b", "yes"), class_='"')
    '<p class="&quot;">1 &lt; 2 <b>yes</b></p>'
    """
    inside = "".join(_escaped(part) for part in content)
    opening = f"<{name}{''.join(_attributes(attributes))}>"
    return Html(opening if name in _EMPTY else f"{opening}{inside}</{name}>")


def whole(value: str, most: int = 20_000) -> Html:
    """Return text that anybody may have written, with its lines and almost all of its length."""
    lines = "\n".join(one_line(line) for line in value[:most].splitlines())
    rest = f"… ({len(value):,} characters)" if len(value) > most else ""
    return element("div", lines + rest, class_="whole", dir=_direction(value))


def _direction(value: str) -> str | None:
    return None if value.isascii() else "auto"


def _escaped(part: str | Iterable[Html]) -> str:
    if isinstance(part, Html):
        return part
    if isinstance(part, str):
        return html.escape(part)
    return "".join(_escaped(one) for one in part)


def _attributes(given: dict[str, str | None]) -> Iterable[str]:
    for name, value in given.items():
        spelled = name.rstrip("_").replace("_", "-")
        assert _NAME.fullmatch(spelled), spelled
        if value is not None:
            yield f' {spelled}="{html.escape(value)}"'
