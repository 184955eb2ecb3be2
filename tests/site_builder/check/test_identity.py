"""Rules about ids, names, aliases, themes and departments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories import MATTER_FILE, Values, found, matter, package, write_content

ANSWER = {"选项": "是", "影响": "多带一份材料。"}


def test_an_id_is_used_once(tmp_path: Path) -> None:
    """The same file name in two theme folders would be two pages at one address."""
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(),
            "second-theme/elder-card": matter(事项名称="另一个事项"),
        },
        data={
            "themes": [
                {"编码": "daily-life", "名称": "便民服务"},
                {"编码": "second-theme", "名称": "养老"},
            ]
        },
    )
    assert found(content) == [("R-01", "事项名称: 另一个事项")]


def test_a_name_is_used_once(tmp_path: Path) -> None:
    """Two matters may not be called the same, brackets of either width being equal."""
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(事项名称="优待证（新办）"),
            "daily-life/second": matter(事项名称="优待证(新办)"),
        },
    )
    assert found(content) == [("R-02", "事项名称: 优待证(新办)")]


def test_a_package_is_not_called_like_a_matter(tmp_path: Path) -> None:
    """People search by name, so a package's name is its own."""
    content = write_content(
        tmp_path,
        matters={MATTER_FILE: matter(), "daily-life/second": matter(事项名称="第二个事项")},
        packages={"enjoy": package(套餐名称="第二个事项")},
    )
    assert found(content) == [("R-02", "套餐名称: 第二个事项")]


@pytest.mark.parametrize(
    ("code", "values", "line"),
    [
        ("R-03", matter(别名=["老人证", "敬老卡", "老人证"]), "- 老人证"),
        ("R-03", matter(别名=["老年人优待证"]), "- 老年人优待证"),
        (
            "R-08",
            matter(常见问题=[{"问题": "收费吗？", "回答": "不收。"}] * 2),
            "- 问题: 收费吗？",
        ),
        (
            "R-08",
            matter(情形=[{"问题": "代办吗？", "选项": [ANSWER]}]),
            "选项:",
        ),
    ],
)
def test_a_broken_rule_names_its_line(tmp_path: Path, code: str, values: Values, line: str) -> None:
    """Whoever breaks one rule hears of this rule only, on the line to be mended."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: values})) == [(code, line)]


def test_a_theme_is_registered(tmp_path: Path) -> None:
    """A folder that themes.yml does not know is reported, with the name it resembles."""
    content = write_content(
        tmp_path,
        matters={MATTER_FILE: matter(), "daily-lief/second": matter(事项名称="第二个事项")},
    )
    assert found(content) == [("R-04", "事项名称: 第二个事项")]


@pytest.mark.parametrize(
    ("code", "data", "line"),
    [
        (
            "R-05",
            {
                "themes": [
                    {"编码": "daily-life", "名称": "便民服务"},
                    {"编码": "daily-life", "名称": "养老"},
                ]
            },
            "- 编码: daily-life",
        ),
        (
            "R-06",
            {
                "themes": [
                    {"编码": "daily-life", "名称": "便民服务"},
                    {"编码": "empty", "名称": "养老"},
                ]
            },
            "- 编码: empty",
        ),
        (
            "R-07",
            {"departments": [{"编码": "health", "名称": "区卫生健康局"}]},
            "实施主体: 区民政局",
        ),
        ("R-09", {"home": {"常办": [{"叫法": "优待", "事项": "elder-cart"}]}}, "事项: elder-cart"),
        ("R-09", {"home": {"家有老人": {"事项": ["elder-card", "card"]}}}, "- card"),
        ("R-10", {"owners": {"daily-lief": "综合科", "其余": "综合科"}}, "daily-lief: 综合科"),
    ],
)
def test_lists_fit_the_matters(tmp_path: Path, code: str, data: dict[str, Any], line: str) -> None:
    """Data files name themes, departments and matters that exist, each once."""
    assert found(write_content(tmp_path, data=data)) == [(code, line)]


def test_an_unreadable_list_of_themes_is_reported_once(tmp_path: Path) -> None:
    """A slip in themes.yml is one finding, not one more for every matter."""
    content = write_content(tmp_path)
    themes = content / "data/themes.yml"
    themes.write_text(themes.read_text("utf-8").replace("名称:", "名称："), "utf-8")
    assert [code for code, _ in found(content)] == ["Y-03"]
