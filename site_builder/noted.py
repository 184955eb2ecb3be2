"""What a build notes for the next one of the same folder: how all it read and wrote looked.

A file is the same while its time, size and number are, as make and git have it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import marshal
import os
import pickle
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from site_builder.history import Change
from site_builder.load import contents
from site_builder.model import Catalogue, Source

FORMAT: Final = 4
_JUST_NOW: Final = 50_000_000
"""A file this young (ns) may be written again without its times telling; it counts as changed."""
_CODE: Final = Path(__file__).parent

NEWS: Final = "changes/"
"""The page of all changes, told to everybody."""

Stamp = tuple[int, ...]
"""A file's time, size and number. For what is read also when its entry changed; hard links, which
releases share their files by, change that, too.
"""
YOUNG: Final[Stamp] = (0,)
"""The stamp of a file that was written just now; it does not say that the file is the same."""
Read = tuple[Stamp, bytes]
"""A file's stamp, and a digest of what it holds."""


class Shelf:
    """Keeps what a build leaves for the next one, in files. It decides nothing: without it, or when
    somebody else wrote it, everything is built.
    """

    alone = False
    """Whether this process is the only one that writes the site."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> Any:
        """Return plain values; None when there are none."""
        try:
            return marshal.loads(self._path(name).read_bytes())
        except (OSError, ValueError, EOFError, TypeError):
            return None

    def put(self, name: str, value: Any) -> None:
        """Keep plain values."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._path(f"{name}.{os.getpid()}")
        unfinished.write_bytes(marshal.dumps(value))
        unfinished.replace(self._path(name))

    def forget(self) -> None:
        """Forget an earlier build: whatever happens now, it no longer describes the folder."""
        self._path("note").unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name


class Memory(Shelf):
    """Keeps it in this process, which builds again and again into a folder of its own (`serve`)."""

    alone = True

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """Return what was kept; None when there is nothing."""
        return self._kept.get(name)

    def put(self, name: str, value: Any) -> None:
        """Keep a value."""
        self._kept[name] = value

    def forget(self) -> None:
        """Forget an earlier build."""
        self._kept.pop("note", None)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build is made from, apart from the matter files."""

    content: Path
    config: Path
    templates: Path
    out: Path
    cache: Path
    """Where builds leave what later ones need not make again; decides nothing."""
    today: dt.date
    options: tuple[str, ...]

    @property
    def shelf(self) -> Shelf:
        """Where a build of this folder leaves its note."""
        name = hashlib.blake2b(str(self.out.resolve()).encode(), digest_size=8).hexdigest()
        return Shelf(self.cache / "notes" / name)

    def files(self) -> list[str]:
        """Return the configuration, the code, the templates and all content but matters."""
        code = [name for name in _files(_CODE) if name.endswith(".py")]
        return [str(self.config), *code, *_files(self.templates), *other_files(self.content)]

    def digest(self, read: Mapping[str, Read]) -> str:
        """Return a digest of all of it: settings, libraries, and the files, which were read."""
        words = (FORMAT, str(self.out.resolve()), str(self.today), *self.options)
        files = [(name, digest) for name, (_, digest) in read.items()]
        told = repr((words, _libraries(), files))
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Before:
    """How the inputs looked before a build began to read them."""

    digest: str
    files: dict[str, Read]
    stamps: dict[str, Stamp]
    """Of matter files."""
    news: dict[str, bytes]
    """By page: a digest of the changes it tells."""

    @classmethod
    def of(cls, inputs: Inputs, changes: Iterable[Change], note: Note | None) -> Before:
        """Look at the inputs; `changes` are what git's history says."""
        files = _read(inputs.files(), note.files if note else {})
        return cls(inputs.digest(files), files, matter_stamps(inputs.content), _news(changes))


@dataclass(frozen=True, slots=True)
class Note:
    """What a full build read and wrote, as plain values."""

    digest: str
    files: dict[str, Read]
    stamps: dict[str, Stamp]
    news: dict[str, bytes]
    faces: dict[str, bytes]
    """By matter file: a digest of what other pages show of the matter."""
    outputs: dict[str, Stamp]
    figures: dict[str, float]
    pages: int

    @classmethod
    def on(cls, shelf: Shelf) -> Note | None:
        """Return the last build's note."""
        values = shelf.get("note")
        return cls(**values) if isinstance(values, dict) and "files" in values else None

    @classmethod
    def of(
        cls,
        out: Path,
        paths: Iterable[str],
        before: Before,
        everything: Catalogue,
        figures: dict[str, float],
        pages: int,
    ) -> Note:
        """Return what a full build of `everything` read and wrote."""
        faces = {m.source.file: m.face for m in everything.matters}
        outputs = {path: _stamp(os.stat(f"{out}/{path}")) for path in paths}  # noqa: PTH116
        seen = (before.digest, before.files, before.stamps, before.news)
        return cls(*seen, faces, outputs, figures, pages)

    def after(
        self, before: Before, out: Path, written: Iterable[str], removed: Iterable[str]
    ) -> Note:
        """Return the note after an edit."""
        outputs = self.outputs | {path: _stamp((out / path).stat()) for path in written}
        for path in removed:
            del outputs[path]
        seen = {"files": before.files, "stamps": before.stamps, "news": before.news}
        return replace(self, outputs=outputs, **seen)  # type: ignore[arg-type]

    def put(self, shelf: Shelf) -> None:
        """Keep it for the next build."""
        shelf.put("note", {name: getattr(self, name) for name in self.__slots__})


def put_rest(shelf: Shelf, catalogue: Catalogue) -> None:
    """Keep a catalogue without its matters: it stays the same while only they are edited."""
    rest = replace(
        catalogue,
        matters=(),
        packages=tuple(replace(p, source=Source(p.source.file)) for p in catalogue.packages),
        sources={name: Source(source.file) for name, source in catalogue.sources.items()},
        replies=tuple(replace(r, source=Source(r.source.file)) for r in catalogue.replies),
    )
    shelf.put("rest", pickle.dumps(rest))


def get_rest(shelf: Shelf) -> Catalogue | None:
    """Return the last full build's catalogue without its matters; nothing in it has lines."""
    rest = shelf.get("rest")
    catalogue: Catalogue | None = pickle.loads(rest) if rest else None
    return catalogue


def untouched(out: Path, outputs: Mapping[str, Stamp]) -> bool:
    """Tell whether a site is as its last build left it."""
    root = f"{out}{os.sep}"
    try:
        return all(
            _stamp(os.stat(root + path)) == stamp  # noqa: PTH116
            for path, stamp in outputs.items()
        )
    except OSError:
        return False


def matter_stamps(content: Path) -> dict[str, Stamp]:
    """Return the stamp of every matter file."""
    young = time.time_ns() - _JUST_NOW
    return {
        f"matters/{file}": _read_stamp(stat, young)
        for file, stat in _below(str(content / "matters"))
    }


def other_files(content: Path) -> list[str]:
    """Return all files of the content but matters, sorted."""
    parts = [part for part in content.iterdir() if part.name != "matters" and part.name[0] != "."]
    inside = [name for part in parts for name in _files(part)]
    return sorted([*inside, *(str(part) for part in parts if part.is_file())])


def _read(names: Iterable[str], known: Mapping[str, Read]) -> dict[str, Read]:
    """Return the stamp and the digest of files; what has the stamp we know has our digest, too."""
    young = time.time_ns() - _JUST_NOW
    read = {}
    for name in names:
        stamp = _read_stamp(os.stat(name), young)  # noqa: PTH116
        old = known.get(name)
        same = old is not None and old[0] == stamp != YOUNG
        read[name] = old if old and same else (stamp, hashlib.blake2b(contents(name)).digest())
    return read


def _libraries() -> list[str]:
    """Return the versions of all libraries, as the names of their folders have them."""
    places = filter(os.path.isdir, sys.path)
    names = (name for place in places for name in os.listdir(place))  # noqa: PTH208
    return sorted(name for name in names if name.endswith(".dist-info"))


def _news(changes: Iterable[Change]) -> dict[str, bytes]:
    """Return a digest of what each page tells of the changes."""
    told: dict[str, list[Any]] = {NEWS: []}
    for change in changes:
        if change.sentences:
            told[NEWS].append(change)
        told.setdefault(change.url, []).append((change.day, change.sentences))
    return {url: hashlib.blake2b(repr(some).encode()).digest() for url, some in told.items()}


def _below(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every file below a folder; hidden ones are nobody's content."""
    waiting = [(folder, "")]
    for place, inside in waiting:
        for entry in os.scandir(place):
            if entry.is_dir():
                waiting.append((entry.path, f"{inside}{entry.name}/"))
            elif not entry.name.startswith("."):
                yield inside + entry.name, entry.stat()


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _read_stamp(stat: os.stat_result, young: int) -> Stamp:
    if stat.st_mtime_ns >= young:
        return YOUNG
    return stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_ctime_ns


def _files(folder: Path) -> list[str]:
    return sorted(
        os.path.join(place, name)  # noqa: PTH118
        for place, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    )
