"""Rules a matter keeps or breaks by itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from site_builder.catalogue import examine
from tests.factories import (
    MATTER_FILE,
    Values,
    found,
    legal_basis,
    matter,
    step,
    write_content,
)

QUESTION = {"问题": "要带照片吗？", "回答": "不用。"}
STEPS = [step(环节=name) for name in ("受理", "审查", "决定", "办结", "送达")]


def licence(**changes: Any) -> Values:
    """Return a licence that every rule accepts."""
    values: Values = {
        "事项类型": "行政许可",
        "是否审批不出科室": "是",
        "办理流程": STEPS,
        "常见问题": [QUESTION],
    }
    return matter(**(values | changes))


def test_the_smallest_content_has_no_finding(tmp_path: Path) -> None:
    """A matter with everything right is passed over in silence."""
    assert found(write_content(tmp_path)) == []


def test_a_whole_licence_has_no_finding(tmp_path: Path) -> None:
    """A licence with five steps and a question is passed over in silence."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: licence()})) == []


@pytest.mark.parametrize(
    ("code", "values", "line"),
    [
        ("C-30", matter(承诺办结时限="21"), "承诺办结时限: '21'"),
        ("C-31", matter(办件类型="即办件"), "办件类型: 即办件"),
        ("C-31", matter(承诺办结时限="0"), "办件类型: 承诺件"),
        ("C-32", matter(到场原因=None), "到办事现场次数: '1'"),
        ("C-32", matter(到办事现场次数="0"), "到场原因: 核对本人身份"),
        (
            "C-33",
            matter(到办事现场次数="0", 到场原因=None, 是否免费邮寄="否"),
            "到办事现场次数: '0'",
        ),
        ("C-35", matter(是否收费="是", 收费标准="每本 5 元"), "是否收费: 是"),
        ("C-35", matter(收费标准="每本 5 元"), "收费标准: 每本 5 元"),
        ("C-36", matter(咨询电话="1234567"), "咨询电话: '1234567'"),
        ("C-36", matter(监督投诉电话="0539-0000001"), "监督投诉电话: 0539-0000001"),
        ("C-38", licence(办理流程=STEPS[:4]), "办理流程:"),
        ("C-38", licence(常见问题=None), "---"),
        ("M-01", licence(办理流程=[*STEPS[:4], step(环节="归档")]), "办理流程:"),
        ("C-40", licence(法定办结时限="30"), "法定办结时限: '30'"),
        ("C-41", matter(设定依据=[legal_basis(文件名称="老年法")]), "- 文件名称: 老年法"),
        ("C-41", matter(设定依据=[legal_basis(条款="第一章")]), "条款: 第一章"),
        ("M-02", matter(是否审批不出科室="是"), "是否审批不出科室: 是"),
        ("M-02", licence(是否审批不出科室="不适用"), "是否审批不出科室: 不适用"),
        (
            "M-03",
            matter(生效日期="2999-02-01", 失效日期="2999-01-31"),
            "失效日期: '2999-01-31'",
        ),
        ("M-04", matter(核对日期="2999-01-01"), "核对日期: '2999-01-01'"),
        ("M-05", matter(失效日期="2019-12-31"), "失效日期: '2019-12-31'"),
    ],
)
def test_a_broken_rule_names_its_line(tmp_path: Path, code: str, values: Values, line: str) -> None:
    """Whoever breaks one rule hears of this rule only, on the line to be mended."""
    content = write_content(tmp_path, matters={MATTER_FILE: values})
    found_here = found(content)
    if line == "---":  # what is missing has no line: the file's first
        line = content.joinpath(f"matters/{MATTER_FILE}.md").read_text("utf-8").splitlines()[1]
    assert found_here == [(code, line)]


@pytest.mark.parametrize(
    "values",
    [
        matter(办件类型="即办件", 承诺办结时限="0"),
        matter(到办事现场次数="0", 到场原因="无"),
        matter(是否收费="是", 收费标准="每本 5 元", 收费依据="《收费办法》第三条"),
        matter(咨询电话="0539-0000001、0539-0000003转8", 监督投诉电话="0539-12345"),
        licence(
            办理流程=[step(环节=n) for n in ("收件", "现场核查", "决定", "制证与送达", "事后核查")]
        ),
        licence(
            法定办结时限="60",
            设定依据=[legal_basis(内容摘要="自收到申请之日起六十日内作出决定。")],
        ),
        matter(生效日期="2019-10-08", 失效日期="2999-10-08"),
    ],
)
def test_what_is_allowed_is_not_reported(tmp_path: Path, values: Values) -> None:
    """Unusual content that the rules allow is passed over in silence."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: values})) == []


def test_matters_due_for_a_check_are_counted_once(tmp_path: Path) -> None:
    """However many matters were checked too long ago, one finding says so."""
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(核对日期="2019-10-09"),
            "daily-life/second": matter(事项名称="另一个事项"),
        },
        data={"site": {"核对期限": "365"}},
    )
    assert found(content) == [("M-06", "核对日期: '2019-10-08'")]
    on_the_last_day = dt.date(2020, 10, 7)
    assert examine(content, today=on_the_last_day)[1] == []


def test_an_unreadable_value_is_reported_once(tmp_path: Path) -> None:
    """A value that cannot be read is one finding; rules that need it stay silent."""
    for key in matter():
        content = write_content(
            tmp_path / key, matters={MATTER_FILE: matter(**{key: {"错": "错"}})}
        )
        codes = {code for code, _ in found(content)}
        assert codes <= {"S-02", "S-03", "S-04"}, key
