"""Rules about slips of the keyboard in whole files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import MATTER_FILE, MATTER_ID, found, matter, package, write_content


def test_all_slips_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    """Three slips in two files are three findings of one run, each on its line."""
    content = write_content(tmp_path)
    for file, right, wrong in (
        (f"matters/{MATTER_FILE}.md", "简要说明: ", "简要说明："),
        (f"matters/{MATTER_FILE}.md", "监督投诉电话: ", "监督投诉电话:"),
        ("data/townships.yml", "类型: ", "类型："),
    ):
        path = content / file
        path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    assert found(content) == [
        ("Y-03", "类型：街道"),
        ("Y-03", "简要说明：本区六十岁以上老人办理，凭证免费乘公交。"),
        ("Y-03", "监督投诉电话:0539-0000002"),
    ]


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        ("Y-05", "结果有效期: 长期", "结果有效期: &长期"),
        ("Y-05", "结果有效期: 长期", "结果有效期: !重要 长期"),
        ("Y-05", "- 年满六十周岁", "- 本区户籍\n-年满六十周岁"),
        ("Y-06", "结果有效期: 长期", "结果有效期: 长期 #见第3条"),
    ],
)
def test_what_yaml_swallows_is_found(tmp_path: Path, code: str, right: str, wrong: str) -> None:
    """What the YAML reader would lose in silence is reported on its line."""
    content = write_content(tmp_path)
    path = content / f"matters/{MATTER_FILE}.md"
    path.write_text(
        path.read_text("utf-8").replace("受理条件:\n- ", "受理条件:\n  - ").replace(right, wrong),
        "utf-8",
    )
    assert (code, wrong.splitlines()[-1]) in found(content)


def test_marks_where_they_belong_are_not_reported(tmp_path: Path) -> None:
    """Comments of their own, quoted marks and Markdown below the front matter are right."""
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(简要说明="优待证 #1 & 公交卡"),
            "daily-life/second": matter(事项名称="第二个事项"),
        },
        packages={"enjoy": package(包含事项=[MATTER_ID, "second"])},
        prose="\n## 说明 #1\n\n- ![图](/files/samples/elder-card.pdf)\n-没有空格\n",
    )
    path = content / "packages/enjoy.md"
    path.write_text(path.read_text("utf-8").replace("简介:", "# 备注 #2\n简介:"), "utf-8")
    assert found(content) == []
