"""What the service does, as a table of contents: submit, look up, act, offer slots, count views.

Handlers call these with values already decoded; the store is called with personal data already
sealed. A refusal first asks whether the very same submission was accepted before: a retry must
get its receipt, even when today's rules would no longer take it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from form_api import answers, bots, crypto, domain, metrics, photos
from form_api.answers import CONTROL, Checked
from form_api.crypto import Keys
from form_api.decode import Posted
from form_api.domain import Act, Kind, Submission, Submit, Wish, milliseconds
from form_api.errors import FieldError, Problem
from form_api.receipts import PHONE, Receipt, Sender, local
from form_api.site import Rules, Site
from form_api.slots import Place
from form_api.store import Store, commands, desk, queries, refusals
from form_api.store.base import Tx
from form_api.wishes import another_slot, place_label, place_of, wishes_of
from form_api.workdays import beijing

Clock = Callable[[], dt.datetime]
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NUMBER = re.compile(r"[A-Z][0-9]{6}-[0-9]{8}")
_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
MAX_ALTERNATIVES = 5


class Service:
    """The form service: rules from the site, keys, defences and a store."""

    def __init__(
        self,
        site: Site,
        keys: Keys,
        store: Store,
        defences: bots.Bots,
        clock: Clock,
        notify: bool = False,
    ) -> None:
        self.site, self.keys, self.store, self.bots, self.clock = (
            site,
            keys,
            store,
            defences,
            clock,
        )
        self.notify = notify
        self._due_days: dict[tuple[object, ...], str] = {}

    # Submitting

    async def submit(self, kind: Kind, posted: Posted, id_: str, sender: Sender) -> Receipt:
        """Accept a submission exactly once."""
        fingerprint = self.fingerprint(posted)
        try:
            return await self._accept(kind, posted, id_, sender, fingerprint)
        except Problem as problem:
            if problem.type in ("busy", "storage-full"):
                raise
            known = await self.store.read(partial(commands.find_by_id, id_=id_))
            if known is None:
                metrics.REFUSED.labels(problem.type).inc()
                raise
            return self._receipt(kind, commands.Accepted(False, known), fingerprint)

    async def _accept(
        self, kind: Kind, posted: Posted, id_: str, sender: Sender, fingerprint: bytes
    ) -> Receipt:
        now = self.clock()
        checked = await self.check(kind, posted)
        spent = self.bots.admit(sender.address, id_, sender.proof, sender.has_page, now)
        command = self._command(kind, id_, checked, posted, sender, fingerprint, now, spent)
        if kind is domain.APPOINTMENT:
            command = await self._with_wishes(command, checked, now)
        try:
            accepted = await self.store.write(partial(commands.submit, cmd=command))
        except refusals.Refused as refused:
            raise await self._explain(refused, checked.values) from refused
        return self._receipt(kind, accepted, fingerprint, sender.channel)

    async def check(self, kind: Kind, posted: Posted) -> Checked:
        """Check answers against their form; photos come back decoded and cleaned."""
        rules = self.site.rules
        checked = answers.check(rules.forms[kind.form], posted, sources(rules))
        if kind is domain.APPOINTMENT:
            place = place_of(rules, checked.values["matter"], checked.values.get("township"))
            wishes = wishes_of(rules, place, checked.values, self.clock())
            checked = checked._replace(wishes=wishes)
        if not checked.photos:
            return checked
        cleaned = await asyncio.to_thread(photos.clean, checked.photos)
        return checked._replace(photos=cleaned)

    def fingerprint(self, posted: Posted) -> bytes:
        """Tell this body from any other; what pages add to it does not count."""
        content = {
            name: _plain_lines(value)
            for name, value in posted.values.items()
            if name not in CONTROL
        }
        files = {
            name: [hashlib.sha256(item).hexdigest() for item in items]
            for name, items in posted.files.items()
        }
        canonical = json.dumps([content, files], ensure_ascii=False, sort_keys=True)
        return self.keys.fingerprint(canonical.encode())

    def _command(
        self,
        kind: Kind,
        id_: str,
        checked: Checked,
        posted: Posted,
        sender: Sender,
        fingerprint: bytes,
        now: dt.datetime,
        spent: tuple[str, int] | None,
    ) -> Submit:
        values = checked.values
        today = beijing(now).date()
        key, wrapped = self.keys.new_data_key(id_)
        sealed = crypto.seal_json(
            key, f"answers|{id_}", {"answers": values, "form": _version(posted)}
        )
        return Submit(
            id=id_,
            kind=kind.id,
            numbers=self.keys.numbers(id_, f"{kind.letter}{today:%y%m%d}"),
            code_digest=self.keys.code_digest(id_, self.keys.code(id_)),
            fingerprint=fingerprint,
            channel=sender.channel,
            at=milliseconds(now),
            due_on=self._due_on(today, kind.due_workdays),
            category=values.get("category") or values.get("way"),
            matter=values.get("matter"),
            township=values.get("township"),
            person=self.person(values.get("phone") or values.get("contact")),
            data_key=wrapped,
            sealed=sealed,
            photos=tuple(
                crypto.seal(key, f"photo|{id_}|{place}", photo)
                for place, photo in enumerate(checked.photos)
            ),
            spent=spent,
            person_budget=bots.OPEN_FOR_ONE_PHONE_IN_A_DAY if self.bots.enabled else 0,
            notify=self.notify,
        )

    def person(self, contact: str | None) -> bytes | None:
        """Return the blind index of a phone number or address."""
        if not contact:
            return None
        return self.keys.index("contact", answers.phone(contact) or contact.casefold())

    def _due_on(self, today: dt.date, workdays: int) -> str:
        calendar = self.site.rules.calendar
        key = (id(calendar), today, workdays)
        if key not in self._due_days:
            self._due_days = {key: calendar.workday_after(today, workdays).isoformat()}
        return self._due_days[key]

    def _receipt(
        self, kind: Kind, accepted: commands.Accepted, fingerprint: bytes, channel: str = ""
    ) -> Receipt:
        row = accepted.row
        if row["kind"] != kind.id or bytes(row["fingerprint"]) != fingerprint:
            raise Problem("key-reused", "这个标识已经提交过别的内容。请返回表单，重新填写后提交。")
        if accepted.created:
            metrics.ACCEPTED.labels(kind.id, channel).inc()
        else:
            metrics.REPLAYED.labels(kind.id).inc()
        return Receipt(
            id=row["id"],
            kind=kind.id,
            number=row["number"],
            code=self.keys.code(row["id"]),
            received_at=local(row["received_at"]),
            due_on=row["due_on"],
            created=accepted.created,
            date=row["date"],
            slot=row["label"],
            place=self.place_label(row["place"]) if row["place"] else None,
            purged_at=local(row["purged_at"]) if row["purged_at"] else None,
        )

    async def receipt(self, id_: str) -> Receipt:
        """Return the receipt of an accepted submission, for its page."""
        row = await self.store.read(partial(commands.find_by_id, id_=id_))
        if row is None:
            raise Problem("not-found", "没有查到这张回执。")
        kind = domain.KINDS[row["kind"]]
        return self._receipt(kind, commands.Accepted(False, row), bytes(row["fingerprint"]))

    # Appointments

    def place_label(self, place: str) -> str:
        """Return the words for a queue."""
        return place_label(self.site.rules, place)

    async def slots(self, matter: str, township: str | None, start: str) -> list[dict[str, Any]]:
        """List the slots that can be booked, with the room each has left."""
        rules, now = self.site.rules, self.clock()
        if not _known(matter, rules.matters):
            raise Problem("not-found", "没有这个事项。")
        if township and not _known(township, rules.townships):
            raise Problem("not-found", "没有这个镇街。")
        try:
            first = dt.date.fromisoformat(start) if start else beijing(now).date()
        except ValueError as error:
            wrong = FieldError("from", "date", "日期请写成 2019-10-15 这样")
            raise Problem("invalid-answers", "请按提示改好。", errors=[wrong]) from error
        return await self._offers(place_of(rules, matter, township), first, now)

    async def _offers(self, place: Place, start: dt.date, now: dt.datetime) -> list[dict[str, Any]]:
        offers = list(self.site.rules.schedule.offers(place, now, start))
        ids = [slot.id for slot in offers]

        def query(tx: Tx) -> tuple[Any, dict[str, int]]:
            quotas = desk.quotas(tx, place=place.id, start=start)
            return quotas, queries.taken(tx, ids, milliseconds(now))

        changed, taken = await self.store.read(query)
        return [
            {
                "date": slot.date.isoformat(),
                "slot": slot.label,
                "free": max(0, desk.units_of(slot, changed) - taken.get(slot.id, 0)),
                "place": place.label,
            }
            for slot in offers
        ]

    async def _with_wishes(self, command: Submit, checked: Checked, now: dt.datetime) -> Submit:
        missed = 0 if command.channel == PHONE else await self._missed(command.person, now)
        if missed >= self.site.rules.schedule.no_show_limit:
            raise Problem(
                "conflict",
                f"您近 90 天有 {missed} 次约了没有来。这次请直接到大厅取号，或者打电话预约。",
            )
        people = checked.values.get("party_size", 1)
        return replace(command, wishes=checked.wishes, places=people)

    async def _missed(self, person: bytes | None, now: dt.datetime) -> int:
        if person is None:
            return 0
        since = (beijing(now).date() - dt.timedelta(days=90)).isoformat()
        return await self.store.read(partial(queries.missed_since, person=person, date=since))

    async def _explain(self, refused: refusals.Refused, values: Mapping[str, Any]) -> Problem:
        """Turn the store's refusal into words, with a way out."""
        match refused.code:
            case refusals.NO_PLACE:
                return await self._no_place(values)
            case refusals.ALREADY_BOOKED:
                return Problem(
                    "already-booked",
                    "这个电话已经约了同一件事。要换时间，请凭编号和查询码改期。",
                )
            case refusals.SPENT:
                return Problem("spent-proof", "验证已经用过，请刷新页面再提交一次。")
            case refusals.TOO_MANY:
                return Problem(
                    "too-many",
                    "这个电话今天提交得太多了，请明天再提交，或者打电话给我们。",
                    retry_after=3600,
                )
            case _:
                return Problem("conflict", "现在不能这样做。请刷新页面，看看最新进展。")

    async def _no_place(self, values: Mapping[str, Any]) -> Problem:
        rules, now = self.site.rules, self.clock()
        place = place_of(rules, values["matter"], values.get("township"))
        wished = values.get("date")
        start = dt.date.fromisoformat(wished) if wished else beijing(now).date()
        people = values.get("party_size", 1)
        free = [o for o in await self._offers(place, start, now) if o["free"] >= people]
        return Problem(
            "no-place",
            "您选的时段约满了，没有留下预约。请另选一个时段。",
            alternatives=free[:MAX_ALTERNATIVES],
            errors=[FieldError("slot", "full", "这个时段约满了，请另选一个")],
        )

    # Looking up and acting

    async def find(self, number: str, code: str, address: str) -> Submission:
        """Find a submission by number and code; what is wrong is never told apart."""
        now = self.clock()
        number = _canonical(number)
        self.bots.admit_lookup(address, number, now)
        # An unknown number and a wrong code cost the same work, so the time tells nothing.
        known = await self.store.read(partial(queries.lock_of, number=number)) if number else None
        id_, expected = known or (number, bytes(32))
        if not _equal(self.keys.code_digest(id_, code.strip()), expected) or not known:
            self.bots.wrong_code(address, number, now)
            raise Problem("not-found", "没有查到。请核对编号和查询码；编号是一个字母加数字。")
        return await self.find_by_id(id_)

    async def find_by_id(self, id_: str) -> Submission:
        """Find the submission a page's token speaks of."""
        found = await self.store.read(partial(queries.by_number, number=id_))
        if found is None:
            raise Problem("not-found", "没有查到。请核对编号。")
        return found

    async def act(self, found: Submission, action: str, posted: Posted, request: str) -> Submission:
        """Do what a person asks to their own submission; the same request twice is once."""
        rules, now = self.site.rules, self.clock()
        if found.data_key is None:
            raise _purged()
        values = answers.check(rules.forms[action], posted, sources(rules)).values
        data = {"grade": values["grade"]} if "grade" in values else {}
        wishes: tuple[Wish, ...] = ()
        if action == "reopen":
            workdays = domain.KINDS[found.kind].due_workdays
            data["due_on"] = self._due_on(beijing(now).date(), workdays)
        if action == "reschedule":
            if found.booking is None:
                raise Problem("conflict", "这个预约没有时间，不能改期。")
            wishes = another_slot(rules, found, values, now)
        text = values.get("text") or values.get("reason")
        return await self._act(found, action, domain.PERSON, request, data, text, wishes)

    async def act_as_staff(
        self,
        found: Submission,
        action: str,
        officer: str,
        text: str | None = None,
        data: Mapping[str, Any] | None = None,
        request: str | None = None,
    ) -> Submission:
        """Do what an officer decides; a change made since they looked is not written over."""
        return await self._act(
            found,
            action,
            f"{domain.STAFF}:{officer}",
            request or str(uuid.uuid4()),
            data or {},
            text,
            expected_version=found.version,
        )

    async def _act(
        self,
        found: Submission,
        action: str,
        actor: str,
        request: str,
        data: Mapping[str, Any],
        text: str | None,
        wishes: tuple[Wish, ...] = (),
        expected_version: int | None = None,
    ) -> Submission:
        if found.data_key is None:
            raise _purged()
        key = self.keys.data_key(found.id, found.data_key)
        gives_up = action in ("cancel", "reschedule") and self.bots.enabled
        command = Act(
            id=found.id,
            action=action,
            at=milliseconds(self.clock()),
            actor=actor,
            request=request,
            data=data,
            sealed=crypto.seal_json(key, f"event|{found.id}", text) if text else None,
            wishes=wishes,
            release_after=bots.jitter(*self.site.rules.schedule.release_minutes) if gives_up else 0,
            expected_version=expected_version,
            notify=self.notify,
        )
        try:
            await self.store.write(partial(commands.act, cmd=command))
        except refusals.Refused as refused:
            raise await self._explain(refused, _booking_values(found)) from refused
        return await self.find_by_id(found.id)

    async def photo(self, found: Submission, place: int) -> bytes:
        """Return one of the person's photos."""
        sealed = await self.store.read(partial(queries.photo, id_=found.id, place=place))
        if sealed is None or found.data_key is None:
            raise Problem("not-found", "没有这张照片。")
        key = self.keys.data_key(found.id, found.data_key)
        return crypto.unseal(key, f"photo|{found.id}|{place}", sealed)

    # Views

    async def count_view(self, path: str) -> int:
        """Count a reading of a page and return the new total."""
        day = beijing(self.clock()).date().isoformat()

        def command(tx: Any) -> int:
            commands.count_view(tx, path, day)
            return queries.views(tx, [path])[path]

        return await self.store.write(command)

    async def views(self, paths: list[str]) -> dict[str, int]:
        """Return how often pages were read."""
        return await self.store.read(partial(queries.views, paths=paths))


def sources(rules: Rules) -> answers.Sources:
    """Return the allowed values of the fields whose choices come from the site."""
    return {
        "matters": rules.matters,
        "townships": rules.townships,
        "slots": rules.schedule.labels,
    }


def _purged() -> Problem:
    return Problem("conflict", "保存期已满，内容已经删除，不能再改。")


def parse_id(text: str) -> str:
    """Return a UUID in its one canonical spelling."""
    if not _UUID.fullmatch(text):
        raise Problem("missing-key", "请在 Idempotency-Key 头里带上一个 UUID，作为这次提交的标识。")
    return str(uuid.UUID(text))


def _plain_lines(value: Any) -> Any:
    """Browsers send every line end of a form as CRLF, however it came to them."""
    return [item.replace("\r\n", "\n") for item in value] if _is_texts(value) else value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _version(posted: Posted) -> Any:
    version = posted.values.get("form_version")
    return version[0] if isinstance(version, list) else version


def _booking_values(found: Submission) -> Mapping[str, Any]:
    booking = found.booking
    return {
        "matter": found.matter or "",
        "township": found.township,
        "date": booking.date if booking else None,
        "party_size": booking.places if booking else 1,
    }


def _known(id_: str, known: Collection[str] | None) -> bool:
    """Whether an id from an address is one of ours; without a site, whether it could be."""
    return id_ in known if known is not None else _NAME.fullmatch(id_) is not None


def _canonical(number: str) -> str:
    """Return a number or id as it is stored; nothing when it cannot be one."""
    number = unicodedata.normalize("NFKC", number).strip().upper().replace(" ", "")
    if _ID.fullmatch(number):
        return number.lower()
    return number if _NUMBER.fullmatch(number) else ""


def _equal(given: bytes, expected: bytes) -> bool:
    return hmac.compare_digest(given, expected)
