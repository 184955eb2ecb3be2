"""What the engine rendered is kept, and shared by builds into other folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from site_builder import engine, enginecache
from site_builder.compose import Shell
from site_builder.prose import Rendered


def test_another_build_may_clear_the_cache_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`serve` and a build both remove what the other has just removed, and go on."""

    def gone(folder: Path, pattern: str) -> Iterator[Path]:
        yield folder / pattern.replace("*", "gone")

    shell = Shell(parts=("<html>",), slots=())
    monkeypatch.setattr(engine, "render", lambda *_: Rendered(shell, ()))
    monkeypatch.setattr(Path, "glob", gone)
    places = (tmp_path / "mkdocs.yml", tmp_path / "content", tmp_path / "templates")
    assert enginecache.rendered(*places, tmp_path / "cache").shell == shell
    assert len(list((tmp_path / "cache").iterdir())) == 1
