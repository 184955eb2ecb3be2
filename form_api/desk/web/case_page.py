"""The page of one case: what was written, what happened, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from form_api import domain, progress
from form_api.desk.accounts import ANSWER, Officer
from form_api.desk.case import OUTCOMES, Case
from form_api.desk.publishing import LABELS, STATES
from form_api.desk.statistics import GRADES
from form_api.desk.web.visitor import Visitor, minute, sent, typed
from form_api.errors import Problem
from form_api.site import Rules
from form_definitions import Field

LOOKS = ("look", "reveal")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a case's record, as colleagues see it."""

    seq: int
    action: str
    at: str
    who: str
    label: str
    text: str
    details: str
    internal: bool


async def case_page(
    visitor: Visitor,
    opened: Case,
    problem: Problem | None = None,
    failed: str = "",
    revealed: bool = False,
) -> Response:
    """Draw a case for the officer who opened it."""
    desk, rules = visitor.desk, visitor.desk.service.site.rules
    names = await desk.cases.names()
    entries = [_entry(visitor, opened, event, names) for event in opened.found.events]
    stale = problem is not None and problem.extra.get("stale")
    seen = visitor.number("seen") if stale else 0
    published = await desk.publishing.known(opened.found)
    form = rules.forms[domain.KINDS[opened.found.kind].form]
    leader, followers = await desk.cases.together(opened)
    return visitor.page(
        "case.html",
        opened.found.number,
        case=opened,
        next_step=_next_step(opened, names, leader),
        shown=[
            (f.label, _words(rules, f, opened.answers[f.name]))
            for f in form.fields
            if not f.personal and f.name in opened.answers
        ],
        contact={
            f.label: opened.answers[f.name]
            for f in form.fields
            if f.personal and f.name in opened.answers
        },
        revealed=revealed,
        received=minute(opened.found.received_at),
        entries=[e for e in entries if e.action not in LOOKS],
        looks=[e for e in entries if e.action in LOOKS],
        news=[e for e in entries if stale and e.seq > seen and e.action not in LOOKS],
        left_over=typed(sent(visitor.form)) if problem and not opened.may(failed) else [],
        names=names,
        colleagues=[
            (o.id, f"{o.name}（{rules.township(o.unit) or o.role_names}）")
            for o in names.values()
            if o.may(ANSWER) and not o.disabled and o.id != opened.work["owner"]
        ],
        alike=await desk.cases.alike(opened) if opened.is_open else [],
        leader=leader,
        followers=followers,
        may_sign=opened.may("sign") and opened.work["proposed_by"] != visitor.officer.id,
        problem=problem,
        failed=failed,
        template_choices=[(t["id"], t["title"]) for t in rules.answer_templates],
        outcomes=OUTCOMES,
        state=domain.STATES[opened.found.state],
        published=published,
        publication_states=STATES,
        publication_labels=LABELS,
        drafted=_draft(opened, entries, published),
    )


def _words(rules: Rules, field: Field, value: Any) -> str:
    """Return an answer as people read it."""
    if field.source == "matters" and (matter := rules.matter(value)):
        return matter.name
    if field.source == "townships":
        return rules.township(value)
    if isinstance(value, list):
        return "、".join(field.label_of(item) for item in value)
    return field.label_of(value) if field.choices else str(value)


def _next_step(opened: Case, names: dict[str, Officer], leader: str) -> str:
    """Say in one sentence what has to happen now, and who does it."""
    work, due = opened.work, opened.found.due_on
    owner = names[work["owner"]].name if work["owner"] in names else ""
    if not opened.is_open:
        return _after_the_answer(opened)
    if opened.may("take"):
        return "同事请您接手。请点“接手”，或者“不接手”。"
    if work["proposed_by"] is not None:
        if opened.may("sign") and work["proposed_by"] != opened.officer.id:
            return "同事拟了“不能办”。请核对理由和别的办法，签字发出，或者退回重拟。"
        return "等待另一位督查同事签字。"
    if leader:
        return f"随 {leader} 一起答复，这里不用另外答复。"
    if opened.may("claim"):
        return "还没有人接。您来办，请点“我来办”。"
    if opened.mine:
        return f"查清楚，{due} 前答复。"
    return f"在{owner}手上，{due} 前答复。" if owner else "等待有人来接。"


def _after_the_answer(opened: Case) -> str:
    if opened.may("call_back"):
        return "本人给了差评。请在 1 个工作日内联系，问清原因，改好，再记下回访。"
    if opened.found.state == "withdrawn":
        return "本人撤回了，不用再办。"
    if opened.found.state == "closed":
        return "已经办结，不用再办。"
    return "已经答复。本人可以评价，也可以要求重新办一次。"


def _draft(opened: Case, entries: list[Entry], published: dict[str, Any] | None) -> dict[str, str]:
    """Return what the form for publishing begins with."""
    if published is not None:
        content: dict[str, str] = published["content"]
        return content
    answer = next((e.text for e in reversed(entries) if e.action == "reply"), "")
    question = opened.answers.get("text", "")
    return {"title": "", "question": question, "answer": answer, "improved": ""}


def _entry(visitor: Visitor, opened: Case, event: domain.Event, names: dict[str, Officer]) -> Entry:
    service, found = visitor.desk.service, opened.found
    key = service.keys.data_key(found.id, found.data_key) if found.data_key else None
    line = progress.line(found, event, key)
    _, _, id_ = event.actor.partition(":")
    who = (
        names[id_].name
        if id_ in names
        else {"person": "本人", "system": "系统"}.get(event.actor, id_)
    )
    return Entry(
        event.seq,
        event.action,
        f"{line['at'][:10]} {line['at'][11:16]}",
        who,
        line["label"],
        line.get("text", ""),
        _details(event, names),
        domain.is_internal(event),
    )


def _details(event: domain.Event, names: dict[str, Officer]) -> str:
    data, parts = event.data, []
    if data.get("to") in names:
        parts.append(f"给{names[data['to']].name}")
    if "outcome" in data:
        parts.append(OUTCOMES[data["outcome"]])
    if "grade" in data:
        parts.append(GRADES.get(int(data["grade"]), str(data["grade"])))
    if "due_on" in data:
        parts.append(f"期限 {data['due_on']}")
    if "leader" in data:
        parts.append(f"随 {data['leader']} 一并办理")
    if "reason" in data:
        parts.append(str(data["reason"]))
    return "，".join(parts)
