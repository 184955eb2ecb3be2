"""The questions search and 智能问答 are judged by, and the third of them that is kept aside.

Whoever improves the engine reads the tuned part, line by line if need be. Of the kept-aside part
only totals are ever printed: it tells whether the engine got better or merely learnt the questions.
A query's part follows from its own text, so adding queries moves none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Query:
    """What somebody typed, its kind (for questions: the facet), and every right answer."""

    kind: str
    text: str
    right: tuple[str, ...]
    kept: bool

    def is_right(self, url: str) -> bool:
        """Tell whether a page is what was meant; a place on the page counts as the page."""
        page = url.partition("#")[0]
        return not {url, page, page.rstrip("/").rpartition("/")[2]}.isdisjoint(self.right)


def read(name: str) -> list[Query]:
    """Return the queries of a file of this folder."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Query(kind, text, tuple(right.split()), _kept(text)) for kind, text, right in rows]


def _kept(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 3 == 0
