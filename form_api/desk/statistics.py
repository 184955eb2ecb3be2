"""What the figures say: how much came, how long answers took, how people graded them.

Counted from the submissions' own records, so nothing is kept twice and a purge changes nothing:
dates, categories and grades stay when the words are gone.
"""

from __future__ import annotations

import datetime as dt
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
from form_api.store import queries
from form_api.store.base import Tx
from form_api.workdays import BEIJING, Calendar, beijing

GRADES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
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
    unit: str = "件"


@dataclass(slots=True)
class _Names:
    rules: Rules
    keys: Keys
    units: Mapping[str, str] = field(default_factory=dict)


def handled(tx: Tx, rules: Rules, keys: Keys, first: str, last: str) -> list[Handled]:
    """Return what came in between two days, each with what became of it."""
    units = {officer.id: officer.unit or "（未写科室）" for officer in officers(tx)}
    names = _Names(rules, keys, units)
    start, end = (_moment(day) for day in (first, last))
    end += 86_400_000
    rows = tx.all(
        "SELECT s.id, w.owner FROM submission s LEFT JOIN work w ON w.submission = s.id"
        " WHERE s.received_at >= ? AND s.received_at < ? ORDER BY s.received_at, s.id",
        start,
        end,
    )
    return [_handled(tx, names, row["id"], row["owner"]) for row in rows]


def tables(items: list[Handled]) -> Iterator[Table]:
    """Yield every table of the statistics page."""
    complaints = [item for item in items if item.kind == "complaint"]
    visits = [item for item in items if item.kind == "appointment"]
    yield _count("每月收到多少意见", complaints, lambda item: item.month)
    yield _count("都是哪一类", complaints, lambda item: item.category)
    yield _times("各科室用了几天", complaints, lambda item: item.section)
    yield _count("说的是哪个窗口", complaints, lambda item: item.window)
    yield _count("来自哪个镇街", complaints, lambda item: item.township)
    yield _count("说的是哪个事项", complaints, lambda item: item.matter)
    graded = [item for item in items if item.grade is not None]
    yield _count("好差评", graded, lambda item: GRADES.get(item.grade or 0, ""), GRADES.values())
    yield _count("每月多少预约", visits, lambda item: item.month)
    yield _misses("约了没来", visits)


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


def _handled(tx: Tx, names: _Names, id_: str, owner: str | None) -> Handled:
    found = queries.by_number(tx, id_)
    assert found is not None
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
    matter = (rules.matters or {}).get(found.matter or "")
    window = opened(names.keys, found).get("window")
    return Handled(
        kind.id,
        f"{received:%Y-%m}",
        found.state,
        category,
        matter.name if matter else found.matter or "",
        (rules.townships or {}).get(found.township or "", found.township or ""),
        f"{window} 号窗口" if window else "",
        names.units.get(owner or "", "（没有人接）"),
        days,
        in_time,
        int(rated.data["grade"]) if rated and "grade" in rated.data else None,
        answered is not None and answered.data.get("outcome") == "no",
    )


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
    if names and all(len(name) == 7 and name[4] == "-" for name in names):
        names.sort()
    return Table(title, ("", "件数"), tuple((name, counts[name]) for name in names))


def _times(title: str, items: list[Handled], key: Callable[[Handled], str]) -> Table:
    by_name: dict[str, list[Handled]] = {}
    for item in items:
        by_name.setdefault(key(item), []).append(item)
    rows = []
    for name in sorted(by_name):
        group = by_name[name]
        answered = [item for item in group if item.days is not None]
        rows.append(
            (
                name,
                _median(answered),
                len(group),
                len(answered),
                _share(sum(bool(item.in_time) for item in answered), len(answered)),
                sum(item.said_no for item in answered),
            )
        )
    head = ("", "答复用时（工作日，中位数）", "收到", "已答复", "按期", "答复“不能办”")
    return Table(title, head, tuple(rows), "个工作日")


def _misses(title: str, items: list[Handled]) -> Table:
    by_month: dict[str, list[Handled]] = {}
    for item in items:
        by_month.setdefault(item.month, []).append(item)
    rows = tuple(
        (
            month,
            sum(item.state == "missed" for item in group),
            len(group),
            _share(sum(item.state == "missed" for item in group), len(group)),
        )
        for month, group in sorted(by_month.items())
    )
    return Table(title, ("", "没来", "预约", "占比"), rows)


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
