"""How fast the API is, beside what it could be: `python -m benchmarks.api [--quick]`.

One go, one disk, one machine; the servers on one core, the load generator on another. Every
server is measured in every round, in changing order, and a ratio compares the two figures of the
same round: what the machine does besides hits both. A round in which an acknowledged submission
is not in the database exactly once afterwards ends the run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sqlite3
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks import api_floors
from benchmarks.api_load import SERVER_CORE, Result, closed_loop, on_core, open_loop
from benchmarks.api_servers import NAMES, serving
from tests import postgres

CONNECTIONS = (1, 16, 64, 256)
REPORT = Path(__file__).parents[1] / "docs" / "api-performance.md"
MORE_CONNECTIONS = [n for n in CONNECTIONS if n >= 64]


@dataclass
class Figures:
    """What was measured, one entry a round."""

    floors: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    tails: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    half: dict[str, list[Result]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Measure, check, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds, only printed")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each measurement")
    parser.add_argument("servers", nargs="*", default=list(NAMES), help=", ".join(NAMES))
    options = parser.parse_args()
    rounds = options.rounds or (2 if options.quick else 5)
    seconds = options.seconds or (1.0 if options.quick else 2.0)
    figures = Figures()
    with (
        tempfile.TemporaryDirectory(prefix="bench-api-", dir=Path.cwd()) as name,
        _cluster(Path(name), "postgresql" in options.servers) as fresh,
    ):
        for number in range(rounds):
            with on_core(SERVER_CORE):
                measure_floors(Path(name), seconds, figures)
            for server in options.servers[:: -1 if number % 2 else 1]:
                if server != "postgresql" or fresh:
                    measure(server, Path(name), fresh, seconds, figures)
    report = "\n".join(_report(figures, rounds, seconds))
    print(report)
    if not options.quick and list(options.servers) == list(NAMES):
        REPORT.write_text(report, encoding="utf-8")


def measure_floors(folder: Path, seconds: float, figures: Figures) -> None:
    """Measure what the disk and SQLite alone can do."""
    figures.floors.setdefault("sync", []).append(api_floors.syncs(folder, seconds))
    for batch in api_floors.BATCHES:
        rate = api_floors.rows(folder, batch, seconds)
        figures.floors.setdefault(f"rows-{batch}", []).append(rate)


def measure(
    name: str, folder: Path, fresh: Callable[[], str] | None, seconds: float, figures: Figures
) -> None:
    """Measure one server: at capacity for every number of connections, then at half load."""
    acknowledged: list[str] = []
    database = _database(folder, name, fresh)

    def note(result: Result) -> Result:
        acknowledged.extend(result.acknowledged)
        figures.failed[name] += result.failed
        return result

    with serving(name, database, folder) as server:
        note(closed_loop(server.port, 16, 0.5))  # warm
        for connections in CONNECTIONS:
            used = server.cpu_seconds()
            result = note(closed_loop(server.port, connections, seconds))
            figures.rates.setdefault((name, connections), []).append(result.rate)
            figures.tails.setdefault((name, connections), []).append(result.percentile(0.99))
        cost = (server.cpu_seconds() - used) / max(1, len(result.acknowledged)) * 1e6
        figures.cpu.setdefault(name, []).append(cost)
        capacity = figures.rates[name, 64][-1]
        figures.half.setdefault(name, []).append(
            note(open_loop(server.port, capacity / 2, 2 * seconds))
        )
        figures.memory[name] = server.memory()
    gate(name, database, acknowledged)


def gate(name: str, database: str, acknowledged: list[str]) -> None:
    """Void everything unless each acknowledged submission is there exactly once."""
    if name == "nothing":
        return
    wanted = "SELECT id FROM submission"
    if name == "postgresql":
        with psycopg.connect(database) as server:
            stored = Counter(row[0] for row in server.execute(wanted).fetchall())
    else:
        with contextlib.closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as file:
            stored = Counter(row[0] for row in file.execute(wanted))
    wrong = [key for key, times in Counter(acknowledged).items() if (times, stored[key]) != (1, 1)]
    if wrong:
        raise SystemExit(f"{name}: {len(wrong)} acknowledged submissions are not there once: void")


@contextlib.contextmanager
def _cluster(folder: Path, wanted: bool) -> Iterator[Callable[[], str] | None]:
    if not (wanted and postgres.binaries()):
        yield None
        return
    folder.chmod(0o711)  # the database server runs as a user of its own
    with on_core(SERVER_CORE), postgres.cluster(folder) as cluster:
        yield cluster.fresh


def _database(folder: Path, name: str, fresh: Callable[[], str] | None) -> str:
    if name == "postgresql":
        assert fresh
        return fresh()
    file = folder / f"{name}-{len(list(folder.iterdir()))}.db"
    return f"sqlite:///{file}" if name == "sqlite" else str(file)


def _report(figures: Figures, rounds: int, seconds: float) -> Iterator[str]:
    """Write the figures down, with what they were measured on."""
    yield from ("# How fast the form API is", "")
    yield (
        "Made by `python -m benchmarks.api` (part of `make bench`; `--quick` only prints).\n"
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; servers and "
        "PostgreSQL on\none core, the load generator on another. Each figure: the median of "
        f"{rounds} rounds of {seconds:g} s\n(least – most). Every acknowledged submission was "
        "found in its database exactly once afterwards."
    )
    yield from ("", "## Goals", "", "| goal | wanted | measured |", "| --- | --- | --- |")
    yield from _goals(figures)
    yield from ("", "## Floors", "", "| | a second |", "| --- | --- |")
    yield f"| append 4 KiB, fdatasync | {_spread(figures.floors['sync'])} |"
    for batch in api_floors.BATCHES:
        text = "row" if batch == 1 else "rows"
        rates = _spread(figures.floors[f"rows-{batch}"])
        yield f"| raw SQLite, {batch} {text} a commit (WAL, FULL, our tables) | {rates} |"
    yield from ("", "## At capacity: durable submissions a second", "")
    yield f"| server | {' | '.join(f'{n} connections' for n in CONNECTIONS)} | CPU µs each |"
    yield "| --- " * (len(CONNECTIONS) + 2) + "|"
    for name in _measured(figures):
        cells = [_spread(figures.rates[name, n]) for n in CONNECTIONS]
        cost = statistics.median(figures.cpu[name])
        yield f"| {NAMES[name]} | {' | '.join(cells)} | {cost:,.0f} |"
    yield from ("", "## Latency in milliseconds", "")
    heads = " | ".join(f"p99, {n} conn." for n in CONNECTIONS)
    yield f"| server | {heads} | half load p50 | p99 | p99.9 | failed | MiB |"
    yield "| --- " * (len(CONNECTIONS) + 6) + "|"
    for name in _measured(figures):
        tails = [f"{statistics.median(figures.tails[name, n]):.1f}" for n in CONNECTIONS]
        half = [f"{_half(figures, name, share):.1f}" for share in (0.5, 0.99, 0.999)]
        rest = [str(figures.failed[name]), f"{figures.memory[name]:.0f}"]
        yield f"| {NAMES[name]} | {' | '.join([*tails, *half, *rest])} |"
    yield (
        "\nHalf load: submissions fall due at half the rate reached with 64 connections, whatever\n"
        "the server does; the time counts from when they fell due. Failed: all but 200 and 201."
    )
    yield ""


def _goals(figures: Figures) -> Iterator[str]:
    for other, wanted in (("fastapi-equal", 3.0), ("nothing", 0.6), ("postgresql", 0.0)):
        for n in MORE_CONNECTIONS:
            ours, theirs = figures.rates.get(("sqlite", n)), figures.rates.get((other, n))
            if not (ours and theirs):
                continue
            ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
            goal = f"≥ {wanted:g}" if wanted else "–"
            yield f"| ours on SQLite ÷ {NAMES[other]}, {n} conn. | {goal} | {_spread(ratios, 2)} |"
    for name in ("sqlite", "postgresql"):
        if name in figures.half:
            limit = 3000 / statistics.median(figures.floors["sync"]) + 20
            half = f"{_half(figures, name, 0.99):.1f} ms"
            yield f"| p99 at half load, {NAMES[name]} | ≤ 3 syncs + 20 = {limit:.0f} ms | {half} |"
            yield f"| answers other than 201, {NAMES[name]} | 0 | {figures.failed[name]} |"


def _half(figures: Figures, name: str, share: float) -> float:
    return statistics.median(result.percentile(share) for result in figures.half[name])


def _measured(figures: Figures) -> list[str]:
    return [name for name in NAMES if name in figures.half]


def _spread(values: list[float], digits: int = 0) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} – {high:,.{digits}f})"


if __name__ == "__main__":
    main()
