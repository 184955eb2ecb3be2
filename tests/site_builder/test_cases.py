"""A package's questions, answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.cases import Case, case, cases
from site_builder.catalogue import load_catalogue
from site_builder.model import Catalogue
from tests.factories import material, matter, package, step, write_content

QUESTIONS = [
    {
        "问题编码": "size",
        "问题": "店有多大？",
        "选项": [
            {
                "选项": "小",
                "选项值": "small",
                "增加事项": ["third"],
                "减少事项": ["second"],
                "说明": "少一个。",
            },
            {"选项": "大", "选项值": "big", "说明": "不变。"},
        ],
    },
    {
        "问题编码": "sign",
        "问题": "挂招牌吗？",
        "选项": [
            {"选项": "挂", "选项值": "yes", "增加事项": ["second"], "说明": "多一个。"},
            {"选项": "不挂", "选项值": "no", "说明": "不变。"},
        ],
    },
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    shared = material(材料名称="居民身份证", 通用材料="id-card")
    own = material(材料名称="场所平面图")
    content = write_content(
        tmp_path,
        matters={
            "daily-life/elder-card": matter(申请材料=[shared], 承诺办结时限="5"),
            "daily-life/second": matter(
                事项名称="第二件", 申请材料=[shared, own], 承诺办结时限="3"
            ),
            "daily-life/third": matter(
                事项名称="第三件",
                申请材料=[own],
                承诺办结时限="0",
                办件类型="即办件",
                办理流程=[step()],
            ),
        },
        packages={"shop": package(情形=QUESTIONS, 承诺办结时限="5")},
        data={"shared-materials": [{"编码": "id-card", "名称": "身份证"}]},
    )
    return load_catalogue(content)


def answered(catalogue: Catalogue, path: str) -> Case:
    return {c.path: c for c in cases(catalogue, catalogue.packages[0])}[path]


def ids(found: Case) -> list[str]:
    return [m.id for m in found.matters]


def test_every_way_of_answering_has_a_case(catalogue: Catalogue) -> None:
    """Each answer, and each answer after it, leads to a page of its own."""
    found = [c.path for c in cases(catalogue, catalogue.packages[0])]
    assert found == ["small/", "big/", "small/yes/", "small/no/", "big/yes/", "big/no/"]


def test_answers_add_and_drop_matters(catalogue: Catalogue) -> None:
    """What an answer adds is there, what it drops is not, in handling order."""
    assert ids(answered(catalogue, "small/no/")) == ["elder-card", "third"]
    assert ids(answered(catalogue, "big/no/")) == ["elder-card", "second"]


def test_a_dropped_matter_stays_dropped(catalogue: Catalogue) -> None:
    """A matter that one answer drops is not asked for because another answer mentions it."""
    assert ids(answered(catalogue, "small/yes/")) == ["elder-card", "third"]


def test_a_shared_material_is_listed_once_with_everyone_who_needs_it(catalogue: Catalogue) -> None:
    """Two matters that want the identity card make one line that names both."""
    items = case(catalogue, catalogue.packages[0]).items
    assert [(item.name, [use.matter.id for use in item.uses]) for item in items] == [
        ("身份证", ["elder-card", "second"]),
        ("场所平面图", ["second"]),
    ]


def test_together_is_never_slower_than_one_by_one(catalogue: Catalogue) -> None:
    """The comparison counts days, visits and materials, and together never loses."""
    usual = case(catalogue, catalogue.packages[0])
    assert (usual.days, usual.separate_days) == (5, 8)
    assert (usual.visits, usual.separate_visits) == (1, 2)
    assert (len(usual.items), usual.separate_materials) == (2, 3)
    for found in cases(catalogue, catalogue.packages[0]):
        assert found.days <= found.separate_days


def test_the_next_question_follows_the_answers(catalogue: Catalogue) -> None:
    """After the first answer comes the second question; after the last, none."""
    first, last = answered(catalogue, "small/"), answered(catalogue, "small/no/")
    assert first.question == catalogue.packages[0].questions[1]
    assert last.question is None
