"""Half load for a long time, with backups and look-ups beside it: `python -m benchmarks.soak 30`.

Prints memory, journal and latency minute by minute. Ends with an error when an acknowledged
submission is not there once, an answer was wrong, or memory did not settle: after the first third
it may grow by a tenth at most.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.api import gate
from benchmarks.api_load import Result, closed_loop, open_loop
from benchmarks.api_servers import FORM_API, Running, serving

GROWTH = 1.10


def main() -> None:
    """Soak for so many minutes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=int, nargs="?", default=30)
    parser.add_argument("--rate", type=float, help="submissions a second; half of what it can do")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-", dir=Path.cwd()) as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'form.db'}"
        with serving("sqlite", database, folder) as server:
            total = Result()
            _add(total, closed_loop(server.port, 64, 5))
            rate = options.rate or total.rate / 2
            print(f"{rate:,.0f} submissions a second for {options.minutes} minutes")
            print("| minute | MiB | journal MiB | database MiB | p50 ms | p99 ms |")
            print("| --- " * 6 + "|")
            memory = [_minute(n, server, folder, rate, total) for n in range(options.minutes)]
        gate("sqlite", database, total.acknowledged)
        print(f"\n{len(total.acknowledged):,} acknowledged, each there once; {total.failed} failed")
        _judge(memory, total)


def _minute(number: int, server: Running, folder: Path, rate: float, total: Result) -> float:
    started = time.monotonic()
    backup = folder / f"{number}.backup"
    with subprocess.Popen(
        [FORM_API, "backup", "--database", f"sqlite:///{folder / 'form.db'}", str(backup)],
        env=os.environ | {"FORM_API_KEY_FILE": str(next(folder.glob("*.key")))},
        stdout=subprocess.DEVNULL,
    ) as process:
        result = open_loop(server.port, rate, 60)
    if process.returncode:
        raise SystemExit("the backup failed")
    backup.unlink()
    _add(total, result)
    sizes = [(folder / name).stat().st_size / 2**20 for name in ("form.db-wal", "form.db")]
    cells = [server.memory(), *sizes, result.percentile(0.5), result.percentile(0.99)]
    print(f"| {number + 1} | {' | '.join(f'{cell:,.1f}' for cell in cells)} |", flush=True)
    time.sleep(max(0.0, 60 - (time.monotonic() - started)))
    return cells[0]


def _add(total: Result, more: Result) -> None:
    total.acknowledged += more.acknowledged
    total.statuses += more.statuses
    total.seconds += more.seconds


def _judge(memory: list[float], total: Result) -> None:
    settled = max(1, len(memory) // 3)
    grown = statistics.median(memory[-settled:]) / statistics.median(memory[:settled])
    print(f"memory of the last third ÷ first third: {grown:.2f} (at most {GROWTH})")
    if grown > GROWTH or total.failed:
        raise SystemExit("memory grows, or something failed")


if __name__ == "__main__":
    main()
