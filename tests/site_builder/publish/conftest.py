"""A server side and a colleague's clone, with the content of a small district: real git pushes.

The first push builds everything, so it is made once; every test starts from a copy of what it left,
at the same place, because caches know files by their place.
"""

from __future__ import annotations

import re
import shutil
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

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def begins(cls, folder: Path, place: Place) -> Colleague:
        """Return a colleague with a new district's content, before their first push."""
        colleague = cls(folder)
        district.start(folder, ROOT / "content", "沂水县", "https://site.test/")
        colleague.write(MATTER, front_matter(matter(结果样本=None, **HALL)))
        colleague.git("init", "--quiet", "--initial-branch=main")
        colleague.git("remote", "add", "origin", str(place.repository))
        colleague.commit("第一次")
        return colleague

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


@pytest.fixture(scope="session")
def first_push(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return where tests work, and what the first push left there."""
    folder = tmp_path_factory.mktemp("publish")
    place = init(folder / "now" / "server", settings())
    pushed = Colleague.begins(folder / "now" / "clone", place).push()
    assert "已上线" in pushed.stderr, pushed.stderr
    (folder / "now").rename(folder / "kept")
    return folder / "now", folder / "kept"


@pytest.fixture
def colleague(first_push: tuple[Path, Path]) -> Colleague:
    """A colleague who has pushed once."""
    now, kept = first_push
    shutil.rmtree(now, ignore_errors=True)
    shutil.copytree(kept, now, symlinks=True)
    return Colleague(now / "clone")


@pytest.fixture
def place(colleague: Colleague) -> Place:
    """The server side that `colleague` pushes to."""
    return Place(colleague.folder.with_name("server"))
