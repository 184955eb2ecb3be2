"""The folder on the server that publishing works in."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from site_builder.errors import SiteError
from site_builder.turns import turn
from site_builder.whole import write_whole

MAIN = "main"

Say = Callable[[str], None]
"""Tells the person who waits, in their terminal or git client."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `publish init` was told. `address` is where the site is read, ending in a slash."""

    config: str
    address: str
    keep: int = 10
    downloads: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of a publishing folder."""

    folder: Path

    @property
    def repository(self) -> Path:
        """The bare repository colleagues push to."""
        return self.folder / "content.git"

    @property
    def work(self) -> Path:
        """The files of the commit that is being looked at."""
        return self.folder / "work"

    @property
    def releases(self) -> Path:
        """One folder a release, its record beside it."""
        return self.folder / "releases"

    @property
    def current(self) -> Path:
        """The link the web server serves."""
        return self.folder / "current"

    @property
    def previews(self) -> Path:
        """One folder a branch."""
        return self.folder / "previews"

    @property
    def cache(self) -> Path:
        """What one release need not make again for the next."""
        return self.folder / "cache"

    @property
    def held(self) -> Path:
        """Names the commit of main that a rollback went back from: only a new push replaces it."""
        return self.folder / "held"

    def settings(self) -> Settings:
        """Read the settings; a folder without them was never prepared."""
        try:
            return Settings(**json.loads((self.folder / "publish.json").read_text("utf-8")))
        except FileNotFoundError:
            raise SiteError(
                f"{self.folder} 还不能发布；先运行 site-builder publish init {self.folder}"
            ) from None

    def save(self, settings: Settings) -> None:
        """Write the settings."""
        write_json(self.folder / "publish.json", asdict(settings))

    def turn(self, say: Say = lambda _: None) -> AbstractContextManager[None]:
        """Wait for one's turn: of two pushes at once the second builds after the first."""
        return turn(self.folder / "lock", lambda: say("前面还有一次发布没有做完，请稍等……"))


def write_json(path: Path, value: Any) -> None:
    """Write a record, safe from a crash at any moment."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")
