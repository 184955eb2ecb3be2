"""Answers on their way to the public: proposed by one person, agreed to by another, gated twice.

What is agreed to becomes a wanted file of the content repository; the outbox brings it there.
Taking an answer back replaces the file by a note: the history of a git repository cannot forget,
so the gate stands before it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml

from form_api import domain
from form_api.desk import gate
from form_api.desk.accounts import PUBLISH, Officer
from form_api.desk.case import Case, Step
from form_api.desk.cases import Cases
from form_api.domain import Act, Submission, milliseconds
from form_api.errors import FieldError, Problem
from form_api.export import opened
from form_api.service import Service
from form_api.store import commands, desk, refusals
from form_api.store.base import Tx
from form_api.workdays import beijing

FIELDS = ("title", "question", "answer", "improved")
LABELS = {"title": "标题", "question": "反映的事", "answer": "答复", "improved": "改进了什么"}
PROPOSED, PUBLISHED, RETURNED, WITHDRAWN = "proposed", "published", "returned", "withdrawn"
STATES = {
    PROPOSED: "等待另一个人同意",
    PUBLISHED: "已同意公开",
    RETURNED: "没有同意，请改",
    WITHDRAWN: "已撤下",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a publisher says: agree, refuse, or take back; with a reason unless agreeing.

    `version` is the one they read: nothing goes out that they did not see.
    """

    action: str
    version: int
    request: str
    reason: str = ""


class Publishing:
    """Proposing, agreeing, taking back."""

    def __init__(self, service: Service, cases: Cases) -> None:
        self._service, self._cases = service, cases

    async def propose(
        self, number: str, officer: Officer, step: Step, content: Mapping[str, str]
    ) -> Case:
        """Ask for an answer to be made public."""
        case = await self._cases.open(number, officer)
        if not case.may("offer_to_public"):
            raise Problem("not-allowed", "答复以后才能申请公开。")
        if (await self._known(case.found) or {}).get("state") == PUBLISHED:
            raise Problem("conflict", "这件答复已经公开了；要改，请先撤下。")
        text = {name: content.get(name, "").strip() for name in FIELDS}
        self._check(case.found, text)
        await self._write(
            case.found,
            officer,
            Decision("offer_to_public", case.found.version, step.request),
            state=PROPOSED,
            content=json.dumps(text, ensure_ascii=False),
            proposed_by=officer.id,
            decided_by=None,
            reason="",
        )
        return await self._cases.open(number, officer)

    async def decide(self, number: str, officer: Officer, decision: Decision) -> None:
        """Agree, refuse or take back, as somebody else than who proposed."""
        if not officer.may(PUBLISH):
            raise Problem("not-allowed", "公开与撤下由公开审核的同事决定。")
        found = await self._service.find_by_id(number)
        known = await self._known(found)
        needed = PUBLISHED if decision.action == "unpublish" else PROPOSED
        if known is None or known["state"] != needed:
            raise Problem("conflict", "已经有人处理过了，请刷新看看。")
        if decision.action == "publish":
            await self._publish(found, officer, decision, known)
        elif not decision.reason:
            error = FieldError("reason", "required", "请写理由")
            raise Problem("invalid-answers", "请按提示改好。", errors=[error])
        elif decision.action == "unpublish":
            self._check_reason(found, decision.reason)
            stub = stub_file(found, self._today(), decision.reason)
            await self._write(
                found,
                officer,
                decision,
                file=(stub, f"撤下 {found.number}"),
                state=WITHDRAWN,
                decided_by=officer.id,
                reason=decision.reason,
            )
        else:
            await self._write(
                found,
                officer,
                decision,
                state=RETURNED,
                decided_by=officer.id,
                reason=decision.reason,
            )

    async def listed(self) -> list[dict[str, Any]]:
        """List everything that is, was or may become public, with its text."""
        rows = await self._service.store.read(desk.publications)
        return [row | {"content": json.loads(row["content"])} for row in rows]

    async def known(self, found: Submission) -> dict[str, Any] | None:
        """Return how far one answer is, with its text."""
        row = await self._known(found)
        return row | {"content": json.loads(row["content"])} if row else None

    async def _publish(
        self, found: Submission, officer: Officer, decision: Decision, known: Mapping[str, Any]
    ) -> None:
        if known["proposed_by"] == officer.id:
            raise Problem("not-allowed", "公开要由另一个人同意，不能自己同意自己的。")
        content = json.loads(known["content"])
        self._check(found, content)  # the gate may have become stricter since
        text = reply_file(found, content, self._category(found), self._matter(found))
        await self._write(
            found,
            officer,
            decision,
            file=(text, f"公开答复 {found.number}"),
            state=PUBLISHED,
            decided_by=officer.id,
            reason="",
        )

    async def _write(
        self,
        found: Submission,
        officer: Officer,
        decision: Decision,
        file: tuple[str, str] | None = None,
        **values: Any,
    ) -> None:
        at = milliseconds(self._service.clock())
        act = Act(
            found.id,
            decision.action,
            at,
            f"{domain.STAFF}:{officer.id}",
            decision.request,
            {"reason": decision.reason} if decision.reason else {},
            expected_version=decision.version,
        )

        def command(tx: Tx) -> None:
            commands.act(tx, act)
            desk.set_publication(tx, found.id, at, **values)
            if file is not None:
                desk.want_file(tx, path_of(found), *file, at)

        try:
            await self._service.store.write(command)
        except refusals.Refused as refused:
            raise Problem(
                "conflict", "您看的时候，有人改动了这件答复，或者保存期已满。请看过再决定。"
            ) from refused

    async def _known(self, found: Submission) -> dict[str, Any] | None:
        return await self._service.store.read(partial(desk.publication, submission=found.id))

    def _check(self, found: Submission, content: Mapping[str, str]) -> None:
        errors = [
            FieldError(name, "required", f"请写{LABELS[name]}")
            for name in ("title", "question", "answer")
            if not content[name]
        ]
        errors += [
            FieldError(trace.field, "personal", str(trace)) for trace in self.traces(found, content)
        ]
        if errors:
            raise Problem("invalid-answers", "还不能公开。请按提示改好。", errors=errors)

    def _check_reason(self, found: Submission, reason: str) -> None:
        """Stop a reason that would put on the site what the answer is taken back for."""
        traces = self.traces(found, {"reason": reason})
        errors = [FieldError("reason", "personal", str(trace)) for trace in traces]
        if errors:
            raise Problem("invalid-answers", "理由会放在网站上。请按提示改好。", errors=errors)

    def traces(self, found: Submission, content: Mapping[str, str]) -> list[gate.Trace]:
        """List what in texts, by their fields, points to a person."""
        answers = opened(self._service.keys, found)
        known = [answers.get(name, "") for name in ("name", "contact", "phone")]
        public = self._service.site.public_text
        return [t for name, text in content.items() for t in gate.traces(name, text, known, public)]

    def _category(self, found: Submission) -> str:
        form = self._service.site.rules.forms[domain.KINDS[found.kind].form]
        name = "category" if found.kind == "complaint" else "way"
        return form.field(name).label_of(found.category or "")

    def _matter(self, found: Submission) -> str:
        matter = self._service.site.rules.matter(found.matter)
        return matter.name if matter else ""

    def _today(self) -> dt.date:
        return beijing(self._service.clock()).date()


def path_of(found: Submission) -> str:
    """Return where an answer lies in the content."""
    return f"replies/{_day(found.received_at).year}/{found.number}.md"


def reply_file(found: Submission, content: Mapping[str, str], category: str, matter: str) -> str:
    """Return the file of a published answer."""
    answered = next((e.at for e in reversed(found.events) if e.action == "reply"), None)
    record = {
        "标题": content["title"],
        "编号": found.number,
        "类别": category,
        "事项": matter,
        "收到": _day(found.received_at).isoformat(),
        "答复": _day(answered).isoformat() if answered else "",
        "反映的事": content["question"],
        "改进": content["improved"],
    }
    return _file({name: value for name, value in record.items() if value}, content["answer"])


def stub_file(found: Submission, day: dt.date, reason: str) -> str:
    """Return what stands in the place of an answer that was taken back."""
    record = {"编号": found.number, "撤下": day.isoformat(), "撤下原因": reason}
    return _file(record, "这件答复已经撤下。")


def _file(record: Mapping[str, str], prose: str) -> str:
    front = yaml.safe_dump(dict(record), allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n\n{prose.strip()}\n"


def _day(milliseconds_: int) -> dt.date:
    return beijing(domain.moment(milliseconds_)).date()
