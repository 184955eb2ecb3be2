"""Share work between the machine's cores: forked processes that see all this one has in memory.

A share's result comes back pickled, so it should be small. Without a fork (Windows), with other
threads running (`serve`), or for little work, everything is done right here.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
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
    first: int = 0,
) -> list[Result]:
    """Return the result of `work` for each item, in their order; `work` maps them one for one.

    Whoever is free takes the next few items, this process like the others; the `first` ones are
    taken by one of them, because they have much in common. An error anywhere is raised here.
    """
    count = _cores() if len(items) > little else 1
    if count == 1:
        return list(work(items))
    gc.freeze()  # what is there stays, and its memory stays shared
    step = max(1, len(items) // (_PORTIONS * count))
    starts = [*([0] if first else []), *range(first, len(items), step)]
    portions = [items[a:b] for a, b in pairwise([*starts, len(items)])]
    turns = _turns(len(portions))
    processes = [_start(work, portions, turns) for _ in range(1, count)]
    done = dict(_taken(work, portions, turns))
    for process, end in processes:
        done |= _received(process, end)
    os.close(turns)
    return list(chain.from_iterable(done[i] for i in range(len(portions))))


def aside(work: Callable[[], bool]) -> Callable[[], bool]:
    """Start work on another core, and return what waits for its answer."""
    if _cores() == 1:
        return work
    process = multiprocessing.get_context("fork").Process(
        target=lambda: sys.exit(not work()), daemon=True
    )
    process.start()

    def answer() -> bool:
        process.join()
        return process.exitcode == 0

    return answer


_PORTIONS: Final = 16
"""Portions for each process: enough that none waits long for the last, few enough to hand out."""
_NUMBER: Final = 4
"""Bytes of a portion's number; a pipe hands them out whole, however many processes read."""


def _turns(count: int) -> int:
    """Return a pipe from which each process takes the number of its next portion."""
    turns, end = os.pipe()
    with open(end, "wb") as stream:  # noqa: PTH123
        stream.write(b"".join(i.to_bytes(_NUMBER, "big") for i in range(count)))
    return turns


def _taken(
    work: Callable[..., Any], portions: Sequence[Sequence[Any]], turns: int
) -> Iterator[tuple[int, list[Any]]]:
    while number := os.read(turns, _NUMBER):
        portion = int.from_bytes(number, "big")
        yield portion, list(work(portions[portion]))


def _cores() -> int:
    alone = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    return len(os.sched_getaffinity(0)) if alone else 1


def _start(work: Callable[..., Any], portions: Sequence[Any], turns: int) -> tuple[Process, Any]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, portions, turns, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _work(work: Callable[..., Any], portions: Sequence[Any], turns: int, end: Any) -> None:
    try:
        end.send((True, dict(_taken(work, portions, turns))))
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
