"""docs/performance.md and its chart, from what benchmarks/site.py measured."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import meter
from benchmarks.chart import bars

if TYPE_CHECKING:
    from benchmarks.site import Results

DOCS: Final = Path(__file__).parents[1] / "docs"
TOOLS: Final = ("ours", "Hugo", "Eleventy", "Zensical", "MkDocs + Material")
EDITS: Final = (
    "nothing changed",
    "one matter",
    "one template",
    "one shared file",
    "on screen",
    "check",
    "check, no cache",
    "papers",
    "papers again",
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal, how to find its figure (None when it was not measured), and what limits it."""

    what: str
    wanted: str
    most: float
    found: Callable[[Results], float | None]
    limit: str


def write(results: Results, command: str) -> None:
    """Write the report and the chart."""
    chart = bars(
        "Pages per second, built from nothing",
        {
            f"{size:,} matters": {
                tool: results.pages[size] / _wall(results, tool, size, "cold")
                for tool in TOOLS
                if (tool, size, "cold") in results.costs
            }
            for size in results.pages
        },
    )
    (DOCS / "performance.svg").write_text(chart, "utf-8")
    parts = (_head(command), tables(results), _goals(results), _on_a_phone(), _foot())
    text = "\n".join(chain.from_iterable(parts))
    (DOCS / "performance.md").write_text(text + "\n", "utf-8")


def tables(results: Results) -> Iterator[str]:
    """Yield the tables of all that was measured."""
    yield "## From nothing"
    yield ""
    yield "| matters | pages | tool | wall s (lowest-highest) | processor s | MiB | pages/s |"
    yield "| ---: | ---: | --- | ---: | ---: | ---: | ---: |"
    for (tool, size, what), costs in sorted(results.costs.items(), key=_order):
        if what == "cold":
            cost, pages = meter.median(costs), results.pages[size]
            yield (
                f"| {size:,} | {pages:,} | {tool} | {cost.wall:.2f} {_spread(costs)}"
                f" | {cost.cpu:.2f} | {results.memory[tool, size]:,.0f}"
                f" | {pages / cost.wall:,.0f} |"
            )
    yield ""
    yield "## Ours, with what an earlier build left"
    yield ""
    sizes = list(results.pages)
    yield f"| seconds after | {' | '.join(f'{size:,} matters' for size in sizes)} |"
    yield f"| --- |{' ---: |' * len(sizes)}"
    for what in EDITS:
        found = [results.costs.get(("ours", size, what)) for size in sizes]
        if any(found):
            cells = (f"{meter.median(c).wall:.2f} {_spread(c)}" if c else "" for c in found)
            yield f"| {what} | {' | '.join(cells)} |"
    yield ""


def _order(item: tuple[tuple[str, int, str], list[meter.Cost]]) -> tuple[int, int]:
    tool, size, _ = item[0]
    return size, TOOLS.index(tool)


def _spread(costs: list[meter.Cost]) -> str:
    walls = [cost.wall for cost in costs]
    return f"({min(walls):.2f}-{max(walls):.2f})" if len(walls) > 1 else "(1 run)"


def _wall(results: Results, tool: str, size: int, what: str) -> float:
    return statistics.median(cost.wall for cost in results.costs[tool, size, what])


def _seconds(size: int, what: str) -> Callable[[Results], float | None]:
    def found(results: Results) -> float | None:
        known = ("ours", size, what) in results.costs
        return _wall(results, "ours", size, what) if known else None

    return found


def _against_hugo(results: Results) -> float | None:
    if ("Hugo", 10_000, "cold") not in results.costs:
        return None
    return _wall(results, "ours", 10_000, "cold") / _wall(results, "Hugo", 10_000, "cold")


def _memory_against_hugo(results: Results) -> float | None:
    if ("Hugo", 10_000) not in results.memory:
        return None
    return results.memory["ours", 10_000] / results.memory["Hugo", 10_000]


def _growth(results: Results) -> float | None:
    """Return the time a page at 50,000 matters in times of one at 1,000."""
    if not {1_000, 50_000} <= results.pages.keys():
        return None
    one, many = (
        _wall(results, "ours", size, "cold") / results.pages[size] for size in (1_000, 50_000)
    )
    return many / one


def _memory_growth(results: Results) -> float | None:
    if not {1_000, 50_000} <= results.pages.keys():
        return None
    return results.memory["ours", 50_000] / results.memory["ours", 1_000]


GOALS: Final = (
    Goal(
        "10,000 matters from nothing, in times of Hugo",
        "≤ 0.5",
        0.5,
        _against_hugo,
        "Python: reading matters (a quarter), turning lines into 繁体 (a fifth), templates (a "
        "sixth); the making of 31,000 files and 21,000 folders (a sixth)",
    ),
    Goal(
        "its memory, in times of Hugo's",
        "≤ 0.25",
        0.25,
        _memory_against_hugo,
        "OpenCC's dictionaries (40 MiB), remembered lines (30 a process)",
    ),
    Goal(
        "time a page at 50,000, in times of 1,000",
        "flat",
        1.25,
        _growth,
        "files and folders; what one process does alone (results, rules that compare, notes)",
    ),
    Goal(
        "memory at 50,000, in times of 1,000",
        "bounded",
        4,
        _memory_growth,
        "matters are on disk; the names and times of their files, the places of their entries in "
        "lists and one file of open data are not: 1 KB of each matter in each process",
    ),
    Goal(
        "146 matters from nothing, s",
        "≤ 2.5",
        2.5,
        _seconds(146, "cold"),
        "MkDocs rendering the prose, dictionaries of search, compressing the offline copy",
    ),
    Goal(
        "146 matters, nothing changed, s",
        "≤ 0.5",
        0.5,
        _seconds(146, "nothing changed"),
        "Python starting and importing",
    ),
    Goal(
        "one of 10,000 on disk, s",
        "≤ 0.5",
        0.5,
        _seconds(10_000, "one matter"),
        "Python importing (two fifths), OpenCC's dictionaries (a fifth), the packages' pages; the "
        "times of all files are looked at meanwhile",
    ),
    Goal(
        "one of 10,000 on screen, s",
        "≤ 0.3",
        0.3,
        _seconds(10_000, "on screen"),
        "the times of 10,000 files, the packages' pages",
    ),
    Goal(
        "Word and PDF of 146 × 2 × 2, s",
        "≤ 60",
        60,
        _seconds(146, "papers"),
        "Typst and python-docx, on every core",
    ),
    Goal(
        "check of 10,000, s",
        "≤ 3",
        3,
        _seconds(10_000, "check, no cache"),
        "reading and parsing the files; the patterns of rules about texts",
    ),
)


def _head(command: str) -> Iterator[str]:
    yield "# Performance"
    yield ""
    yield (
        f"Made by `{command}` on {dt.date.today().isoformat()}: {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}. Every tool "
        "runs in the same go, in turns; figures are medians, with the lowest and highest."
    )
    yield ""
    yield "![Pages per second](performance.svg)"
    yield ""


def _goals(results: Results) -> Iterator[str]:
    yield "## Goals"
    yield ""
    yield "| goal | wanted | found | what limits it |"
    yield "| --- | ---: | ---: | --- |"
    for goal in GOALS:
        found = goal.found(results)
        mark = "" if found is None or found <= goal.most else " (missed)"
        figure = "not measured" if found is None else f"{found:.2f}{mark}"
        yield f"| {goal.what} | {goal.wanted} | {figure} | {goal.limit} |"
    yield ""


_PHONE: Final = "## On a phone"
_FOOT: Final = "## How it is measured"
_PAINT_MS: Final = 1200
"""Until a guide's largest part is painted, on Lighthouse's phone."""


def renew_phone() -> None:
    """Write the section on a phone anew, after its benchmarks ran without that of the site."""
    report = DOCS / "performance.md"
    before, _, after = report.read_text("utf-8").partition(f"{_PHONE}\n")
    _, foot, rest = after.partition(f"{_FOOT}\n")
    report.write_text(before + "\n".join(_on_a_phone()) + "\n" + foot + rest, "utf-8")


def _on_a_phone() -> Iterator[str]:
    """Yield the goals that the other benchmarks measure, as their reports have them."""
    guide = next(line for line in _lines("lighthouse.md") if line.startswith("| guide |"))
    *_, paint, blocked, shift, _, spread, _ = (cell.strip() for cell in guide.split("|"))
    met = int(paint) <= _PAINT_MS and (blocked, float(shift)) == ("0", 0)
    yield _PHONE
    yield ""
    yield "From [lighthouse.md](lighthouse.md) and [search.md](search.md), which say how."
    yield ""
    yield "| goal | figure | reached |"
    yield "| --- | --- | --- |"
    yield (
        f"| a guide's largest paint ≤ {_PAINT_MS} ms, no blocking, no shift"
        f" | {paint} ms ({spread}), {blocked} ms, {shift} | {'yes' if met else 'no'} |"
    )
    yield from (line for line in _lines("search.md") if line.startswith(_PHONE_GOALS))
    yield ""


_PHONE_GOALS: Final = ("| search ready ≤", "| ready ≤", "| next page")


def _lines(document: str) -> list[str]:
    return (DOCS / document).read_text("utf-8").splitlines()


def _foot() -> Iterator[str]:
    yield _FOOT
    yield ""
    yield from _METHOD.strip().splitlines()


_METHOD: Final = """
- The corpora are the committed matters, varied to any number (`benchmarks/corpus.py`): every
  sentence of a copy differs, ids and numbers stay valid, `site-builder check` passes.
- A build is the command line from start to end, from the page cache of the system, to the disk
  that the system's temporary folder is on. From nothing: no site, no cache of ours; what there was
  is set aside and not deleted, because ext4 is slow for minutes after deleting many files.
- The anchors get our pages (`benchmarks/source_pages.py`) as front matter and Markdown, with lists,
  figures, structured data and Traditional script already made; they build no search index,
  no open data and no offline copy. Hugo and Eleventy use our page shell, so their pages have our
  bytes. Their versions are locked in `benchmarks/tools/`.
- Zensical and MkDocs are measured up to 1,000 matters, Eleventy and Hugo up to 10,000; beyond,
  they take minutes a run. Except for Zensical they keep nothing: after an edit they start anew.
- Memory is the highest sum over a build's processes of PSS, looked at every 50 ms in a run of its
  own.
- A run counts only if `benchmarks/gate.py` finds the same words on the pages, the figures right
  and (up to 1,000 matters) every link whole.
- Word and PDF are measured for themselves; the other builds make none.
"""
