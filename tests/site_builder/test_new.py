"""A new file explains itself and cannot be published unfinished."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from site_builder.catalogue import examine
from site_builder.cli import cli
from site_builder.errors import Severity, SiteError
from site_builder.load import read_front_matter
from site_builder.model import Document
from site_builder.new import Article, new_article, new_matter, new_package
from tests.factories import MATTER_ID, write_content


def test_an_unfinished_matter_is_an_error_and_nothing_else(tmp_path: Path) -> None:
    """The skeleton names every required element, so check asks for just those, never for syntax."""
    content = write_content(tmp_path)
    path = new_matter(content, "daily-life", "新事项", "new-matter")
    _, findings = examine(content)
    errors = [f for f in findings if f.severity is Severity.ERROR]
    assert {f.file for f in errors} == {path.relative_to(content).as_posix()}
    assert {f.code for f in errors} == {"C-44"}
    assert "“简要说明”没有填" in str(errors)


def test_an_id_comes_from_the_name(tmp_path: Path) -> None:
    """Somebody who gives no id gets one in pinyin."""
    content = write_content(tmp_path)
    assert new_matter(content, "daily-life", "开药店（新办）").name == "kai-yao-dian-xin-ban.md"


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """Starting a matter twice is refused in words and changes nothing."""
    content = write_content(tmp_path)
    path = new_matter(content, "daily-life", "新事项")
    before = path.read_bytes()
    with pytest.raises(SiteError, match="已经有了"):
        new_matter(content, "daily-life", "新事项")
    assert path.read_bytes() == before


def test_an_unknown_theme_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """A mistyped theme is answered with the themes there are."""
    with pytest.raises(SiteError, match="daily-life"):
        new_matter(write_content(tmp_path), "dayly-life", "新事项")


def test_packages_and_articles_start_too(tmp_path: Path) -> None:
    """A package lists the given matters, an article carries today's date and its column."""
    content = write_content(tmp_path)
    package = new_package(content, "我要开店", [MATTER_ID], "open-shop")
    assert f"  - {MATTER_ID}" in package.read_text("utf-8")
    article = new_article(content, Article("新通知", "通知", "一件事。", "综合科"), "notice")
    assert "column: 通知" in article.read_text("utf-8")


def test_a_name_with_signs_of_yaml_is_written_safely(tmp_path: Path) -> None:
    """A colon or a hash in a name breaks nothing."""
    content = write_content(tmp_path)
    name = "通知: 窗口 #3 “搬家”"
    path = new_article(content, Article(name, "通知", "一件事。", "综合科"), "move")
    document = read_front_matter(path, content)
    assert isinstance(document, Document)
    assert isinstance(document.values, dict)
    assert document.values["title"] == name


def test_what_the_flags_do_not_say_is_asked(tmp_path: Path) -> None:
    """Without flags the command lists the themes by name and asks; a name is a good answer."""
    content = write_content(tmp_path)
    asked = CliRunner().invoke(
        cli, ["new", "matter", "--content", str(content)], input="开药店\n便民服务\n"
    )
    assert asked.exit_code == 0, asked.output
    assert "主题：便民服务" in asked.output
    assert (content / "matters" / "daily-life" / "kai-yao-dian.md").exists()
