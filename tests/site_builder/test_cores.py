"""Work shared between processes comes back as if one had done it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator

import pytest

from site_builder import cores


def halves(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    for number in numbers:
        yield 100 // number, os.getpid()


@pytest.mark.parametrize("first", [0, 1, 20, 49])
def test_results_come_in_the_order_of_the_items(first: int) -> None:
    """However items are dealt out, the caller gets the first item's result first."""
    numbers = list(range(1, 50))
    results = cores.share(numbers, halves, little=1, first=first)
    assert len({pid for _, pid in results[:first]}) <= 1
    assert [half for half, _ in results] == [100 // n for n in numbers]


@pytest.mark.parametrize("numbers", [[0, 1, 2], [1, 0, 2]])
def test_an_error_in_any_share_is_raised(numbers: list[int]) -> None:
    """No page is silently missing because the process that made it stumbled."""
    with pytest.raises((ZeroDivisionError, RuntimeError), match="division"):
        cores.share(numbers, halves, little=1)


def test_beside_other_threads_nothing_is_forked() -> None:
    """A fork would copy the locks other threads hold; `serve` answers readers in threads."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        pids = {pid for _, pid in cores.share([1, 2, 3, 4], halves, little=1)}
    finally:
        done.set()
        thread.join()
    assert pids == {os.getpid()}
