"""Stage 6: write the site folder. Only what differs is written, what is gone is removed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from site_builder.render import Output


def write(outputs: Iterable[Output], out: Path) -> int:
    """Write outputs below `out`, remove files of an earlier build, return how many were written.

    Paths are handled as text here: at 20,000 pages `pathlib` alone would cost a second.
    """
    root = f"{out}{os.sep}"
    written = 0
    kept: set[str] = set()
    folders: set[str] = set()
    for item in outputs:
        kept.add(item.path)
        folder = item.path.rpartition("/")[0]
        if folder not in folders:
            os.makedirs(root + folder, exist_ok=True)  # noqa: PTH103
            folders.add(folder)
        if _differs(root + item.path, item.data):
            _write(root + item.path, item.data)
            written += 1
    _remove_others(out, kept)
    return written


def _differs(path: str, data: bytes) -> bool:
    """Tell whether a file must be written; one that differs is unlinked first.

    A release shares its unchanged files with the release before it through hard links, and
    writing into one would change both.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            if file.read() == data:
                return False
    except FileNotFoundError:
        return True
    os.unlink(path)  # noqa: PTH108
    return True


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)


def _remove_others(out: Path, kept: set[str]) -> None:
    """Remove what no page of this build is: a withdrawn matter must not stay readable."""
    for folder, _, files in os.walk(out, topdown=False):
        place = Path(folder)
        prefix = "" if place == out else place.relative_to(out).as_posix() + "/"
        for name in files:
            if prefix + name not in kept:
                (place / name).unlink()
        if place != out and not any(place.iterdir()):
            place.rmdir()
