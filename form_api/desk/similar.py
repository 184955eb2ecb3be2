"""Answers that were copied rather than written: found by the pieces of text they share."""

from __future__ import annotations

import re
from collections.abc import Iterable

PIECE = 4
ALARM = 0.6
LEAST_OWN_WORDS = 20
"""Characters an answer must have besides the sentences of templates."""
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_NOISE = re.compile(r"[\W_]+")


def resemblance(one: str, other: str) -> float:
    """Return the share of pieces two texts have in common, from 0 to 1."""
    a, b = _pieces(one), _pieces(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def own_words(text: str, templates: Iterable[str]) -> str:
    """Return what is left of an answer without the sentences of the templates."""
    known = {_plain(s) for template in templates for s in _SENTENCE.findall(template)}
    return "".join(s for s in _SENTENCE.findall(text) if _plain(s) not in known)


def is_only_template(text: str, templates: Iterable[str]) -> bool:
    """Whether an answer says next to nothing about the matter itself."""
    return len(_plain(own_words(text, templates))) < LEAST_OWN_WORDS


def _pieces(text: str) -> set[str]:
    plain = _plain(text)
    return {plain[i : i + PIECE] for i in range(len(plain) - PIECE + 1)}


def _plain(text: str) -> str:
    return _NOISE.sub("", text)
