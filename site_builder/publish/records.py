"""Which releases there are, which one is up, and how `current` comes to point at another."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from site_builder.errors import SiteError
from site_builder.publish import git
from site_builder.publish.place import MAIN, Place, write_json
from site_builder.whole import write_whole

_FINGERPRINTED = re.compile(r"[.-][0-9a-f]{8,}\.\w+\Z")
_BEIJING = dt.timezone(dt.timedelta(hours=8))
READY = ".ready"
"""The release that is built and tested, but not accepted yet."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release and where it came from."""

    name: str
    commit: str
    day: str
    """The day whose 生效/失效 dates it follows."""
    made_at: str
    matters: int
    pages: int
    changed: int
    """How many files differ from the release before."""
    carried: tuple[str, ...]
    """Files of earlier releases that only pages opened before the switch still ask for."""

    @property
    def made_here(self) -> str:
        """When it was made, on the clocks of those who read it."""
        made = dt.datetime.fromisoformat(self.made_at).astimezone(_BEIJING)
        return f"{made:%Y-%m-%d %H:%M}"


def releases(place: Place) -> list[Release]:
    """Return the kept releases, newest first."""
    records = sorted(place.releases.glob("[!.]*.json"), reverse=True)
    return [read(path) for path in records if path.with_suffix("").is_dir()]


def read(path: Path) -> Release:
    """Read a release's record."""
    value = json.loads(path.read_text("utf-8"))
    return Release(**{**value, "carried": tuple(value["carried"])})


def write(path: Path, release: Release) -> None:
    """Write a release's record."""
    write_json(path, asdict(release))


def current(place: Place) -> Release | None:
    """Return the release that is up."""
    if not place.current.is_symlink():
        return None
    return read(place.releases / f"{place.current.readlink().name}.json")


def wanted(place: Place) -> str:
    """Return the commit that should be up: what was pushed last, or what a rollback went to."""
    pushed = git.head(place.repository, MAIN)
    if pushed is None:
        raise SiteError("还没有人推送过内容")
    up = current(place)
    held = place.held.read_text("utf-8") if place.held.exists() else ""
    return up.commit if up and held == pushed else pushed


def rollback(place: Place, name: str | None) -> Release:
    """Go back to a release, by default to the one before the current; it stays until a push."""
    with place.turn():
        known, up = releases(place), current(place)
        if name is None:
            older = [r for r in known if up and r.name < up.name]
            if not older:
                raise SiteError("没有更早的版本可以退回")
            name = older[0].name
        target = next((r for r in known if r.name == name), None)
        if target is None:
            raise SiteError(f"没有版本 {name}；用 site-builder releases 看有哪些")
        if up and up != target:
            kept = carry(place, up, place.releases / target.name)
            target = replace(target, carried=tuple({*target.carried, *kept}))
            write(place.releases / f"{target.name}.json", target)
        write_whole(place.held, git.head(place.repository, MAIN) or "")
        switch(place, target)
    return target


def status(place: Place) -> Iterator[str]:
    """Yield lines that say what is up and what is not yet."""
    address = place.settings().address
    up, pushed = current(place), git.head(place.repository, MAIN)
    if up is None:
        yield "还没有发布过。"
    else:
        yield f"网站 {address}：版本 {up.name}，{up.matters} 个事项，{up.pages} 个页面"
    if up and place.held.exists() and place.held.read_text("utf-8") == pushed:
        yield "这是退回来的版本；下次推送以后换成新的。"
    elif pushed and (up is None or up.commit != pushed):
        yield f"有推送还没有上线（{pushed[:8]}）：运行 site-builder publish run"
    for folder in sorted(place.previews.glob("[!.]*")):
        yield f"预览 {address}previews/{folder.name}/"


def carry(place: Place, up: Release, goal: Path) -> tuple[str, ...]:
    """Carry a release's fingerprinted files into another: pages opened before the switch need them.

    What that release only carried itself is left behind.
    """
    folder = place.releases / up.name
    names = (name for name in _files(folder) if _FINGERPRINTED.search(name))
    known = set(up.carried)
    gone = sorted(name for name in names if name not in known and not (goal / name).exists())
    for name in gone:
        (goal / name).parent.mkdir(parents=True, exist_ok=True)
        (goal / name).hardlink_to(folder / name)
    return tuple(gone)


def switch(place: Place, release: Release) -> None:
    """Point `current` at a release; readers see the old site or the new one, never neither."""
    link = place.folder / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / release.name)
    os.replace(link, place.current)  # noqa: PTH105
    _sync(place.folder)


def clear(place: Place) -> None:
    """Remove what a crash left behind; nobody has ever seen it."""
    recorded = {release.name for release in releases(place)} | {READY}
    for path in _folders(place.releases):
        if path.name not in recorded:
            shutil.rmtree(path)


def forget_old(place: Place, keep: int) -> None:
    """Remove all but so many releases, never the one that is up."""
    up = current(place)
    for release in releases(place)[keep:]:
        if release != up:
            (place.releases / f"{release.name}.json").unlink()
            shutil.rmtree(place.releases / release.name)


def _files(folder: Path) -> Iterator[str]:
    """Yield the names of all files, as text: there may be a hundred thousand."""
    root = f"{folder}{os.sep}"
    for inside, _, names in os.walk(folder):
        for name in names:
            yield f"{inside}{os.sep}{name}".removeprefix(root)


def share(folder: Path, goal: Path) -> None:
    """Make a folder that shares every file with another; `cp` is ten times as fast as Python."""
    subprocess.run(["cp", "--archive", "--link", "--", folder, goal], check=True)


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_dir())


def _sync(folder: Path) -> None:
    """Make the switch survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
