"""Appointments on the day: who is coming, who is here, walk-ins, the telephone.

A window's place is a queue of people (`hall:7-22`, `township:jiuqu`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from form_api import crypto, domain
from form_api.decode import Posted
from form_api.desk.accounts import Officer
from form_api.desk.refusals import wrong
from form_api.domain import APPOINTMENT, Act, Submission, Submit, Wish, milliseconds
from form_api.errors import Problem
from form_api.export import masked_contact, opened
from form_api.matters import Matters
from form_api.receipts import PHONE, Receipt, Sender
from form_api.service import Service
from form_api.slots import ends_at, slot_id
from form_api.store import commands, desk, queries, refusals
from form_api.store.base import Tx
from form_api.workdays import beijing

WALK_IN_PLACES = 10_000
"""People without a booking are only counted, never turned away by a number."""
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


class Hall:
    """The appointments' side of the desk."""

    def __init__(self, service: Service) -> None:
        self._service = service

    # The day

    async def day(self, date: str, place: str, officer: Officer) -> list[Visit]:
        """List a day's appointments; the look goes into the desk's log."""

        def query(tx: Tx) -> list[Submission]:
            return queries.by_ids(tx, desk.bookings(tx, date, place))

        visits = [self.visit(found) for found in await self._service.store.read(query)]
        if visits:
            data = {"date": date, "place": place, "people": len(visits)}
            await self.log(officer, "look_at_day", data)
        return visits

    async def find(self, number: str, officer: Officer) -> tuple[Visit, str]:
        """Find one appointment by its number, with its day."""
        found = await self.appointment(number)
        await self.log(officer, "look_at_appointment", {"number": found.number})
        assert found.booking is not None
        return self.visit(found), found.booking.date

    async def step(
        self, number: str, officer: Officer, action: str, version: int, request: str
    ) -> None:
        """Check in, call, finish, or note that nobody came."""
        if action not in STEPS:
            raise Problem("no-page", "没有这种操作。")
        found = await self.appointment(number)
        await self.act(found, officer, action, version, request)

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
        here = self._act(request, officer, "attend", f"{request}|attend")

        def take(tx: Tx) -> str:
            number: str = commands.submit(tx, command).row["number"]
            commands.act(tx, here)
            return number

        try:
            return await self._service.store.write(take)
        except refusals.Refused as refused:
            raise Problem("conflict", "这个窗口现在停办，请换一个窗口。") from refused

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
            await self.log(officer, "phone_booking", {"number": receipt.number})
        return receipt

    # For what is done with an appointment here and in capacity.py

    async def appointment(self, number: str) -> Submission:
        """Find an appointment by its number."""
        found = await self._service.find_by_id(number.strip().upper())
        if found.kind != APPOINTMENT.id or found.booking is None:
            raise Problem("not-found", "没有这个预约编号。")
        return found

    async def act(
        self,
        found: Submission,
        officer: Officer,
        action: str,
        version: int,
        request: str,
        wishes: tuple[Wish, ...] = (),
    ) -> None:
        """Take a step on an appointment, unless a colleague was quicker."""
        act = replace(
            self._act(found.id, officer, action, request), wishes=wishes, expected_version=version
        )
        try:
            await self._service.store.write(partial(commands.act, cmd=act))
        except refusals.Refused as refused:
            full = refused.code == refusals.NO_PLACE
            words = "那个时段约满了，请另选一个。" if full else "同事刚刚处理过，请看最新的情况。"
            raise Problem("conflict", words) from refused

    def _act(self, id_: str, officer: Officer, action: str, request: str) -> Act:
        at = milliseconds(self._service.clock())
        return Act(id_, action, at, f"{domain.STAFF}:{officer.id}", request, {})

    async def log(self, officer: Officer, action: str, data: Mapping[str, Any]) -> None:
        """Note in the desk's log who looked at what."""
        at = milliseconds(self._service.clock())
        await self._service.store.write(
            partial(desk.log, at=at, actor=officer.id, action=action, data=data)
        )

    def visit(self, found: Submission) -> Visit:
        """Return an appointment as a line of the list."""
        rules, answers = self._service.site.rules, opened(self._service.keys, found)
        booking = found.booking
        assert booking is not None
        matter = rules.matter(found.matter)
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

    def _matter(self, place: str, what: str) -> str:
        """Return the matter a key or a name stands for."""
        often, what = self.often(place), what.strip()
        if what.isdigit() and 0 < int(what) <= len(often):
            return often[int(what) - 1][0]
        matters = self._service.site.rules.matters or Matters(())
        if matter := matters.called(what):
            return matter.id
        like = "、".join(matter.name for matter in matters.like(what)[:OFTEN])
        raise wrong("what", f"请按数字选事项，或者把名称写全{like and f'，例如：{like}'}")


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
