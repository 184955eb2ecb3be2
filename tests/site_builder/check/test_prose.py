"""Rules about prose, each with the smallest content that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import found, write_content

ARTICLE = """---
title: 大厅启用
description: 地点和楼层
kind: article
column: 通知
published: 2019-10-08 08:30
source: 本局
---
共 {{ figures.matters }} 个
"""


def prose_findings(folder: Path, text: str) -> list[tuple[str, str]]:
    content = write_content(folder, pages={"articles/2019/hall.md": text})
    return [(code, line) for code, line in found(content) if code.startswith("G-")]


def test_a_whole_article_is_accepted(tmp_path: Path) -> None:
    """An article with all its facts and a known total has no finding."""
    assert prose_findings(tmp_path, ARTICLE) == []


@pytest.mark.parametrize("name", ["title", "description", "column", "published", "source"])
def test_an_article_without_one_of_its_facts_is_refused(tmp_path: Path, name: str) -> None:
    """G-02: title, description, column, publish time and source are all needed."""
    lines = [line for line in ARTICLE.splitlines(True) if not line.startswith(f"{name}:")]
    assert [code for code, _ in prose_findings(tmp_path, "".join(lines))] == ["G-02"]


def test_a_publish_time_is_written_one_way(tmp_path: Path) -> None:
    """G-02: a time that sorting and meta tags cannot use is pointed at."""
    text = ARTICLE.replace("2019-10-08 08:30", "2019年10月8日")
    assert prose_findings(tmp_path, text) == [("G-02", "published: 2019年10月8日")]


def test_an_unknown_total_is_pointed_at(tmp_path: Path) -> None:
    """G-01: a total that nobody counts is an error where it is quoted."""
    text = ARTICLE.replace("figures.matters", "figures.shops")
    assert prose_findings(tmp_path, text) == [("G-01", "共 {{ figures.shops }} 个")]
