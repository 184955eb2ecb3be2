"""kill -9 at each step of a release: the old site stays up whole, the next run completes it."""

from __future__ import annotations

import signal
import subprocess
import sys

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
    "records.write again",
    "records.switch",
    "records.forget_old",
    "the end",
)
"""Where a release is killed: before each call that `release` makes on the way, in order."""

RUN = """
import os, signal, sys
from pathlib import Path
from site_builder.publish import git, records, release
from site_builder.publish.place import Place

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

step, folder = sys.argv[1:]
step, _, again = step.partition(" ")
module, _, name = step.rpartition(".")
owner = {"": release, "git": git, "records": records}[module]
if hasattr(owner, name):
    real = getattr(owner, name)
    calls = [real, kill] if again else [kill]
    setattr(owner, name, lambda *args, **kwargs: calls.pop(0)(*args, **kwargs))
release.publish(Place(Path(folder)), print)
kill()
"""


def test_a_crash_at_any_step_leaves_the_old_site_up(place: Place, colleague: Colleague) -> None:
    """Whatever step dies, people read the old site or the new one, and the next run brings it."""
    for hook in ("pre-receive", "post-receive"):
        (place.repository / "hooks" / hook).unlink()
    for number, step in enumerate(STEPS):
        old, new = days_shown(place.current), 6 + number
        colleague.days(new)
        colleague.push()
        run = subprocess.run(
            [sys.executable, "-c", RUN, step, place.folder],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert run.returncode == -signal.SIGKILL, (step, run.stderr.decode())
        done = STEPS.index("records.switch") < number
        assert days_shown(place.current) == (new if done else old), step
        publish(place, print)
        assert days_shown(place.current) == new, step
        left = {p.name for p in place.releases.iterdir() if p.is_dir()}
        assert left == {release.name for release in releases(place)}, step
        assert current(place) in releases(place)
