"""Stage 6: write the site folder. Only what differs is written, what is gone is removed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from site_builder.load import contents
from site_builder.render import Output

Edition = Callable[[Iterable[Output]], Iterator[Output]]
"""Makes another edition of the site: from its files its own (editions.py)."""

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


def write(outputs: Iterable[Output], out: Path) -> int:
    """Write outputs below `out`, remove files of an earlier build, return how many were written."""
    paths, old = set[str](), present(out)
    written = write_some(noted(outputs, paths), out)
    remove(old - paths, out)
    return written


def noted(outputs: Iterable[Output], paths: set[str]) -> Iterator[Output]:
    """Yield outputs and note where they go."""
    for item in outputs:
        paths.add(item.path)
        yield item


def write_some(outputs: Iterable[Output], out: Path) -> int:
    """Write outputs below `out` and return how many had to be.

    Paths are handled as text here: at 20,000 pages `pathlib` alone would cost a second.
    """
    root = f"{out}{os.sep}"
    return sum(_write(root + item.path, item.data) for item in outputs)


def _write(path: str, data: bytes) -> bool:
    """Write a file unless it has these bytes; tell whether it had to be.

    One that differs is unlinked first: a release shares its unchanged files with the release
    before it through hard links, and writing into one would change both.
    """
    try:
        file = os.open(path, _NEW, 0o666)
    except FileExistsError:
        if contents(path) == data:
            return False
        os.unlink(path)  # noqa: PTH108
        file = os.open(path, _NEW, 0o666)
    except FileNotFoundError:
        _make_folder(path.rpartition(os.sep)[0])
        file = os.open(path, _NEW, 0o666)
    try:
        while data:  # a write may be cut short, for example by a full disk
            data = data[os.write(file, data) :]
    finally:
        os.close(file)
    return True


def _make_folder(path: str) -> None:
    """Make a folder; mostly the one around it is there."""
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103
    except FileExistsError:
        pass  # another process was faster


def present(out: Path) -> set[str]:
    """Return the files of an earlier build."""
    root = f"{out}{os.sep}"
    return {
        f"{folder}{os.sep}{name}".removeprefix(root).replace(os.sep, "/")
        for folder, _, names in os.walk(out)
        for name in names
    }


def remove(paths: Iterable[str], out: Path) -> None:
    """Remove files of an earlier build, and folders that are empty without them."""
    for path in paths:
        (out / path).unlink(missing_ok=True)
        with suppress(OSError):  # mostly, there is something else in it
            for folder in Path(path).parents:
                (out / folder).rmdir()
