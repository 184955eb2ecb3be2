"""How a site comes up: built beside the old one, tested, then switched to in one step."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from site_builder.catalogue import load_catalogue
from site_builder.errors import SiteError
from site_builder.pipeline import build
from site_builder.publish import git
from site_builder.publish.place import MAIN, Place, Settings
from site_builder.verify import verify

Say = Callable[[str], None]
_UNFINISHED = ".new-"


@dataclass(frozen=True, slots=True)
class Release:
    """A release and where it came from. `in_force` lists the matters it shows."""

    name: str
    commit: str
    made_at: str
    pages: int
    in_force: tuple[str, ...]


def publish(place: Place, say: Say, today: dt.date | None = None) -> Release | None:
    """Bring the pushed content up; return the new release, or None when nothing has changed.

    Safe to call at any time: by a push, by the timer that lets 生效/失效 dates take effect, or
    after a crash. Until the last step the old site stays up.
    """
    settings = place.settings()
    day = today or dt.datetime.now(dt.UTC).astimezone().date()
    with place.turn():
        _clear_unfinished(place)
        commit = git.head(place.repository, MAIN)
        if commit is None:
            raise SiteError("还没有人推送过内容")
        with _checkout(place, commit) as content:
            in_force = tuple(m.id for m in load_catalogue(content).in_force(day).matters)
            up = current(place)
            if up and (up.commit, up.in_force) == (commit, in_force):
                return None
            folder = _build(place, content, settings, day, say)
        release = _record(place, folder, commit, in_force)
        switch(place, release)
        _forget_old(place, settings.keep)
    say(f"已发布 {release.name}：{len(in_force)} 个事项，{release.pages} 个页面")
    return release


def releases(place: Place) -> list[Release]:
    """Return the kept releases, newest first."""
    records = sorted(place.releases.glob("*.json"), reverse=True)
    return [_read(path) for path in records if path.with_suffix("").is_dir()]


def current(place: Place) -> Release | None:
    """Return the release that is up."""
    if not place.current.is_symlink():
        return None
    name = place.current.readlink().name
    return next((r for r in releases(place) if r.name == name), None)


def rollback(place: Place, name: str | None) -> Release:
    """Go back to a release, by default to the one before the current."""
    with place.turn():
        known = releases(place)
        up = current(place)
        if name is None:
            older = [r for r in known if up and r.name < up.name]
            if not older:
                raise SiteError("没有更早的版本可以退回")
            name = older[0].name
        target = next((r for r in known if r.name == name), None)
        if target is None:
            raise SiteError(f"没有版本 {name}；用 site-builder publish releases 看有哪些")
        switch(place, target)
    return target


def switch(place: Place, release: Release) -> None:
    """Point `current` at a release; readers see the old site or the new one, never neither."""
    link = place.folder / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / release.name)
    os.replace(link, place.current)  # noqa: PTH105
    _sync(place.folder)


def preview(place: Place, branch: str, commit: str, say: Say) -> str:
    """Build a branch at its own address and return that address."""
    settings = place.settings()
    name = "".join(c if c.isalnum() else "-" for c in branch)
    with place.turn(), _checkout(place, commit) as content:
        build(content, place.previews / name, Path(settings.config), cache=place.cache)
    address = f"{settings.address}previews/{name}/"
    say(f"预览：{address}")
    return address


@contextmanager
def _checkout(place: Place, commit: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        yield git.clone(place.repository, commit, Path(folder))


def _build(place: Place, content: Path, settings: Settings, day: dt.date, say: Say) -> Path:
    """Build into a new folder that shares what has not changed, and test it."""
    folder = place.releases / f"{_UNFINISHED}{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}"
    if place.current.exists():
        shutil.copytree(place.current, folder, copy_function=os.link)
    result = build(
        content,
        folder,
        Path(settings.config),
        today=day,
        with_downloads=settings.downloads,
        cache=place.cache,
        say=say,
    )
    say(f"生成了 {result.pages} 个页面，其中 {result.written} 个文件有变化；正在检查链接")
    problems = verify(folder)
    if problems:
        raise SiteError("新版本没有通过检查，旧网站不变：\n" + "\n".join(problems[:20]))
    _keep_assets_of_open_pages(place, folder)
    return folder


def _keep_assets_of_open_pages(place: Place, folder: Path) -> None:
    """Carry the last release's styles and scripts: a page opened before the switch needs them."""
    if not place.current.exists():
        return
    own = json.loads((place.current / "data" / "build.json").read_text("utf-8"))["assets"]
    for name in own:
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to((place.current / name).resolve())


def _record(place: Place, folder: Path, commit: str, in_force: tuple[str, ...]) -> Release:
    now = dt.datetime.now(dt.UTC)
    name = f"{now:%Y%m%dT%H%M%S%f}-{commit[:8]}"
    pages = sum(1 for _ in folder.rglob("*.html"))
    release = Release(name, commit, now.isoformat(timespec="seconds"), pages, in_force)
    os.replace(folder, place.releases / name)  # noqa: PTH105
    record = place.releases / f"{name}.json"
    record.write_text(json.dumps(asdict(release), ensure_ascii=False), "utf-8")
    return release


def _read(path: Path) -> Release:
    value = json.loads(path.read_text("utf-8"))
    return Release(**{**value, "in_force": tuple(value["in_force"])})


def _clear_unfinished(place: Place) -> None:
    """Remove what a crash left behind; nobody has ever seen it."""
    for folder in place.releases.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(folder)
    recorded = {path.with_suffix("").name for path in place.releases.glob("*.json")}
    for folder in place.releases.iterdir():
        if folder.is_dir() and folder.name not in recorded:
            shutil.rmtree(folder)


def _forget_old(place: Place, keep: int) -> None:
    up = current(place)
    for release in releases(place)[keep:]:
        if release != up:
            shutil.rmtree(place.releases / release.name)
            (place.releases / f"{release.name}.json").unlink()


def _sync(folder: Path) -> None:
    """Make the switch survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
