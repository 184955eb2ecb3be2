"""Runs of Han characters, and what turns exactly those into 繁体 without OpenCC.

A phrase never crosses a sign, so a run decides alone how its characters are converted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import Any

from site_builder.script import HAN, Converter

_RUN = re.compile(f"[{HAN}]+")


def han_runs(texts: Iterable[str]) -> set[str]:
    """Return the runs in some texts; pages repeat each other's lines, so a line is read once."""
    lines = dict.fromkeys("\n".join(texts).split("\n"))
    return set(_RUN.findall("\n".join(lines)))


class Runs:
    """The runs of a site, known part by part, so that an edit costs only what it changes."""

    def __init__(
        self, convert: Converter, state: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        self._convert = convert
        known = state or {"converted": {}, "parts": {}, "forms": {}}
        self._converted: dict[str, str] = dict(known["converted"])
        self._parts = Counter[str](known["parts"])
        """In how many parts a run stands."""
        self._forms = Counter[str](known["forms"])
        """How many runs have a character (the first of two) in a form (the second)."""

    def state(self) -> dict[str, dict[str, Any]]:
        """Return all of it as plain values, for a later build."""
        return {
            "converted": self._converted,
            "parts": dict(self._parts),
            "forms": dict(self._forms),
        }

    def replace(self, old: Set[str], new: Set[str]) -> None:
        """Take in the runs of a part; `old` are those it had."""
        self._parts.subtract(old - new)
        gone = [run for run in old - new if not self._parts[run]]
        come = [run for run in new - old if not self._parts[run]]
        self._parts.update(new - old)
        for run in gone:
            self._forms.subtract(_forms(run, self._converted.pop(run)))
            del self._parts[run]
        (converted,) = self._convert.lines("\n".join(come))
        for run, result in zip(come, converted.split("\n") if come else [], strict=True):
            self._converted[run] = result
            self._forms.update(_forms(run, result))

    def table(self) -> dict[str, dict[str, str]]:
        """Return `characters`, each one's usual form, and `runs`, those in which some character
        takes another one (头发, 发展).
        """
        counts = sorted((count, pair[0] == pair[1], pair) for pair, count in self._forms.items())
        usual = {pair[0]: pair[1] for count, _, pair in counts if count}
        by_number: dict[int, str] = {ord(one): other for one, other in usual.items()}
        return {
            "characters": {one: other for one, other in sorted(usual.items()) if one != other},
            "runs": {
                run: result
                for run, result in sorted(self._converted.items())
                if run.translate(by_number) != result
            },
        }


def _forms(run: str, result: str) -> list[str]:
    """Return each character with its form; where lengths differ nobody can tell which is which."""
    if len(run) != len(result):
        return []
    return [one + other for one, other in zip(run, result, strict=True)]
