"""Rules about one-chain packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    MATTER_FILE,
    MATTER_ID,
    Values,
    found,
    material,
    matter,
    package,
    write_content,
)

SECOND = matter(事项名称="第二个事项")
THIRD = matter(事项名称="第三个事项", 承诺办结时限="9")


def write_package(folder: Path, values: Values, second: Values = SECOND, **data: Any) -> Path:
    """Write a package, its two matters and a third one that options may add."""
    matters = {
        MATTER_FILE: matter(),
        "daily-life/second": second,
        "daily-life/third": THIRD,
    }
    return write_content(folder, matters=matters, packages={"enjoy": values}, data=data)


def option(value: str = "yes", **changes: Any) -> Values:
    """Return an answer that changes nothing."""
    return {"选项": "是", "选项值": value, "说明": "事项不变。"} | changes


def question(*options: Values, code: str = "older-than-80") -> dict[str, list[Values]]:
    """Return a package's questions: one, with these answers."""
    return {"情形": [{"问题编码": code, "问题": "满八十岁了吗？", "选项": list(options)}]}


@pytest.mark.parametrize(
    ("code", "values", "line"),
    [
        ("P-01", package(包含事项=[MATTER_ID, "secund"]), "- secund"),
        (
            "P-01",
            package(**question(option(增加事项=["secund"]), option("no"))),
            "- secund",
        ),
        ("P-02", package(包含事项=[MATTER_ID, "second", MATTER_ID]), f"- {MATTER_ID}"),
        (
            "P-03",
            package(**question(option(增加事项=["second"]), option("no"))),
            "增加事项:",
        ),
        (
            "P-03",
            package(**question(option(减少事项=["third"]), option("no"))),
            "减少事项:",
        ),
        ("P-04", package(**question(option(), option())), "选项值: 'yes'"),
        ("P-04", package(**question(option(), option("No"))), "选项值: 'No'"),
        ("P-04", package(**question(option())), "选项:"),
        ("P-04", package(**question(option(), option("no"), code="岁")), "- 问题编码: 岁"),
        ("P-05", package(承诺办结时限="4"), "承诺办结时限: '4'"),
        ("P-05", package(承诺办结时限="11"), "承诺办结时限: '11'"),
        (
            "P-06",
            package(**question(option(增加事项=["third"]), option("no"))),
            "- third",
        ),
        ("P-08", package(包含事项=[MATTER_ID]), "包含事项:"),
    ],
)
def test_a_broken_rule_names_its_line(tmp_path: Path, code: str, values: Values, line: str) -> None:
    """Whoever breaks one rule hears of this rule only, on the line to be mended."""
    assert found(write_package(tmp_path, values)) == [(code, line)]


def test_a_sound_package_has_no_finding(tmp_path: Path) -> None:
    """A package whose options add and drop fitting matters is passed over in silence."""
    values = package(
        承诺办结时限="10",
        **question(option(增加事项=["third"], 减少事项=["second"]), option("no")),
    )
    assert found(write_package(tmp_path, values)) == []


def test_joint_handling_has_a_legal_limit(tmp_path: Path) -> None:
    """More than 45 and 15 working days is against the Licensing Law, whatever the matters need."""
    slow = matter(法定办结时限="60", 承诺办结时限="60", 事项名称="第二个事项")
    content = write_package(tmp_path, package(承诺办结时限="61"), slow)
    assert found(content) == [("C-52", "承诺办结时限: '61'")]


def test_a_material_that_cannot_be_merged_is_named(tmp_path: Path) -> None:
    """The same name under two shared codes would stand on the package's list twice."""
    second = SECOND | {"申请材料": [material(通用材料="id-card")]}
    shared = [{"编码": "id-card", "名称": "身份证"}]
    content = write_package(tmp_path, package(), second, **{"shared-materials": shared})
    assert found(content) == [("C-54", "包含事项:")]


def test_a_matter_with_two_visits_spoils_the_package(tmp_path: Path) -> None:
    """A package promises one visit, so no matter of it may need two."""
    second = SECOND | {"到办事现场次数": "2"}
    assert found(write_package(tmp_path, package(), second)) == [("P-07", "- second")]


def test_a_matter_that_cannot_be_read_is_not_called_unknown(tmp_path: Path) -> None:
    """Only the broken matter is reported, not the packages that contain it."""
    content = write_package(tmp_path, package())
    broken = content / "matters/daily-life/second.md"
    broken.write_text(broken.read_text("utf-8").replace("服务对象:", "服务对象："), "utf-8")
    assert found(content) == [("Y-03", "服务对象：")]
