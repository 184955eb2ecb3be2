"""Read the plain YAML that content files are made of, ten times faster than a YAML parser.

Plain means: one `key: text`, `key:` or `- text` a line, indented by spaces, no quotes but simple
ones. `read` returns None for everything else, and the caller asks libyaml. What it does return
is what libyaml says (tests/site_builder/test_yaml_plain.py compares the two on random texts).
"""

from __future__ import annotations

import re
from typing import Any, Final

Place = tuple[str | int, ...]

_ODD: Final = re.compile(
    "[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML forbids or takes for line breaks, and tabs."""
_PLAIN: Final = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^:#\n]|:(?=[^\s]))*(?<! )"
_TEXT: Final = rf"(?:{_PLAIN}|\"[^\"\\\n]*\"|'[^'\n]*')"
_KEY: Final = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^:#\n]{0,99}(?<! )"
_LINE: Final = re.compile(
    rf"^( *)(- )?(?:({_KEY}):(?: ({_TEXT}))?|({_TEXT}))$"
    r"|^ *(?:#.*)?$",
    re.MULTILINE,
)


def read(text: str) -> Any:
    """Return the value of a plain YAML text, or None when it is not plain."""
    return _read(text, None)


def lines(text: str) -> dict[Place, int] | None:
    """Return the line (the first is 0) of each value of a plain YAML text, or None."""
    found: dict[Place, int] = {}
    return None if _read(text, found) is None else found


def _read(text: str, places: dict[Place, int] | None) -> Any:
    if _ODD.search(text):
        return None
    text = text.rstrip("\n")
    lines = _LINE.findall(text)
    if len(lines) != text.count("\n") + 1:
        return None
    try:
        return _value(lines, places)
    except _NotPlainError:
        return None


class _NotPlainError(Exception):
    pass


def _value(lines: list[tuple[str, str, str, str, str]], places: dict[Place, int] | None) -> Any:
    """Put lines together, and note in `places` where each value stands.

    `opened` are the collections around the current line, outermost first, each with its column
    and its place; `owner[name]` is the value that a deeper line would begin.
    """
    top: dict[str, Any] = {}
    owner, name, column_of_owner = top, "", -1
    place: Place = ()
    waiting = True
    opened: list[tuple[int, Any, Place]] = []
    for number, (indent, dash, key, value, item) in enumerate(lines):
        if not key and not item:
            continue
        column = len(indent)
        if waiting and column > column_of_owner:
            owner[name] = [] if dash else {}
            opened.append((column, owner[name], place))
            if places is not None:
                places.setdefault(place, number)
        while opened and opened[-1][0] > column:
            opened.pop()
        if not opened or opened[-1][0] != column:
            raise _NotPlainError
        waiting = False
        _, around, place_around = opened[-1]
        if dash:
            if not isinstance(around, list):
                raise _NotPlainError
            if places is not None:
                place_around = (*place_around, len(around))
                places[place_around] = number
            if not key:
                around.append(_unquoted(item))
                continue
            record: dict[str, Any] = {}
            around.append(record)
            around = record
            column += 2
            opened.append((column, around, place_around))
        if not key or not isinstance(around, dict) or key in around:
            raise _NotPlainError
        around[key] = _unquoted(value) if value else ""
        if places is not None:
            place = (*place_around, key)
            places[place] = number
        if not value:
            owner, name, column_of_owner, waiting = around, key, column, True
    return top.get("", {})


def _unquoted(text: str) -> str:
    return text[1:-1] if text[0] in "\"'" else text
