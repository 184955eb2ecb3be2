"""Who comes on a day, and how many people a place takes: dated changes, the newest counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from form_api.domain import Wish
from form_api.slots import Slot
from form_api.store.base import Tx
from form_api.store.desk.journal import log
from form_api.store.desk.rows import dicts

WALK_IN = "walk-in|"
"""How the slot ids of people without a booking begin: they take no place from the booked."""


def bookings(tx: Tx, date: str, place: str = "") -> list[str]:
    """List the appointments of a day in the order of their times."""
    where = " AND b.place = ?" if place else ""
    return [
        row["submission"]
        for row in tx.all(
            f"SELECT b.submission FROM booking b WHERE b.date = ?{where}"
            " ORDER BY b.label, b.place, b.submission",
            date,
            *([place] if place else []),
        )
    ]


def booked_from(tx: Tx, start: str) -> list[dict[str, Any]]:
    """List where and when people are still booked from a day on."""
    return dicts(
        tx.all(
            "SELECT b.* FROM booking b JOIN submission s ON s.id = b.submission"
            " WHERE b.date >= ? AND s.state = 'booked' ORDER BY b.date, b.label",
            start,
        )
    )


@dataclass(frozen=True, slots=True)
class Quota:
    """A change to how many people a place takes; the newest that covers a slot counts."""

    id: str
    place: str
    first: str
    last: str
    label: str
    """One slot, or empty for all day."""
    units: int
    """People online in each slot; 0 closes it."""
    reason: str
    author: str
    at: int

    def covers(self, place: str, date: str, label: str) -> bool:
        """Whether it speaks of that slot."""
        return (
            self.place in (place, "*")
            and self.first <= date <= self.last
            and self.label in ("", label)
        )


def quotas(tx: Tx, place: str, start: dt.date) -> list[Quota]:
    """List the changes that concern a place from a day on, newest first; `*` is every place."""
    return [
        Quota(**dict(row))
        for row in tx.all(
            "SELECT * FROM quota WHERE (place = ? OR place = '*' OR ? = '*') AND last >= ?"
            " ORDER BY at DESC, id DESC",
            place,
            place,
            start.isoformat(),
        )
    ]


def add_quota(tx: Tx, quota: Quota) -> None:
    """Change how many people a place takes, from now on; older changes stay on record."""
    tx.run(
        "INSERT INTO quota (id, place, first, last, label, units, reason, author, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        quota.id,
        quota.place,
        quota.first,
        quota.last,
        quota.label,
        quota.units,
        quota.reason,
        quota.author,
        quota.at,
    )
    data = {name: getattr(quota, name) for name in ("place", "first", "last", "label", "units")}
    log(tx, quota.at, quota.author, "quota", data | {"reason": quota.reason})


def units_of(slot: Slot, changed: list[Quota]) -> int:
    """Return how many people a slot takes, with the changes, newest first."""
    date = slot.date.isoformat()
    return next((q.units for q in changed if q.covers(slot.place, date, slot.label)), slot.units)


def units(tx: Tx, wish: Wish) -> int:
    """Return how many people the wished slot takes at this moment."""
    date = dt.date.fromisoformat(wish.date)
    changed = quotas(tx, wish.place, date)
    if wish.slot.startswith(WALK_IN):
        changed = [quota for quota in changed if quota.units == 0]
    return units_of(Slot(wish.place, date, wish.label, wish.units), changed)
