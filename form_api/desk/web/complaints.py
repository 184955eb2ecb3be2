"""The pages of the queue and of one case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from form_api import domain
from form_api.desk.accounts import ANSWER, SUPERVISE, Officer
from form_api.desk.cases import OUTCOMES, Case, Step
from form_api.desk.publishing import FIELDS, LABELS, STATES
from form_api.desk.statistics import GRADES
from form_api.desk.web.visitor import Visitor, as_field, back, minute, sent, signed_in, typed
from form_api.errors import Problem
from form_api.site import Rules
from form_definitions import Field

VIEWS = {"open": "待办", "mine": "我的", "bad": "差评回访", "done": "已办"}
EMPTY = {
    "open": "没有要办的，都答复了。",
    "mine": "您手上没有要办的。",
    "bad": "没有要回访的差评。",
    "done": "还没有答复过。",
}
LEVELS = {"overdue": "已超期", "red": "今天到期", "amber": "快到期"}
EXCERPT = 60
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


@signed_in(ANSWER)
async def queue(visitor: Visitor) -> Response:
    """List the cases, the most urgent on top."""
    return await _queue_page(visitor)


@signed_in(ANSWER)
async def find(visitor: Visitor) -> Response:
    """Go to a case by its number."""
    number = visitor.text("number").upper()
    try:
        case = await visitor.desk.cases.open(number, visitor.officer)
    except Problem as problem:
        return await _queue_page(visitor, as_field(problem, "number"))
    return back(f"/desk/complaints/{case.found.number}/")


async def _queue_page(visitor: Visitor, problem: Problem | None = None) -> Response:
    asked = visitor.request.query_params.get("view", "")
    view = asked if asked in VIEWS else "open"
    cases, officer = visitor.desk.cases, visitor.officer
    match view:
        case "done":
            lines = await cases.done(officer)
        case "bad":
            lines = await cases.badly_rated(officer)
        case _:
            lines = await cases.queue(officer)
    if view == "mine":
        lines = [line for line in lines if line.mine or line.waits_for_me]
    counts = Counter(line.urgency.level for line in lines if view in ("open", "mine"))
    return visitor.page(
        "queue.html",
        "意见与求助",
        problem.status if problem else 200,
        lines=lines,
        view=view,
        views=VIEWS,
        empty=EMPTY[view],
        levels=[(key, counts[key], words) for key, words in LEVELS.items() if counts[key]],
        problem=problem,
        failed="find" if problem else "",
    )


@signed_in(SUPERVISE)
async def triage(visitor: Visitor) -> Response:
    """Show the beginnings of what nobody has yet, to close spam together."""
    return await _triage_page(visitor)


@signed_in(SUPERVISE)
async def dismiss(visitor: Visitor) -> Response:
    """Close the ticked ones."""
    try:
        await visitor.desk.cases.dismiss(
            visitor.texts("number"), visitor.officer, visitor.text("reason")
        )
    except Problem as problem:
        return await _triage_page(visitor, problem)
    return back("/desk/complaints/triage/")


async def _triage_page(visitor: Visitor, problem: Problem | None = None) -> Response:
    cases, officer = visitor.desk.cases, visitor.officer
    lines = [line for line in await cases.queue(officer, ("received",)) if not line.owner]
    opened = [(line, (await cases.open(line.number, officer)).answers) for line in lines]
    return visitor.page(
        "triage.html",
        "批量处理",
        problem.status if problem else 200,
        excerpts=[(line, answers.get("text", "")[:EXCERPT]) for line, answers in opened],
        ticked=visitor.texts("number"),
        problem=problem,
        failed="triage" if problem else "",
    )


@signed_in(ANSWER)
async def case(visitor: Visitor) -> Response:
    """Show one case."""
    number = visitor.request.path_params["number"]
    return await _page(visitor, await visitor.desk.cases.open(number, visitor.officer))


@signed_in(ANSWER)
async def photo(visitor: Visitor) -> Response:
    """Show a person's photo to whoever may see the case."""
    params = visitor.request.path_params
    found = (await visitor.desk.cases.open(params["number"], visitor.officer)).found
    content = await visitor.desk.service.photo(found, params["place"])
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@signed_in(ANSWER)
async def step(visitor: Visitor) -> Response:
    """Take a step; where it cannot be taken, show the case again with what was typed."""
    number, name = (visitor.request.path_params[key] for key in ("number", "step"))
    if name == "template":
        return await _with_template(visitor, number)
    try:
        opened = await _take(visitor, number, name)
    except Problem as problem:
        if not (problem.errors or problem.extra.get("stale")):
            raise
        opened = await visitor.desk.cases.open(number, visitor.officer)
        return await _page(visitor, opened, problem, name)
    if name == "reveal":
        return await _page(visitor, opened, revealed=True)
    if not visitor.officer.may(SUPERVISE) and not opened.mine:
        return back("/desk/complaints/")
    return back(f"/desk/complaints/{number}/")


async def _with_template(visitor: Visitor, number: str) -> Response:
    """Put ready-made sentences below what is typed so far."""
    templates = {t["id"]: t["text"] for t in visitor.desk.service.site.rules.answer_templates}
    added = templates.get(visitor.text("template"), "").strip()
    text = "\n".join(part for part in (visitor.text("text"), added) if part)
    filled = replace(visitor, form={**visitor.form, "text": text})
    opened = await visitor.desk.cases.open(number, visitor.officer)
    return await _page(filled, opened, failed="answer")


async def _take(visitor: Visitor, number: str, name: str) -> Case:
    cases, officer, text = visitor.desk.cases, visitor.officer, visitor.text
    asked = Step(name, visitor.number("version"), text("request"), text("text"))
    match name:
        case "claim":
            return await cases.claim(number, officer, asked)
        case "assign" | "offer":
            return await cases.hand(number, officer, asked, text("to"))
        case "take" | "decline":
            return await cases.take(number, officer, asked)
        case "extend":
            return await cases.extend(number, officer, asked)
        case "answer":
            return await cases.answer(
                number,
                officer,
                asked,
                text("outcome"),
                text("alternative"),
                confirmed=text("confirmed") == "yes",
            )
        case "sign" | "send_back":
            return await cases.sign(number, officer, asked)
        case "merge":
            return await cases.merge(number, officer, asked, text("leader"))
        case "offer_to_public":
            content = {field: text(field) for field in FIELDS}
            return await visitor.desk.publishing.propose(number, officer, asked, content)
        case "note" | "ask" | "call_back":
            return await cases.write(number, officer, asked)
        case "reveal" | "close":
            return await cases.take_step(number, officer, asked)
        case _:
            raise Problem("no-page", "没有这种操作。")


async def _page(
    visitor: Visitor,
    opened: Case,
    problem: Problem | None = None,
    failed: str = "",
    revealed: bool = False,
) -> Response:
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
        problem.status if problem else 200,
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
            (o.id, f"{o.name}（{o.unit or o.role_names}）")
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
    if field.source == "matters" and value in (rules.matters or {}):
        return (rules.matters or {})[value].name
    if field.source == "townships":
        return (rules.townships or {}).get(value, value)
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
    line = service.event(found, event, key)
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
