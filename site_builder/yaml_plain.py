"""Read the plain YAML that content files are made of, twenty times faster than a YAML parser.

Plain means: one `key: text`, `key:` or `- text` a line, indented by spaces, no quotes but simple
ones. `read` returns None for everything else, and the caller asks libyaml. What it does return
is what libyaml says (tests/site_builder/test_yaml_plain.py compares the two on random texts).
"""

from __future__ import annotations

import re
from typing import Any, Final

Place = tuple[str | int, ...]

_ODD: Final = re.compile(r"[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that YAML forbids or takes for line breaks, and tabs."""
_PLAIN: Final = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^:#]*(?::(?=\S)[^:#]*)*(?<! )"
_TEXT: Final = rf"{_PLAIN}|\"[^\"\\]*\"|'[^']*'"
_KEY: Final = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^:#]{0,99}(?<! )"
_SIGNS: Final = frozenset(["", *" -?:,[]{}#&*!|>'\"%@`"])
"""What a plain text does not begin with."""
_QUOTES: Final = frozenset("'\"")
_LINE: Final = re.compile(rf"( *)(- )?(?:({_KEY}):(?: ({_TEXT}))?|({_TEXT}))")
_BLANK: Final = re.compile(" *(?:#.*)?")


def read(text: str) -> Any:
    """Return the value of a plain YAML text, or None when it is not plain."""
    return _read(text, None)


def lines(text: str) -> dict[Place, int] | None:
    """Return the line (the first is 0) of each value of a plain YAML text, or None."""
    found: dict[Place, int] = {}
    return None if _read(text, found) is None else found


def _read(text: str, places: dict[Place, int] | None) -> Any:
    try:
        return _value(text.rstrip("\n").split("\n"), places)
    except _NotPlainError:
        return None


class _NotPlainError(Exception):
    pass


_Line = tuple[int, bool, str, str, bool]
"""What a line says: its column, whether it has a dash, its key and text, and whether nothing stands
behind the key, so that deeper lines may be its value. A line that says nothing has neither of them.
"""
_NOTHING: Final[_Line] = (0, False, "", "", False)


class _Lines(dict[str, _Line]):
    """Lines by their text. Most of a matter's are short and the same in many others: those stay.

    Of the others mostly the beginning is known, and a sentence without signs needs no pattern.
    """

    longest: Final = 48
    most: Final = 20_000

    def __init__(self) -> None:
        super().__init__()
        self._beginnings: dict[str, tuple[int, bool, str]] = {}

    def __missing__(self, line: str) -> _Line:
        beginning, _, text = line.partition(": ")
        known = self._beginnings.get(beginning)
        if known and _is_sentence(text):
            read: _Line = (*known, text, False)
        else:
            read = _line(line)
            if read[2]:
                self._beginnings[beginning.removesuffix(":")] = read[:3]
        if len(line) <= self.longest:
            if len(self) >= self.most:
                self.clear()
                self._beginnings.clear()
            self[line] = read
        return read


_known: Final = _Lines()


def _is_sentence(text: str) -> bool:
    """Tell whether a text is plain without looking closely; printable texts have no odd signs."""
    return (
        text.isprintable()
        and ":" not in text
        and "#" not in text
        and text[:1] not in _SIGNS
        and text[-1] != " "
    )


def _line(line: str) -> _Line:
    if _ODD.search(line):
        raise _NotPlainError
    if match := _LINE.fullmatch(line):
        indent, dash, key, text, item = match.groups()
        text = text or item or ""
        if not (dash or key):
            raise _NotPlainError
        said = text[1:-1] if text[:1] in _QUOTES else text
        return len(indent), bool(dash), key or "", said, bool(key and not text)
    if _BLANK.fullmatch(line):
        return _NOTHING
    raise _NotPlainError


def _value(lines: list[str], places: dict[Place, int] | None) -> Any:
    """Put lines together, and note in `places` where each value stands.

    `opened` are the collections around the current line, outermost first, each with its column
    and its place; `owner[name]` is the value that a deeper line would begin.
    """
    top: dict[str, Any] = {}
    owner, name, column_of_owner = top, "", -1
    place: Place = ()
    waiting = True
    around: Any = None
    here = -1  # the column of `around`
    opened: list[tuple[int, Any, Place]] = []
    for number, line in enumerate(lines):
        column, dash, key, text, opens = _known[line]
        if not (key or dash):
            continue
        if waiting and column > column_of_owner:
            owner[name] = around = [] if dash else {}
            here = column
            opened.append((column, around, place))
            if places is not None:
                places.setdefault(place, number)
        elif column != here:
            while opened and opened[-1][0] > column:
                opened.pop()
            if not opened or opened[-1][0] != column:
                raise _NotPlainError
            here, around, _ = opened[-1]
        waiting = False
        if dash:
            if not isinstance(around, list):
                raise _NotPlainError
            if places is not None:
                place = (*opened[-1][2], len(around))
                places[place] = number
            if not key:
                around.append(text)
                continue
            record: dict[str, Any] = {}
            around.append(record)
            around = record
            here = column + 2
            opened.append((here, around, place))
        if not key or not isinstance(around, dict) or key in around:
            raise _NotPlainError
        around[key] = text
        if places is not None:
            place = (*opened[-1][2], key)
            places[place] = number
        if opens:
            owner, name, column_of_owner, waiting = around, key, here, True
    return top.get("", {})
