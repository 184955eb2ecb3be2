"""Answers to the person: what one must say, who signs a no, what looks copied."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from form_api import crypto
from form_api.desk import similar
from form_api.desk.accounts import Officer
from form_api.desk.case import EXPLAINED, NO, OUTCOMES, SOLVED, Case, Step
from form_api.desk.cases import COMPARED, Cases
from form_api.desk.refusals import ask, wrong
from form_api.desk.steps import Steps
from form_api.domain import milliseconds
from form_api.errors import FieldError, Problem
from form_api.service import Service
from form_api.store import desk

COMPARED_DAYS = 365
_SOUNDS_LIKE_NO = re.compile(r"不能办|不予|无法办|办不了|不符合|不可以办|不受理|不支持您|拒绝")


class Answers:
    """Answering, and signing a no."""

    def __init__(self, service: Service, cases: Cases, steps: Steps) -> None:
        self._service, self._cases, self._steps = service, cases, steps

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
        case = await self._steps.allowed(number, officer, step)
        _check_answer(step.text, outcome, alternative)
        if not confirmed:
            await self._ask_back(case, step.text)
        if outcome == NO:
            key = self._cases.key(case.found)
            proposal = {"text": step.text, "alternative": alternative}
            sealed = crypto.seal_json(key, f"proposal|{case.found.id}", proposal)
            changes = {"proposed_by": officer.id, "proposal": sealed}
            await self._steps.do(
                case,
                replace(step, action="propose", text="", data={"outcome": NO}, work=changes),
            )
        else:
            await self._reply(case, step, {"outcome": outcome})
        return await self._cases.load(number, officer)

    async def sign(self, number: str, officer: Officer, step: Step) -> Case:
        """Agree to a no as the second person, or send it back with a reason."""
        case = await self._steps.allowed(number, officer, step)
        assert case.proposal is not None
        if case.work["proposed_by"] == officer.id:
            raise Problem("not-allowed", "“不能办”要由另一个人签字，不能自己签自己拟的。")
        if not step.text:
            raise wrong("text", "请写签字或退回的理由")
        settled = {"proposed_by": None, "proposal": None}
        if step.action == "send_back":
            await self._steps.do(case, replace(step, work=settled))
        else:
            text = f"{case.proposal['text']}\n\n您还可以这样办：{case.proposal['alternative']}"
            data = {"outcome": NO, "proposed_by": case.work["proposed_by"]}
            note = Step("note", case.found.version, f"{step.request}|reason", step.text)
            reply = replace(step, text=text, work=settled)
            await self._reply(case, reply, data, first=note)
        return await self._cases.load(number, officer)

    async def _reply(
        self, case: Case, step: Step, data: Mapping[str, Any], first: Step | None = None
    ) -> None:
        """Send an answer to the person, and to everybody whose case was merged into theirs."""
        reply = replace(step, action="reply", data=data)
        acts = [self._cases.act(case.found, case.officer, first)] if first else []
        acts.append(self._cases.act(case.found, case.officer, reply, checked=not first))
        others = await self._cases.followers(case)
        for other in others:
            same = replace(
                reply, version=other.version, request=f"{step.request}|{other.id}", work={}
            )
            acts.append(self._cases.act(other, case.officer, same))
        ids = [other.id for other in others]
        await self._cases.write(acts, lambda tx: desk.followers(tx, case.found.id) == ids)

    async def _ask_back(self, case: Case, text: str) -> None:
        """Stop an answer that was copied, until the officer says that it is meant so."""
        templates = [item["text"] for item in self._service.site.rules.answer_templates]
        if similar.is_only_template(text, templates):
            raise ask(
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
                raise ask(
                    f"和 {row['number']} 的答复有 {share:.0%} 相同。"
                    "请按这件事改写；确实是同一种情况，请勾选确认。"
                )


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
