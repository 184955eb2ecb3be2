"""Publishing with real git: pushes, refusals, releases, crashes and the way back."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from site_builder.errors import SiteError
from site_builder.publish.place import Place, Settings
from site_builder.publish.receive import init
from site_builder.publish.records import current, releases, rollback
from site_builder.publish.release import publish

ROOT = Path(__file__).parents[3]
MATTER = "matters/food-and-drug/food-business-license-new.md"
PAGE = "matters/food-business-license-new/index.html"


def settings(keep: int = 10) -> Settings:
    return Settings(str(ROOT / "mkdocs.yml"), "http://site.test/", keep, downloads=False)


class Colleague:
    """A colleague's clone of the content, and what their git client shows."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "content", folder)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", str(place.repository))
        self.commit("第一次")

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        identity = ("-c", "user.name=小王", "-c", "user.email=wang@example.invalid")
        return subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def edit(self, old: str, new: str) -> None:
        path = self.folder / MATTER
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        assert self.git("commit", "--quiet", "--message", message).returncode == 0

    def push(self, branch: str = "main") -> subprocess.CompletedProcess[str]:
        return self.git("push", "origin", f"HEAD:refs/heads/{branch}")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return init(tmp_path / "server", settings())


@pytest.fixture
def colleague(tmp_path: Path, place: Place) -> Colleague:
    return Colleague(tmp_path / "clone", place)


def test_a_push_becomes_the_site_and_an_edit_shows(place: Place, colleague: Colleague) -> None:
    """What is pushed is what people read, and the colleague is told so."""
    first = colleague.push()
    assert "已上线" in first.stderr
    colleague.edit("承诺办结时限: 5", "承诺办结时限: 6")
    colleague.commit("延长时限")
    second = colleague.push()
    assert "已上线" in second.stderr
    assert "6 个工作日" in (place.current / PAGE).read_text("utf-8")
    assert len(releases(place)) == 2


def test_a_push_with_an_error_is_refused_in_words(place: Place, colleague: Colleague) -> None:
    """An error keeps the push out, names file and line in Chinese, and leaves the site alone."""
    colleague.push()
    before = current(place)
    colleague.edit("承诺办结时限: 5", "承诺办结时限：5")
    colleague.commit("手误")
    refused = colleague.push()
    assert refused.returncode != 0
    assert f"{MATTER}:19" in refused.stderr
    assert "全角冒号" in refused.stderr
    assert current(place) == before
    colleague.edit("承诺办结时限：5", "承诺办结时限: 8")
    colleague.commit("改正")
    assert colleague.push().returncode == 0
    assert "8 个工作日" in (place.current / PAGE).read_text("utf-8")


def test_rollback_brings_the_earlier_site_back(place: Place, colleague: Colleague) -> None:
    """One command returns to the release before, and an unknown release is refused in words."""
    colleague.push()
    colleague.edit("承诺办结时限: 5", "承诺办结时限: 6")
    colleague.commit("延长时限")
    colleague.push()
    rollback(place, None)
    assert "5 个工作日" in (place.current / PAGE).read_text("utf-8")
    with pytest.raises(SiteError, match="没有版本 nonsense"):
        rollback(place, "nonsense")


def test_another_branch_gives_a_preview_and_leaves_the_site_alone(
    place: Place, colleague: Colleague
) -> None:
    """A branch is built at its own address, which the push prints, until it is deleted."""
    colleague.push()
    colleague.edit("承诺办结时限: 5", "承诺办结时限: 6")
    colleague.commit("试试")
    pushed = colleague.push("小王/试试")
    (address,) = re.findall(r"http://site.test/previews/\S+/", pushed.stderr)
    page = (place.folder / address.removeprefix("http://site.test/") / PAGE).read_text("utf-8")
    assert "6 个工作日" in page
    assert "这是预览" in page
    assert "5 个工作日" in (place.current / PAGE).read_text("utf-8")
    colleague.git("push", "origin", ":refs/heads/小王/试试")
    assert not list(place.previews.iterdir())


def test_a_date_publishes_and_withdraws_by_itself(place: Place, colleague: Colleague) -> None:
    """A matter appears on its 生效日期 and is gone on its 失效日期, without anybody pushing."""
    colleague.edit(
        "核对日期: 2019-10-08", "核对日期: 2019-10-08\n生效日期: 2026-01-01\n失效日期: 2027-01-01"
    )
    colleague.commit("定期")
    colleague.push()
    for day, shown in (("2025-12-31", False), ("2026-01-01", True), ("2027-01-01", False)):
        publish(place, print, dt.date.fromisoformat(day))
        assert (place.current / PAGE).exists() is shown
    assert publish(place, print, dt.date(2027, 1, 1)) is None


def test_a_crash_while_building_leaves_the_old_site_up(place: Place, colleague: Colleague) -> None:
    """kill -9 at any moment of a release leaves the old site whole; the next run completes it."""
    colleague.push()
    before = (place.current / PAGE).read_bytes()
    colleague.edit("承诺办结时限: 5", "承诺办结时限: 6")
    colleague.commit("延长时限")
    (place.repository / "hooks" / "post-receive").unlink()
    colleague.push()
    for delay in (0.3, 0.7, 1.1):
        run = subprocess.Popen(
            [sys.executable, "-m", "site_builder", "publish", "run", "--place", place.folder],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        page = (place.current / PAGE).read_bytes()
        assert page == before or b"6 \xe4\xb8\xaa" in page
    publish(place, print)
    assert "6 个工作日" in (place.current / PAGE).read_text("utf-8")
    assert not list(place.releases.glob(".new-*"))


def test_a_page_opened_before_the_switch_keeps_its_style(
    place: Place, colleague: Colleague
) -> None:
    """The styles and scripts of the release before stay readable after a switch."""
    colleague.push()
    old = {p.name for p in (place.current / "assets").rglob("*")}
    colleague.edit("承诺办结时限: 5", "承诺办结时限: 6")
    colleague.commit("延长时限")
    colleague.push()
    assert old <= {p.name for p in (place.current / "assets").rglob("*")}


def test_only_so_many_releases_are_kept(tmp_path: Path) -> None:
    """Older releases than the settings say are removed, never the one that is up."""
    place = init(tmp_path / "server", settings(keep=2))
    colleague = Colleague(tmp_path / "clone", place)
    for days in (5, 6, 7):
        if days > 5:
            colleague.edit(f"承诺办结时限: {days - 1}", f"承诺办结时限: {days}")
            colleague.commit(f"{days} 天")
        colleague.push()
    assert len(releases(place)) == 2
    assert releases(place)[0] == current(place)
