"""Turns: one process at a time, and none that waits for nobody."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from site_builder.turns import turn


def test_a_turn_ends_though_a_forked_process_lives_on(tmp_path: Path) -> None:
    """What a build began aside has all its files, the lock's too, and may end after the build."""
    context = multiprocessing.get_context("fork")
    ended, waited = context.Event(), []
    with turn(tmp_path / "lock", lambda: waited.append("first")):
        process = context.Process(target=ended.wait)
        process.start()

    def nobody() -> None:
        waited.append("second")
        ended.set()

    with turn(tmp_path / "lock", nobody):
        ended.set()
    process.join()
    assert waited == []
