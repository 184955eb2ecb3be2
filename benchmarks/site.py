"""How fast the site is made, beside other generators: `python -m benchmarks site [--quick]`.

All in one go on one machine, runs of all tools taken in turns, the output checked (gate.py). Prints
the progress and writes docs/performance.md and its chart. Options name sizes, runs and the folder.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import anchors, gate, meter, site_report
from benchmarks.anchors import ANCHORS, Anchor
from benchmarks.our_site import Project
from benchmarks.source_pages import source_pages

SIZES = {146: 5, 1_000: 3, 10_000: 3, 50_000: 1}
"""Numbers of matters and how often each is measured."""
LINKS_UP_TO = 1_000
"""Following every link of 20,000 pages takes longer than ten builds; there, a sample is read."""


@dataclass
class Results:
    """Everything measured: by tool, number of matters and what was done."""

    costs: dict[tuple[str, int, str], list[meter.Cost]] = field(
        default_factory=lambda: defaultdict(list)
    )
    memory: dict[tuple[str, int], float] = field(default_factory=dict)
    pages: dict[int, int] = field(default_factory=dict)
    page_bytes: dict[int, float] = field(default_factory=dict)
    anchors: bool = True


def main(arguments: list[str]) -> None:
    """Measure, check, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks site", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only 146 and 1,000 matters")
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--runs", type=int, help="how often each is measured")
    parser.add_argument("--ours", action="store_true", help="without the other tools")
    parser.add_argument("--folder", type=Path, help="where to work (its file system counts)")
    parser.add_argument("--no-report", action="store_true", help="do not write docs/")
    options = parser.parse_args(arguments)
    sizes = options.sizes or [size for size in SIZES if size <= 1_000 or not options.quick]
    results = Results(anchors=not options.ours)
    with _folder(options.folder) as folder:
        if results.anchors:
            (folder / "tools").mkdir(exist_ok=True)
            anchors.install(folder / "tools")
        for size in sizes:
            _measure(folder, size, options.runs or SIZES.get(size, 3), results)
            if not options.no_report:  # after each size: the next one may take an hour
                site_report.write(results, _command(options))
    for line in site_report.tables(results):
        print(line)


def _command(options: argparse.Namespace) -> str:
    """Return the command that measures the same again."""
    words = ["python -m benchmarks site"]
    words += ["--quick"] if options.quick else []
    words += ["--sizes", *map(str, options.sizes)] if options.sizes else []
    words += ["--runs", str(options.runs)] if options.runs else []
    words += ["--ours"] if options.ours else []
    return " ".join(words)


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-site-", dir=wanted) as name:
        yield Path(name)


def _measure(folder: Path, size: int, runs: int, results: Results) -> None:
    """Measure every tool at one size, in turns."""
    ours = Project(folder / f"ours-{size}", size)
    ours.build()
    gate.prove_ours(ours.content, ours.out, links=size <= LINKS_UP_TO)
    results.pages[size], results.page_bytes[size] = ours.pages()
    tools = [a for a in ANCHORS if results.anchors and size <= a.largest]
    projects = {anchor.name: _project(folder, anchor, ours) for anchor in tools}
    for run in range(runs):
        _note(results, "ours", size, "cold", ours.cold())
        for anchor in tools:
            if run == 0 or size < anchor.largest or anchor.name == "Hugo":
                cost = _cold(folder, anchor, projects[anchor.name])
                _note(results, anchor.name, size, "cold", cost)
    for anchor in tools:
        gate.prove_anchor(ours.out, projects[anchor.name] / anchors.OUT)
        results.memory[anchor.name, size] = _memory(folder, anchor, projects[anchor.name])
        _say(f"{anchor.name}, {size}: {results.memory[anchor.name, size]:.0f} MiB")
    results.memory["ours", size] = ours.memory()
    _say(f"ours, {size}: {results.memory['ours', size]:.0f} MiB")
    for run in range(max(2, runs)):
        for name, cost in ours.edits(run):
            _note(results, "ours", size, name, cost)
    gate.prove_ours(ours.content, ours.out, links=False)


def _project(folder: Path, anchor: Anchor, ours: Project) -> Path:
    project = folder / f"anchors-{ours.matters}" / anchor.name.split()[0]
    project.mkdir(parents=True)
    anchor.write(project, source_pages(ours.out), ours.shell())
    return project


def _cold(folder: Path, anchor: Anchor, project: Path) -> meter.Cost:
    _clear(anchor, project)
    return meter.timed(anchor.command(folder / "tools"), project)


def _memory(folder: Path, anchor: Anchor, project: Path) -> float:
    _clear(anchor, project)
    return meter.peak_memory(anchor.command(folder / "tools"), project)


def _clear(anchor: Anchor, project: Path) -> None:
    for name in filter(None, (anchors.OUT, anchor.cache)):
        meter.put_aside(project / name)


def _note(results: Results, tool: str, size: int, what: str, cost: meter.Cost) -> None:
    results.costs[tool, size, what].append(cost)
    _say(f"{tool}, {size}, {what}: {cost.wall:.2f} s, processor {cost.cpu:.2f} s")


def _say(words: str) -> None:
    print(words, flush=True)
