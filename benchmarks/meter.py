"""Run a command and say what it cost: wall and processor time, and memory at its fullest.

Memory is measured in a run of its own, because looking costs time: the sum over the command's
processes of PSS (each page of memory counted once, shared ones in shares), every 50 ms.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall clock and of processor, the latter over all processes."""

    wall: float
    cpu: float


class Failed(Exception):
    """The command ended with an error: nothing about it may be quoted."""


def timed(command: list[str], folder: Path) -> Cost:
    """Run a command in a folder and return what it cost."""
    os.sync()  # what somebody else wrote before is not this command's to wait for
    with (folder / "command.log").open("wb") as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    _refuse_failure(process, folder)
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def peak_memory(command: list[str], folder: Path) -> float:
    """Run a command in a folder and return the MiB it held at its fullest."""
    peak = 0
    with (folder / "command.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        while process.poll() is None:
            peak = max(peak, sum(map(_pss, _tree(process.pid))))
            time.sleep(_INTERVAL)
    _refuse_failure(process, folder)
    return peak / 1024


def put_aside(path: Path) -> None:
    """Take a file or folder out of a tool's sight without deleting it.

    ext4 looks at every inode that was deleted within minutes before it makes a new one: a build
    right after deleting the last one's 50,000 files would be measured twice as slow as it is.
    """
    if path.exists():
        path.rename(path.with_name(f".aside-{time.monotonic_ns()}"))


def median(costs: list[Cost]) -> Cost:
    """Return the medians of several runs."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
    )


def _refuse_failure(process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.returncode:
        said = (folder / "command.log").read_text("utf-8", errors="replace")
        raise Failed(f"{process.args!r}: {said[-2000:]}")


def _tree(root: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [root]
    for process in found:
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{process}/task/{process}/children").read_text()
            found += map(int, children.split())
    return found


def _pss(process: int) -> int:
    """Return a process's share of memory in KiB; 0 when it has just ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
