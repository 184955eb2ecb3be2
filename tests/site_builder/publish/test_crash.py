"""kill -9 at each step of a release: the old site stays up whole, the next run completes it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from site_builder.publish.place import Place
from site_builder.publish.records import current, releases
from site_builder.publish.release import publish

from .conftest import ROOT, Colleague, days_shown

STEPS = (
    "git.checkout",
    "records.share",
    "build",
    "verify",
    "records.carry",
    "records.write",
    "_accept",
    "records.switch",
    "records.forget_old",
)
"""What `release` calls on the way, in order."""

RUN = """
import os, signal, sys
from pathlib import Path
from site_builder.publish import git, records, release
from site_builder.publish.place import Place

step, when, folder = sys.argv[1:]
owner, _, name = step.rpartition(".")
owner = {"": release, "git": git, "records": records}[owner]
real = getattr(owner, name)

def killed(*args, **kwargs):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, killed)
release.publish(Place(Path(folder)), print)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_leaves_the_old_site_up(
    when: str, place: Place, colleague: Colleague
) -> None:
    """Whatever step dies, people read the old site or the new one, and the next run brings it."""
    colleague.push()
    for hook in ("pre-receive", "post-receive"):
        (place.repository / "hooks" / hook).unlink()
    for number, step in enumerate(STEPS):
        old, new = days_shown(place.current), 6 + number
        colleague.days(new)
        colleague.push()
        run = subprocess.run(
            [sys.executable, "-c", RUN, step, when, place.folder],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert run.returncode == -signal.SIGKILL, (step, run.stderr.decode())
        assert days_shown(place.current) in (old, new), step
        publish(place, print)
        assert days_shown(place.current) == new, step
        left = {p.name for p in place.releases.iterdir() if p.is_dir()}
        assert left == {release.name for release in releases(place)}, step
        assert current(place) in releases(place)
