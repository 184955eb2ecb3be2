"""What a build notes for the next one of the same folder: how all it read and wrote looked.

A file is the same while its time, size and number are, as make and git have it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import marshal
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from site_builder import cores
from site_builder.turns import turn

if TYPE_CHECKING:
    from site_builder.history import Change

FORMAT: Final = 6
_JUST_NOW: Final = 50_000_000
"""A file this young (ns) may be written again without its times telling; it counts as changed."""
_CODE: Final = Path(__file__).parent
_FORM_DEFINITIONS: Final = str(_CODE.parent / "form_definitions.py")

MOST: Final = 50
"""More changed matters than this are no edit; a full build on every core is faster."""
CACHE: Final = Path(".cache") / "site-builder"
"""Where a build keeps what it need not make again, unless it is told another place."""
BUILD_RECORD: Final = "data/build.json"
"""Says that a folder is ours to overwrite."""
NEWS: Final = "changes/"
"""The page of all changes, told to everybody."""

Stamp = bytes
"""A file's time, size and number, as one value: a build keeps four for each matter. For what is
read also when its entry changed; hard links, which releases share their files by, change that, too.
"""
YOUNG: Final[Stamp] = b"young"
"""The stamp of a file that was written just now; it does not say that the file is the same."""
GONE: Final[Stamp] = b"gone"
"""The stamp of a file that was removed."""
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
    def notes(self) -> Path:
        """The folder in which a build into `out` leaves its note."""
        name = hashlib.blake2b(str(self.out.resolve()).encode(), digest_size=8).hexdigest()
        return self.cache / "notes" / name

    def turn(self, wait: Callable[[], object]) -> AbstractContextManager[None]:
        """Be the only process that builds into `out`, so that the note tells of all it wrote."""
        self.notes.mkdir(parents=True, exist_ok=True)
        return turn(self.notes / "lock", wait)

    def files(self) -> list[str]:
        """Return the configuration, the code, the templates and all content but matters."""
        return [*self._program(), *other_files(self.content)]

    def digest(self, read: Mapping[str, Read]) -> str:
        """Return a digest of all of it: settings, libraries, and the files, which were read."""
        words = (FORMAT, str(self.out.resolve()), str(self.today), *self.options)
        files = [(name, digest) for name, (_, digest) in read.items()]
        told = repr((words, _libraries(), files))
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()

    def in_common(self, read: Mapping[str, Read]) -> str:
        """Return what shapes every page, as text: settings, libraries, and files but content."""
        files = [(name, read[name][1]) for name in self._program() if name in read]
        return repr((FORMAT, self.options, _libraries(), files))

    def _program(self) -> list[str]:
        code = [name for name in _files(_CODE) if name.endswith(".py")]
        return [str(self.config), _FORM_DEFINITIONS, *code, *_files(self.templates)]


@dataclass(frozen=True, slots=True)
class Note:
    """What a build left, as plain values: how all looked that it read and wrote.

    Only full builds write the times of all files; edits add those of what they changed.
    """

    digest: str
    files: dict[str, Read]
    """All that was read but matters."""
    news: dict[str, bytes]
    """By page: a digest of the changes it tells."""
    figures: dict[str, float]
    pages: int
    stamps: dict[str, Stamp] = field(default_factory=dict)
    """Of matter files that were edited since the last full build."""
    outputs: dict[str, Stamp] = field(default_factory=dict)
    """Of the site's files that were written since; GONE are those that were removed."""

    @classmethod
    def on(cls, shelf: Shelf) -> Note | None:
        """Return the last build's note."""
        values = shelf.get("note")
        return cls(**values) if isinstance(values, dict) and values.keys() == _FIELDS else None

    def put(self, shelf: Shelf) -> None:
        """Keep it for the next build, after everything else: it vouches for the rest."""
        shelf.put("note", {name: getattr(self, name) for name in self.__slots__})

    def after(
        self,
        before: Before,
        news: dict[str, bytes],
        out: Path,
        written: Iterable[str],
        removed: Iterable[str],
    ) -> Note:
        """Return the note after an edit."""
        return replace(
            self,
            files=before.files,
            news=news,
            stamps=self.stamps | before.stamps,
            outputs=self.outputs | stamps_of(out, written) | dict.fromkeys(removed, GONE),
        )


_FIELDS: Final = frozenset(Note.__slots__)


@dataclass(frozen=True, slots=True)
class Before:
    """How the inputs looked before a build began to read them."""

    digest: str
    files: dict[str, Read]
    stamps: dict[str, Stamp]
    """Of matter files; where some were edited and nothing else changed, of these."""
    edited: bool

    @classmethod
    def of(cls, inputs: Inputs, shelf: Shelf, note: Note | None) -> Before:
        """Look at the inputs and compare them with the last build's."""
        files = _read(inputs.files(), note.files if note else {})
        digest, stamps = inputs.digest(files), matter_stamps(inputs.content)
        known = shelf.get("stamps") if note and note.digest == digest else None
        if not (note and known and known.keys() == stamps.keys()):
            return cls(digest, files, stamps, edited=False)
        known = known | note.stamps
        changed = {f: stamp for f, stamp in stamps.items() if known[f] != stamp or stamp == YOUNG}
        return cls(digest, files, changed, edited=True)

    def all_stamps(self, shelf: Shelf, note: Note | None) -> dict[str, Stamp]:
        """Return the stamps of all matter files."""
        if not (note and self.edited):
            return self.stamps
        known: dict[str, Stamp] = shelf.get("stamps")
        return known | note.stamps | self.stamps


class Looks(NamedTuple):
    """The last build's note, and what waits until others have compared everything with it."""

    note: Note | None
    before: Callable[[], Before]
    touched: Callable[[], set[str] | None]
    """Which files of the site are not as the last build left them; None when nobody knows."""


def look(inputs: Inputs, shelf: Shelf) -> Looks:
    """Begin to look at everything, in other processes."""
    note = Note.on(shelf)
    before = cache(cores.aside(partial(Before.of, inputs, shelf, note)))
    if note is None or shelf.alone:
        return Looks(note, before, set if note else lambda: None)
    return Looks(note, before, cache(cores.aside(partial(touched, inputs.out, shelf, note))))


def touched(out: Path, shelf: Shelf, note: Note) -> set[str] | None:
    """Return which files of a site are not as its last build left them; None if nobody knows."""
    root = f"{out}{os.sep}"
    outputs = shelf.get("outputs")

    def same(path: str, stamp: Stamp) -> bool:
        try:
            return _stamp(os.stat(root + path)) == stamp  # noqa: PTH116
        except OSError:
            return False

    if outputs is None:
        return None
    left = (outputs | note.outputs).items()
    return {path for path, stamp in left if stamp != GONE and not same(path, stamp)}


def stamps_of(out: Path, paths: Iterable[str]) -> dict[str, Stamp]:
    """Return the stamps of the site's files."""

    def stamps(some: Iterable[str]) -> Iterator[Stamp]:
        return (_stamp(os.stat(f"{out}/{path}")) for path in some)  # noqa: PTH116

    names = list(paths)
    return dict(zip(names, cores.share(names, stamps, little=10_000), strict=True))


def news(changes: Iterable[Change]) -> dict[str, bytes]:
    """Return a digest of what each page tells of the changes."""
    told: dict[str, list[Any]] = {NEWS: []}
    for change in changes:
        if change.sentences:
            told[NEWS].append(change)
        told.setdefault(change.url, []).append((change.day, change.sentences))
    return {url: hashlib.blake2b(repr(some).encode()).digest() for url, some in told.items()}


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
        read[name] = old if old and same else (stamp, hashlib.blake2b(_contents(name)).digest())
    return read


def _contents(name: str) -> bytes:
    with open(name, "rb") as file:  # noqa: PTH123
        return file.read()


def _libraries() -> list[str]:
    """Return the versions of all libraries, as the names of their folders have them."""
    places = filter(os.path.isdir, sys.path)
    names = (name for place in places for name in os.listdir(place))  # noqa: PTH208
    return sorted(name for name in names if name.endswith(".dist-info"))


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
    return b"%d %d %d" % (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def _read_stamp(stat: os.stat_result, young: int) -> Stamp:
    if stat.st_mtime_ns >= young:
        return YOUNG
    return b"%d %d %d %d" % (stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_ctime_ns)


def _files(folder: Path) -> list[str]:
    return sorted(
        os.path.join(place, name)  # noqa: PTH118
        for place, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    )
