"""What changed, told to the public from git history: by meaning, not by lines.

食品经营许可（新办）：承诺办结时限由 10 个工作日改为 5 个工作日；不再需要“健康证明”
"""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from site_builder.errors import Finding
from site_builder.load import parse_front_matter
from site_builder.schema import MATTER, Element
from site_builder.workbook.words import differences

LIMIT: Final = 200
"""Commits looked at: what is older is history, not news."""

_WORDING: Final = frozenset(
    {
        "简要说明",
        "别名",
        "填报须知",
        "内容",
        "内容摘要",
        "问题",
        "回答",
        "办理人",
        "情形",
        "常见问题",
        "核对日期",
        "设定依据",
        "办理流程",
        "通用材料",
        "空白表格",
        "示例样表",
        "结果样本",
    }
)
"""Elements whose change alters no duty of the applicant."""

_FORMAT: Final = "%x1e%H%x1f%aI"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one matter in one commit. `sentences` is empty when only words changed."""

    commit: str
    at: dt.datetime
    matter_id: str
    name: str
    kind: str
    """new, withdrawn, moved, renamed, changed or wording."""
    sentences: tuple[str, ...]

    @property
    def day(self) -> str:
        """The day it was published."""
        return self.at.date().isoformat()


def changes(content: Path) -> tuple[Change, ...]:
    """Return what changed in the matters of a content folder, newest first.

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
            "matters",
        )
    except (subprocess.CalledProcessError, FileNotFoundError):
        return ()
    moves = list(_moves(log))
    if moves and not _has_parent(content, moves[-1].commit, prefix):
        moves = [m for m in moves if m.commit != moves[-1].commit]
    texts = _texts(content, [name for move in moves for name in move.objects(prefix)])
    found = (_change(move, prefix, texts) for move in moves)
    return tuple(change for change in found if change)


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
        capture_output=True,
        check=False,
    )
    return listing.returncode == 0


def _texts(content: Path, names: list[str]) -> dict[str, str]:
    """Return the texts of git objects by name, read by one process."""
    unique = list(dict.fromkeys(names))
    output = subprocess.run(
        ["git", "-C", content, "cat-file", "--batch"],
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


def _change(move: _Move, prefix: str, texts: dict[str, str]) -> Change | None:
    before, after = move.objects(prefix)
    old = None if move.status == "A" else _values(texts.get(before), move.paths[0])
    new = None if move.status == "D" else _values(texts.get(after), move.paths[-1])
    present = new or old
    unreadable = (old is None and move.status != "A") or (new is None and move.status != "D")
    if present is None or unreadable:
        return None
    kind, sentences = _meaning(old, new, move.paths)
    matter_id = Path(move.paths[-1]).stem
    name = str(present.get("事项名称", matter_id))
    return Change(move.commit, move.at, matter_id, name, kind, tuple(sentences))


def _values(text: str | None, path: str) -> dict[str, Any] | None:
    """Return a matter file's values; None where they cannot be read."""
    document = parse_front_matter(text, path) if text else None
    if document is None or isinstance(document, Finding) or not isinstance(document.values, dict):
        return None
    return document.values


def _meaning(
    old: dict[str, Any] | None, new: dict[str, Any] | None, paths: tuple[str, ...]
) -> tuple[str, list[str]]:
    if old is None:
        return "new", ["新增事项"]
    if new is None:
        return "withdrawn", ["不再办理"]
    sentences = list(_sentences(old, new))
    if old.get("事项名称") != new.get("事项名称"):
        return "renamed", sentences
    if Path(paths[0]).parent != Path(paths[-1]).parent:
        return "moved", sentences
    return ("changed", sentences) if sentences else ("wording", [])


def _sentences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield what changed for an applicant, in words."""
    for element in MATTER:
        if element.key == "申请材料":
            yield from _materials(old, new, element)
        elif element.key not in _WORDING:
            yield from differences(
                {element.key: old.get(element.key)}, {element.key: new.get(element.key)}, [element]
            )


def _materials(old: dict[str, Any], new: dict[str, Any], element: Element) -> Iterator[str]:
    before = {m["材料名称"]: m for m in old.get(element.key, [])}
    after = {m["材料名称"]: m for m in new.get(element.key, [])}
    yield from (f"不再需要“{name}”" for name in before if name not in after)
    yield from (f"增加材料“{name}”" for name in after if name not in before)
    meaningful = [e for e in element.elements if e.key not in _WORDING]
    for name in before.keys() & after.keys():
        told = "，".join(differences(before[name], after[name], meaningful))
        if told:
            yield f"“{name}”：{told}"


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", "-C", folder, *arguments],
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
