"""Slips of the keyboard, each in the smallest text that has it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from site_builder.yaml_help import MOST_SLIPS, slips

BEFORE, AFTER = "事项类型: 公共服务\n", "是否收费: 否\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("简要说明：老人办理", "全角冒号"),
        ("简要说明:老人办理", "少了一个半角空格"),
        ("简要说明:　老人办理", "少了一个半角空格"),
        ("简要说明 老人办理", "没有冒号"),
        ("简要说明　老人办理", "没有冒号"),
        ('简要说明: "老人办理', "没有成对"),
        ("简要说明: '老人办理", "没有成对"),
        ('简要说明: "老人办理”', "没有成对"),
        ('简要说明: "优待证"办理', "引号后面还有字"),
        ('简要说明: "凭"优待证"办理"', "内容里又有引号"),
        ("简要说明: 对象: 老人", "会被当成另一个栏名"),
        ("简要说明: @老人", "以符号“@”开头"),
        ("简要说明: %老人", "以符号“%”开头"),
        ("简要说明: `老人`", "以符号“`”开头"),
        ("简要说明: *老人", "以符号“*”开头"),
        ("简要说明: [老人", "以符号“[”开头"),
        ("简要说明: [一]老人", "以符号“[”开头"),
        ("简要说明: | 老人", "以符号“|”开头"),
        ("简要说明: - 老人", "以符号“-”开头"),
        ("\t简要说明: 老人办理", "制表符"),
        ("  简要说明: 老人办理", "没有对齐"),
        ("简要说明: 老人\x07办理", "控制字符"),
        ("---", "多了一行 ---"),
    ],
)
@pytest.mark.parametrize("after", [AFTER, ""])
def test_a_slip_is_named_on_its_line(line: str, message: str, after: str) -> None:
    """The slip is found on its own line, in the middle and at the end of a text."""
    found = [(slip.line, slip.message) for slip in slips(BEFORE + line + "\n" + after)]
    assert [number for number, _ in found] == [2]
    assert message in found[0][1]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("受理条件:\n-年满六十\n- 本区户籍\n", 2, "横线"),
        ("受理条件:\n－ 年满六十\n－ 本区户籍\n", 2, "横线"),
        ("受理条件:\n\t- 年满六十\n", 2, "制表符"),
        ("受理条件:\n　　- 年满六十\n  - 本区户籍\n", 2, "全角空格"),
        ("申请材料:\n  - 材料名称: 证\n   纸质份数: 1\n", 3, "没有对齐"),
        ("申请材料:\n  - 材料名称: 证\n\t纸质份数: 1\n    材料形式: 纸质\n", 3, "制表符"),
        ("申请材料:\n  - 材料名称：证\n    纸质份数: 1\n", 2, "全角冒号"),
        ("申请材料:\n  - 材料名称: 证\n    纸质份数：1\n    材料形式: 纸质\n", 3, "全角冒号"),
        ("申请材料:\n  - 材料名称:证\n    纸质份数: 1\n", 2, "少了一个半角空格"),
    ],
)
def test_a_slip_in_a_list_is_named_on_its_line(text: str, line: int, message: str) -> None:
    """Lists of materials have their own slips, found on their own lines."""
    found = slips(text)
    assert found[0].line == line
    assert message in found[0].message


def test_a_quote_far_before_the_end_is_found() -> None:
    """An open quote stops the parser lines later, yet the finding names where it was opened."""
    lines = [f"第{i}栏: 内容" for i in range(40)]
    lines[3] = '第3栏: "内容'
    assert [slip.line for slip in slips("\n".join(lines))] == [4]
    lines[30] = '第30栏: "内容"'
    assert [slip.line for slip in slips("\n".join(lines))] == [4]


def test_every_slip_of_a_text_is_found() -> None:
    """Three different slips are three findings, in the order of their lines."""
    text = "名称：证\n说明: 老人\n类型:公共\n主体: 民政局\n对象: @个人\n"
    assert [slip.line for slip in slips(text)] == [1, 3, 5]


def test_a_readable_text_has_no_slip() -> None:
    """What the parser reads is not searched for slips."""
    assert slips("名称: 证\n时间: 9:00-12:00，13:30\n网址: https://www.gov.cn/\n") == []


def test_what_nobody_foresaw_still_has_a_line_and_advice() -> None:
    """An unknown mistake is reported once, where the parser stopped."""
    (slip,) = slips("名称: 证\n? [\n? {\n说明: 老人\n")
    assert 1 <= slip.line <= 4
    assert slip.advice


@given(st.text(alphabet="栏名 :：\t　\n-\"'[]{}&*!|>%@#,?\x07", max_size=60))
def test_any_unreadable_text_is_explained(text: str) -> None:
    """Whatever is typed, an unreadable text has a slip on one of its lines, with words."""
    try:
        yaml.compose(text, Loader=yaml.CSafeLoader)
        readable = True
    except yaml.YAMLError:
        readable = False
    found = slips(text)
    assert bool(found) != readable
    assert len(found) <= MOST_SLIPS + 1
    for slip in found:
        assert 1 <= slip.line <= text.count("\n") + 1
        assert slip.message
        assert slip.advice
