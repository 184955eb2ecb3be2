"""Simplified to Traditional Chinese, at build time, by phrases (OpenCC, `s2tw` plus our glossary).

Only Han characters change, so URLs, ids, codes and e-mail addresses, which are ASCII throughout
(rule P-ascii), come out as they went in. Why `s2tw`: docs/decisions/0004-traditional-script.md.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import opencc

CONFIG: Final = "s2tw"
_SEPARATOR: Final = "\x1f"
"""Joins texts that are converted in one call; OpenCC passes it through (it drops NUL)."""

_MOST: Final = 50_000
"""So many lines and runs are remembered: some 15 MB, whatever the size of the site."""
HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, for a pattern. No phrase of the dictionaries crosses another sign (but one
composer's name), so a run of them is the same wherever it stands.
"""


class Converter:
    """Turns 简体 into 繁体; `glossary` overrides single words (content/data/glossary.yml)."""

    def __init__(self, glossary: Mapping[str, str] | None = None) -> None:
        self._convert = _opencc(frozenset((glossary or {}).items())).convert
        self._lines: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        han = HAN + re.escape("".join(glossary or ()))
        self._run = re.compile(f"([{han}][{han}]*)")  # not `+`: this way, re skips what is no Han

    def __call__(self, text: str) -> str:
        """Return the text in Traditional script."""
        converted: str = self._convert(text)
        return converted

    def all(self, *texts: str) -> list[str]:
        """Return several texts converted in one call, which costs a third of single calls."""
        return self(_SEPARATOR.join(texts)).split(_SEPARATOR)

    def lines(self, *texts: str) -> list[str]:
        """Do the same for texts of many lines, most of which have been converted before.

        No phrase crosses the end of a line, so a line is the same wherever it stands.
        """
        lines = _recalled(self._lines, _SEPARATOR.join(texts).split("\n"), self._by_runs)
        return "\n".join(lines).split(_SEPARATOR)

    def _by_runs(self, text: str) -> str:
        """Do the same for new lines: clauses, names and labels stand in others, too."""
        pieces = self._run.split(text)
        pieces[1::2] = _recalled(self._runs, pieces[1::2], self)
        return "".join(pieces)


def _recalled(
    known: dict[str, str], texts: list[str], convert: Callable[[str], str]
) -> Iterable[str]:
    """Return the texts converted; those that are not known yet are in one call."""
    if new := [text for text in texts if text not in known]:  # quicker than a set of them all
        if len(known) > _MOST:
            known.clear()
            new = texts
        some = dict.fromkeys(new)
        known.update(zip(some, convert("\n".join(some)).split("\n"), strict=True))
    return map(known.__getitem__, texts)


@lru_cache(maxsize=1)
def converter(glossary: frozenset[tuple[str, str]]) -> Converter:
    """Return the one with this glossary; it remembers lines for as long as `serve` runs."""
    return Converter(dict(glossary))


@lru_cache(maxsize=2)
def _opencc(entries: frozenset[tuple[str, str]]) -> opencc.OpenCC:
    """Load the dictionaries, once for as long as `serve` runs."""
    glossary = dict(entries)
    if not glossary:
        return opencc.OpenCC(CONFIG)
    share = Path(opencc.__file__).parent / "clib" / "share" / "opencc"
    config = _absolute(json.loads((share / f"{CONFIG}.json").read_text("utf-8")), share)
    with tempfile.TemporaryDirectory() as folder:
        words, results = Path(folder, "words.txt"), Path(folder, "results.txt")
        words.write_text(_dictionary(glossary.items()), "utf-8")
        results.write_text(_dictionary((r, r) for r in glossary.values()), "utf-8")
        config["segmentation"]["dict"]["dicts"].insert(0, {"type": "text", "file": str(words)})
        to_traditional, to_variants = config["conversion_chain"]
        to_traditional["dict"]["dicts"].insert(0, {"type": "text", "file": str(words)})
        to_variants["dict"]["dicts"].insert(0, {"type": "text", "file": str(results)})
        path = Path(folder, "config.json")
        path.write_text(json.dumps(config), "utf-8")
        return opencc.OpenCC(str(path))


def _dictionary(pairs: Any) -> str:
    return "".join(f"{word}\t{result}\n" for word, result in sorted(set(pairs)))


def _absolute(value: Any, share: Path) -> Any:
    """Return an OpenCC configuration whose dictionary files are found from anywhere."""
    if isinstance(value, dict):
        return {k: str(share / v) if k == "file" else _absolute(v, share) for k, v in value.items()}
    return [_absolute(item, share) for item in value] if isinstance(value, list) else value
