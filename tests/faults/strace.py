"""Looks over a running server's shoulder, and makes its system calls fail (needs strace)."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ATTACH_SECONDS = 20


@contextlib.contextmanager
def attached(pid: int, folder: Path, *options: str) -> Iterator[Path]:
    """Trace all threads of a process for as long as the block lasts; yields the trace's file."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (make setup installs it)")
    trace = folder / "trace"
    tracer = subprocess.Popen(
        ["strace", "-f", "-y", "-p", str(pid), "-o", str(trace), *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait(tracer, pid)
        yield trace
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=ATTACH_SECONDS)


def _wait(tracer: subprocess.Popen[str], pid: int) -> None:
    until = time.monotonic() + ATTACH_SECONDS
    while time.monotonic() < until:
        if tracer.poll() is not None:
            assert tracer.stderr
            pytest.skip(f"this machine does not let strace look: {tracer.stderr.read()}")
        if _all_traced(pid):
            return
        time.sleep(0.02)
    raise AssertionError("strace did not attach")


def _all_traced(pid: int) -> bool:
    """Whether every thread has a tracer, which the kernel itself says."""
    states = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/status")]
    return all("TracerPid:\t0\n" not in state for state in states)


def failing(call: str, error: str, *files: Path, when: str = "1+") -> list[str]:
    """Options that make a call on some files fail, from the n-th time on."""
    paths = [option for file in files for option in ("-P", str(file))]
    return ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}", *paths]
