"""The public is told what changed by meaning, from real git history."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from site_builder import feed
from site_builder.history import changes
from site_builder.script import Converter
from tests.factories import (
    MATTER_FILE,
    front_matter,
    material,
    matter,
    package,
    text_of,
    write,
    write_content,
)


class Repository:
    """A content folder under git, as a colleague has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = write_content(folder)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("first")

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=小王", "-c", "user.email=wang@example.invalid")
        subprocess.run(["git", *identity, "-C", self.folder, *arguments], check=True)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def write(self, name: str = MATTER_FILE, **changes: object) -> None:
        write(self.content / "matters" / f"{name}.md", front_matter(matter(**changes)))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_the_first_content_is_no_news(repository: Repository) -> None:
    """Bringing the content in is not told as a hundred new matters."""
    assert changes(repository.content) == ()


def test_a_change_is_told_by_meaning(repository: Repository) -> None:
    """A shorter limit and a dropped material are told as a colleague would say them."""
    repository.write(
        承诺办结时限="3", 申请材料=[material(), material(材料名称="健康证明", 纸质份数="2")]
    )
    repository.commit("one")
    repository.write(承诺办结时限="3")
    repository.commit("two")
    told = [(c.name, c.kind, c.sentences) for c in changes(repository.content)]
    assert told == [
        ("老年人优待证", "changed", ("不再需要“健康证明”",)),
        (
            "老年人优待证",
            "changed",
            ("承诺办结时限由 5 个工作日改为 3 个工作日", "增加材料“健康证明”"),
        ),
    ]


def test_wording_moves_renames_additions_and_withdrawals_are_told_apart(
    repository: Repository,
) -> None:
    """Polished words, a moved theme, a new name, a new matter and a withdrawn one differ."""
    repository.write(简要说明="六十岁以上老人办理，凭证免费乘公交。")
    repository.commit("wording")
    moved = repository.content / "matters" / "other" / "elder-card.md"
    moved.parent.mkdir()
    (repository.content / "matters" / f"{MATTER_FILE}.md").rename(moved)
    repository.commit("moved")
    repository.write(
        "other/elder-card", 事项名称="老年卡", 简要说明="六十岁以上老人办理，凭证免费乘公交。"
    )
    repository.commit("renamed")
    repository.write(
        "other/new-card", 事项名称="新卡", 结果名称="新卡", 简要说明="办一张新卡用的。"
    )
    repository.commit("new")
    moved.unlink()
    repository.commit("withdrawn")
    kinds = [(c.id, c.kind) for c in changes(repository.content)]
    assert kinds == [
        ("elder-card", "withdrawn"),
        ("new-card", "new"),
        ("elder-card", "renamed"),
        ("elder-card", "moved"),
        ("elder-card", "wording"),
    ]


def test_a_moved_theme_and_a_new_address_are_told_in_words(repository: Repository) -> None:
    """People read which theme a matter went to; its history follows it to its new address."""
    repository.write(承诺办结时限="3")
    repository.commit("shorter")
    themes = [{"编码": "daily-life", "名称": "便民服务"}, {"编码": "elders", "名称": "老人"}]
    write(repository.content / "data" / "themes.yml", text_of(themes))
    old = repository.content / "matters" / f"{MATTER_FILE}.md"
    new = repository.content / "matters" / "elders" / "old-age-card.md"
    new.parent.mkdir()
    old.rename(new)
    repository.commit("moved")
    told = [(c.id, c.kind, c.sentences) for c in changes(repository.content)]
    assert told == [
        ("old-age-card", "moved", ("改归“老人”一类",)),
        ("old-age-card", "changed", ("承诺办结时限由 5 个工作日改为 3 个工作日",)),
    ]


def test_a_renamed_material_is_not_one_less_and_one_more(repository: Repository) -> None:
    """The same paper under a clearer name is told as that."""
    repository.write(申请材料=[material(材料名称="居民身份证（正反面）")])
    repository.commit("clearer")
    assert changes(repository.content)[0].sentences == (
        "材料“居民身份证”改为“居民身份证（正反面）”",
    )


def test_a_comma_is_wording_but_a_number_is_not(repository: Repository) -> None:
    """Punctuation alone is no news; sixty becoming sixty-five is."""
    repository.write(受理条件=["年满，六十周岁。"])
    repository.commit("comma")
    assert [c.kind for c in changes(repository.content)] == ["wording"]
    repository.write(受理条件=["年满六十五周岁"])
    repository.commit("age")
    assert changes(repository.content)[0].kind == "changed"


def test_packages_are_told_too(repository: Repository) -> None:
    """A new package is news, with its own address."""
    write(repository.content / "packages" / "elders.md", front_matter(package()))
    repository.commit("package")
    (change,) = changes(repository.content)
    assert (change.url, change.name, change.sentences) == (
        "packages/elders/",
        "我要享优待",
        ("新增套餐",),
    )


def test_nonsense_in_an_old_version_does_not_stop_the_build(repository: Repository) -> None:
    """A list where a text belongs, once committed and mended, is passed over."""
    repository.write(承诺办结时限=["5"], 申请材料="身份证")
    repository.commit("nonsense")
    repository.write()
    repository.commit("mended")
    changes(repository.content)


def test_the_feed_tells_the_same(repository: Repository) -> None:
    """The Atom feed has an entry a change, with its time, its words and its page."""
    repository.write(承诺办结时限="3")
    repository.commit("shorter")
    site = {"网址": "https://site.test/", "网站名称": "甲", "单位": "乙"}
    outputs = feed.files(changes(repository.content), site, Converter({}))
    root = ElementTree.fromstring(next(iter(outputs)).data)
    (entry,) = root.findall("{*}entry")
    assert entry.findtext("{*}summary") == "承诺办结时限由 5 个工作日改为 3 个工作日"
    link = entry.find("{*}link")
    assert link is not None
    assert link.get("href") == "https://site.test/matters/elder-card/"


def test_a_folder_without_git_has_no_history(tmp_path: Path) -> None:
    """Content that is not under git is built all the same, with no history to tell."""
    assert changes(write_content(tmp_path)) == ()


def test_an_unreadable_old_version_does_not_stop_the_build(repository: Repository) -> None:
    """A broken file in history is passed over."""
    path = repository.content / "matters" / f"{MATTER_FILE}.md"
    path.write_text("no front matter", "utf-8")
    repository.commit("broken")
    repository.write()
    repository.commit("mended")
    assert [c.kind for c in changes(repository.content)] == []
