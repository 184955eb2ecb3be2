"""Take turns: of two processes that would write the same, the second waits for the first."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def turn(file: Path, wait: Callable[[], object]) -> Iterator[None]:
    """Hold a lock file, which need not exist; `wait` is called when somebody else has it.

    It is given back in so many words: a process that was forked meanwhile has it, too, and may live
    longer. Windows has no such locks.
    """
    if sys.platform == "win32":
        yield
        return
    with file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
