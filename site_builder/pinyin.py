"""How characters are read: for search, and a table for the caption panel.

pypinyin's dictionaries take a fifth of a second and 60 MB, so what we want of them is kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import opencc

from site_builder.compact_json import compact_json
from site_builder.render import Output
from site_builder.whole import write_whole


def _gb2312(last_row: int) -> set[str]:
    rows, cells = range(0xB0, last_row + 1), range(0xA1, 0xFF)
    return {bytes((r, c)).decode("gb2312", "ignore") for r in rows for c in cells} - {""}


_KNOWN: Final = _gb2312(0xF7)
"""All 6,763 characters of GB 2312: enough for newspapers, laws and names of places."""
_COMMON: Final = _gb2312(0xD7)
"""Its first level: the 3,755 whose phrases are worth knowing."""


def file(cache: Path) -> Output:
    """Return the table for captions, which only people fetch who want to see it."""
    return Output("data/pinyin.json", _kept(cache, "pinyin", table))


def make(cache: Path) -> None:
    """Make what is kept, unless it is."""
    file(cache)
    readings(cache)


def readings(cache: Path) -> Mapping[str, str]:
    """Return how each character is mostly read, without tones; ü is typed as v."""
    return _Readings(json.loads(_kept(cache, "readings", _plain_readings)))


class _Readings(dict[str, str]):
    """Looks up what is not kept: a rare character in a name."""

    def __missing__(self, char: str) -> str:
        return _plain_reading(char)


def _plain_readings() -> dict[str, str]:
    return {char: _plain_reading(char) for char in sorted(_KNOWN)}


def _plain_reading(char: str) -> str:
    import pypinyin  # only here and below: its dictionaries take a while to load

    return str(pypinyin.lazy_pinyin(char, v_to_u=False)[0])


def _kept(cache: Path, name: str, make: Callable[[], Any]) -> bytes:
    """Return what depends on no content, and so is made once for each pypinyin and each of us."""
    from importlib.metadata import version

    ours = blake2b(Path(__file__).read_bytes(), digest_size=4).hexdigest()
    kept = cache / f"{name}-{version('pypinyin')}-{ours}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, compact_json(make()).decode())
    return kept.read_bytes()


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
    import pypinyin

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
