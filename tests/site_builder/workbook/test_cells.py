"""What people type into a cell, and what it means."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from site_builder.schema import Element, Kind
from site_builder.workbook import cells

DAYS = Element("时限", "days", Kind.NUMBER, unit="个工作日")
DATE = Element("日期", "date", Kind.DATE)
YES_NO = Element("是否收费", "charged", Kind.YES_NO)
FORM = Element("材料形式", "medium", Kind.CHOICE, choices=("纸质", "电子", "纸质/电子"))
IN_OFFICE = Element("不出科室", "in_office", Kind.CHOICE, choices=("是", "否", "不适用"))
WINDOWS = Element("窗口", "windows", Kind.WINDOWS)
NAME = Element("名称", "name")
MATTER_ID = Element("事项编码", "matter_id")
ALIASES = Element("别名", "aliases", Kind.LIST)
CONDITIONS = Element("受理条件", "conditions", Kind.LIST, separator="\n")
MATTER_IDS = Element("包含事项", "matter_ids", Kind.LIST)


@pytest.mark.parametrize(
    ("element", "cell", "expected"),
    [
        *((DAYS, cell, "15") for cell in (15, 15.0, "15", "１５", " 15 ", "15.0", "15个工作日")),
        *(
            (DATE, cell, "2019-10-08")
            for cell in (
                dt.datetime(2019, 10, 8),
                dt.date(2019, 10, 8),
                43746,
                43746.0,
                "43746",
                "2019-10-08",
                "２０１９－１０－０８",
                "2019/10/8",
                "2019.10.8",
                "2019年10月8日",
                "2019 年 10 月 8 日",
                "20191008",
                "2019-10-08 00:00:00",
            )
        ),
        *((YES_NO, cell, "是") for cell in ("是", "√", "Y", "ｙ", "✔", True, 1)),
        *((YES_NO, cell, "否") for cell in ("否", "×", "N", "无", False, 0)),
        (FORM, "纸质／电子", "纸质/电子"),
        (FORM, "纸质 / 电子", "纸质/电子"),
        (IN_OFFICE, "√", "是"),
        *((WINDOWS, cell, "7-22") for cell in ("7-22", "7－22", "7—22", "7~22", "7至22号窗口")),
        *((WINDOWS, cell, "7") for cell in (7, 7.0, "7号", "7-7")),
        (NAME, "  食品经营许可（新办）\n", "食品经营许可（新办）"),
        (NAME, 110.0, "110"),
        (MATTER_ID, " Food－License１ ", "food-license1"),
        (ALIASES, "开饭店； 餐饮证;;开饭店", ["开饭店", "餐饮证"]),
        (CONDITIONS, "有场所；有设备\r\n\n 有人 ", ["有场所；有设备", "有人"]),
        (MATTER_IDS, "Ａ-1；b-2", ["a-1", "b-2"]),
    ],
)
def test_a_cell_means_what_the_person_meant(element: Element, cell: Any, expected: Any) -> None:
    """Widths, spaces, units, ticks and the office program's own types do not matter."""
    assert cells.value(cell, element) == expected


@pytest.mark.parametrize(
    ("element", "cell", "hint"),
    [
        *((DAYS, cell, "不是整数") for cell in ("两天", "-1", 1.5, "1;2", "1234567")),
        *((DATE, c, "不是存在的日期") for c in ("2019-02-30", "2019-10", "去年", 7, "2019-10-081")),
        (YES_NO, "也许", "改成 是 或 否"),
        (FORM, "口头", "纸质、电子、纸质/电子"),
        (WINDOWS, dt.datetime(2019, 7, 22), "当成了日期"),
        (WINDOWS, "22-7", "从小到大"),
        *((MATTER_ID, cell, "不能作编码") for cell in ("食品", "-a", "a_b", "a b/c")),
        (ALIASES, "；;", "只有分隔符"),
        (NAME, "#REF!", "出错的公式"),
    ],
)
def test_a_cell_that_means_nothing_is_refused_with_the_way_out(
    element: Element, cell: Any, hint: str
) -> None:
    """What cannot be understood is said, never guessed."""
    with pytest.raises(ValueError, match=hint):
        cells.value(cell, element)
