"""What the figures say: how much came, how long answers took, how people graded them.

Counted from the submissions' own records, so nothing is kept twice and a purge changes nothing:
dates, categories and grades stay when the words are gone.
"""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from form_api import domain
from form_api.crypto import Keys
from form_api.desk.accounts import officers
from form_api.desk.urgency import workdays_between
from form_api.export import opened
from form_api.site import Rules
from form_api.store import desk, queries
from form_api.store.base import Tx
from form_api.workdays import BEIJING, Calendar, beijing

BAD_GRADES = (1, 2)
LONGEST_LISTED = 10
GRADES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
_MONTH = re.compile(r"\d{4}-\d{2}")
FILE = "data/complaint-figures.yml"


@dataclass(frozen=True, slots=True)
class Handled:
    """What is counted of one submission."""

    kind: str
    month: str
    state: str
    category: str
    matter: str
    township: str
    window: str
    section: str
    days: int | None
    in_time: bool | None
    grade: int | None
    said_no: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures, and a chart when its numbers are one column."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, *tuple[Any, ...]], ...]


@dataclass(slots=True)
class _Names:
    rules: Rules
    keys: Keys
    units: Mapping[str, str] = field(default_factory=dict)


def handled(tx: Tx, rules: Rules, keys: Keys, first: str, last: str) -> list[Handled]:
    """Return what came in between two days, each with what became of it."""
    units = {officer.id: rules.township(officer.unit) or "（未写科室）" for officer in officers(tx)}
    names = _Names(rules, keys, units)
    start, end = (_moment(day) for day in (first, last))
    end += 86_400_000
    owners = desk.owners(tx)
    return [
        _handled(names, found, owners.get(found.id)) for found in queries.received(tx, start, end)
    ]


def tables(items: list[Handled]) -> Iterator[Table]:
    """Yield every table of the statistics page."""
    complaints = [item for item in items if item.kind == "complaint"]
    visits = [item for item in items if item.kind == "appointment"]
    graded = [item for item in complaints if item.grade is not None]
    bad = [item for item in graded if item.grade in BAD_GRADES]
    yield _work("每月收到多少意见", complaints, lambda item: item.month)
    yield _work("都是哪一类", complaints, lambda item: item.category)
    yield _days("几个工作日答复的", complaints)
    yield _work("各科室办得怎么样", complaints, lambda item: item.section)
    yield _work("说的是哪个窗口", complaints, lambda item: item.window)
    yield _work("来自哪个镇街", complaints, lambda item: item.township)
    yield _work("说的是哪个事项", complaints, lambda item: item.matter)
    yield _count("好差评", graded, lambda item: GRADES.get(item.grade or 0, ""), GRADES.values())
    yield _count("差评说的是哪一类", bad, lambda item: item.category)
    yield _misses("每月预约，约了没来", visits, lambda item: item.month)
    yield _misses("各窗口的预约，约了没来", visits, lambda item: item.window)
    yield _misses("各镇街的预约，约了没来", visits, lambda item: item.township)


def months(items: Iterable[Handled]) -> list[dict[str, Any]]:
    """Return the figures of each month for the public, the newest first."""
    by_month: dict[str, list[Handled]] = {}
    for item in items:
        if item.kind == "complaint":
            by_month.setdefault(item.month, []).append(item)
    return [_month(name, by_month[name]) for name in sorted(by_month, reverse=True)]


def month_file(figures: list[dict[str, Any]], until: str) -> str:
    """Return the content file with the monthly figures."""
    head = "# 每月意见办理情况。由工作台统计后自动写入，请不要手改。\n"
    record = {"截至": until, "每月": [{k: str(v) for k, v in m.items()} for m in figures]}
    return head + yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=10_000)


def _month(name: str, items: list[Handled]) -> dict[str, Any]:
    answered = [item for item in items if item.days is not None]
    in_time = sum(bool(item.in_time) for item in answered)
    grades = [item.grade for item in items if item.grade is not None]
    return {
        "月份": name,
        "收到": len(items),
        "已答复": len(answered),
        "按期": in_time,
        "答复用时": _median(answered),
        "评价": len(grades),
        "满意": sum(grade >= 3 for grade in grades),
    }


def _handled(names: _Names, found: domain.Submission, owner: str | None) -> Handled:
    rules = names.rules
    received = beijing(domain.moment(found.received_at)).date()
    answered = next((e for e in found.events if e.action == "reply"), None)
    rated = next((e for e in found.events if e.action == "rate"), None)
    days = in_time = None
    if answered is not None:
        day = beijing(domain.moment(answered.at)).date()
        days = workdays_between(received, day, rules.calendar)
        in_time = day.isoformat() <= _due_at(found, answered.seq, rules.calendar)
    kind = domain.KINDS[found.kind]
    name = {"complaint": "category", "help": "way"}.get(kind.id)
    category = rules.forms[kind.form].field(name).label_of(found.category or "") if name else ""
    matter = rules.matter(found.matter)
    window, township = _where(names, found)
    return Handled(
        kind.id,
        f"{received:%Y-%m}",
        found.state,
        category,
        matter.name if matter else found.matter or "",
        township,
        window,
        names.units.get(owner or "", "（没有人接）"),
        days,
        in_time,
        int(rated.data["grade"]) if rated and "grade" in rated.data else None,
        answered is not None and answered.data.get("outcome") == "no",
    )


def _where(names: _Names, found: domain.Submission) -> tuple[str, str]:
    """Return the windows and the township a submission is about, in words."""
    township = names.rules.township(found.township or "")
    if found.booking is not None:
        kind, _, windows = found.booking.place.partition(":")
        return (f"{windows} 号窗口" if kind == "hall" else "", township)
    window = opened(names.keys, found).get("window")
    return (f"{window} 号窗口" if window else "", township)


def _due_at(found: domain.Submission, seq: int, calendar: Calendar) -> str:
    """Return the due date that held when the answer was given."""
    moved = [e.data["due_on"] for e in found.events if e.seq < seq and "due_on" in e.data]
    if moved:
        return str(moved[-1])
    received = beijing(domain.moment(found.received_at)).date()
    return calendar.workday_after(received, domain.KINDS[found.kind].due_workdays).isoformat()


def _count(
    title: str,
    items: list[Handled],
    key: Callable[[Handled], str],
    order: Iterable[str] = (),
) -> Table:
    counts = Counter(name for item in items if (name := key(item)))
    names = [n for n in order if n in counts] or sorted(counts, key=lambda n: (-counts[n], n))
    return Table(title, ("", "件数"), tuple((name, counts[name]) for name in names))


def _work(title: str, items: list[Handled], key: Callable[[Handled], str]) -> Table:
    """Return how much there was of each, and how it was handled."""
    rows = []
    for name, group in _grouped(items, key):
        answered = [item for item in group if item.days is not None]
        in_time = sum(bool(item.in_time) for item in answered)
        rows.append(
            (
                name,
                len(group),
                len(answered),
                _median(answered),
                _share(in_time, len(answered)),
                sum(item.said_no for item in answered),
            )
        )
    return Table(
        title, ("", "收到", "已答复", "用时（工作日，中位数）", "按期", "不能办"), tuple(rows)
    )


def _days(title: str, items: list[Handled]) -> Table:
    days = Counter(min(item.days, LONGEST_LISTED) for item in items if item.days is not None)
    rows = [
        (f"{LONGEST_LISTED} 天以上" if day == LONGEST_LISTED else f"{day} 天", days[day])
        for day in range(max(days, default=-1) + 1)
    ]
    return Table(title, ("", "件数"), tuple(rows))


def _misses(title: str, items: list[Handled], key: Callable[[Handled], str]) -> Table:
    rows = []
    for name, group in _grouped(items, key):
        missed = sum(item.state == "missed" for item in group)
        rows.append((name, len(group), missed, _share(missed, len(group))))
    return Table(title, ("", "预约", "没来", "没来的占"), tuple(rows))


def _grouped(
    items: list[Handled], key: Callable[[Handled], str]
) -> list[tuple[str, list[Handled]]]:
    """Return items by name: months in their order, anything else the most frequent first."""
    groups: dict[str, list[Handled]] = {}
    for item in items:
        if name := key(item):
            groups.setdefault(name, []).append(item)
    if all(_MONTH.fullmatch(name) for name in groups):
        return sorted(groups.items())
    return sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _median(answered: list[Handled]) -> float | int | str:
    days = [item.days for item in answered if item.days is not None]
    if not days:
        return ""
    middle = statistics.median(days)
    return int(middle) if middle == int(middle) else middle


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _moment(day: str) -> int:
    midnight = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), BEIJING)
    return domain.milliseconds(midnight)
