"""The folder on the server that publishing works in."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from site_builder.errors import SiteError

MAIN = "main"


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
        text = json.dumps(asdict(settings), ensure_ascii=False, indent=2)
        (self.folder / "publish.json").write_text(text + "\n", "utf-8")

    @property
    def cache(self) -> Path:
        """What one release need not make again for the next."""
        return self.folder / "cache"

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn: of two pushes at once the second builds after the first."""
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
