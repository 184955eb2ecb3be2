"""How fast the API is, beside what it could be: `python -m benchmarks.api`.

Everything on one disk and one machine, the generator included, in one go. Every acknowledged
submission must be in the database exactly once afterwards, or the run is void.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.api_load import Result, closed_loop, open_loop
from tests import postgres

CONNECTIONS = (1, 16, 64, 256)
FORM_API = str(Path(sys.executable).with_name("form-api"))
NAMES = {
    "sqlite": "本产品 · SQLite",
    "postgresql": "本产品 · PostgreSQL",
    "nothing": "同样的处理，不存储",
    "fastapi-equal": "FastAPI + SQLAlchemy + SQLite（同样耐久）",
    "fastapi-default": "FastAPI + SQLAlchemy + SQLite（默认设置）",
}


def main() -> None:
    """Measure, check, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--soak-minutes", type=float, default=0.0)
    parser.add_argument("servers", nargs="*", default=list(NAMES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-api-", dir=Path.cwd()) as folder:
        path = Path(folder)
        _print_machine()
        floors(path)
        with contextlib.ExitStack() as stack:
            cluster = None
            if "postgresql" in options.servers and postgres.binaries():
                cluster = stack.enter_context(postgres.cluster())
            rates = measure(path, cluster, options)
        ratios(rates)


def floors(folder: Path) -> None:
    """Print what the disk and SQLite alone can do."""
    print("| 底线 | 每秒 |\n|---|---|")
    print(f"| 写 4 KiB 并 fdatasync | {_syncs(folder):,.0f} 次 |")
    for batch in (1, 64, 256):
        print(f"| SQLite 每 {batch} 行提交一次（WAL，FULL） | {_rows(folder, batch):,.0f} 行 |")
    print()


def measure(
    folder: Path, cluster: postgres.Cluster | None, options: argparse.Namespace
) -> dict[tuple[str, int], float]:
    """Run every server at every number of connections, interleaved over the runs."""
    rates: dict[tuple[str, int], list[float]] = {}
    tails: dict[tuple[str, int], list[float]] = {}
    errors: dict[str, int] = {}
    half: dict[str, Result] = {}
    memory: dict[str, float] = {}
    for run in range(options.runs):
        for name in options.servers:
            database = _database(folder, name, cluster, run)
            if database is None:
                continue
            with serving(name, database, folder) as (port, process):
                acknowledged: list[str] = []
                for connections in CONNECTIONS:
                    result = asyncio.run(
                        closed_loop("127.0.0.1", port, connections, options.seconds)
                    )
                    rates.setdefault((name, connections), []).append(result.rate)
                    tails.setdefault((name, connections), []).append(result.percentile(0.99))
                    errors[name] = errors.get(name, 0) + _failed(result)
                    acknowledged += result.acknowledged
                capacity = rates[name, 64][-1]
                half[name] = asyncio.run(
                    open_loop("127.0.0.1", port, capacity / 2, options.seconds)
                )
                acknowledged += half[name].acknowledged
                if options.soak_minutes and name == "sqlite" and run == 0:
                    acknowledged += soak(port, process, capacity / 2, options.soak_minutes)
                memory[name] = _memory(process)
            _gate(name, database, acknowledged)
    medians = {key: statistics.median(values) for key, values in rates.items()}
    _print_table(options, medians, tails, errors, half, memory)
    return medians


def soak(port: int, process: subprocess.Popen[bytes], rate: float, minutes: float) -> list[str]:
    """Hold half load for long, and show that memory stays where it is."""
    acknowledged: list[str] = []
    print("| 分钟 | 内存 MiB |\n|---|---|")
    for minute in range(int(minutes)):
        result = asyncio.run(open_loop("127.0.0.1", port, rate, 60))
        acknowledged += result.acknowledged
        print(f"| {minute + 1} | {_memory(process):.0f} |", flush=True)
    print()
    return acknowledged


def ratios(rates: dict[tuple[str, int], float]) -> None:
    """Print the goals beside what was reached."""
    print("| 比值（64 个连接） | 目标 | 实测 |\n|---|---|---|")
    for goal, other in ((3.0, "fastapi-equal"), (0.6, "nothing")):
        if ("sqlite", 64) in rates and (other, 64) in rates:
            ratio = rates["sqlite", 64] / rates[other, 64]
            print(f"| 本产品 · SQLite ÷ {NAMES[other]} | ≥ {goal} | {ratio:.2f} |")
    print()


@contextlib.contextmanager
def serving(
    name: str, database: str, folder: Path
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run a server for as long as the block lasts."""
    port = postgres.free_port()
    if name in ("sqlite", "postgresql"):
        command = [FORM_API, "serve", "--port", str(port), "--database", database]
    else:
        command = [sys.executable, "-m", "benchmarks.api_servers", name, database, str(port)]
    environment = os.environ | {
        "FORM_API_BOT_CHECKS": "off",
        "FORM_API_KEY_FILE": str(folder / f"{name}-{port}.key"),
        "FORM_API_LOG_LEVEL": "warning",
    }
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def _database(folder: Path, name: str, cluster: postgres.Cluster | None, run: int) -> str | None:
    if name == "postgresql":
        return cluster.fresh() if cluster else None
    file = folder / f"{name}-{run}.db"
    return f"sqlite:///{file}" if name == "sqlite" else str(file)


def _gate(name: str, database: str, acknowledged: list[str]) -> None:
    """Void the run unless every acknowledged submission is there exactly once."""
    if name == "nothing":
        return
    if name == "postgresql":
        with psycopg.connect(database) as connection:
            stored = {row[0] for row in connection.execute("SELECT id FROM submission").fetchall()}
    else:
        with sqlite3.connect(database.removeprefix("sqlite:///")) as connection_:
            stored = {row[0] for row in connection_.execute("SELECT id FROM submission")}
    lost = set(acknowledged) - stored
    if lost or len(set(acknowledged)) != len(acknowledged):
        raise SystemExit(f"{name}: {len(lost)} acknowledged submissions are missing: void")


def _failed(result: Result) -> int:
    return sum(count for status, count in result.statuses.items() if not 200 <= status < 300)


def _syncs(folder: Path) -> float:
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    block, count, started = b"x" * 4096, 0, time.perf_counter()
    while time.perf_counter() - started < 2:
        os.write(descriptor, block)
        os.fdatasync(descriptor)
        count += 1
    os.close(descriptor)
    return count / (time.perf_counter() - started)


def _rows(folder: Path, batch: int) -> float:
    connection = sqlite3.connect(folder / f"raw-{batch}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE submission (id TEXT PRIMARY KEY, number TEXT UNIQUE, person BLOB,"
        " sealed BLOB, head BLOB)"
    )
    connection.execute("CREATE INDEX person ON submission (person)")
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < 2:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(batch):
            row = (os.urandom(16).hex(), os.urandom(8).hex(), os.urandom(16), bytes(900), bytes(32))
            connection.execute("INSERT INTO submission VALUES (?, ?, ?, ?, ?)", row)
            count += 1
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return count / seconds


def _memory(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _print_machine() -> None:
    print(
        f"{os.cpu_count()} 核，{platform.system()} {platform.release()}，"
        f"Python {platform.python_version()}，SQLite {sqlite3.sqlite_version}；"
        f"压测程序在同一台机器上。\n"
    )


def _print_table(
    options: argparse.Namespace,
    rates: dict[tuple[str, int], float],
    tails: dict[tuple[str, int], list[float]],
    errors: dict[str, int],
    half: dict[str, Result],
    memory: dict[str, float],
) -> None:
    heads = " | ".join(f"{n} 连接 每秒 / p99 ms" for n in CONNECTIONS)
    print(f"| 服务 | {heads} | 半载 p50 / p99 ms | 出错 | 内存 MiB |")
    print("|---" * (len(CONNECTIONS) + 4) + "|")
    for name in options.servers:
        if (name, 64) not in rates:
            continue
        cells: list[Any] = [
            f"{rates[name, n]:,.0f} / {statistics.median(tails[name, n]):.1f}" for n in CONNECTIONS
        ]
        cells.append(f"{half[name].percentile(0.5):.1f} / {half[name].percentile(0.99):.1f}")
        print(f"| {NAMES[name]} | {' | '.join(cells)} | {errors[name]} | {memory[name]:.0f} |")
    print()


if __name__ == "__main__":
    main()
