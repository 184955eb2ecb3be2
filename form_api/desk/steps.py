"""Steps on a case. A step is taken on what the officer saw.

If a colleague was quicker, nothing is written over and the officer is shown what changed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from form_api.desk.accounts import ANSWER, Officer
from form_api.desk.case import Case, Step, was_done
from form_api.desk.cases import Cases
from form_api.desk.refusals import wrong
from form_api.errors import Problem
from form_api.service import Service
from form_api.store import desk

EXTENSION_WORKDAYS = 5


class Steps:
    """Who has a case, how long it may take, what is noted about it."""

    def __init__(self, service: Service, cases: Cases) -> None:
        self._service, self._cases = service, cases

    async def take_step(self, number: str, officer: Officer, step: Step) -> Case:
        """Take a step that needs nothing beyond what it says."""
        case = await self.allowed(number, officer, step)
        await self.do(case, step)
        return await self._cases.load(number, officer)

    async def write(self, number: str, officer: Officer, step: Step) -> Case:
        """Take a step that is nothing but its words: a note, a question, a call back."""
        if not step.text:
            raise wrong("text", "请写内容")
        return await self.take_step(number, officer, step)

    async def claim(self, number: str, officer: Officer, step: Step) -> Case:
        """Take on a case nobody has."""
        case = await self.allowed(number, officer, step)
        action = "accept" if case.found.state == "received" else "assign"
        changes = {"owner": officer.id, "offered_to": None}
        await self.do(case, replace(step, action=action, data={"to": officer.id}, work=changes))
        return await self._cases.load(number, officer)

    async def hand(self, number: str, officer: Officer, step: Step, to: str) -> Case:
        """Assign a case, or ask a colleague to take it; an asked colleague has to accept."""
        case = await self.allowed(number, officer, step)
        colleague = (await self._cases.names()).get(to)
        if colleague is None or colleague.disabled or not colleague.may(ANSWER):
            raise wrong("to", "请选一位能办理的同事")
        changes = (
            {"owner": to, "offered_to": None} if step.action == "assign" else {"offered_to": to}
        )
        await self.do(case, replace(step, data={"to": to}, work=changes))
        return await self._cases.load(number, officer)

    async def take(self, number: str, officer: Officer, step: Step) -> Case:
        """Accept or decline what a colleague handed over."""
        case = await self.allowed(number, officer, step)
        changes: dict[str, Any] = {"offered_to": None}
        if step.action == "take":
            changes["owner"] = officer.id
        await self.do(case, replace(step, work=changes))
        return await self._cases.load(number, officer)

    async def extend(self, number: str, officer: Officer, step: Step) -> Case:
        """Take more time, once, with a reason the person reads."""
        case = await self.allowed(number, officer, step)
        if not step.text:
            raise wrong("text", "请写为什么要延长，对方会看到")
        due = dt.date.fromisoformat(case.found.due_on)
        calendar = self._service.site.rules.calendar
        new = calendar.workday_after(due, EXTENSION_WORKDAYS).isoformat()
        await self.do(case, replace(step, data={"due_on": new}))
        return await self._cases.load(number, officer)

    async def merge(self, number: str, officer: Officer, step: Step, leader: str) -> Case:
        """Let a case be answered together with another one about the same thing."""
        case = await self.allowed(number, officer, step)
        try:
            main = await self._cases.load(leader.upper(), officer)
        except Problem as problem:
            raise wrong("leader", problem.detail) from problem
        if main.found.id == case.found.id or not main.is_open or main.work["leader"]:
            raise wrong("leader", "请填另一件还在办、也没有并给别人的编号")
        if await self._cases.followers(case):
            raise wrong("leader", f"已经有别的并到这一件了。请反过来，把 {leader} 并到这一件")
        step = replace(step, data={"leader": main.found.number}, work={"leader": main.found.id})
        act = self._cases.act(case.found, case.officer, step)
        await self._cases.write(
            [act],
            lambda tx: desk.leads(tx, main.found.id) and not desk.followers(tx, case.found.id),
        )
        return await self._cases.load(number, officer)

    async def dismiss(self, numbers: Iterable[str], officer: Officer, reason: str) -> int:
        """Close what is plainly spam, many at once; a person can still reopen theirs."""
        numbers = list(numbers)
        if not numbers:
            raise wrong("number", "请勾选要关闭的")
        if not reason:
            raise wrong("reason", "请写按什么理由关闭")
        count = 0
        for number in numbers:
            case = await self._cases.load(number, officer)
            if not case.may("dismiss"):
                continue
            step = Step("dismiss", case.found.version, str(uuid.uuid4()), reason)
            await self.do(case, step)
            count += 1
        return count

    async def allowed(self, number: str, officer: Officer, step: Step) -> Case:
        """Return the case a step is for, if the officer may take it and saw it as it is."""
        case = await self._cases.load(number, officer)
        if step.version != case.found.version and not was_done(case.found, step):
            raise Problem(
                "conflict", "您看的时候，同事改动了这件事。您写的还在，请看过再做。", stale=True
            )
        wanted = {"reply": "sign"}.get(step.action, step.action)
        if not case.may(wanted) and not was_done(case.found, step):
            raise Problem("not-allowed", "现在不能这样做：这件事不在您手上，或者已经过了这一步。")
        return case

    async def do(self, case: Case, step: Step) -> None:
        """Take a step that is one event."""
        await self._cases.write([self._cases.act(case.found, case.officer, step)])
