"""What happens at a push. Whatever is printed here appears in the colleague's git client."""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from site_builder.catalogue import examine
from site_builder.errors import Severity, SiteError
from site_builder.publish import git, release
from site_builder.publish.place import MAIN, Place, Settings

_GONE = "0" * 40


@dataclass(frozen=True, slots=True)
class Update:
    """One line git gives its hooks: a ref moves from one commit to another."""

    old: str
    new: str
    ref: str

    @property
    def branch(self) -> str:
        """The branch's name."""
        return self.ref.removeprefix("refs/heads/")

    @property
    def deletes(self) -> bool:
        """Whether the branch is deleted."""
        return self.new == _GONE


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
    git.git(place.repository, "config", "receive.denyNonFastForwards", "true")
    place.save(settings)
    for hook in ("pre-receive", "post-receive"):
        path = place.repository / "hooks" / hook
        path.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -m site_builder publish {hook} "{place.folder}"\n'
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return place


def check_push(place: Place, pushed: list[Update]) -> None:
    """Refuse a push to main whose content has errors; raises SiteError with all of them."""
    for update in pushed:
        if update.branch != MAIN:
            continue
        if update.deletes:
            raise SiteError("不能删除 main：它就是网站")
        with tempfile.TemporaryDirectory() as folder:
            content = git.extract(place.repository, update.new, Path(folder))
            _, findings = examine(content)
        errors = [f for f in findings if f.severity is Severity.ERROR]
        if errors:
            lines = "\n".join(map(str, errors))
            raise SiteError(
                f"没有收下这次推送：有 {len(errors)} 处错误，网站没有变。\n{lines}\n"
                "改好后提交，再推送一次。"
            )


def publish_push(place: Place, pushed: list[Update], say: release.Say) -> None:
    """Bring up what was pushed: main as a release, another branch as a preview."""
    git.leave_hook()
    for update in pushed:
        if update.branch == MAIN:
            release.publish(place, say)
        elif not update.deletes:
            release.preview(place, update.branch, update.new, say)
