"""How much time is left, counted in working days on the bureau's calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from form_api.workdays import Calendar

AMBER_FROM = 2


@dataclass(frozen=True, slots=True)
class Urgency:
    """Working days left, as a number, a level for the eye, and words for everybody."""

    days: int
    level: str
    words: str


def urgency(due_on: str, today: dt.date, calendar: Calendar) -> Urgency:
    """Return how urgent a case is."""
    due = dt.date.fromisoformat(due_on)
    if due < today:
        days = workdays_between(due, today, calendar)
        return Urgency(-days, "overdue", f"超期 {days} 个工作日" if days else "已过期限")
    days = workdays_between(today, due, calendar)
    if days == 0:
        return Urgency(0, "red", "今天到期")
    level = "amber" if days <= AMBER_FROM else "calm"
    return Urgency(days, level, f"还有 {days} 个工作日")


def workdays_between(after: dt.date, until: dt.date, calendar: Calendar) -> int:
    """Count the working days after one day up to and with another."""
    span = (until - after).days
    return sum(calendar.day(after + dt.timedelta(days=i)).works for i in range(1, span + 1))
