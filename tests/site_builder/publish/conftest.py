"""A server side and a colleague's clone, with the content of a small district: real git pushes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from site_builder import district
from site_builder.publish.place import Place, Settings
from site_builder.publish.receive import init
from tests.factories import front_matter, matter, write

ROOT = Path(__file__).parents[3]
MATTER = "content/matters/daily-life/elder-card.md"
PAGE = "matters/elder-card/index.html"
IDENTITY = ("-c", "user.name=小王", "-c", "user.email=wang@example.invalid")
HALL = {"实施主体": "区行政审批服务局", "进驻分区": "综合服务"}


def settings(keep: int = 10) -> Settings:
    return Settings(str(ROOT / "mkdocs.yml"), "http://site.test/", keep, downloads=False)


class Colleague:
    """A colleague's clone of the content, and what their git client shows."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder = folder
        district.start(folder, ROOT / "content", "沂水县", "https://site.test/")
        self.write(MATTER, front_matter(matter(结果样本=None, **HALL)))
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(place.repository))
        self.commit("第一次")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *IDENTITY, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def write(self, name: str, text: str) -> None:
        write(self.folder / name, text)

    def edit(self, old: str, new: str, name: str = MATTER) -> None:
        path = self.folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def days(self, days: int) -> None:
        """Promise another number of days, and commit."""
        path = self.folder / MATTER
        lines = path.read_text("utf-8").splitlines(keepends=True)
        told = [f"承诺办结时限: '{days}'\n" if "承诺办结时限" in line else line for line in lines]
        path.write_text("".join(told), "utf-8")
        self.commit(f"{days} 天")

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        assert self.git("commit", "--quiet", "--message", message).returncode == 0

    def push(self, branch: str = "main", *options: str) -> subprocess.CompletedProcess[str]:
        return self.git("push", *options, "origin", f"HEAD:refs/heads/{branch}")


def days_shown(site: Path) -> int:
    """Return the number of days the site promises: the first a reader comes upon."""
    found = re.search(r"(\d+) 个工作日", (site / PAGE).read_text("utf-8").partition("<main")[2])
    assert found
    return int(found[1])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return init(tmp_path / "server", settings())


@pytest.fixture
def colleague(tmp_path: Path, place: Place) -> Colleague:
    return Colleague(tmp_path / "clone", place)
