"""Build again after an edit: when only matters changed, and only inside, only what shows that.

A full build notes what it read and wrote. `find_edit` compares: everything but the matter files
byte for byte (they are few), matter files and outputs by their times and sizes, as make and git do,
and what git's history says of each page. The changed guides and their packages are then made again,
by the same functions as in a full build, and so is the page of changes. Whatever else is found
changed (another file, a name, a date, an output) is left to a full build.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import marshal
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from site_builder import catalogue as catalogues
from site_builder.check import RULES
from site_builder.check.rule import Site as Checked
from site_builder.check.rule import Text
from site_builder.errors import Finding, Severity
from site_builder.history import Change
from site_builder.model import Catalogue
from site_builder.output import contents

FORMAT: Final = 3
MOST: Final = 50
"""More changed matters than this are no edit; a full build on every core is faster."""
_JUST_NOW: Final = 50_000_000
"""A file this young (ns) may be written again without its times telling; it counts as changed."""
_LIBRARIES: Final = ("jinja2", "opencc", "mkdocs", "mkdocs-material", "pypinyin", "python-docx")
_CODE: Final = Path(__file__).parent

NEWS: Final = "changes/"
"""The page of all changes, told to everybody."""

Stamp = tuple[int, ...]
"""A file's time, size and number: it is the same file while they are the same. For what is read
also when its entry changed; hard links, which releases share their files by, change that, too.
"""


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

    def digest(self) -> str:
        """Return a digest of all of it: settings, code, templates and every other content file."""
        digest = hashlib.blake2b(digest_size=16)
        words = (self.out.resolve(), self.today, *self.options)
        digest.update(repr((FORMAT, *map(str, words), *map(version, _LIBRARIES))).encode())
        code = [name for name in _files(_CODE) if name.endswith(".py")]
        others = _others(self.content)
        for name in (str(self.config), *code, *_files(self.templates), *others):
            digest.update(name.encode() + b"\0" + hashlib.blake2b(contents(name)).digest())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Before:
    """How the inputs looked before a build began to read them."""

    digest: str
    stamps: dict[str, Stamp]
    news: dict[str, bytes]
    """By page: a digest of the changes it tells."""

    @classmethod
    def of(cls, inputs: Inputs, changes: Iterable[Change]) -> Before:
        """Look at the inputs; `changes` are what git's history says."""
        return cls(inputs.digest(), matter_stamps(inputs.content), _news(changes))


@dataclass(frozen=True, slots=True)
class Note:
    """What a full build read and wrote, as plain values for `marshal`."""

    digest: str
    faces: dict[str, bytes]
    """By matter file: a digest of what other pages show of the matter."""
    stamps: dict[str, Stamp]
    news: dict[str, bytes]
    outputs: dict[str, Stamp]
    figures: dict[str, float]
    pages: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Matters that changed inside, and what else is needed to show them."""

    catalogue: Catalogue
    """With the changed matters, and their packages with all their matters; nothing else."""
    changed: frozenset[str]
    news: bool
    """Whether the page of all changes tells something else now."""
    note: Note
    before: Before

    @property
    def addresses(self) -> set[str]:
        """The addresses of all guides and packages."""
        pages = (path.removesuffix("index.html") for path in self.note.outputs)
        return {page for page in pages if page.startswith(("matters/", "packages/"))}


def find_edit(inputs: Inputs, before: Before) -> Edit | None:
    """Return what was edited since the last build of the same folder; None when that is not all.

    An edit without changed matters and news means that nothing has changed at all.
    """
    note = _read(inputs)
    if note is None or note.digest != before.digest or not _intact(inputs.out, note.outputs):
        return None
    if note.stamps.keys() != before.stamps.keys():
        return None
    told = {url for url, _ in note.news.items() ^ before.news.items()}
    files = [
        file
        for file, stamp in before.stamps.items()
        if note.stamps[file] != stamp or not stamp[0] or f"matters/{_id(file)}/" in told
    ]
    if len(files) > MOST:
        return None
    edit = _edit(inputs, note, before, files, news=NEWS in told)
    return edit if edit and not _wrong(inputs, edit, files) else None


def write_note(inputs: Inputs, note: Note, runs: dict[str, Any]) -> None:
    """Keep what a build read and wrote, and the runs of its offline copy (runs.py)."""
    path = _place(inputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".runs").write_bytes(marshal.dumps(runs))
    unfinished = path.with_suffix(f".{os.getpid()}")
    values = {name: getattr(note, name) for name in Note.__slots__}
    unfinished.write_bytes(marshal.dumps(values))
    unfinished.replace(path)


def read_runs(inputs: Inputs) -> dict[str, Any]:
    """Return the runs of the last build's offline copy."""
    runs: dict[str, Any] = marshal.loads(_place(inputs).with_suffix(".runs").read_bytes())
    return runs


def forget(inputs: Inputs) -> None:
    """Forget an earlier build: whatever happens now, it no longer describes the folder."""
    _place(inputs).unlink(missing_ok=True)


def note_build(
    inputs: Inputs, before: Before, catalogue: Catalogue, figures: dict[str, float], pages: int
) -> Note:
    """Return what a full build of `catalogue` read and wrote."""
    faces = {m.source.file: m.face for m in catalogue.matters}
    outputs = {path: _stamp(stat) for path, stat in _below(str(inputs.out))}
    return Note(before.digest, faces, before.stamps, before.news, outputs, figures, pages)


def matter_stamps(content: Path) -> dict[str, Stamp]:
    """Return the stamp of every matter file; one that was written just now never compares equal."""
    young = time.time_ns() - _JUST_NOW
    return {
        f"matters/{file}": (*_stamp(stat), stat.st_ctime_ns) if stat.st_mtime_ns < young else (0,)
        for file, stat in _below(str(content / "matters"))
    }


def note_edit(edit: Edit, out: Path, written: Iterable[str], removed: Iterable[str]) -> Note:
    """Return the note after an edit."""
    outputs = edit.note.outputs | {path: _stamp((out / path).stat()) for path in written}
    for path in removed:
        del outputs[path]
    return replace(edit.note, stamps=edit.before.stamps, news=edit.before.news, outputs=outputs)


def _news(changes: Iterable[Change]) -> dict[str, bytes]:
    """Return a digest of what each page tells of the changes."""
    told: dict[str, list[Any]] = {NEWS: []}
    for change in changes:
        if change.sentences:
            told[NEWS].append(change)
        told.setdefault(change.url, []).append((change.day, change.sentences))
    return {url: hashlib.blake2b(repr(some).encode()).digest() for url, some in told.items()}


def _edit(
    inputs: Inputs, note: Note, before: Before, files: list[str], *, news: bool
) -> Edit | None:
    changed = frozenset(map(_id, files))
    packages = catalogues.packages_with(inputs.content, changed)
    wanted = changed.union(*(p.possible_matter_ids for p in packages))
    known = [file for file in note.stamps if _id(file) in wanted]
    catalogue, findings = catalogues.read(inputs.content, [inputs.content / f for f in known])
    if any(f.severity is Severity.ERROR for f in findings):
        return None
    if any(note.faces.get(m.source.file) != m.face for m in catalogue.matters):
        return None
    part = replace(catalogue.in_force(inputs.today), packages=packages)
    # The totals are of all matters, which only the full build has seen.
    vars(part)["figures"] = note.figures
    return Edit(part, changed, news, note, before)


def _wrong(inputs: Inputs, edit: Edit, files: list[str]) -> list[Finding]:
    """Return what the rules have against the changed files.

    Rules that are not local see faces only, so they find what they found before: nothing.
    """
    site = Checked(edit.catalogue, inputs.content, inputs.today)
    others = (os.path.relpath(name, inputs.content) for name in _others(inputs.content))
    known = [*edit.note.stamps, *(name.replace(os.sep, "/") for name in others)]
    vars(site).update(
        files=tuple(sorted(known)),
        matter_ids=frozenset(map(_id, edit.note.stamps)),
        texts=tuple(
            Text(f, (inputs.content / f).read_text("utf-8-sig", errors="replace")) for f in files
        ),
    )
    rules = [r for r in RULES.values() if r.severity is Severity.ERROR and r.local]
    changed = set(files)
    return [f for rule in rules for f in rule.findings(site) if f.file in changed]


def _id(file: str) -> str:
    """Return the id of the matter in a file; `pathlib` takes a tenth of a second for 10,000."""
    return file.rpartition("/")[2].removesuffix(".md")


def _others(content: Path) -> list[str]:
    """Return all files of the content but matters, sorted."""
    parts = [part for part in content.iterdir() if part.name != "matters" and part.name[0] != "."]
    inside = [name for part in parts for name in _files(part)]
    return sorted([*inside, *(str(part) for part in parts if part.is_file())])


def _read(inputs: Inputs) -> Note | None:
    try:
        values: dict[str, Any] = marshal.loads(_place(inputs).read_bytes())
        return Note(**values)
    except (OSError, ValueError, EOFError, TypeError):
        return None


def _place(inputs: Inputs) -> Path:
    name = hashlib.blake2b(str(inputs.out.resolve()).encode(), digest_size=8).hexdigest()
    return inputs.cache / "builds" / name


def _intact(out: Path, outputs: dict[str, Stamp]) -> bool:
    root = f"{out}{os.sep}"
    try:
        return all(
            _stamp(os.stat(root + path)) == stamp  # noqa: PTH116
            for path, stamp in outputs.items()
        )
    except OSError:
        return False


def _below(folder: str, inside: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield every file below a folder; hidden ones are nobody's content."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _below(entry.path, f"{inside}{entry.name}/")
        elif not entry.name.startswith("."):
            yield inside + entry.name, entry.stat()


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _files(folder: Path) -> list[str]:
    return sorted(
        os.path.join(place, name)  # noqa: PTH118
        for place, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    )
