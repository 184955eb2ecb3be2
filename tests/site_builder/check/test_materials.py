"""Rules about materials, waiver, commitment and cancelled proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    MATTER_FILE,
    MATTER_ID,
    RESULT_SAMPLE,
    Values,
    commitment,
    found,
    material,
    matter,
    waivable,
    write_content,
)


def with_materials(*materials: Values, **changes: Any) -> Values:
    """Return the smallest matter with an identity card and these materials."""
    return matter(申请材料=[material(), *materials], **changes)


FORM = material(材料名称="申请表", 有空白表格="是", 空白表格=RESULT_SAMPLE, 示例样表=RESULT_SAMPLE)


@pytest.mark.parametrize(
    ("code", "values", "line"),
    [
        ("D-06", with_materials(waivable(容缺补正时限="6")), "容缺补正时限: '6'"),
        (
            "W-01",
            with_materials(waivable(), 办件类型="即办件", 承诺办结时限="0"),
            "容缺补正时限: '3'",
        ),
        ("W-02", with_materials(waivable(容缺补正时限=None)), "材料必要性: 容缺后补"),
        ("W-02", with_materials(waivable(容缺补正时限="0")), "材料必要性: 容缺后补"),
        (
            "W-02",
            with_materials(waivable(材料必要性="非必要")),
            "材料必要性: 非必要",
        ),
        ("W-03", matter(申请材料=[waivable()]), "申请材料:"),
        ("W-04", with_materials(material(材料类型="复印件")), "- 材料名称: 居民身份证"),
        (
            "W-05",
            with_materials(material(材料名称="户口簿", 纸质份数="0")),
            "纸质份数: '0'",
        ),
        ("W-06", matter(申请材料=[material(材料形式="电子")]), "纸质份数: '1'"),
        ("C-43", matter(申请材料=[FORM | {"示例样表": ""}]), "申请材料:"),
        ("W-07", matter(申请材料=[FORM | {"有空白表格": "否"}]), "有空白表格: 否"),
        ("C-39", matter(结果样本=None), "结果名称: 老年人优待证"),
        (
            "W-08",
            matter(申请材料=[material(通用材料="id-card")]),
            "通用材料: id-card",
        ),
        ("W-09", matter(告知承诺=commitment()), "替代的材料:"),
    ],
)
def test_a_broken_rule_names_its_line(tmp_path: Path, code: str, values: Values, line: str) -> None:
    """Whoever breaks one rule hears of this rule only, on the line to be mended."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: values})) == [(code, line)]


@pytest.mark.parametrize(
    "values",
    [
        with_materials(waivable(), waivable(材料名称="体检报告", 容缺补正时限="5")),
        with_materials(waivable(), 告知承诺=commitment()),
        matter(申请材料=[material(材料形式="电子", 纸质份数="0")]),
        matter(申请材料=[FORM]),
    ],
)
def test_what_is_allowed_is_not_reported(tmp_path: Path, values: Values) -> None:
    """Waivable, paperless and form materials in good order are passed over in silence."""
    assert found(write_content(tmp_path, matters={MATTER_FILE: values})) == []


def test_a_registered_shared_material_is_known(tmp_path: Path) -> None:
    """A shared material of data/shared-materials.yml may be used."""
    content = write_content(
        tmp_path,
        matters={MATTER_FILE: matter(申请材料=[material(通用材料="id-card")])},
        data={"shared-materials": [{"编码": "id-card", "名称": "身份证"}]},
    )
    assert found(content) == []


def test_copies_of_paperless_materials_are_counted_once(tmp_path: Path) -> None:
    """However many paperless materials ask for copies, one finding says how many."""
    paperless = [material(材料形式="电子"), material(材料名称="户口簿", 材料形式="电子")]
    content = write_content(tmp_path, matters={MATTER_FILE: matter(申请材料=paperless)})
    assert [code for code, _ in found(content)] == ["W-06"]


@pytest.mark.parametrize(
    ("code", "changes", "line"),
    [
        ("W-10", {"事项编码": "elder-cart"}, "事项编码: elder-cart"),
        ("W-10", {"原用于": "残疾人证"}, "原用于: 残疾人证"),
        ("W-11", {"材料名称": "居民身份证"}, "- 材料名称: 居民身份证"),
    ],
)
def test_cancelled_proofs_fit_the_matters(
    tmp_path: Path, code: str, changes: Values, line: str
) -> None:
    """A cancelled proof names a matter that exists and that asks for it no more."""
    proof = {
        "材料名称": "年龄证明",
        "原用于": "老年人优待证",
        "事项编码": MATTER_ID,
        "替代方式": "数据共享",
    }
    sound = write_content(tmp_path / "sound", data={"cancelled-proofs": [proof]})
    assert found(sound) == []
    content = write_content(tmp_path, data={"cancelled-proofs": [proof | changes]})
    assert found(content) == [(code, line)]
