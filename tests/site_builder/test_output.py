"""The site folder holds exactly the build's files."""

from __future__ import annotations

from pathlib import Path

from site_builder.output import write
from site_builder.render import Output


def test_writing_twice_writes_nothing_the_second_time(tmp_path: Path) -> None:
    """An unchanged file is not touched, so publishing transfers only what changed."""
    outputs = [Output("a/index.html", b"1"), Output("b.txt", b"2")]
    assert write(outputs, tmp_path) == 2
    before = (tmp_path / "b.txt").stat().st_mtime_ns
    assert write(outputs, tmp_path) == 0
    assert (tmp_path / "b.txt").stat().st_mtime_ns == before


def test_a_changed_file_of_the_same_size_is_written(tmp_path: Path) -> None:
    """Contents are compared, not sizes."""
    write([Output("a.txt", b"1")], tmp_path)
    assert write([Output("a.txt", b"2")], tmp_path) == 1
    assert (tmp_path / "a.txt").read_bytes() == b"2"


def test_what_the_build_no_longer_makes_is_removed(tmp_path: Path) -> None:
    """A withdrawn matter is gone from the site, and its empty folder with it."""
    write([Output("a/b/index.html", b"1"), Output("c.txt", b"2")], tmp_path)
    write([Output("c.txt", b"2")], tmp_path)
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")] == ["c.txt"]


def test_a_release_that_shares_files_keeps_its_own(tmp_path: Path) -> None:
    """Writing a new release never changes an older one that is linked to the same file."""
    old, new = tmp_path / "old", tmp_path / "new"
    write([Output("a.txt", b"1")], old)
    new.mkdir()
    (new / "a.txt").hardlink_to(old / "a.txt")
    write([Output("a.txt", b"2")], new)
    assert (old / "a.txt").read_bytes() == b"1"


def test_files_are_no_programs(tmp_path: Path) -> None:
    """A page can be read and not run."""
    write([Output("a/index.html", b"a")], tmp_path)
    assert not (tmp_path / "a/index.html").stat().st_mode & 0o111
