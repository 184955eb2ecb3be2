"""Complaints and requests for help at the desk: who has one, what happens to it, who must agree.

Every step is one event of the submission's chain, with the officer in it; so is every look at
what a person wrote. A step is taken on what the officer saw: if a colleague was quicker, nothing
is written over and the officer is shown what changed.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from form_api import crypto, domain
from form_api.desk import similar
from form_api.desk.accounts import ANSWER, CLAIM, SUPERVISE, Officer, officers
from form_api.desk.urgency import Urgency, urgency
from form_api.domain import Act, Submission, milliseconds
from form_api.errors import FieldError, Problem
from form_api.export import opened
from form_api.service import Service
from form_api.store import commands, desk
from form_api.store.base import Tx
from form_api.workdays import beijing

REFUSED_AT_WINDOW = "refused"
"""The category that goes past the window straight to the supervisor."""
OPEN = ("received", "in_progress")
EXTENSION_WORKDAYS = 5
COMPARED = 200
COMPARED_DAYS = 365
LOOK_MINUTES = 10
"""Looking again within so long is the same look."""
BAD_GRADE = 2
NO, EXPLAINED, SOLVED = "no", "explained", "solved"
OUTCOMES = {SOLVED: "已经解决", EXPLAINED: "说明情况", NO: "不能办"}
_SOUNDS_LIKE_NO = re.compile(r"不能办|不予|无法办|办不了|不符合|不可以办|不受理|不支持您|拒绝")


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the queue; nothing personal in it."""

    number: str
    kind: str
    category: str
    matter: str
    received_on: str
    urgency: Urgency
    state: str
    owner: str
    mine: bool
    waits_for_me: bool
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case opened by an officer."""

    found: Submission
    work: Mapping[str, Any]
    answers: Mapping[str, Any]
    urgency: Urgency
    proposal: Mapping[str, Any] | None
    officer: Officer

    @property
    def is_open(self) -> bool:
        """Whether it still wants an answer."""
        return self.found.state in OPEN

    @property
    def mine(self) -> bool:
        """Whether the officer may work on it."""
        return bool(self.work["owner"] == self.officer.id)

    @property
    def seen(self) -> int:
        """The newest event the officer has been shown."""
        return self.found.events[-1].seq if self.found.events else 0

    @property
    def _waits_for_a_call(self) -> bool:
        """Whether the person gave a bad grade that nobody has talked with them about."""
        rated = [e.seq for e in self.found.events if e.action == "rate" and is_bad(e.data)]
        called = [e.seq for e in self.found.events if e.action == "call_back"]
        return bool(rated) and max(called, default=0) < rated[-1]

    def may(self, step: str) -> bool:
        """Whether the officer can take a step now; pages show only those."""
        works = self.is_open and (self.mine or self.officer.may(SUPERVISE))
        waiting = self.work["proposed_by"] is not None
        match step:
            case "claim":
                return self.is_open and self.work["owner"] is None and self.officer.may(CLAIM)
            case "take" | "decline":
                return self.is_open and self.work["offered_to"] == self.officer.id
            case "assign" | "dismiss":
                return self.is_open and self.officer.may(SUPERVISE)
            case "offer":
                return self.is_open and self.mine
            case "sign" | "send_back":
                return waiting and self.is_open and self.officer.may(SUPERVISE)
            case "extend":
                return works and step not in self.found.done and self.found.kind == "complaint"
            case "answer":
                return works and not waiting
            case "ask":
                return works
            case "merge":
                return works and self.work["leader"] is None
            case "close":
                return self.found.state == "answered" and (self.mine or self.officer.may(SUPERVISE))
            case "call_back":
                return not self.is_open and self._waits_for_a_call
            case "reveal":
                return (self.mine or self.officer.may(SUPERVISE)) and bool(self.answers)
            case "offer_to_public":
                answered = self.found.state in ("answered", "closed")
                return answered and "reply" in self.found.done and bool(self.answers)
            case _:
                return self.officer.may(ANSWER)


@dataclass(frozen=True, slots=True)
class Step:
    """What an officer asks for, and the state of things they saw."""

    action: str
    version: int
    request: str
    text: str = ""
    data: Mapping[str, Any] | None = None
    work: Mapping[str, Any] | None = None


class Cases:
    """The work on complaints and requests for help."""

    def __init__(self, service: Service) -> None:
        self._service = service

    # Reading

    async def queue(self, officer: Officer, states: Iterable[str] = OPEN) -> list[Line]:
        """List the cases an officer may see, the most urgent first."""
        names = await self.names()
        rows = await self._service.store.read(partial(desk.cases, states=states))
        return [self._line(officer, row, names) for row in rows if visible(officer, row)]

    async def done(self, officer: Officer) -> list[Line]:
        """List what was answered, the newest first."""
        names = await self.names()
        rows = await self._service.store.read(desk.done_cases)
        return [self._line(officer, row, names) for row in rows if visible(officer, row)]

    async def badly_rated(self, officer: Officer) -> list[Line]:
        """List answers that people were not content with, until somebody has talked to them."""
        names = await self.names()
        rows = await self._service.store.read(desk.to_call_back)
        return [self._line(officer, row, names) for row in rows if visible(officer, row)]

    async def together(self, case: Case) -> tuple[str, list[str]]:
        """Return the number a case is answered with, and those answered with it."""
        store = self._service.store
        leader = case.work["leader"]
        main = (await self._service.find_by_id(leader)).number if leader else ""
        ids = await store.read(partial(desk.followers, leader=case.found.id))
        return main, [(await self._service.find_by_id(id_)).number for id_ in ids]

    async def names(self) -> dict[str, Officer]:
        """Return everybody with an account, by id."""
        return {o.id: o for o in await self._service.store.read(officers)}

    async def open(self, number: str, officer: Officer) -> Case:
        """Open a case; the look goes into its record."""
        case = await self._load(number, officer)
        if case.answers:
            minute = milliseconds(self._service.clock()) // (LOOK_MINUTES * 60_000)
            look = Step("look", case.found.version, f"look|{officer.id}|{minute}")
            await self._write([self._act(case.found, officer, look)])
            case = await self._load(number, officer)
        return case

    async def alike(self, case: Case) -> list[tuple[str, int]]:
        """List open cases that may be about the same thing, with how alike they are in percent."""
        text = case.answers.get("text", "")
        rows = await self._service.store.read(partial(desk.cases, states=OPEN, limit=COMPARED))
        found: list[tuple[str, int]] = []
        for row in rows:
            if row["id"] == case.found.id or not visible(case.officer, row):
                continue
            other = await self._service.find_by_id(row["id"])
            share = similar.resemblance(text, opened(self._service.keys, other).get("text", ""))
            if share >= similar.ALARM / 2:
                found.append((other.number, round(share * 100)))
        return sorted(found, key=lambda item: -item[1])

    # Steps

    async def take_step(self, number: str, officer: Officer, step: Step) -> Case:
        """Take a step that needs nothing beyond what it says."""
        case = await self._allowed(number, officer, step)
        await self._do(case, step)
        return await self._load(number, officer)

    async def write(self, number: str, officer: Officer, step: Step) -> Case:
        """Take a step that is nothing but its words: a note, a question, a call back."""
        if not step.text:
            raise _wrong("text", "请写内容")
        return await self.take_step(number, officer, step)

    async def claim(self, number: str, officer: Officer, step: Step) -> Case:
        """Take on a case nobody has."""
        case = await self._allowed(number, officer, step)
        action = "accept" if case.found.state == "received" else "assign"
        changes = {"owner": officer.id, "offered_to": None}
        await self._do(case, replace(step, action=action, data={"to": officer.id}, work=changes))
        return await self._load(number, officer)

    async def hand(self, number: str, officer: Officer, step: Step, to: str) -> Case:
        """Assign a case, or ask a colleague to take it; an asked colleague has to accept."""
        case = await self._allowed(number, officer, step)
        colleague = (await self.names()).get(to)
        if colleague is None or colleague.disabled or not colleague.may(ANSWER):
            raise _wrong("to", "请选一位能办理的同事")
        changes = (
            {"owner": to, "offered_to": None} if step.action == "assign" else {"offered_to": to}
        )
        await self._do(case, replace(step, data={"to": to}, work=changes))
        return await self._load(number, officer)

    async def take(self, number: str, officer: Officer, step: Step) -> Case:
        """Accept or decline what a colleague handed over."""
        case = await self._allowed(number, officer, step)
        changes: dict[str, Any] = {"offered_to": None}
        if step.action == "take":
            changes["owner"] = officer.id
        await self._do(case, replace(step, work=changes))
        return await self._load(number, officer)

    async def extend(self, number: str, officer: Officer, step: Step) -> Case:
        """Take more time, once, with a reason the person reads."""
        case = await self._allowed(number, officer, step)
        if not step.text:
            raise _wrong("text", "请写为什么要延长，对方会看到")
        due = dt.date.fromisoformat(case.found.due_on)
        calendar = self._service.site.rules.calendar
        new = calendar.workday_after(due, EXTENSION_WORKDAYS).isoformat()
        await self._do(case, replace(step, data={"due_on": new}))
        return await self._load(number, officer)

    async def answer(
        self,
        number: str,
        officer: Officer,
        step: Step,
        outcome: str,
        alternative: str = "",
        confirmed: bool = False,
    ) -> Case:
        """Answer; a no waits for a second person, and a copied answer asks back first."""
        case = await self._allowed(number, officer, step)
        _check_answer(step.text, outcome, alternative)
        if not confirmed:
            await self._ask_back(case, step.text)
        if outcome == NO:
            key = self._key(case.found)
            proposal = {"text": step.text, "alternative": alternative}
            sealed = crypto.seal_json(key, f"proposal|{case.found.id}", proposal)
            changes = {"proposed_by": officer.id, "proposal": sealed}
            await self._do(
                case,
                replace(step, action="propose", text="", data={"outcome": NO}, work=changes),
            )
        else:
            await self._reply(case, step, {"outcome": outcome})
        return await self._load(number, officer)

    async def sign(self, number: str, officer: Officer, step: Step) -> Case:
        """Agree to a no as the second person, or send it back with a reason."""
        case = await self._allowed(number, officer, step)
        assert case.proposal is not None
        if case.work["proposed_by"] == officer.id:
            raise Problem("not-allowed", "“不能办”要由另一个人签字，不能自己签自己拟的。")
        if not step.text:
            raise _wrong("text", "请写签字或退回的理由")
        settled = {"proposed_by": None, "proposal": None}
        if step.action == "send_back":
            await self._do(case, replace(step, work=settled))
        else:
            text = f"{case.proposal['text']}\n\n您还可以这样办：{case.proposal['alternative']}"
            data = {"outcome": NO, "proposed_by": case.work["proposed_by"]}
            note = Step("note", case.found.version, f"{step.request}|reason", step.text)
            reply = replace(step, text=text, work=settled)
            await self._reply(case, reply, data, first=note)
        return await self._load(number, officer)

    async def merge(self, number: str, officer: Officer, step: Step, leader: str) -> Case:
        """Let a case be answered together with another one about the same thing."""
        case = await self._allowed(number, officer, step)
        main = await self._load(leader, officer)
        if main.found.id == case.found.id or not main.is_open or main.work["leader"]:
            raise _wrong("leader", "请填另一件还在办、也没有并给别人的编号")
        await self._do(
            case,
            replace(step, data={"leader": main.found.number}, work={"leader": main.found.id}),
        )
        return await self._load(number, officer)

    async def dismiss(self, numbers: Iterable[str], officer: Officer, reason: str) -> int:
        """Close what is plainly spam, many at once; a person can still reopen theirs."""
        numbers = list(numbers)
        if not numbers:
            raise _wrong("number", "请勾选要关闭的")
        if not reason:
            raise _wrong("reason", "请写按什么理由关闭")
        count = 0
        for number in numbers:
            case = await self._load(number, officer)
            if not case.may("dismiss"):
                continue
            step = Step("dismiss", case.found.version, str(uuid.uuid4()), reason)
            await self._do(case, step)
            count += 1
        return count

    # Inside

    async def _load(self, number: str, officer: Officer) -> Case:
        found = await self._service.find_by_id(number)
        work = await self._service.store.read(partial(desk.work, submission=found.id))
        row = {"category": found.category, "kind": found.kind} | work
        if found.kind == "appointment" or not visible(officer, row):
            raise Problem("not-found", "没有这个编号，或者不归您办。")
        proposal = None
        if work["proposal"] is not None and found.data_key is not None:
            proposal = crypto.unseal_json(
                self._key(found), f"proposal|{found.id}", bytes(work["proposal"])
            )
        return Case(
            found,
            work,
            opened(self._service.keys, found),
            self._urgency(found.due_on),
            proposal,
            officer,
        )

    async def _allowed(self, number: str, officer: Officer, step: Step) -> Case:
        case = await self._load(number, officer)
        if step.version != case.found.version and not _was_done(case.found, step):
            raise Problem(
                "conflict", "您看的时候，同事改动了这件事。您写的还在，请看过再做。", stale=True
            )
        wanted = {"reply": "sign"}.get(step.action, step.action)
        if not case.may(wanted) and not _was_done(case.found, step):
            raise Problem("not-allowed", "现在不能这样做：这件事不在您手上，或者已经过了这一步。")
        return case

    async def _reply(
        self, case: Case, step: Step, data: Mapping[str, Any], first: Step | None = None
    ) -> None:
        """Send an answer to the person, and to everybody whose case was merged into theirs."""
        reply = replace(step, action="reply", data=data)
        acts = [self._act(case.found, case.officer, first)] if first else []
        acts.append(self._act(case.found, case.officer, reply, checked=not first))
        store = self._service.store
        for id_ in await store.read(partial(desk.followers, leader=case.found.id)):
            other = await self._service.find_by_id(id_)
            same = replace(reply, version=other.version, request=f"{step.request}|{id_}", work={})
            acts.append(self._act(other, case.officer, same))
        await self._write(acts)

    async def _do(self, case: Case, step: Step) -> None:
        await self._write([self._act(case.found, case.officer, step)])

    def _act(self, found: Submission, officer: Officer, step: Step, checked: bool = True) -> Act:
        key = self._key(found)
        return Act(
            id=found.id,
            action=step.action,
            at=milliseconds(self._service.clock()),
            actor=f"{domain.STAFF}:{officer.id}",
            request=step.request,
            data=step.data or {},
            sealed=crypto.seal_json(key, f"event|{found.id}", step.text) if step.text else None,
            expected_version=step.version if checked else None,
            work=step.work or {},
        )

    async def _write(self, acts: list[Act]) -> None:
        def command(tx: Tx) -> None:
            for act in acts:
                commands.act(tx, act)

        try:
            await self._service.store.write(command)
        except commands.Refused as refused:
            raise Problem(
                "conflict",
                "您看的时候，同事改动了这件事。您写的还在，请看过再做。",
                stale=True,
            ) from refused

    async def _ask_back(self, case: Case, text: str) -> None:
        """Stop an answer that was copied, until the officer says that it is meant so."""
        templates = [item["text"] for item in self._service.site.rules.answer_templates]
        if similar.is_only_template(text, templates):
            raise _ask(
                "只有套话，没有说这件事本身。请补上这件事的情况；确实只需这样答，请勾选确认。"
            )
        since = milliseconds(self._service.clock() - dt.timedelta(days=COMPARED_DAYS))
        rows = await self._service.store.read(
            partial(desk.sent_answers, besides=case.found.id, since=since, limit=COMPARED)
        )
        own = similar.own_words(text, templates)
        for row in rows:
            key = self._service.keys.data_key(row["submission"], bytes(row["data_key"]))
            other = crypto.unseal_json(key, f"event|{row['submission']}", bytes(row["sealed"]))
            share = similar.resemblance(own, similar.own_words(other, templates))
            if share >= similar.ALARM:
                raise _ask(
                    f"和 {row['number']} 的答复有 {share:.0%} 相同。"
                    "请按这件事改写；确实是同一种情况，请勾选确认。"
                )

    def _key(self, found: Submission) -> Any:
        if found.data_key is None:
            raise Problem("conflict", "保存期已满，内容已经删除，不能再改。")
        return self._service.keys.data_key(found.id, found.data_key)

    def _urgency(self, due_on: str) -> Urgency:
        today = beijing(self._service.clock()).date()
        return urgency(due_on, today, self._service.site.rules.calendar)

    def _line(self, officer: Officer, row: Mapping[str, Any], names: Mapping[str, Officer]) -> Line:
        rules = self._service.site.rules
        kind = domain.KINDS[row["kind"]]
        field = rules.forms[kind.form].field("category" if row["kind"] == "complaint" else "way")
        matter = (rules.matters or {}).get(row["matter"] or "")
        signs = row["proposed_by"] is not None
        return Line(
            row["number"],
            kind.title,
            field.label_of(row["category"]) if field and row["category"] else kind.title,
            matter.name if matter else row["matter"] or "",
            beijing(domain.moment(row["received_at"])).date().isoformat(),
            self._urgency(row["due_on"]),
            domain.STATES[row["state"]],
            names[row["owner"]].name if row["owner"] in names else "",
            row["owner"] == officer.id,
            row["offered_to"] == officer.id
            or (signs and officer.may(SUPERVISE) and row["proposed_by"] != officer.id),
            "等待签字" if signs else "并案" if row["leader"] else "",
        )


def is_bad(rating: Mapping[str, Any]) -> bool:
    """Whether a grade is one of the two bad ones (不满意, 非常不满意)."""
    return int(rating.get("grade", 5)) <= BAD_GRADE


def visible(officer: Officer, row: Mapping[str, Any]) -> bool:
    """Whether an officer may see a case: what a window refused is not for the windows."""
    if officer.may(SUPERVISE) or officer.id in (row["owner"], row["offered_to"]):
        return True
    return officer.may(CLAIM) and row["category"] != REFUSED_AT_WINDOW


def _was_done(found: Submission, step: Step) -> bool:
    """Whether this is the repetition of a step already taken: a double click, a reload."""
    return any(event.request == step.request for event in found.events)


def _check_answer(text: str, outcome: str, alternative: str) -> None:
    errors: list[FieldError] = []
    if not text:
        errors.append(FieldError("text", "required", "请写答复；说“不能办”也要写清理由和依据"))
    if outcome not in OUTCOMES:
        errors.append(FieldError("outcome", "required", "请选这次答复的结果"))
    if outcome == NO and not alternative:
        errors.append(
            FieldError("alternative", "required", "说“不能办”时，请写还可以怎么办、去哪里办")
        )
    if outcome in (SOLVED, EXPLAINED) and _SOUNDS_LIKE_NO.search(text):
        errors.append(
            FieldError(
                "outcome",
                "sounds-like-no",
                "答复里有“不能办”的意思：请选“不能办”，由督查签字后发出；或者改写答复",
            )
        )
    if errors:
        raise Problem("invalid-answers", "请按提示改好，再提交一次。", errors=errors)


def _wrong(field: str, message: str) -> Problem:
    errors = [FieldError(field, "wrong", message)]
    return Problem("invalid-answers", "请按提示改好，再提交一次。", errors=errors)


def _ask(message: str) -> Problem:
    errors = [FieldError("confirmed", "copied", message)]
    return Problem("invalid-answers", "发出之前请再看一眼。", errors=errors)
