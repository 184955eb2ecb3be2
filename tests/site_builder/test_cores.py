"""Work shared between processes comes back as if one had done it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from itertools import islice

import pytest

from site_builder import cores


def halves(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    for number in numbers:
        yield 100 // number, os.getpid()


@pytest.mark.parametrize("firsts", [[], [0], [1], [20], [49], [1, 20], [1, 48], [0, 3, 7]])
def test_results_come_in_the_order_of_the_items(firsts: list[int]) -> None:
    """However items are dealt out, the caller gets the first item's result first, and those that
    belong together are done by one process.
    """
    numbers = list(range(1, 50))
    results = cores.share(numbers, halves, little=1, firsts=firsts)
    rest = iter(results)
    assert all(len({pid for _, pid in islice(rest, first)}) <= 1 for first in firsts)
    assert [half for half, _ in results] == [100 // n for n in numbers]


@pytest.mark.parametrize("numbers", [[0, 1, 2], [1, 0, 2]])
def test_an_error_in_any_share_is_raised(numbers: list[int]) -> None:
    """No page is silently missing because the process that made it stumbled."""
    with pytest.raises((ZeroDivisionError, RuntimeError), match="division"):
        cores.share(numbers, halves, little=1)


def test_what_a_lost_process_had_taken_is_done_here() -> None:
    """A process that the system ends takes no page of the site with it."""
    here = os.getpid()

    def work(numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            if os.getpid() != here:
                os._exit(1)
            yield number

    assert cores.share(list(range(100)), work, little=1) == list(range(100))


def test_work_aside_is_done_in_another_process() -> None:
    """It goes on beside what is done here, and its result is there when it is asked for."""
    assert cores.aside(os.getpid)() != os.getpid()


def test_an_error_aside_is_raised_where_the_result_is_asked_for() -> None:
    """The colleague reads the words of the error itself, findings and all."""
    result = cores.aside(lambda: next(iter(halves([0]))))
    with pytest.raises(ZeroDivisionError):
        result()


def test_beside_other_threads_nothing_is_forked() -> None:
    """A fork would copy the locks other threads hold; `serve` answers readers in threads."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        pids = {pid for _, pid in cores.share([1, 2, 3, 4], halves, little=1)}
        pids.add(cores.aside(os.getpid)())
    finally:
        done.set()
        thread.join()
    assert pids == {os.getpid()}
