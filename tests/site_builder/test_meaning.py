"""What the public reads of a change: its meaning in everyday words, and no mere wording."""

from __future__ import annotations

import pytest

from site_builder.meaning import Record, same_meaning, told
from site_builder.schema import MATTER, PACKAGE
from tests.factories import commitment, material, matter, package, waivable

NAMES = {"elder-card": "老年人优待证", "second": "公交卡", "third": "体检"}


def sentences(old: Record, new: Record) -> list[str]:
    return list(told(matter(**old), matter(**new), MATTER, NAMES.__getitem__))


CASES: dict[str, tuple[Record, Record, list[str]]] = {
    "days": (
        {"承诺办结时限": "10"},
        {"承诺办结时限": "5"},
        ["承诺办结时限由 10 个工作日改为 5 个工作日"],
    ),
    "material gone": (
        {"申请材料": [material(), material(材料名称="健康证明")]},
        {"申请材料": [material()]},
        ["不再需要“健康证明”"],
    ),
    "material clearer": (
        {"申请材料": [material()]},
        {"申请材料": [material(材料名称="居民身份证（正反面）", 纸质份数="2")]},
        [
            "材料“居民身份证”改为“居民身份证（正反面）”",
            "“居民身份证（正反面）”：纸质份数由 1 份改为 2 份",
        ],
    ),
    "material misspelt": (
        {"申请材料": [material(材料名称="开户许可正")]},
        {"申请材料": [material(材料名称="开户许可证")]},
        [],
    ),
    "material can be handed in later": (
        {"申请材料": [material(), waivable(材料必要性="必要", 容缺补正时限=None)]},
        {"申请材料": [material(), waivable()]},
        ["“近期照片”：可以先受理、后补交，容缺补正时限：3 个工作日"],
    ),
    "condition misspelt": ({"受理条件": ["已开立帐户"]}, {"受理条件": ["已开立账户。"]}, []),
    "condition edited": (
        {"受理条件": ["年满六十周岁", "本区户籍"]},
        {"受理条件": ["年满六十五周岁", "本区户籍"]},
        ["受理条件“年满六十周岁”改为“年满六十五周岁”"],
    ),
    "condition replaced": (
        {"受理条件": ["年满六十周岁"]},
        {"受理条件": ["持有残疾人证"]},
        ["受理条件去掉“年满六十周岁”", "受理条件增加“持有残疾人证”"],
    ),
    "conditions in another order": ({"受理条件": ["甲", "乙"]}, {"受理条件": ["乙", "甲"]}, []),
    "online": ({"是否网上可办": "否"}, {"是否网上可办": "是"}, ["可以网上办了"]),
    "charged": (
        {"是否收费": "否"},
        {"是否收费": "是", "收费标准": "每证 10 元", "收费依据": "价目表"},
        ["开始收费", "收费标准：每证 10 元"],
    ),
    "free": (
        {"是否收费": "是", "收费标准": "每证 10 元", "收费依据": "价目表"},
        {"是否收费": "否"},
        ["不再收费"],
    ),
    "no visit": (
        {},
        {"到办事现场次数": "0", "到场原因": None},
        ["到办事现场次数由 1 次改为 0 次"],
    ),
    "ends": ({}, {"失效日期": "2027-01-01"}, ["2027-01-01 起停止办理"]),
    "goes on": ({"失效日期": "2027-01-01"}, {}, ["继续办理"]),
    "another window": ({}, {"窗口": "23"}, ["窗口由“1-2”改为“23”"]),
    "promise": ({}, {"告知承诺": commitment()}, ["可以用书面承诺代替“近期照片”"]),
    "no promise": ({"告知承诺": commitment()}, {}, ["不再实行告知承诺"]),
    "only wording": ({}, {"简要说明": "六十岁以上老人办理。", "核对日期": "2020-01-01"}, []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_told_in_everyday_words(case: str) -> None:
    """Each kind of change is told by what it means for an applicant, mere wording not at all."""
    old, new, expected = CASES[case]
    assert sentences(old, new) == expected


def test_packages_speak_of_matters_by_name() -> None:
    """A matter added to a package is called by its name, never by its id."""
    new = package(包含事项=["elder-card", "second", "third"], 简介="两证同办。")
    assert list(told(package(), new, PACKAGE, NAMES.__getitem__)) == ["套餐增加“体检”"]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("申请人的身份证", "申请人身份证", True),
        ("账户、帐号", "账户，账号", True),
        ("费用 1.5 万元", "费用 15 万元", False),
        ("第 5、6 条", "第 5，6 条", False),
        ("年满六十周岁", "年满六十五周岁", False),
        ("本区户籍", "本市户籍", False),
        ("不予受理", "予以受理", False),
        ("两份", "俩份", False),
        ("父亲", "夫亲", False),
    ],
)
def test_a_slip_of_the_pen_is_told_from_another_meaning(old: str, new: str, same: bool) -> None:
    """Characters that sound alike are a slip; numbers, negations and family are never one."""
    assert same_meaning(old, new) is same
