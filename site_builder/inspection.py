"""The indicators of the inspection of government websites, as far as the content shows them.

国办秘函〔2019〕19号 (standards D-52 to D-58). What only a running site or the desk knows is listed
as such, so that nobody takes silence for a pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from site_builder.model import Catalogue, Matter, Value

MET, MISSED, ELSEWHERE = "达标", "不达标", "要人看"

HOME_DAYS: Final = 14
"""The home page counts as stale after two weeks (D-53)."""
REPLY_DAYS: Final = 61
"""A site without a published reply for two months loses points (D-57)."""
VETO: Final = 5
"""So many stale columns, or so many empty ones, fail the site (D-54)."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its number, how it stands, and why."""

    number: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """When each column was last added to, and which are too old."""

    newest: Mapping[str, dt.date | None]
    stale: tuple[str, ...]

    @property
    def empty(self) -> tuple[str, ...]:
        """The columns without an article."""
        return tuple(column for column, day in self.newest.items() if day is None)

    @property
    def last(self) -> dt.date | None:
        """The day of the newest article."""
        return max((day for day in self.newest.values() if day), default=None)


def indicators(catalogue: Catalogue, columns: Columns, today: dt.date) -> Iterator[Indicator]:
    """Yield every indicator in the order of the document."""
    yield Indicator("D-52 打得开", ELSEWHERE, "由网站监测看：15 秒内打开，一周打不开的少于 5%")
    yield _fresh("D-53 首页更新", columns.last, HOME_DAYS, today, "首页最新的文章")
    yield _columns(columns)
    yield Indicator("D-55 留言答复", ELSEWHERE, "在工作台看有没有超过三个月没有答复的")
    yield from _guides(catalogue)
    replies = [day for values in _replies(catalogue) if (day := _day(values.get("答复")))]
    yield _fresh("D-57 公开答复", max(replies, default=None), REPLY_DAYS, today, "最新的公开答复")
    site = catalogue.data.get("site")
    demo = not isinstance(site, dict) or site.get("演示") == "是"
    marks = "页脚的标识码、备案号还是演示的" if demo else "页脚的标识码、备案号已填"
    yield Indicator("D-58 网站标识", MISSED if demo else MET, marks)
    yield Indicator("D-58 链接", MET, "每次发布都检查站内链接，有打不开的不能发布")


def _fresh(name: str, day: dt.date | None, limit: int, today: dt.date, what: str) -> Indicator:
    if day is None:
        return Indicator(name, MISSED, f"没有{what}")
    state = MET if (today - day).days <= limit else MISSED
    return Indicator(name, state, f"{what}是 {day}，期限 {limit} 天")


def _columns(columns: Columns) -> Indicator:
    stale, empty = len(columns.stale), len(columns.empty)
    state = MISSED if max(stale, empty) >= VETO else MET
    return Indicator(
        "D-54 栏目更新", state, f"久未更新 {stale} 个，空的 {empty} 个，到 {VETO} 个即单项否决"
    )


def _guides(catalogue: Catalogue) -> Iterator[Indicator]:
    """Yield what guides lack of the eight classes of elements (D-56)."""
    lacking = {
        matter.name: missing for matter in catalogue.matters if (missing := tuple(_missing(matter)))
    }
    if not catalogue.matters:
        yield Indicator("D-56 办事指南", MISSED, "一个事项也没有")
    elif not lacking:
        count = len(catalogue.matters)
        yield Indicator("D-56 办事指南", MET, f"{count} 个事项的八类要素都齐")
    for name, missing in lacking.items():
        yield Indicator("D-56 办事指南", MISSED, f"“{name}”缺{'、'.join(missing)}")


def _missing(matter: Matter) -> Iterator[str]:
    classes = {
        "事项名称": matter.name,
        "设定依据": matter.legal_bases,
        "受理条件": matter.conditions,
        "申请材料": matter.materials,
        "办理地点": matter.area,
        "办理时限": matter.handling == "即办件" or matter.promised_days,
        "联系电话": matter.phone,
        "办理流程": matter.steps,
    }
    return (name for name, value in classes.items() if not value)


def _replies(catalogue: Catalogue) -> Iterator[dict[str, Value]]:
    return (r.values for r in catalogue.replies if isinstance(r.values, dict))


def _day(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None
