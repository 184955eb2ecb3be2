"""What happens at a push. Whatever is printed here appears in the colleague's git client."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from site_builder.errors import ContentError, SiteError
from site_builder.publish import git, preview, release
from site_builder.publish.place import MAIN, Place, Say, Settings

_NOBODY = "0" * 40
"""What git says for the commit of a branch that is not there."""
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Update:
    """One line git gives its hooks: a ref moves from one commit to another."""

    old: str
    new: str
    ref: str

    @property
    def branch(self) -> str:
        """The branch's name; empty for tags and the like."""
        return self.ref.removeprefix(_HEADS) if self.ref.startswith(_HEADS) else ""

    @property
    def creates(self) -> bool:
        """Whether the branch is new."""
        return self.old == _NOBODY

    @property
    def deletes(self) -> bool:
        """Whether the branch is deleted."""
        return self.new == _NOBODY


def updates(lines: Iterable[str]) -> list[Update]:
    """Parse the hook's standard input."""
    return [Update(*line.split()) for line in lines if line.strip()]


def init(folder: Path, settings: Settings) -> Place:
    """Prepare a server side from nothing; doing it again renews the hooks and keeps the rest."""
    place = Place(folder.resolve())
    place.releases.mkdir(parents=True, exist_ok=True)
    place.previews.mkdir(exist_ok=True)
    if not place.repository.exists():
        subprocess.run(
            ["git", "init", "--quiet", "--bare", f"--initial-branch={MAIN}", place.repository],
            check=True,
        )
    place.save(settings)
    for hook in ("pre-receive", "post-receive"):
        path = place.repository / "hooks" / hook
        path.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -X utf8 -m site_builder publish {hook} '
            f'"{place.folder}"\n'
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return place


def check_push(place: Place, pushed: list[Update], say: Say) -> None:
    """Refuse a push to main that does not become a sound site; raises with all that is wrong."""
    for update in pushed:
        if update.branch != MAIN:
            continue
        if update.deletes:
            raise SiteError("不能删除 main：它就是网站。")
        say("收到，正在检查……")
        try:
            release.prepare(place, update.new, say)
        except ContentError as error:
            raise SiteError(_refusal(error, _prefix(place))) from error
        except SiteError as error:
            raise SiteError(f"没有收下这次推送，网站没有变。\n{error}\n{_AGAIN}") from error
        if not _is_next(place, update):
            raise SiteError("没有收下这次推送：别人先推送过了，您这里还没有。先拉取，再推送。")


def _is_next(place: Place, update: Update) -> bool:
    """Tell whether a push builds on what main is now, and not on what it was a moment ago."""
    if (git.head(place.repository, MAIN) or _NOBODY) != update.old:
        return False
    return update.creates or git.continues(place.repository, update.old, update.new)


def publish_push(place: Place, pushed: list[Update], say: Say) -> None:
    """Bring up what was pushed: main as a release, another branch as a preview."""
    for update in pushed:
        if update.branch == MAIN:
            _publish(place, say)
        elif update.branch and update.deletes:
            preview.remove(place, update.branch)
        elif update.branch:
            _preview(place, update, say)


def _publish(place: Place, say: Say) -> None:
    up = release.publish(place, say)
    if up:
        say(f"已上线：{up.matters} 个事项，{up.pages} 个页面，{up.changed} 个文件有变化。")
        say(f"看一看：{place.settings().address}")
        say(f"版本 {up.name}")
    else:
        say("收下了。网页没有变化。")


def _preview(place: Place, update: Update, say: Say) -> None:
    try:
        preview.preview(place, update.branch, update.new, say)
    except ContentError as error:
        say(f"收下了，还不能预览：有 {len(error.findings)} 处错误。")
        say(_listed(error, _prefix(place)))


_AGAIN = "改好以后提交，再推送一次。"


def _refusal(error: ContentError, prefix: str) -> str:
    count = len(error.findings)
    return f"没有收下这次推送：有 {count} 处错误，网站没有变。\n{_listed(error, prefix)}\n{_AGAIN}"


def _listed(error: ContentError, prefix: str) -> str:
    """List what is wrong, one thing a line: git clients cut long lines."""
    return "\n".join(
        f"\n  {prefix}{f.file}:{f.line}（{f.code}）\n    错在：{f.message}\n    怎么改：{f.advice}"
        for f in error.findings
    )


def _prefix(place: Place) -> str:
    """Return what comes before a file's name in the colleague's own folder."""
    return "" if (place.work / "matters").is_dir() else "content/"
