"""What a cell means. Offices type √ for 是, ２０１９年 for 2019- and let Excel guess the rest.

Every function takes the cell as openpyxl gives it and returns the text that stands in a content
file, or raises ValueError with a sentence in Chinese that continues the name of the column.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from site_builder.schema import Element, Kind
from site_builder.workbook.layout import holds_id

ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_YES = frozenset(("是", "有", "对", "√", "✓", "✔", "☑", "y", "yes", "true", "1"))
_NO = frozenset(("否", "无", "不", "×", "✕", "✗", "✘", "☐", "x", "n", "no", "false", "0"))
_SERIALS = range(20_000, 80_000)
"""Day numbers Excel shows as dates between 1954 and 2119."""


def is_blank(cell: Any) -> bool:
    """Tell whether nothing stands in the cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def says_no(cell: Any) -> bool:
    """Tell whether the cell says no in one of the usual ways."""
    return folded(cell) in _NO


def folded(cell: Any) -> str:
    """Return the cell for comparing: half-width, small letters, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text(cell)).lower().split())


def text(cell: Any) -> str:
    """Return the cell as the text a person sees in it."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    # Office programs keep a line break as one of three things.
    return str(cell).replace("_x000D_", "").replace("\r\n", "\n").strip()


def value(cell: Any, element: Element) -> str | list[str]:
    """Return a cell that is not blank as the value of the element."""
    if isinstance(cell, str) and cell.startswith("#") and cell.rstrip("!?").isupper():
        raise ValueError(f"是出错的公式“{cell}”；改成算好的内容")
    if element.kind in (Kind.LIST, Kind.CHOICES):
        return _list(text(cell), element)
    if element.kind in _READ:
        return _READ[element.kind](cell, element)
    return _id(cell) if holds_id(element) else text(cell)


def _list(cell: str, element: Element) -> list[str]:
    separators = r"\n" if element.separator == "\n" else r"[;；\n]"
    items = [item.strip() for item in re.split(separators, cell) if item.strip()]
    if not items:
        raise ValueError("只有分隔符，没有内容；补上，或者清空这一格")
    read: Callable[[str], str] = str
    if element.kind is Kind.CHOICES:
        read = lambda item: _choice(item, element)  # noqa: E731
    elif holds_id(element):
        read = _id
    return list(dict.fromkeys(map(read, items)))


def _id(cell: Any) -> str:
    identifier = folded(cell)
    if not ID.match(identifier):
        raise ValueError(f"“{text(cell)}”不能作编码；只用小写英文字母、数字和连字符")
    return identifier


def _number(cell: Any, element: Element) -> str:
    match = re.fullmatch(rf"(\d{{1,6}})(?:\.0*)?(?:{element.unit or '个'})?", folded(cell))
    if not match:
        raise ValueError(f"写的是“{text(cell)}”，不是整数；只写数字，如 5")
    return str(int(match[1]))


def _yes_no(cell: Any, _: Element) -> str:
    answer = folded(cell)
    if answer not in _YES | _NO:
        raise ValueError(f"写的是“{text(cell)}”；改成 是 或 否")
    return "是" if answer in _YES else "否"


def _choice(cell: Any, element: Element) -> str:
    answer = folded(cell)
    if "是" in element.choices and answer in _YES | _NO:
        answer = "是" if answer in _YES else "否"
    for choice in element.choices:
        if folded(choice) == answer:
            return choice
    raise ValueError(f"写的是“{text(cell)}”；改成其中之一：{'、'.join(element.choices)}")


def _date(cell: Any, _: Element) -> str:
    if isinstance(cell, dt.date):
        return text(cell) if isinstance(cell, dt.datetime) else cell.isoformat()
    written = folded(re.split(r"\s\d{1,2}[:：]", text(cell))[0])
    if written.isdecimal() and int(written) in _SERIALS:
        return (dt.date(1899, 12, 30) + dt.timedelta(int(written))).isoformat()
    match = re.match(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?!\d)", written)
    try:
        year, *month_and_day = [int(part) for part in match.groups() if part] if match else [0]
        return dt.date(year, *month_and_day).isoformat()
    except (TypeError, ValueError):
        raise ValueError(f"写的是“{text(cell)}”，不是存在的日期；写成 2019-10-08 这样") from None


def _windows(cell: Any, _: Element) -> str:
    if isinstance(cell, dt.date):
        raise ValueError("被表格软件当成了日期；先把单元格格式改成“文本”，再重写号段，如 7-22")
    match = re.fullmatch(r"(\d+)号?(?:[-‐–—―~〜至到](\d+))?号?(?:窗口)?", folded(cell))
    if not match or int(match[1]) > int(match[2] or match[1]):
        raise ValueError(f"写的是“{text(cell)}”，不是窗口号段；从小到大写，如 7-22")
    first, last = int(match[1]), int(match[2] or match[1])
    return f"{first}-{last}" if first != last else str(first)


_READ: dict[Kind, Callable[[Any, Element], str]] = {
    Kind.NUMBER: _number,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.DATE: _date,
    Kind.WINDOWS: _windows,
}
