"""Totals in prose: whoever writes `{{ figures.matters }}` gets what the catalogue counts today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from site_builder.prose import Heading, Prose

Figures = Mapping[str, float | int]

_QUOTE: Final = re.compile(r"\{\{(?P<inside>.*?)\}\}")
_NAME: Final = re.compile(r"\s*figures\.(?P<name>[a-z_]+)\s*")


def quoted(text: str, figures: Figures) -> str:
    """Return the text with its totals; a quote that is none stays as it stands (rule G-01)."""

    def value(match: re.Match[str]) -> str:
        name = _name(match)
        return str(figures[name]) if name in figures else match[0]

    return _QUOTE.sub(value, text) if "{{" in text else text


def quoted_page(prose: Prose, figures: Figures) -> Prose:
    """Return a prose page with the totals in its title, headings, front matter and text."""
    return replace(
        prose,
        title=quoted(prose.title, figures),
        html=quoted(prose.html, figures),
        headings=tuple(Heading(quoted(h.title, figures), h.id) for h in prose.headings),
        meta={k: quoted(v, figures) if isinstance(v, str) else v for k, v in prose.meta.items()},
    )


def misquotes(text: str, known: Figures) -> Iterator[tuple[int, str]]:
    """Yield position and wording of every quote that names no known total."""
    for match in _QUOTE.finditer(text):
        if _name(match) not in known:
            yield match.start(), match["inside"].strip()


def _name(match: re.Match[str]) -> str:
    name = _NAME.fullmatch(match["inside"])
    return name["name"] if name else ""
