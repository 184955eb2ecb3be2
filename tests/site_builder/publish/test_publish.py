"""Publishing with real git: pushes, releases, previews, dates and the way back."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from pathlib import Path

import pytest

from site_builder.errors import SiteError
from site_builder.pipeline import build
from site_builder.publish import git
from site_builder.publish.place import Place
from site_builder.publish.records import Release, current, releases, rollback, status
from site_builder.publish.release import publish

from .conftest import IDENTITY, PAGE, ROOT, Colleague, days_shown, settings


def test_a_push_becomes_the_site_and_an_edit_shows(place: Place, colleague: Colleague) -> None:
    """What is pushed is what people read, and the colleague is told so."""
    colleague.days(6)
    second = colleague.push()
    assert "已上线" in second.stderr
    assert "http://site.test/" in second.stderr
    assert days_shown(place.current) == 6
    assert len(releases(place)) == 2
    told = "承诺办结时限由 5 个工作日改为 6 个工作日"
    assert told in (place.current / "changes" / "index.html").read_text("utf-8")
    assert told in (place.current / "changes" / "feed.xml").read_text("utf-8")
    assert told in (place.current / PAGE).read_text("utf-8")


def test_only_what_changed_is_written_anew(place: Place, colleague: Colleague) -> None:
    """A release shares its unchanged pages with the one before, on the disk."""
    before = place.current.resolve()
    colleague.days(6)
    colleague.push()
    after = place.current.resolve()
    same = [p for p in before.rglob("*.html") if p.samefile(after / p.relative_to(before))]
    assert not (before / PAGE).samefile(after / PAGE)
    assert len(same) > 60


def test_rollback_stays_until_the_next_push(place: Place, colleague: Colleague) -> None:
    """The release before comes back, the timer does not undo that, and the next push counts."""
    colleague.days(6)
    colleague.push()
    rollback(place, None)
    assert days_shown(place.current) == 5
    assert publish(place, print) is None
    assert days_shown(place.current) == 5
    assert any("退回来的版本" in line for line in status(place))
    colleague.days(7)
    colleague.push()
    assert days_shown(place.current) == 7


def test_an_unknown_release_is_refused_in_words(place: Place) -> None:
    """A mistyped release changes nothing and says how to find the right one."""
    with pytest.raises(SiteError, match="没有版本 nonsense；用 site-builder releases"):
        rollback(place, "nonsense")
    with pytest.raises(SiteError, match="没有更早的版本"):
        rollback(place, None)


def test_another_branch_gives_a_preview_and_leaves_the_site_alone(
    place: Place, colleague: Colleague
) -> None:
    """A branch is built at its own address, which the push prints, until it is deleted."""
    colleague.days(6)
    pushed = colleague.push("小王/试试")
    (address,) = re.findall(r"http://site.test/previews/\S+/", pushed.stderr)
    preview = place.folder / address.removeprefix("http://site.test/")
    assert days_shown(preview) == 6
    assert "这是预览" in (preview / PAGE).read_text("utf-8")
    assert days_shown(place.current) == 5
    colleague.git("push", "origin", ":refs/heads/小王/试试")
    assert not preview.exists()


def test_a_draft_with_errors_is_kept_and_its_errors_are_told(colleague: Colleague) -> None:
    """Work in progress may be pushed to a branch; the preview waits until it is sound."""
    colleague.edit("承诺办结时限:", "承诺办结时限：")
    colleague.commit("没写完")
    pushed = colleague.push("try")
    assert pushed.returncode == 0
    assert "还不能预览" in pushed.stderr
    assert "全角冒号" in pushed.stderr


def test_a_date_publishes_and_withdraws_by_itself(place: Place, colleague: Colleague) -> None:
    """A matter appears on its 生效日期 and is gone on its 失效日期, without anybody pushing."""
    colleague.edit("核对日期:", "生效日期: '2026-01-01'\n失效日期: '2027-01-01'\n核对日期:")
    colleague.commit("定期")
    colleague.push()
    for day, shown in (("2025-12-31", False), ("2026-01-01", True), ("2027-01-01", False)):
        publish(place, print, dt.date.fromisoformat(day))
        assert (place.current / PAGE).exists() is shown
    assert publish(place, print, dt.date(2027, 1, 1)) is None


def test_an_offered_commit_is_compared_though_another_push_is_looked_at(
    place: Place, colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a push builds on is told from what git holds back, not from the shared work folder."""
    main = git.head(place.repository, "main") or ""
    colleague.days(6)
    offered = colleague.git("rev-parse", "HEAD").stdout.strip()
    tree = colleague.git("write-tree").stdout.strip()
    stranger = colleague.git("commit-tree", tree, "-m", "没有来历").stdout.strip()
    monkeypatch.setenv("GIT_QUARANTINE_PATH", str(colleague.folder / ".git" / "objects"))
    assert git.continues(place.repository, main, offered)
    assert not git.continues(place.repository, main, stranger)


def test_two_pushes_at_once_queue(tmp_path: Path, place: Place, colleague: Colleague) -> None:
    """Of two colleagues pushing at once one is live and the other is told to fetch first."""
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", place.repository, other], check=True)
    colleague.days(6)
    text = (other / "content/data/owners.yml").read_text("utf-8")
    (other / "content/data/owners.yml").write_text(text.replace("综合科", "办公室"), "utf-8")
    subprocess.run(["git", *IDENTITY, "commit", "-aqm", "分工"], cwd=other, check=True)
    pushes = [
        subprocess.Popen(
            ["git", "push", "origin", "HEAD:refs/heads/main"],
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in (colleague.folder, other)
    ]
    told = [push.communicate()[1] for push in pushes]
    assert sorted(push.returncode != 0 for push in pushes) == [False, True], told
    assert len(releases(place)) == 2
    assert current(place) == releases(place)[0]
    assert sum("已上线" in words for words in told) == 1
    assert sum("先拉取" in words or "fetch first" in words for words in told) == 1, told


def test_a_page_opened_before_the_switch_keeps_its_files(
    place: Place, colleague: Colleague
) -> None:
    """The fingerprinted files of the last release stay readable for one more, and no longer."""
    first = {p.name for p in (place.current / "data" / "offline").iterdir()}
    colleague.days(6)
    colleague.push()
    second = {p.name for p in (place.current / "data" / "offline").iterdir()}
    assert first < second
    colleague.days(7)
    colleague.push()
    third = {p.name for p in (place.current / "data" / "offline").iterdir()}
    assert len([name for name in third if name.startswith("guides-")]) == 2


def test_an_edit_gives_the_release_a_clean_build_gives(
    tmp_path: Path, place: Place, colleague: Colleague
) -> None:
    """A push makes only what its edit shows; the release is the clean build's, byte for byte, and
    the files that pages opened before still ask for.
    """
    for number, condition in enumerate(("年满六十周岁", "年满六十周岁的老人", "写错了又改")):
        colleague.edit("受理条件:\n- ", f"受理条件:\n- {condition}{number}\n- ")
        colleague.commit(condition)
        assert "已上线" in colleague.push().stderr
        up = current(place)
        assert up
        content = git.content_of(place.work)
        build(content, tmp_path / "clean", ROOT / "mkdocs.yml", cache=tmp_path / "cache")
        release = _files(place.current.resolve())
        assert set(release) >= set(up.carried)
        assert {n: d for n, d in release.items() if n not in up.carried} == _files(
            tmp_path / "clean"
        )


def _files(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def test_only_so_many_releases_are_kept(place: Place, colleague: Colleague) -> None:
    """Older releases than the settings say are removed, never the one that is up."""
    place.save(settings(keep=2))
    for days in (6, 7):
        colleague.days(days)
        colleague.push()
    assert len(releases(place)) == 2
    assert releases(place)[0] == current(place)


def test_a_release_tells_its_time_as_the_clock_on_the_wall() -> None:
    """Colleagues read when a release was made in their own time, whatever the server's is."""
    release = Release("r", "c", "2026-01-02", "2026-01-01T16:30:00+00:00", 1, 1, 1, ())
    assert release.made_here == "2026-01-02 00:30"
