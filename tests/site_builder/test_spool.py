"""What a build puts away comes back as it was, whichever process asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from site_builder import cores
from site_builder.spool import Spool


def put(spool: Spool[str], numbers: Iterable[int]) -> Iterator[int]:
    for number in numbers:
        yield spool.put("字" * number)


def got(spool: Spool[str], places: Iterable[int]) -> Iterator[str]:
    for place in places:
        yield spool.get(place)


def test_what_several_processes_put_away_any_of_them_gets(tmp_path: Path) -> None:
    """They write into one file and read from it, and none loses or mixes up another's value."""
    numbers = [n * 37 % 1000 for n in range(400)]
    spool = Spool(tmp_path, str)
    places = cores.share(numbers, partial(put, spool), little=1)
    assert cores.share(places, partial(got, spool), little=1) == ["字" * n for n in numbers]


def test_nothing_is_left_of_a_spool(tmp_path: Path) -> None:
    """Its file has no name, so not even a build that is killed leaves it behind."""
    Spool(tmp_path / "cache", str).put("字")
    assert list((tmp_path / "cache").iterdir()) == []
