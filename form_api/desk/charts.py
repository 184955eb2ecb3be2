"""Bars of a table's first column of numbers, as geometry for a template to draw as SVG."""

from __future__ import annotations

from dataclasses import dataclass

from form_api.desk.statistics import Table

LABEL, LONGEST, ROW = 36, 54, 34
"""Percent of the width for a name and for the longest bar; pixels for a row."""
LONGEST_LABEL = 11
MOST = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its words."""

    label: str
    value: str
    y: int
    width: int
    """Percent of the chart's width, so that words keep their size on a phone."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of a table; drawn beside it, never instead of it."""

    height: int
    bars: tuple[Bar, ...]


def chart(table: Table) -> Chart | None:
    """Return a table's bars, or nothing when one look at it is enough."""
    rows = [row for row in table.rows if isinstance(row[1], int | float)][:MOST]
    highest = max((row[1] for row in rows), default=0)
    if len(rows) < 2 or not highest:
        return None
    return Chart(
        len(rows) * ROW,
        tuple(
            Bar(_short(row[0]), str(row[1]), i * ROW, round(LONGEST * row[1] / highest))
            for i, row in enumerate(rows)
        ),
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
