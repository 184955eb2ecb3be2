"""The report names what needs attention, where, and whose it is."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from site_builder import report
from site_builder.catalogue import examine
from tests.factories import MATTER_FILE, matter, write_content

TODAY = dt.date(2026, 11, 23)


def sections(tmp_path: Path, **content: object) -> tuple[report.Section, ...]:
    folder = write_content(tmp_path, **content)  # type: ignore[arg-type]
    catalogue, findings = examine(folder)
    return report.report(catalogue, findings, folder, TODAY)


def titled(found: tuple[report.Section, ...], title: str) -> report.Section:
    return next(s for s in found if s.title == title)


def test_a_guide_nobody_checked_for_too_long_is_listed_for_its_owner(tmp_path: Path) -> None:
    """A guide past its 核对期限 is given to the section that owns its theme, with its line."""
    found = sections(tmp_path, data={"owners": {"daily-life": "社会事务科"}})
    (item,) = titled(found, "核对日期过期").items
    assert item.owner == "社会事务科"
    assert item.place.startswith("matters/daily-life/elder-card.md:")
    assert "期限是 365 天" in item.text


def test_an_empty_and_an_old_column_are_listed(tmp_path: Path) -> None:
    """A column without articles and one without a recent article both count (D-54)."""
    article = (
        '---\ntitle: 旧\nkind: article\ncolumn: 通知\npublished: "2026-01-01 09:00"\n---\n文\n'
    )
    found = sections(tmp_path, pages={"articles/2026/old.md": article})
    texts = [item.text for item in titled(found, "栏目久未更新").items]
    assert any("“访谈”是空的" in text for text in texts)
    assert any("“通知”上次更新是 2026-01-01" in text for text in texts)


def test_the_indicators_of_the_inspection_are_all_answered(tmp_path: Path) -> None:
    """Each indicator is met, missed or to be looked at elsewhere; none is passed over."""
    items = titled(sections(tmp_path), "普查指标").items
    states = {item.place: item.text.partition("：")[0] for item in items}
    assert states == {
        "D-52 打得开": "要人看",
        "D-53 首页更新": "不达标",
        "D-54 栏目更新": "达标",
        "D-55 留言答复": "要人看",
        "D-56 办事指南": "达标",
        "D-57 公开答复": "不达标",
        "D-58 网站标识": "不达标",
        "D-58 链接": "达标",
    }


def test_a_guide_without_its_basis_misses_the_indicator(tmp_path: Path) -> None:
    """A guide that lacks one of the eight classes is named with what it lacks (D-56)."""
    found = sections(tmp_path, matters={MATTER_FILE: matter(设定依据=[])})
    texts = [item.text for item in titled(found, "普查指标").items]
    assert "不达标：“老年人优待证”缺设定依据" in texts


def test_somebody_sees_only_their_own(tmp_path: Path) -> None:
    """A section that asks for its own list gets nobody else's."""
    found = sections(tmp_path, data={"owners": {"daily-life": "社会事务科", "其余": "综合科"}})
    own = report.of_owner(found, "社会事务科")
    assert {item.owner for section in own for item in section.items} == {"社会事务科"}


def test_the_report_reads_the_same_in_every_form() -> None:
    """Text, JSON and HTML list the same items, and HTML escapes what people wrote."""
    found = (report.Section("甲", (report.Item("乙", "丙", "<b>"),)),)
    assert "甲：1" in report.as_text(found)
    assert json.loads(report.as_json(found))[0]["items"][0]["text"] == "<b>"
    assert "&lt;b&gt;" in report.as_html(found, TODAY)
