"""A push that must not go live is refused, in words an office worker can act on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from site_builder.publish import git
from site_builder.publish.place import Place
from site_builder.publish.records import current

from .conftest import MATTER, Colleague, days_shown

ARTICLE = "content/pages/articles/2026/news.md"
HEAD = """---
title: 通知
description: 一件事。
kind: article
column: 通知
published: "2026-11-01 09:00"
source: 综合科
---
"""

SLIPS: dict[str, tuple[Callable[[Colleague], None], tuple[str, ...]]] = {
    "全角冒号": (
        lambda c: c.edit("承诺办结时限:", "承诺办结时限："),
        (f"{MATTER}:10", "全角冒号"),
    ),
    "没有填": (lambda c: c.edit("简要说明: ", "简要说明:\n# "), (MATTER, "“简要说明”没有填")),
    "链接打不开": (
        lambda c: c.write(ARTICLE, f"{HEAD}第一行\n\n请看[指南](../../../matters/nothing/)。\n"),
        (f"{ARTICLE}:11", "nothing"),
    ),
    "标签没关": (
        lambda c: c.write(ARTICLE, f"{HEAD}第一行\n\n<b>没有关上\n"),
        (f"{ARTICLE}:11", "没有用 </b> 关上"),
    ),
    "表单坏了": (
        lambda c: c.edit("complaint:", "complaint: [", "content/data/forms.yml"),
        ("content/data/forms.yml:", "Y-03"),
    ),
    "表单没有内容": (
        lambda c: c.write("content/data/forms.yml", "complaint: 意见\n"),
        ("forms.yml", "没有内容"),
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_an_error_refuses_the_push(slip: str, place: Place, colleague: Colleague) -> None:
    """The push fails with file, line, fault and way out in Chinese; site and main stay."""
    before = current(place), git.head(place.repository, "main")
    make, told = SLIPS[slip]
    make(colleague)
    colleague.commit("手误")
    refused = colleague.push()
    assert refused.returncode != 0
    assert "没有收下这次推送" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [words for words in told if words not in refused.stderr] == [], refused.stderr
    assert (current(place), git.head(place.repository, "main")) == before


def test_the_mended_push_goes_live(place: Place, colleague: Colleague) -> None:
    """Whoever takes the slip back and pushes again is live: a refusal leaves nothing behind."""
    colleague.edit("承诺办结时限:", "承诺办结时限：")
    colleague.commit("手误")
    assert colleague.push().returncode != 0
    colleague.git("revert", "--no-edit", "HEAD")
    colleague.days(8)
    assert colleague.push().returncode == 0
    assert days_shown(place.current) == 8


def test_forcing_over_a_colleague_is_refused(place: Place, colleague: Colleague) -> None:
    """Somebody who forces a push would lose a colleague's work, and is told to fetch first."""
    colleague.days(6)
    colleague.push()
    colleague.git("reset", "--quiet", "--hard", "HEAD^")
    colleague.days(9)
    refused = colleague.push("main", "--force")
    assert refused.returncode != 0
    assert "先拉取，再推送" in refused.stderr
    assert days_shown(place.current) == 6


def test_main_cannot_be_deleted(place: Place, colleague: Colleague) -> None:
    """Deleting the branch that is the site is refused."""
    colleague.git("symbolic-ref", "HEAD", "refs/heads/main")
    assert "不能删除 main" in colleague.git("push", "origin", ":main").stderr
    assert days_shown(place.current) == 5


def test_a_fault_of_the_server_is_told_as_such(place: Place, colleague: Colleague) -> None:
    """When the server itself fails, the colleague reads whom to ask, not a program's trace."""
    (place.folder / "publish.json").write_text("{broken", "utf-8")
    colleague.days(6)
    refused = colleague.push()
    assert refused.returncode != 0
    assert "服务器上出了问题" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "Traceback" in (place.folder / "publish.log").read_text("utf-8")
