"""Share work between the machine's cores: forked processes that see all this one has in memory.

A share's result comes back pickled, through a file without a name, so it should be small. Without
a fork (Windows), with other threads running (`serve`), or for little work, everything is done here.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import accumulate, chain, pairwise
from multiprocessing.process import BaseProcess as Process
from typing import IO, Any, Final, TypeVar
from weakref import finalize

Item = TypeVar("Item")
Result = TypeVar("Result")

LITTLE: Final = 64
"""Up to so many items, a process costs more than it saves."""


def share(
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Iterable[Result]],
    little: int = LITTLE,
    firsts: Iterable[int] = (),
) -> list[Result]:
    """Return the result of `work` for each item, in their order; `work` maps them one for one.

    Whoever is free takes the next few items, this process like the others. `firsts` says how many
    of the first ones, and then of the next, belong together: they take long or have much in common.
    An error anywhere is raised here.
    """
    count = _cores() if len(items) > little else 1
    if count == 1:
        return list(work(items))
    portions = [items[a:b] for a, b in pairwise(_bounds(len(items), firsts, count))]
    turns = _turns(len(portions))
    some = partial(_some, work, portions, turns)
    others = [aside(some) for _ in range(1, count)]
    try:
        done = some()
        for other in others:
            done |= other()
    finally:
        os.close(turns)
    lost = [i for i in range(len(portions)) if i not in done]
    done |= {i: list(work(portions[i])) for i in lost}
    return list(chain.from_iterable(done[i] for i in range(len(portions))))


def aside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin `work` in a process of its own, and return what waits for its result.

    Where nothing can be forked, or the process fails, it is done here when it is asked for: an
    error is raised where somebody hears it. It is ended when this process ends.
    """
    if _cores() == 1:
        return work
    gc.freeze()  # what is there stays, and its memory stays shared
    file = tempfile.TemporaryFile()  # noqa: SIM115
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_leave, args=(work, file), daemon=True)
    process.start()
    finalize(process, file.close)  # also when nobody asks
    return partial(_left, process, file, work)


@contextmanager
def uncollected() -> Iterator[None]:
    """Do work that makes no cycles, as reading records and rendering do, without looking for them.

    Among a hundred thousand records that looking takes as long as half the reading.
    """
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()


_PART: Final = 4
"""A portion is a quarter of a process's even share of what is left."""
_NUMBER: Final = 4
"""Bytes of a portion's number; a pipe hands them out whole, however many processes read."""


def _bounds(end: int, firsts: Iterable[int], count: int) -> list[int]:
    """Return where portions begin and end: after the `firsts` large ones, and then ever smaller
    ones, so that all processes are done at the same time.
    """
    bounds = [0, *accumulate(filter(None, firsts))]
    while (rest := end - bounds[-1]) > 0:
        bounds.append(bounds[-1] + max(1, rest // (_PART * count)))
    return bounds


def _turns(count: int) -> int:
    """Return a pipe from which each process takes the number of its next portion."""
    turns, end = os.pipe()
    with open(end, "wb") as stream:  # noqa: PTH123
        stream.write(b"".join(i.to_bytes(_NUMBER, "big") for i in range(count)))
    return turns


def _some(
    work: Callable[..., Any], portions: Sequence[Sequence[Any]], turns: int
) -> dict[int, list[Any]]:
    """Do portions for as long as there are any, and return the results by their numbers."""
    done = {}
    while number := os.read(turns, _NUMBER):
        portion = int.from_bytes(number, "big")
        done[portion] = list(work(portions[portion]))
    return done


def _cores() -> int:
    alone = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    return len(os.sched_getaffinity(0)) if alone else 1


def _leave(work: Callable[[], Any], file: IO[bytes]) -> None:
    """Leave the result in a file: in a pipe it would wait in memory until somebody reads it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # clean up, when it is ended early
    try:
        pickle.dump(work(), file)
        file.flush()
    except Exception:
        sys.exit(1)  # the work is done again where somebody hears of the error


def _left(process: Process, file: IO[bytes], work: Callable[[], Any]) -> Any:
    process.join()
    if process.exitcode:
        return work()
    file.seek(0)
    return pickle.load(file)
