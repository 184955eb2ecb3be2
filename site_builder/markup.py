"""Whether a page's HTML is well formed: every element closed in its turn, every id its own.

Only what colleagues can cause with HTML inside Markdown, and fast enough for thousands of pages at
a push; the whole standard is checked in the tests (tests/e2e/test_html.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Fault = tuple[str, str, str, str]
"""The text to look for in the source, a code, what is wrong, what to do."""

_TAG: Final = re.compile(
    r"<!--.*?-->|<(script|style|textarea)\b.*?</\1>"
    r"""|<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:"[^"]*"|'[^']*'|[^>"'])*)>""",
    re.DOTALL | re.IGNORECASE,
)
_ID: Final = re.compile(r"""\sid=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_MAY_STAY_OPEN: Final = frozenset(
    ("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "html", "body")
)


def faults(html: str) -> Iterator[Fault]:
    """Yield what is wrong with a page's markup."""
    ids: set[str] = set()
    opened: list[str] = []
    for tag in _TAG.finditer(html):
        name, rest = (tag["name"] or "").lower(), tag["rest"] or ""
        if tag["close"]:
            yield from _closed(name, opened)
        elif name and name not in _VOID and not rest.endswith("/"):
            opened.append(name)
        for found in _ID.findall(rest):
            value = next(filter(None, found), "")
            if value in ids:
                yield f'id="{value}"', "V-03", f"编号 id=“{value}”用了两次", "改掉其中一个"
            ids.add(value)
    yield from map(_left_open, (name for name in opened if name not in _MAY_STAY_OPEN))


def _closed(name: str, opened: list[str]) -> Iterator[Fault]:
    """Close an element, and report those inside that should have been closed before."""
    if name not in opened:
        yield f"</{name}>", "V-03", f"多了一个 </{name}>", "把它去掉"
        return
    while (inner := opened.pop()) != name:
        if inner not in _MAY_STAY_OPEN:
            yield _left_open(inner)


def _left_open(name: str) -> Fault:
    return f"<{name}", "V-03", f"<{name}> 没有用 </{name}> 关上", "把标签补完整，或者去掉"
