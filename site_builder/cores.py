"""Share work between the machine's cores: forked processes that see all this one has in memory.

A share's result comes back pickled, so it should be small. Without a fork (Windows), with other
threads running (`serve`), or for little work, everything is done right here.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.process import BaseProcess as Process
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LITTLE: Final = 64
"""Up to so many items, a process costs more than it saves."""


def share(
    items: Sequence[Item],
    work: Callable[[Iterable[Item]], Iterable[Result]],
    little: int = LITTLE,
) -> list[Result]:
    """Return the result of `work` for each item, in their order; `work` maps them one for one.

    Items are dealt out in turns. The first share is done in this process, and an error in any
    share is raised here.
    """
    count = _cores() if len(items) > little else 1
    if count > 1:
        gc.freeze()  # what is there stays, and its memory stays shared
    processes = [_start(work, items[i::count]) for i in range(1, count)]
    results: list[Any] = [None] * len(items)
    results[0::count] = work(items[0::count])
    for i, (process, end) in enumerate(processes, 1):
        results[i::count] = _received(process, end)
    return results


def _cores() -> int:
    alone = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    return len(os.sched_getaffinity(0)) if alone else 1


def _start(work: Callable[..., Any], part: Sequence[Any]) -> tuple[Process, Any]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, part, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _work(work: Callable[..., Any], part: Sequence[Any], end: Any) -> None:
    try:
        end.send((True, list(work(part))))
    except Exception:
        end.send((False, traceback.format_exc()))


def _received(process: Process, end: Any) -> Any:
    try:
        sound, result = end.recv()
    except EOFError:
        sound, result = False, "a process of the build ended early"
    process.join()
    if not sound:
        raise RuntimeError(result)
    return result
