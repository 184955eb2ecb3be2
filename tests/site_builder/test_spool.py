"""What a build puts away comes back as it was, whichever process asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from site_builder import cores
from site_builder.catalogue import examine, load_catalogue
from site_builder.model import Inside
from site_builder.spool import Spool, Spooled

CONTENT = Path(__file__).parents[2] / "content"


def put(spool: Spool[str], numbers: Iterable[int]) -> Iterator[Spooled[str]]:
    for number in numbers:
        yield spool.put("字" * number)


def got(values: Iterable[Spooled[str]]) -> Iterator[str]:
    for value in values:
        yield value.get()


def test_what_several_processes_put_away_any_of_them_gets(tmp_path: Path) -> None:
    """They write into one file and read from it, and none loses or mixes up another's value."""
    numbers = [n * 37 % 1000 for n in range(400)]
    values = cores.share(numbers, partial(put, Spool(tmp_path, str)), little=1)
    assert cores.share(values, got, little=1) == ["字" * number for number in numbers]


def test_nothing_is_left_of_a_spool(tmp_path: Path) -> None:
    """Its file has no name, so not even a build that is killed leaves it behind."""
    Spool(tmp_path / "cache", str).put("字")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_matter_is_the_same_with_its_inside_in_a_spool(tmp_path: Path) -> None:
    """A build that puts the insides of matters away knows as much of them as one that does not."""
    spooled = load_catalogue(CONTENT, Spool(tmp_path, Inside))
    assert spooled.matters == examine(CONTENT)[0].matters
    assert spooled.matters[0].steps
