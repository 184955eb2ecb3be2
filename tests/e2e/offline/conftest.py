"""The site on a plain server, and two releases of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from site_builder.pipeline import build
from tests.e2e.offline.helpers import Server

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    """The site that all tests share: only to read."""
    with Server(site) as server:
        yield server


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, site: Path) -> tuple[Path, Path]:
    """Two releases that differ in the summary of one matter."""
    folder = tmp_path_factory.mktemp("releases")
    content, second = folder / "content", folder / "second"
    shutil.copytree(ROOT / "content", content)
    matter = next(iter(sorted((content / "matters" / "health").glob("*.md"))))
    text = matter.read_text("utf-8")
    matter.write_text(re.sub(r"(?m)^简要说明: .*$", "简要说明: 第二版的说明。", text), "utf-8")
    build(content, second, ROOT / "mkdocs.yml")
    return site, second


@pytest.fixture
def release(releases: tuple[Path, Path], tmp_path: Path) -> Iterator[Server]:
    """A server of the first release; `publish` brings the second."""
    current = tmp_path / "current"
    current.symlink_to(releases[0])
    with Server(current) as server:
        yield server
