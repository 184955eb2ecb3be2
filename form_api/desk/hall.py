"""Appointments on the day: who is coming, who is here, walk-ins, closed windows.

A window's place is a queue of people (`hall:7-22`, `township:jiuqu`). Changing how many it takes
adds a dated line with a reason; the newest line that covers a slot counts, none is ever changed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from form_api import crypto, domain
from form_api.decode import Posted
from form_api.desk.accounts import Officer
from form_api.domain import APPOINTMENT, Act, Submission, Submit, Wish, milliseconds
from form_api.errors import FieldError, Problem
from form_api.export import masked_contact, opened
from form_api.service import PHONE, Receipt, Sender, Service
from form_api.slots import Slot, ends_at, slot_id
from form_api.store import commands, desk
from form_api.store.base import Tx
from form_api.store.desk import Quota
from form_api.workdays import beijing

WALK_IN_PLACES = 10_000
"""People without a booking are only counted, never turned away by a number."""
EVERYWHERE = "*"
OFTEN = 9
STEPS = {"attend": "签到", "call": "叫号", "serve": "办完", "miss": "没来"}


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment on the day's list."""

    number: str
    time: str
    place: str
    place_id: str
    name: str
    phone: str
    party: int
    helps: tuple[str, ...]
    matter: str
    state: str
    version: int
    called: int
    walk_in: bool
    steps: tuple[str, ...]


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


class Hall:
    """The appointments' side of the desk."""

    def __init__(self, service: Service) -> None:
        self._service = service

    # The day

    async def day(self, date: str, place: str, officer: Officer) -> list[Visit]:
        """List a day's appointments; the look goes into the desk's log."""
        store = self._service.store
        ids = await store.read(partial(desk.bookings, date=date, place=place))
        visits = [self._visit(await self._service.find_by_id(id_)) for id_ in ids]
        if visits:
            data = {"date": date, "place": place, "people": len(visits)}
            await self._log(officer, "look_at_day", data)
        return visits

    async def find(self, number: str, officer: Officer) -> tuple[Visit, str]:
        """Find one appointment by its number, with its day."""
        found = await self._appointment(number)
        await self._log(officer, "look_at_appointment", {"number": found.number})
        assert found.booking is not None
        return self._visit(found), found.booking.date

    async def step(
        self, number: str, officer: Officer, action: str, version: int, request: str
    ) -> None:
        """Check in, call, finish, or note that nobody came."""
        if action not in STEPS:
            raise Problem("no-page", "没有这种操作。")
        found = await self._appointment(number)
        await self._act(found, officer, action, version, request)

    def places(self) -> dict[str, str]:
        """Return every queue by id, with its words."""
        rules = self._service.site.rules
        hall = {
            rules.schedule.hall_place(m.windows).id: None for m in (rules.matters or {}).values()
        }
        townships = {f"township:{id_}": None for id_ in rules.townships or {}}
        ids = sorted(hall, key=_first_window) + list(townships)
        return {id_: self._service.place_label(id_) for id_ in ids}

    # People without a booking, and bookings by telephone

    def often(self, place: str) -> list[tuple[str, str]]:
        """Return the matters a walk-in is for, for one key each: this place's first nine."""
        rules = self._service.site.rules
        here = [
            (m.id, m.name)
            for m in (rules.matters or {}).values()
            if place.startswith("township:") or rules.schedule.hall_place(m.windows).id == place
        ]
        return here[:OFTEN]

    async def walk_in(self, officer: Officer, place: str, what: str, request: str) -> str:
        """Take somebody without a booking; returns the number of their ticket."""
        matter = self._matter(place, what)
        rules, now = self._service.site.rules, self._service.clock()
        today = beijing(now).date()
        label = next((x for x in rules.schedule.labels if ends_at(today, x) > now), "")
        if not label or not rules.calendar.day(today).works:
            raise Problem("conflict", "现在不是办公时间，不能取号。")
        keys = self._service.keys
        key, wrapped = keys.new_data_key(request)
        answers = {"matter": matter, "date": today.isoformat(), "slot": label, "party_size": 1}
        slot = f"{desk.WALK_IN}{slot_id(place, today.isoformat(), label)}"
        township = place.removeprefix("township:") if place.startswith("township:") else None
        command = Submit(
            id=request,
            kind=APPOINTMENT.id,
            numbers=keys.numbers(request, f"{APPOINTMENT.letter}{today:%y%m%d}"),
            code_digest=keys.code_digest(request, keys.code(request)),
            fingerprint=keys.fingerprint(f"walk-in|{place}|{matter}".encode()),
            channel="walk-in",
            at=milliseconds(now),
            due_on=today.isoformat(),
            category=None,
            matter=matter,
            township=township,
            person=None,
            data_key=wrapped,
            sealed=crypto.seal_json(key, f"answers|{request}", {"answers": answers, "form": None}),
            wishes=(Wish(slot, place, today.isoformat(), label, WALK_IN_PLACES),),
            places=1,
        )
        try:
            accepted = await self._service.store.write(partial(commands.submit, cmd=command))
        except commands.Refused as refused:
            raise Problem("conflict", "这个窗口现在停办，请换一个窗口。") from refused
        number: str = accepted.row["number"]
        found = await self._service.find_by_id(number)
        await self._act(found, officer, "attend", found.version, f"{request}|attend")
        return number

    async def first_free(self, place: str, what: str) -> dict[str, str]:
        """Return the beginning of a booking by telephone: the matter and its first free slot."""
        matter = self._matter(place, what)
        township = place.removeprefix("township:") if place.startswith("township:") else ""
        offers = await self._service.slots(matter, township or None, "")
        free = next((offer for offer in offers if offer["free"] > 0), None)
        begun = {"matter": matter, "township": township}
        return begun | ({"date": free["date"], "slot": free["slot"]} if free else {})

    async def by_phone(self, officer: Officer, posted: Posted, request: str) -> Receipt:
        """Book for somebody who telephones; who took the call goes into the desk's log."""
        sender = Sender(f"desk {officer.id}", PHONE)
        receipt = await self._service.submit(APPOINTMENT, posted, request, sender)
        if receipt.created:
            await self._log(officer, "phone_booking", {"number": receipt.number})
        return receipt

    # Capacity

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
        store, today = self._service.store, beijing(self._service.clock()).date()
        closed = [quota for quota in await self.quotas() if quota.units == 0]
        if not closed:
            return []
        changed = await self.quotas()
        found: list[Stranded] = []
        for row in await store.read(partial(desk.booked_from, start=today.isoformat())):
            slot = Slot(row["place"], dt.date.fromisoformat(row["date"]), row["label"], 1)
            if row["slot"].startswith(desk.WALK_IN) or desk.units_of(slot, changed):
                continue
            found.append(await self._stranded(row))
        return found

    async def move(
        self, officer: Officer, number: str, version: int, to: str, request: str
    ) -> None:
        """Give somebody another time; they see it at once, and are to be told."""
        found = await self._appointment(number)
        day, _, label = to.partition(" ")
        rules = self._service.site.rules
        place = self._service.place(rules, found.matter or "", found.township)
        try:
            date = dt.date.fromisoformat(day)
        except ValueError as error:
            raise _wrong("to", "请选改到哪个时段") from error
        why = rules.schedule.why_closed(date, label, self._service.clock())
        if why:
            raise _wrong("to", why)
        wish = Wish(slot_id(place.id, day, label), place.id, day, label, place.units)
        await self._act(found, officer, "move", version, request, wishes=(wish,))

    async def to_tell(self, officer: Officer) -> list[tuple[Visit, str, str]]:
        """List those who were moved and not telephoned yet: telephone in clear, and new day."""
        ids = await self._service.store.read(moved_not_told)
        found = [await self._service.find_by_id(id_) for id_ in ids]
        if found:
            numbers = [item.number for item in found]
            await self._log(officer, "look_at_phones", {"numbers": numbers})
        keys = self._service.keys
        return [
            (
                self._visit(item),
                opened(keys, item).get("phone", ""),
                item.booking.date if item.booking else "",
            )
            for item in found
        ]

    async def told(self, officer: Officer, number: str, request: str) -> None:
        """Note that somebody was told of their new time."""
        found = await self._appointment(number)
        await self._act(found, officer, "tell", found.version, request)

    # Inside

    async def _appointment(self, number: str) -> Submission:
        found = await self._service.find_by_id(number.strip().upper())
        if found.kind != APPOINTMENT.id or found.booking is None:
            raise Problem("not-found", "没有这个预约编号。")
        return found

    async def _act(
        self,
        found: Submission,
        officer: Officer,
        action: str,
        version: int,
        request: str,
        wishes: tuple[Wish, ...] = (),
    ) -> None:
        act = Act(
            found.id,
            action,
            milliseconds(self._service.clock()),
            f"{domain.STAFF}:{officer.id}",
            request,
            {},
            wishes=wishes,
            expected_version=version,
        )
        try:
            await self._service.store.write(partial(commands.act, cmd=act))
        except commands.Refused as refused:
            full = refused.code == commands.NO_PLACE
            words = "那个时段约满了，请另选一个。" if full else "同事刚刚处理过，请看最新的情况。"
            raise Problem("conflict", words) from refused

    async def _log(self, officer: Officer, action: str, data: Mapping[str, Any]) -> None:
        at = milliseconds(self._service.clock())
        await self._service.store.write(
            partial(desk.log, at=at, actor=officer.id, action=action, data=data)
        )

    def _visit(self, found: Submission) -> Visit:
        rules, answers = self._service.site.rules, opened(self._service.keys, found)
        booking = found.booking
        assert booking is not None
        matter = (rules.matters or {}).get(found.matter or "")
        helps = rules.forms[APPOINTMENT.form].field("help")
        phone = answers.get("phone", "")
        return Visit(
            found.number,
            booking.label,
            self._service.place_label(booking.place),
            booking.place,
            answers.get("name", "") or "现场取号",
            masked_contact(phone) if phone else "",
            booking.places,
            tuple(helps.label_of(item) for item in answers.get("help", ())),
            matter.name if matter else found.matter or "",
            found.state,
            found.version,
            sum(event.action == "call" for event in found.events),
            not phone,
            tuple(s for s in STEPS if _possible(s, found)),
        )

    async def _stranded(self, row: Mapping[str, Any]) -> Stranded:
        found = await self._service.find_by_id(row["submission"])
        matter, township = found.matter or "", found.township
        offers = await self._service.slots(matter, township, row["date"])
        rules = self._service.site.rules
        known = (rules.matters or {}).get(matter)
        return Stranded(
            found.number,
            row["date"],
            row["label"],
            self._service.place_label(row["place"]),
            known.name if known else matter,
            township,
            found.version,
            tuple(o for o in offers if o["free"] >= row["places"])[:OFTEN],
        )

    def _matter(self, place: str, what: str) -> str:
        """Return the matter a key or a name stands for."""
        often, what = self.often(place), what.strip()
        if what.isdigit() and 0 < int(what) <= len(often):
            return often[int(what) - 1][0]
        matters = (self._service.site.rules.matters or {}).values()
        hits = [m.id for m in matters if what in (m.id, m.name)]
        if not hits:
            raise _wrong("what", "请按数字选事项，或者从列出的事项里选")
        return hits[0]

    def _quota(self, officer: Officer, posted: Mapping[str, str], request: str) -> Quota:
        place, label = posted.get("place", ""), posted.get("label", "")
        errors: list[FieldError] = []
        if place != EVERYWHERE and place not in self.places():
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


def moved_not_told(tx: Tx) -> list[str]:
    """List the appointments whose newest move nobody has telephoned about."""
    return [
        row["submission"]
        for row in tx.all(
            "SELECT m.submission, max(m.seq) AS moved FROM event m"
            " JOIN submission s ON s.id = m.submission AND s.state = 'booked'"
            " WHERE m.action = 'move' GROUP BY m.submission HAVING max(m.seq) >"
            " coalesce((SELECT max(t.seq) FROM event t"
            "  WHERE t.submission = m.submission AND t.action = 'tell'), 0)"
            " ORDER BY m.submission"
        )
    ]


def new_request() -> str:
    """Return an id for one press of a button: pressing twice is pressing once."""
    return str(uuid.uuid4())


def _possible(step: str, found: Submission) -> bool:
    if step == "call":
        return found.state in ("booked", "attended")
    return found.state in domain.ACTIONS[step].states


def _first_window(place: str) -> int:
    first = place.partition(":")[2].partition("-")[0]
    return int(first) if first.isdigit() else 0


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _wrong(field: str, message: str) -> Problem:
    errors = [FieldError(field, "wrong", message)]
    return Problem("invalid-answers", "请按提示改好，再提交一次。", errors=errors)
