"""Which half-hours exist, where, and how many people each can take. Pure rules, no storage."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from form_api.errors import ConfigError
from form_api.workdays import BEIJING, Calendar, beijing

UNKNOWN_WINDOWS = 10
"""Windows assumed for a matter when the API runs without a site."""


@dataclass(frozen=True, slots=True)
class Place:
    """A queue people book into: a group of windows in the hall, or a township's centre."""

    id: str
    label: str
    units: int
    """People it takes in one slot, walk-ins apart."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One half-hour at one place."""

    place: str
    date: dt.date
    label: str
    units: int

    @property
    def id(self) -> str:
        """The key under which taken places are counted."""
        return slot_id(self.place, self.date.isoformat(), self.label)


@dataclass(frozen=True)
class Schedule:
    """Opening hours and limits (content/data/appointments.yml) on the bureau's calendar."""

    labels: tuple[str, ...]
    per_window: int
    walk_in_percent: int
    township_capacity: int
    earliest: dt.timedelta
    furthest_workdays: int
    release_minutes: tuple[int, int]
    no_show_limit: int
    hall: str
    calendar: Calendar

    @classmethod
    def of(cls, raw: Mapping[str, Any], calendar: Calendar) -> Schedule:
        """Read the plain data of appointments.yml."""
        try:
            first, last = raw["release_minutes"]
            return cls(
                labels=tuple(_labels(raw["hours"], raw["slot_minutes"])),
                per_window=raw["per_window"],
                walk_in_percent=raw["walk_in_percent"],
                township_capacity=raw["township_capacity"],
                earliest=dt.timedelta(minutes=raw["earliest_minutes"]),
                furthest_workdays=raw["furthest_workdays"],
                release_minutes=(first, last),
                no_show_limit=raw["no_show_limit"],
                hall=raw["hall"],
                calendar=calendar,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"appointments.yml：缺少或写错了 {error}；请对照原文件改正"
            ) from error

    def hall_place(self, windows: str) -> Place:
        """Return the queue of a range of windows ("7-22")."""
        count = _count(windows) if windows else UNKNOWN_WINDOWS
        units = count * self.per_window
        online = units - -(-units * self.walk_in_percent // 100)
        where = f"{self.hall} {windows} 号窗口" if windows else self.hall
        return Place(f"hall:{windows}", where, max(online, 1))

    def township_place(self, id_: str, name: str) -> Place:
        """Return the queue of a township's service centre."""
        return Place(f"township:{id_}", f"{name}便民服务中心", self.township_capacity)

    def last_day(self, now: dt.datetime) -> dt.date:
        """Return the furthest day that can be booked."""
        return self.calendar.workday_after(beijing(now).date(), self.furthest_workdays)

    def offers(self, place: Place, now: dt.datetime, start: dt.date) -> Iterator[Slot]:
        """List the slots that can be booked from a day on, earliest first."""
        day = max(start, beijing(now).date())
        while day <= self.last_day(now):
            if self.calendar.day(day).bookable:
                for label in self.labels:
                    if self.in_time(day, label, now):
                        yield Slot(place.id, day, label, place.units)
            day += dt.timedelta(days=1)

    def in_time(self, day: dt.date, label: str, now: dt.datetime) -> bool:
        """Whether there is still time to book that slot."""
        return starts_at(day, label) >= now + self.earliest

    def why_closed(self, day: dt.date, label: str, now: dt.datetime) -> str:
        """Say why a slot cannot be booked, or nothing when it can."""
        state = self.calendar.day(day)
        if label not in self.labels:
            return "没有这个时段，请从列出的时段里选"
        if not self.in_time(day, label, now):
            return "这个时段已经过了或者马上开始，请选晚一些的"
        if day > self.last_day(now):
            return f"最远可以约到 {self.last_day(now).isoformat()}，请选近一些的日子"
        if not state.works:
            return "这一天不上班，请选工作日"
        if state.provisional:
            return "这一天的放假安排还没有公布，请选别的日子"
        return ""


def slot_id(place: str, date: str, label: str) -> str:
    """Return the key under which taken places are counted."""
    return f"{place}|{date}|{label}"


def starts_at(day: dt.date, label: str) -> dt.datetime:
    """Return the moment a slot begins."""
    return dt.datetime.combine(day, dt.time.fromisoformat(label.split("-")[0]), BEIJING)


def ends_at(day: dt.date, label: str) -> dt.datetime:
    """Return the moment a slot ends."""
    return dt.datetime.combine(day, dt.time.fromisoformat(label.split("-")[1]), BEIJING)


def _labels(hours: list[dict[str, str]], minutes: int) -> Iterator[str]:
    for span in hours:
        start, end = (_minutes(span[key]) for key in ("from", "to"))
        edges = range(start, end + 1, minutes)
        for first, last in itertools.pairwise(edges):
            yield f"{_clock(first)}-{_clock(last)}"


def _minutes(clock: str) -> int:
    time = dt.time.fromisoformat(clock)
    return time.hour * 60 + time.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _count(windows: str) -> int:
    first, _, last = windows.partition("-")
    return int(last or first) - int(first) + 1
