"""The bureau's calendar: working days with national make-up days, always Beijing time.

Order of truth: the local table (content/data/holidays.yml), the published national calendar
(chinesecalendar), then the weekday rule, marked provisional. The national holidays of a year are
announced the November before; until then nobody knows which Saturday will be worked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

BEIJING = ZoneInfo("Asia/Shanghai")
_LOOK_AHEAD = 370
# Fixed or nearly fixed dates of the statutory holidays, with the days around them that a
# published calendar may still turn into rest days: (month, day) from and to.
_HOLIDAY_SEASONS = (
    ((1, 1), (1, 3)),
    ((1, 20), (3, 1)),
    ((4, 3), (4, 7)),
    ((4, 28), (5, 6)),
    ((6, 1), (6, 26)),
    ((9, 6), (10, 10)),
)


@dataclass(frozen=True, slots=True)
class Day:
    """What a day is."""

    works: bool
    provisional: bool = False

    @property
    def bookable(self) -> bool:
        """Whether appointments may be offered; an unannounced holiday season may not."""
        return self.works and not self.provisional


@dataclass(frozen=True)
class Calendar:
    """Working days, with the local table in front."""

    overrides: Mapping[dt.date, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Mapping[str, Any] | None) -> Calendar:
        """Read the plain data of holidays.yml."""
        days = (raw or {}).get("days") or []
        return cls({_date(day["date"]): day["kind"] == "work" for day in days})

    def day(self, date: dt.date) -> Day:
        """Tell what a day is."""
        if date in self.overrides:
            return Day(self.overrides[date])
        try:
            return Day(chinese_calendar.is_workday(date))
        except NotImplementedError:
            return Day(date.weekday() < 5, provisional=_in_season(date))

    def workday_after(self, start: dt.date, count: int) -> dt.date:
        """Return the last day of a limit of `count` working days that begins after `start`."""
        date = start
        for _ in range(_LOOK_AHEAD):
            if count <= 0:
                break
            date += dt.timedelta(days=1)
            count -= self.day(date).works
        return date

    def published(self, year: int) -> bool:
        """Whether the national calendar of a year is known."""
        try:
            chinese_calendar.is_workday(dt.date(year, 7, 1))
        except NotImplementedError:
            return any(date.year == year for date in self.overrides)
        return True


def beijing(moment: dt.datetime) -> dt.datetime:
    """Return the moment on Beijing's clocks."""
    return moment.astimezone(BEIJING)


def _in_season(date: dt.date) -> bool:
    day = (date.month, date.day)
    return any(first <= day <= last for first, last in _HOLIDAY_SEASONS)


def _date(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
