"""Rules about the hall, its windows and the townships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    MATTER_FILE,
    found,
    matter,
    township,
    write_content,
    zone,
)


def second_zone(first: str | None, last: str | None, **changes: Any) -> dict[str, Any]:
    """Return a hall with the smallest zone and a second one."""
    values = {"分区编码": "tax", "名称": "税务", "窗口起": first, "窗口止": last} | changes
    return {"hall": {"分区": [zone(), zone(**values)]}}


@pytest.mark.parametrize(
    ("code", "data", "line"),
    [
        ("H-01", second_zone("11", None), "- 分区编码: tax"),
        ("H-01", second_zone("12", "11"), "窗口起: '12'"),
        ("H-02", second_zone("10", "12"), "窗口起: '10'"),
        ("H-03", second_zone("12", "14"), "窗口起: '12'"),
        ("H-04", second_zone("11", "12", 分区编码="daily-life"), "- 分区编码: daily-life"),
        ("H-04", second_zone("11", "12", 名称="便民综合服务"), "名称: 便民综合服务"),
        (
            "H-06",
            {"townships": [township(), township(名称="汤头街道")]},
            "- 镇街编码: jiuqu",
        ),
        (
            "H-06",
            {"townships": [township(), township(镇街编码="second")]},
            "名称: 九曲街道",
        ),
        ("H-07", {"townships": [township(类型="镇")]}, "名称: 九曲街道"),
        ("H-08", {"townships": [township(可信度="待核实")]}, "可信度: 待核实"),
    ],
)
def test_a_broken_rule_names_its_line(
    tmp_path: Path, code: str, data: dict[str, Any], line: str
) -> None:
    """Whoever breaks one rule hears of this rule only, on the line to be mended."""
    assert found(write_content(tmp_path, data=data)) == [(code, line)]


@pytest.mark.parametrize("data", [second_zone("11", "12"), second_zone(None, None)])
def test_a_second_zone_may_follow_or_have_no_window(tmp_path: Path, data: dict[str, Any]) -> None:
    """Zones that follow each other, or where people serve themselves, are right."""
    assert found(write_content(tmp_path, data=data)) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"窗口": "10-11"}, "窗口: 10-11"),
        ({"进驻分区": "办税服务"}, "进驻分区: 办税服务"),
    ],
)
def test_a_matter_is_where_its_windows_are(
    tmp_path: Path, changes: dict[str, str], line: str
) -> None:
    """A matter's windows lie in one zone, and its area is that zone's."""
    content = write_content(tmp_path, matters={MATTER_FILE: matter(**changes)})
    assert found(content) == [("H-05", line)]


def test_devolved_matters_need_townships(tmp_path: Path) -> None:
    """Nobody is sent to a township that the site does not name."""
    content = write_content(tmp_path, matters={MATTER_FILE: matter(是否下放镇街="是")})
    (content / "data/townships.yml").unlink()
    assert found(content) == [("H-09", "是否下放镇街: 是")]


def test_a_hall_without_zones_is_noticed(tmp_path: Path) -> None:
    """Without zones no matter has a place, and both facts are said."""
    content = write_content(tmp_path)
    (content / "data/hall.yml").unlink()
    assert found(content) == [("H-10", ""), ("H-05", "窗口: 1-2")]


def test_an_unreadable_hall_is_reported_once(tmp_path: Path) -> None:
    """A slip in hall.yml is one finding, not one more for every matter."""
    content = write_content(tmp_path)
    hall = content / "data/hall.yml"
    hall.write_text(hall.read_text("utf-8").replace("名称:", "名称："), "utf-8")
    assert found(content) == [("Y-03", "名称：便民综合服务".replace("：", "： "))]
