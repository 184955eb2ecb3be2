"""How many people a place takes, and what becomes of those who are booked where nobody will be.

Changing how many a place takes adds a dated line with a reason; the newest line that covers a slot
counts, none is ever changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from form_api.desk.accounts import Officer
from form_api.desk.hall import OFTEN, WALK_IN_PLACES, Hall, Visit
from form_api.desk.refusals import wrong
from form_api.domain import Submission, Wish, milliseconds
from form_api.errors import FieldError, Problem
from form_api.export import opened
from form_api.service import Service
from form_api.slots import Slot, slot_id
from form_api.store import desk, queries
from form_api.store.base import Tx
from form_api.store.desk import Quota
from form_api.wishes import place_of
from form_api.workdays import beijing

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Stranded:
    """Somebody booked where nobody will be: to be moved, and told."""

    number: str
    date: str
    time: str
    place: str
    matter: str
    township: str | None
    version: int
    offers: tuple[Mapping[str, Any], ...]


class Capacity:
    """Opening, closing, and moving people."""

    def __init__(self, service: Service, hall: Hall) -> None:
        self._service, self._hall = service, hall

    async def quotas(self) -> list[Quota]:
        """List the changes in force or to come, newest first."""
        today = beijing(self._service.clock()).date()
        return await self._service.store.read(partial(desk.quotas, place=EVERYWHERE, start=today))

    async def change(self, officer: Officer, posted: Mapping[str, str], request: str) -> None:
        """Change how many people a place takes."""
        quota = self._quota(officer, posted, request)
        await self._service.store.write(partial(desk.add_quota, quota=quota))

    async def stranded(self) -> list[Stranded]:
        """List those who are booked into slots that have been closed since."""
        today = beijing(self._service.clock()).date()
        found = await self._service.store.read(partial(in_closed_slots, start=today))
        return [await self._stranded(item) for item in found]

    async def move(
        self, officer: Officer, number: str, version: int, to: str, request: str
    ) -> None:
        """Give somebody another time; they see it at once, and are to be told."""
        found = await self._hall.appointment(number)
        day, _, label = to.partition(" ")
        rules = self._service.site.rules
        place = place_of(rules, found.matter or "", found.township)
        try:
            date = dt.date.fromisoformat(day)
        except ValueError as error:
            raise wrong("to", "请选改到哪个时段") from error
        why = rules.schedule.why_closed(date, label, self._service.clock())
        if why:
            raise wrong("to", why)
        wish = Wish(slot_id(place.id, day, label), place.id, day, label, place.units)
        await self._hall.act(found, officer, "move", version, request, wishes=(wish,))

    async def to_tell(self, officer: Officer) -> list[tuple[Visit, str, str]]:
        """List those who were moved and not telephoned yet: telephone in clear, and new day."""
        found = await self._service.store.read(moved_not_told)
        if found:
            numbers = [item.number for item in found]
            await self._hall.log(officer, "look_at_phones", {"numbers": numbers})
        keys = self._service.keys
        return [
            (
                self._hall.visit(item),
                opened(keys, item).get("phone", ""),
                item.booking.date if item.booking else "",
            )
            for item in found
        ]

    async def told(self, officer: Officer, number: str, version: int, request: str) -> None:
        """Note that somebody was told of their new time: the one the officer read out."""
        found = await self._hall.appointment(number)
        await self._hall.act(found, officer, "tell", version, request)

    async def _stranded(self, found: Submission) -> Stranded:
        booking, matter, township = found.booking, found.matter or "", found.township
        assert booking is not None
        offers = await self._service.slots(matter, township, booking.date)
        rules = self._service.site.rules
        known = rules.matter(matter)
        return Stranded(
            found.number,
            booking.date,
            booking.label,
            self._service.place_label(booking.place),
            known.name if known else matter,
            township,
            found.version,
            tuple(o for o in offers if o["free"] >= booking.places)[:OFTEN],
        )

    def _quota(self, officer: Officer, posted: Mapping[str, str], request: str) -> Quota:
        place, label = posted.get("place", ""), posted.get("label", "")
        errors: list[FieldError] = []
        if place != EVERYWHERE and place not in self._hall.places():
            errors.append(FieldError("place", "unknown", "请选哪里"))
        if label and label not in self._service.site.rules.schedule.labels:
            errors.append(FieldError("label", "unknown", "请选时段，或者全天"))
        first, last = _day(posted.get("first", "")), _day(posted.get("last", ""))
        if first is None or last is None or last < first:
            errors.append(FieldError("first", "date", "请写从哪天到哪天，例如 2019-10-15"))
        if not posted.get("units", "").isdigit() or int(posted["units"]) > WALK_IN_PLACES:
            errors.append(FieldError("units", "number", "请写每个时段能约几位；停办写 0"))
        if not posted.get("reason"):
            errors.append(FieldError("reason", "required", "请写原因，会记下来"))
        if errors or first is None or last is None:
            raise Problem("invalid-answers", "请按提示改好。", errors=errors)
        return Quota(
            request,
            place,
            first.isoformat(),
            last.isoformat(),
            label,
            int(posted["units"]),
            posted["reason"],
            officer.id,
            milliseconds(self._service.clock()),
        )


def in_closed_slots(tx: Tx, start: dt.date) -> list[Submission]:
    """List the appointments from a day on that are in slots which take nobody any more."""
    changed = desk.quotas(tx, EVERYWHERE, start)
    if all(quota.units for quota in changed):
        return []
    closed = [
        row["submission"]
        for row in desk.booked_from(tx, start.isoformat())
        if not row["slot"].startswith(desk.WALK_IN)
        and not desk.units_of(
            Slot(row["place"], dt.date.fromisoformat(row["date"]), row["label"], 1), changed
        )
    ]
    return queries.by_ids(tx, closed)


def moved_not_told(tx: Tx) -> list[Submission]:
    """List the appointments whose newest move nobody has telephoned about."""
    rows = tx.all(
        "SELECT m.submission, max(m.seq) AS moved FROM event m"
        " JOIN submission s ON s.id = m.submission AND s.state = 'booked'"
        " WHERE m.action = 'move' GROUP BY m.submission HAVING max(m.seq) >"
        " coalesce((SELECT max(t.seq) FROM event t"
        "  WHERE t.submission = m.submission AND t.action = 'tell'), 0)"
        " ORDER BY m.submission"
    )
    return queries.by_ids(tx, [row["submission"] for row in rows])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
