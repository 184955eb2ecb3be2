"""Turning read values into records by the schema."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from site_builder import model, schema
from site_builder.errors import Finding
from site_builder.load import parse_front_matter
from site_builder.model import Document, Matter, Package, Windows
from site_builder.parse import Parser
from tests.factories import (
    Values,
    commitment,
    front_matter,
    material,
    matter,
    package,
    township,
    waivable,
    zone,
)


def parser(values: Any, file: str = "matters/daily-life/elder-card.md") -> Parser:
    """Return a parser of values as a file would hold them."""
    document = parse_front_matter(front_matter(values), file)
    assert isinstance(document, Document), document
    return Parser(document)


def parse_matter(values: Values) -> tuple[Matter, list[Finding]]:
    """Return the matter of these values and what is wrong with it."""
    reader = parser(values)
    return reader.matter(), reader.findings


def parse_package(values: Values) -> tuple[Package, list[Finding]]:
    """Return the package of these values and what is wrong with it."""
    reader = parser(values, "packages/enjoy.md")
    return reader.package(), reader.findings


def test_a_whole_matter_becomes_a_record() -> None:
    """Every kind of element arrives as the value it stands for."""
    values = matter(
        别名=["老人证", "敬老卡"],
        失效日期="2999-01-01",
        申请材料=[material(), waivable()],
        情形=[{"问题": "代办吗？", "选项": [{"选项": "是", "影响": "带委托书。"}]}],
        告知承诺=commitment(),
        常见问题=[{"问题": "收费吗？", "回答": "不收。"}],
    )
    record, findings = parse_matter(values)
    assert findings == []
    assert (record.id, record.theme_id, record.name) == ("elder-card", "daily-life", "老年人优待证")
    assert (record.aliases, record.online, record.visits) == (("老人证", "敬老卡"), False, 1)
    assert record.windows == Windows(1, 2)
    assert record.expires_on == dt.date(2999, 1, 1)
    assert [m.waivable for m in record.materials] == [False, True]
    assert record.materials[1].makeup_days == 3
    assert record.situations[0].options[0].effect == "带委托书。"
    assert record.commitment
    assert record.commitment.replaces == ("近期照片",)
    assert record.questions[0].answer == "不收。"
    assert record.broken == frozenset()


def test_what_may_be_left_out_has_a_neutral_value() -> None:
    """Optional elements that are absent, empty or blank are the same nothing."""
    nothings: list[Any] = [None, "", []]
    for empty in nothings:
        record, findings = parse_matter(matter(别名=empty, 到场原因="原因", 情形=empty))
        assert findings == []
        assert (record.aliases, record.situations, record.commitment) == ((), (), None)
        assert (record.effective_on, record.fee) == (None, "")


@pytest.mark.parametrize(
    ("key", "value", "code", "field"),
    [
        ("法定办结时限", "二十", "S-03", "statutory_days"),
        ("法定办结时限", "20天", "S-03", "statutory_days"),
        ("法定办结时限", "-1", "S-03", "statutory_days"),
        ("法定办结时限", "1.5", "S-03", "statutory_days"),
        ("法定办结时限", "２０", "S-03", "statutory_days"),
        ("法定办结时限", "9999999", "S-03", "statutory_days"),
        ("是否网上可办", "可以", "S-03", "online"),
        ("是否网上可办", "true", "S-03", "online"),
        ("办件类型", "快办件", "S-03", "handling"),
        ("服务对象", ["个人", "老人"], "S-03", "audiences"),
        ("核对日期", "2019-02-30", "S-03", "checked_on"),
        ("核对日期", "2019年10月8日", "S-03", "checked_on"),
        ("核对日期", "20191008", "S-03", "checked_on"),
        ("窗口", "22-7", "S-03", "windows"),
        ("窗口", "七号", "S-03", "windows"),
        ("事项名称", ["一", "二"], "S-03", "name"),
        ("申请材料", "身份证", "S-02", "materials"),
        ("告知承诺", "承诺", "S-02", "commitment"),
        ("实施主体", "", "C-44", "department"),
        ("受理条件", None, "C-44", "conditions"),
    ],
)
def test_an_unreadable_value_is_named(key: str, value: Any, code: str, field: str) -> None:
    """A value that does not fit is one finding with its line, and its field counts as broken."""
    record, findings = parse_matter(matter(**{key: value}))
    assert [f.code for f in findings] == [code]
    assert key in findings[0].message or code == "S-02"
    assert findings[0].line == record.source.line(key)
    assert findings[0].advice
    assert record.broken == {field}


def test_a_single_text_may_stand_for_a_list() -> None:
    """One alias on the key's own line is a list of one."""
    record, findings = parse_matter(matter(别名="老人证"))
    assert (record.aliases, findings) == (("老人证",), [])


def test_a_broken_material_names_its_own_line() -> None:
    """The finding points into the list, at the material and column that is wrong."""
    materials = [material(), material(材料名称="照片", 纸质份数="两份", 材料形式="电子版")]
    record, findings = parse_matter(matter(申请材料=materials))
    lines = [record.source.line("申请材料", 1, key) for key in ("材料形式", "纸质份数")]
    assert sorted(f.line for f in findings) == lines
    assert record.broken == {"materials"}


def test_a_material_without_columns_is_named() -> None:
    """A list item that is only a name is reported, and the others are kept."""
    record, findings = parse_matter(matter(申请材料=[material(), "照片"]))
    assert [(f.code, f.line) for f in findings] == [("S-02", record.source.line("申请材料", 1))]
    assert [m.name for m in record.materials] == ["居民身份证"]
    assert record.broken == {"materials"}


@pytest.mark.parametrize(
    ("key", "advice"), [("简单说明", "简要说明"), ("备注", "删掉"), ("　别名", "别名")]
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(key: str, advice: str) -> None:
    """A misspelt column is never dropped in silence."""
    record, findings = parse_matter(matter(**{key: "内容"}))
    assert [(f.code, f.line) for f in findings] == [("S-04", record.source.line(key))]
    assert advice in findings[0].advice


@pytest.mark.parametrize("name", ["Elder-Card", "老人证", "elder_card", "-card", "a b"])
def test_a_file_name_must_do_as_an_address(name: str) -> None:
    """The file's name becomes the address of the page, so it keeps to a few characters."""
    reader = parser(matter(), f"matters/daily-life/{name}.md")
    reader.matter()
    assert [f.code for f in reader.findings] == ["S-05"]


def test_a_record_that_is_a_list_is_named_once() -> None:
    """Front matter of the wrong shape names the shape first."""
    reader = parser(["事项名称", "简要说明"])
    record = reader.matter()
    assert reader.findings[0].code == "S-01"
    assert "name" in record.broken


def test_a_package_becomes_a_record() -> None:
    """Questions, options and what they add arrive in the package's own classes."""
    question = {
        "问题编码": "older-than-80",
        "问题": "满八十岁了吗？",
        "选项": [
            {"选项": "是", "选项值": "yes", "增加事项": ["third"], "说明": "多办一项。"},
            {"选项": "否", "选项值": "no", "减少事项": ["second"], "说明": "少办一项。"},
        ],
    }
    record, findings = parse_package(package(情形=[question]))
    assert findings == []
    assert record.matter_ids == ("elder-card", "second")
    assert record.questions[0].options[0].adds == ("third",)
    assert record.possible_matter_ids == ("elder-card", "second", "third")


def test_a_broken_package_names_its_fields() -> None:
    """A package's unreadable values are found like a matter's."""
    record, findings = parse_package(package(承诺办结时限="一周", 包含事项=None))
    assert sorted(f.code for f in findings) == ["C-44", "S-03"]
    assert record.broken == {"promised_days", "matter_ids"}


def test_places_become_records() -> None:
    """Zones and townships are read from lists; a zone may have no window."""
    zones = parser({"分区": [zone(), zone(窗口起=None, 窗口止=None)]}).zones()
    assert [z.windows for z in zones] == [Windows(1, 10), None]
    (town,) = parser([township(可信度="待核实")]).townships()
    assert town.provisional


@pytest.mark.parametrize("values", [{"镇街": "九曲"}, ["九曲"]])
def test_a_list_of_the_wrong_shape_is_named(values: Any) -> None:
    """A data file whose list holds no records is reported."""
    reader = parser(values, "data/townships.yml")
    assert reader.townships() == ()
    assert [f.code for f in reader.findings] == ["S-02"]


@pytest.mark.parametrize(
    ("elements", "cls"),
    [
        (schema.MATERIAL, model.Material),
        (schema.STEP, model.Step),
        (schema.LEGAL_BASIS, model.LegalBasis),
        (schema.QUESTION, model.Question),
        (schema.SITUATION, model.Situation),
        (schema.OPTION, model.Option),
        (schema.COMMITMENT, model.Commitment),
        (schema.PACKAGE_QUESTION, model.PackageQuestion),
        (schema.PACKAGE_OPTION, model.PackageOption),
        (schema.ZONE, model.Zone),
        (schema.TOWNSHIP, model.Township),
        (schema.CANCELLED_PROOF, model.CancelledProof),
    ],
)
def test_a_class_has_the_fields_of_the_schema_in_its_order(
    elements: tuple[schema.Element, ...], cls: Any
) -> None:
    """Records are made from values in the schema's order; another order would mix them up."""
    assert [element.field for element in elements] == list(cls.__annotations__)
