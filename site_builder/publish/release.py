"""How a site comes up: built beside the old one, tested, then switched to in one step."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from site_builder.errors import ContentError
from site_builder.pipeline import Result, build
from site_builder.publish import git, records
from site_builder.publish.place import MAIN, Place, Say, Settings
from site_builder.publish.records import READY, Release
from site_builder.verify import verify

_UNFINISHED: Final = ".new"
_BEIJING: Final = dt.timezone(dt.timedelta(hours=8))


def prepare(place: Place, commit: str, say: Say, day: dt.date | None = None) -> Release:
    """Build and test the site of a commit; raises with everything that is wrong with it.

    Nobody sees the result before `publish`. Called while a push may still be refused.
    """
    with place.turn(say):
        return _prepare(place, commit, day or today(), say)


def publish(place: Place, say: Say, day: dt.date | None = None) -> Release | None:
    """Bring up what should be up; return the new release, or None when nothing has changed.

    Safe to call at any time: by a push, by the timer that lets 生效/失效 dates take effect, or
    after a crash. Until the last step the old site stays up.
    """
    day = day or today()
    with place.turn(say):
        commit = records.wanted(place)
        release = _ready(place, commit, day) or _prepare(place, commit, day, say)
        up = records.current(place)
        if up and up.commit == commit and not release.changed:
            _put_away(place)
            return None
        release = _accept(place, release)
        records.switch(place, release)
        if commit == git.head(place.repository, MAIN):
            place.held.unlink(missing_ok=True)
        records.forget_old(place, place.settings().keep)
    return release


def today() -> dt.date:
    """Return the day it is where the site is read, whatever the server's clock is set to."""
    return dt.datetime.now(_BEIJING).date()


def _ready(place: Place, commit: str, day: dt.date) -> Release | None:
    """Return the release that was prepared when the push was checked, if it still fits."""
    record = place.releases / f"{READY}.json"
    release = records.read(record) if record.exists() else None
    fits = release and (release.commit, release.day) == (commit, day.isoformat())
    return release if fits else None


def _prepare(place: Place, commit: str, day: dt.date, say: Say) -> Release:
    """Build into a new folder that shares what has not changed, and test it."""
    settings = place.settings()
    _put_away(place)
    records.clear(place)
    content = git.checkout(place.repository, commit, place.work)
    up = records.current(place)
    old = place.releases / up.name if up else None
    folder = place.releases / _UNFINISHED
    if up and old:
        records.share(old, folder)
        # No page of the new site asks for carried files; what is left is as it was built.
        for name in up.carried:
            (folder / name).unlink(missing_ok=True)
    result = _build(place, content, folder, settings, day, say)
    problems = verify(folder, content, old)
    if problems:
        raise ContentError(problems)
    carried = records.carry(place, up, folder) if up else ()
    folder.rename(place.releases / READY)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    counts = (result.matters, result.pages, result.written)
    release = Release(READY, commit, day.isoformat(), now, *counts, carried)
    records.write(place.releases / f"{READY}.json", release)
    return release


def _put_away(place: Place) -> None:
    """Remove a prepared release that nobody will see."""
    (place.releases / f"{READY}.json").unlink(missing_ok=True)
    shutil.rmtree(place.releases / READY, ignore_errors=True)


def _build(
    place: Place, content: Path, folder: Path, settings: Settings, day: dt.date, say: Say
) -> Result:
    return build(
        content,
        folder,
        Path(settings.config),
        today=day,
        with_downloads=settings.downloads,
        cache=place.cache,
        say=say,
    )


def _accept(place: Place, release: Release) -> Release:
    """Give a prepared release its name and its record, and bring it onto the disk.

    Without that a power failure could leave a link to pages that were never written.
    """
    os.sync()
    name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}-{release.commit[:8]}"
    (place.releases / f"{READY}.json").unlink()
    (place.releases / READY).rename(place.releases / name)
    accepted = replace(release, name=name)
    records.write(place.releases / f"{name}.json", accepted)
    return accepted
