"""A branch other than main, built at an address of its own for colleagues to look at."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from site_builder.pipeline import build
from site_builder.publish import git
from site_builder.publish.place import Place, Say
from site_builder.publish.records import share
from site_builder.render import Output


def preview(place: Place, branch: str, commit: str, say: Say) -> str:
    """Build a branch and return its address; an earlier preview stays until this one is whole."""
    settings = place.settings()
    name = name_of(branch)
    unfinished = place.previews / ".new"
    with place.turn(say):
        shutil.rmtree(unfinished, ignore_errors=True)
        if (place.previews / name).exists():
            share(place.previews / name, unfinished)
        content = git.checkout(place.repository, commit, place.work)
        build(content, unfinished, Path(settings.config), cache=place.cache, edition=_marked)
        remove(place, branch)
        unfinished.rename(place.previews / name)
    address = f"{settings.address}previews/{name}/"
    say(f"预览（还没有上线，只给同事看）：{address}")
    return address


def remove(place: Place, branch: str) -> None:
    """Remove a branch's preview."""
    shutil.rmtree(place.previews / name_of(branch), ignore_errors=True)


def name_of(branch: str) -> str:
    """Return a branch's place in an address: 小王/试试 and 小王-试试 are not the same."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in branch.lower()).strip("-")
    return (
        f"{plain}-{hashlib.sha256(branch.encode()).hexdigest()[:6]}" if plain != branch else plain
    )


def _marked(outputs: Iterable[Output]) -> Iterator[Output]:
    """Say on every page that it is no more than a preview, and keep search engines away."""
    for item in outputs:
        if item.path.endswith(".html"):
            data = item.data.replace(b"<head>", b"<head>" + _ROBOTS, 1)
            item = Output(item.path, _MAIN.sub(rb"\g<0>" + _NOTE, data, count=1))
        yield item


_MAIN: Final = re.compile(rb"<main[^>]*>")
_ROBOTS: Final = b'<meta name="robots" content="noindex">'
_NOTE: Final = '<p role="note"><strong>这是预览，还没有上线，不作办事依据。</strong></p>'.encode()
