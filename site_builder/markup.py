"""Whether a page's HTML is well formed: every element closed in its turn, every id its own.

Only what colleagues can cause with HTML inside Markdown; the whole standard is checked in the
tests (tests/e2e/test_html.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

Fault = tuple[str, str, str, str]
"""The text to look for in the source, a code, what is wrong, what to do."""

_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track")
    + ("wbr", "path", "rect", "circle", "line", "use", "polygon", "polyline", "ellipse", "stop")
)
_MAY_STAY_OPEN: Final = frozenset(
    ("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "html", "body")
)
_SAVED: Final = "把标签补完整，或者去掉"


def faults(html: str) -> Iterator[Fault]:
    """Yield what is wrong with a page's markup."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.faults


class _Reader(HTMLParser):
    """Follows what is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.faults: list[Fault] = []
        self._open: list[str] = []
        self._ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and an id used twice."""
        for name, value in attrs:
            if name == "id" and value:
                if value in self._ids:
                    self._fault(f'id="{value}"', f"编号 id=“{value}”用了两次", "改掉其中一个")
                self._ids.add(value)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and report those inside that should have been closed before."""
        if tag in _VOID:
            return
        if tag not in self._open:
            self._fault(f"</{tag}>", f"多了一个 </{tag}>", "把它去掉")
            return
        while (inner := self._open.pop()) != tag:
            if inner not in _MAY_STAY_OPEN:
                self._fault(f"<{inner}", f"<{inner}> 没有用 </{inner}> 关上", _SAVED)

    def close(self) -> None:
        """Report what is still open at the end."""
        super().close()
        for tag in self._open:
            if tag not in _MAY_STAY_OPEN:
                self._fault(f"<{tag}", f"<{tag}> 没有用 </{tag}> 关上", _SAVED)

    def _fault(self, text: str, message: str, advice: str) -> None:
        self.faults.append((text, "V-03", message, advice))
