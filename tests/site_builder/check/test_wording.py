"""Rules about vague words, placeholders and length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import MATTER_FILE, Values, found, material, matter, write_content


@pytest.mark.parametrize(
    ("code", "values", "line"),
    [
        ("C-42", matter(受理条件=["法律法规规定的其他条件"]), "- 法律法规规定的其他条件"),
        ("C-42", matter(申请材料=[material(材料名称="其它材料")]), "- 材料名称: 其它材料"),
        ("C-42", matter(申请材料=[material(材料名称="身份证等")]), "- 材料名称: 身份证等"),
        (
            "C-42",
            matter(申请材料=[material(填报须知="另附相关证明")]),
            "填报须知: 另附相关证明",
        ),
        ("C-44", matter(结果有效期="待定"), "结果有效期: 待定"),
        ("C-44", matter(受理条件=["详见窗口"]), "- 详见窗口"),
        ("C-44", matter(收费标准="无", 结果有效期="/"), "结果有效期: /"),
        (
            "M-07",
            matter(申请材料=[material(填报须知="写清楚。" * 126)]),
            "填报须知: " + "写清楚。" * 126,
        ),
    ],
)
def test_a_broken_rule_names_its_line(tmp_path: Path, code: str, values: Values, line: str) -> None:
    """Whoever breaks one rule hears of this rule only, on the line to be mended."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: values})) == [(code, line)]


@pytest.mark.parametrize(
    "values",
    [
        matter(受理条件=["与其他人共有的，共有人同意"]),
        matter(申请材料=[material(材料名称="等级证书", 填报须知="等级以证书为准")]),
        matter(简要说明="办理时间暂无变化"),
        matter(到场原因="核对身份——当场拍照"),
    ],
)
def test_ordinary_words_are_not_reported(tmp_path: Path, values: Values) -> None:
    """Words that only look like catch-alls or placeholders are passed over in silence."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: values})) == []


def test_a_missing_value_names_its_record(tmp_path: Path) -> None:
    """A value left empty, or a line left out, is reported where it belongs."""
    empty = matter(简要说明="")
    content = write_content(tmp_path / "empty", matters={MATTER_FILE: empty})
    assert found(content) == [("C-44", "简要说明: ''")]
    missing = matter(申请材料=[material(来源渠道=None)])
    content = write_content(tmp_path / "missing", matters={MATTER_FILE: missing})
    assert found(content) == [("C-44", "- 材料名称: 居民身份证")]
