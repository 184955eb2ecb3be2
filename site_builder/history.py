"""What changed, told to the public from git history: by meaning, not by lines.

食品经营许可（新办）：承诺办结时限由 10 个工作日改为 5 个工作日；不再需要“健康证明”
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from site_builder.errors import Finding
from site_builder.gitenv import environment
from site_builder.load import parse_front_matter, read_data
from site_builder.schema import MATTER, PACKAGE
from site_builder.whole import write_whole

LIMIT: Final = 200
"""Commits looked at: what is older is history, not news."""

_FORMAT: Final = "%x1e%H%x1f%aI"
_BEIJING: Final = dt.timezone(dt.timedelta(hours=8))
_ELEMENTS: Final = {"matters": MATTER, "packages": PACKAGE}
_NAMES: Final = {"matters": "事项名称", "packages": "套餐名称"}
_ONE: Final = {"matters": "事项", "packages": "套餐"}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one matter or package in one commit; `sentences` is empty for mere wording."""

    commit: str
    at: dt.datetime
    family: str
    """matters or packages."""
    id: str
    name: str
    kind: str
    """new, withdrawn, moved, renamed, changed or wording."""
    sentences: tuple[str, ...]

    @property
    def day(self) -> str:
        """The day it was published."""
        return self.at.astimezone(_BEIJING).date().isoformat()

    @property
    def url(self) -> str:
        """The address of the page it is about."""
        return f"{self.family}/{self.id}/"


def head(content: Path) -> str:
    """Return the commit the content folder is at, or nothing where there is no git."""
    try:
        return _git(content, "rev-parse", "HEAD", "--show-prefix")
    except (subprocess.CalledProcessError, FileNotFoundError):
        return ""


def kept_changes(content: Path, cache: Path) -> tuple[Change, ...]:
    """Return the changes from `cache`; while no commit was made, git is not asked again."""
    at = head(content)
    if not at:
        return ()
    path = cache / f"changes-{hashlib.blake2b(at.encode(), digest_size=8).hexdigest()}.json"
    if path.exists():
        return tuple(_from_json(value) for value in json.loads(path.read_text("utf-8")))
    found = changes(content)
    cache.mkdir(parents=True, exist_ok=True)
    for old in cache.glob("changes-*.json"):
        old.unlink(missing_ok=True)
    values = [{**asdict(change), "at": change.at.isoformat()} for change in found]
    write_whole(path, json.dumps(values, ensure_ascii=False))
    return found


def _from_json(value: dict[str, Any]) -> Change:
    at, sentences = dt.datetime.fromisoformat(value["at"]), tuple(value["sentences"])
    return Change(**{**value, "at": at, "sentences": sentences})


def changes(content: Path) -> tuple[Change, ...]:
    """Return what changed in the matters and packages of a content folder, newest first.

    The commit that first brought the content is no change. Without git there is no history, and
    the page says so.
    """
    try:
        prefix = _git(content, "rev-parse", "--show-prefix").strip()
        log = _git(
            content,
            "log",
            "--first-parent",
            f"--max-count={LIMIT}",
            "-M60%",
            "--name-status",
            "--relative",
            f"--format={_FORMAT}",
            "--",
            *_ELEMENTS,
        )
    except (subprocess.CalledProcessError, FileNotFoundError):
        return ()
    moves = list(_moves(log))
    if moves and not _has_parent(content, moves[-1].commit, prefix):
        moves = [m for m in moves if m.commit != moves[-1].commit]
    texts = _texts(content, [name for move in moves for name in move.objects(prefix)])
    names = _Names(content)
    found = (_change(move, prefix, texts, names) for move in moves)
    return tuple(_followed(moves, found))


def _followed(moves: Iterable[_Move], found: Iterable[Change | None]) -> Iterator[Change]:
    """Give changes from before a file got another name to the page it has become."""
    now: dict[str, str] = {}
    for move, change in zip(moves, found, strict=True):
        before, after = (Path(path).stem for path in (move.paths[0], move.paths[-1]))
        if change:
            yield replace(change, id=now.get(after, after))
        if move.status == "A":
            now.pop(after, None)
        elif before != after:
            now[before] = now.get(after, after)


class _Names:
    """What themes and matters are called now, instead of their ids."""

    def __init__(self, content: Path) -> None:
        self._content = content
        document = read_data(content / "data" / "themes.yml", content)
        values = [] if isinstance(document, Finding) else document.values
        themes = [v for v in values if isinstance(v, dict) and len(v) > 1]
        self._themes = {str(v["编码"]): str(v["名称"]) for v in themes}

    def theme(self, id_: str) -> str:
        """Return the name of a theme."""
        return self._themes.get(id_, id_)

    def matter(self, id_: str) -> str:
        """Return the name of a matter; one that is withdrawn has only its id left."""
        path = next(self._content.glob(f"matters/*/{id_}.md"), None)
        values = _values(path.read_text("utf-8"), f"matters/{id_}.md") if path else None
        return str((values or {}).get(_NAMES["matters"], id_))


@dataclass(frozen=True, slots=True)
class _Move:
    """A file that a commit added (A), deleted (D), modified (M) or renamed (R)."""

    commit: str
    at: dt.datetime
    status: str
    paths: tuple[str, ...]

    def objects(self, prefix: str) -> tuple[str, str]:
        """Name the file before and after, as git names objects."""
        before, after = (
            f"{self.commit}^:{prefix}{self.paths[0]}",
            f"{self.commit}:{prefix}{self.paths[-1]}",
        )
        return before, after


def _moves(log: str) -> Iterator[_Move]:
    for record in log.split("\x1e")[1:]:
        head, _, body = record.partition("\n")
        commit, at = head.split("\x1f")
        for line in body.splitlines():
            status, *paths = line.split("\t")
            if paths and paths[-1].endswith(".md"):
                yield _Move(commit, dt.datetime.fromisoformat(at), status[0], tuple(paths))


def _has_parent(content: Path, commit: str, prefix: str) -> bool:
    """Tell whether there was content before a commit."""
    listing = subprocess.run(
        ["git", "-C", content, "cat-file", "-e", f"{commit}^:{prefix}matters"],
        env=environment(),
        capture_output=True,
        check=False,
    )
    return listing.returncode == 0


def _texts(content: Path, names: list[str]) -> dict[str, str]:
    """Return the texts of git objects by name, read by one process."""
    unique = list(dict.fromkeys(names))
    output = subprocess.run(
        ["git", "-C", content, "cat-file", "--batch"],
        env=environment(),
        input="\n".join(unique).encode() + b"\n",
        capture_output=True,
        check=True,
    ).stdout
    texts, position = {}, 0
    for name in unique:
        end = output.index(b"\n", position)
        fields = output[position:end].split(b" ")
        position = end + 1
        if fields[-1].isdigit() and fields[-2] == b"blob":
            size = int(fields[-1])
            texts[name] = output[position : position + size].decode("utf-8", "replace")
            position += size + 1
    return texts


def _change(move: _Move, prefix: str, texts: dict[str, str], names: _Names) -> Change | None:
    before, after = move.objects(prefix)
    old = None if move.status == "A" else _values(texts.get(before), move.paths[0])
    new = None if move.status == "D" else _values(texts.get(after), move.paths[-1])
    present = new or old
    unreadable = (old is None and move.status != "A") or (new is None and move.status != "D")
    if present is None or unreadable:
        return None
    family, path = move.paths[-1].partition("/")[0], Path(move.paths[-1])
    kind, sentences = _meaning(old, new, move.paths, names)
    name = str(present.get(_NAMES[family], path.stem))
    return Change(move.commit, move.at, family, path.stem, name, kind, tuple(sentences))


def _values(text: str | None, path: str) -> dict[str, Any] | None:
    """Return a matter file's values; None where they cannot be read."""
    document = parse_front_matter(text, path) if text else None
    if document is None or isinstance(document, Finding) or not isinstance(document.values, dict):
        return None
    from site_builder.workbook.merge import tidy  # most builds find no new commit

    return tidy(document.values, _ELEMENTS[path.partition("/")[0]])


def _meaning(
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    paths: tuple[str, ...],
    names: _Names,
) -> tuple[str, list[str]]:
    family, was, now = paths[-1].partition("/")[0], Path(paths[0]), Path(paths[-1])
    if old is None:
        return "new", [f"新增{_ONE[family]}"]
    if new is None:
        return "withdrawn", ["不再办理"]
    from site_builder.meaning import told

    sentences = list(told(old, new, _ELEMENTS[family], names.matter))
    kind = "changed" if sentences else "wording"
    if was.parent != now.parent:
        kind = "moved"
        sentences.append(f"改归“{names.theme(now.parent.name)}”一类")
    elif was != now:
        kind = "moved"
        sentences.append("页面换了地址")
    if old.get(_NAMES[family]) != new.get(_NAMES[family]):
        kind = "renamed"
    return kind, sentences


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", "-C", folder, *arguments],
        env=environment(),
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
