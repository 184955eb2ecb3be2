"""The table of pinyin for the caption panel: fetched only by people who want to see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import opencc

from site_builder.compact_json import compact_json
from site_builder.render import Output


def _gb2312(last_row: int) -> set[str]:
    rows, cells = range(0xB0, last_row + 1), range(0xA1, 0xFF)
    return {bytes((r, c)).decode("gb2312", "ignore") for r in rows for c in cells} - {""}


_KNOWN: Final = _gb2312(0xF7)
"""All 6,763 characters of GB 2312: enough for newspapers, laws and names of places."""
_COMMON: Final = _gb2312(0xD7)
"""Its first level: the 3,755 whose phrases are worth knowing."""


def file(cache: Path) -> Output:
    """Return the table; it depends on no content, so it is made once for each pypinyin."""
    from importlib.metadata import version

    kept = cache / f"pinyin-{version('pypinyin')}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(compact_json(table()))
    return Output("data/pinyin.json", kept.read_bytes())


def table() -> dict[str, object]:
    """Return how characters are read.

    `usual`: each reading and its characters. `beside`: for a character with several readings, the
    less usual ones, each with the characters it has that reading after and before: in 银行 and
    行业 行 is háng, so "行": [["háng", "银…", "业…"]].
    """
    convert = opencc.OpenCC("s2t").convert
    characters = sorted({*_KNOWN, *convert("".join(sorted(_KNOWN)))})
    reading = {char: _reading(char) for char in characters}
    usual: dict[str, str] = defaultdict(str)
    for char in characters:
        usual[reading[char]] += char
    return {"usual": usual, "beside": _beside(reading, convert)}


def _reading(char: str) -> str:
    import pypinyin  # only here and below: its dictionaries take a while to load

    return str(pypinyin.lazy_pinyin(char, style=pypinyin.Style.TONE)[0])


def _beside(reading: dict[str, str], convert: Callable[[str], str]) -> dict[str, list[list[str]]]:
    from pypinyin.constants import PHRASES_DICT

    found: dict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    pairs = [(p, s) for p, s in PHRASES_DICT.items() if len(p) == 2 and _COMMON.issuperset(p)]
    traditional = convert("\n".join(phrase for phrase, _ in pairs)).split("\n")
    pairs += [(phrase, s) for phrase, (_, s) in zip(traditional, pairs, strict=True)]
    for phrase, ((one, *_), (two, *_)) in pairs:
        first, second = tuple(phrase)
        if one != reading.get(first, one):
            found[first, one][1].add(second)
        if two != reading.get(second, two):
            found[second, two][0].add(first)
    beside: dict[str, list[list[str]]] = defaultdict(list)
    for (char, sound), (befores, afters) in sorted(found.items()):
        beside[char].append([sound, "".join(sorted(befores)), "".join(sorted(afters))])
    return beside
