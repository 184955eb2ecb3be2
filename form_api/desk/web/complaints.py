"""The pages of the queue and of one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from form_api import domain
from form_api.desk.accounts import ANSWER, SUPERVISE, Officer
from form_api.desk.cases import DONE, OPEN, OUTCOMES, Case, Step
from form_api.desk.publishing import FIELDS, LABELS, STATES
from form_api.desk.web.visitor import Visitor, back, signed_in
from form_api.errors import Problem

VIEWS = {"open": "待办", "mine": "我的", "done": "已办"}
EXCERPT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a case's record, as colleagues see it."""

    seq: int
    at: str
    who: str
    label: str
    text: str
    details: str
    internal: bool


@signed_in(ANSWER)
async def queue(visitor: Visitor) -> Response:
    """List the cases, the most urgent on top."""
    view = visitor.request.query_params.get("view", "open")
    lines = await visitor.desk.cases.queue(visitor.officer, DONE if view == "done" else OPEN)
    if view == "mine":
        lines = [line for line in lines if line.mine or line.waits_for_me]
    return visitor.page("queue.html", "意见与求助", lines=lines, view=view, views=VIEWS)


@signed_in(SUPERVISE)
async def triage(visitor: Visitor) -> Response:
    """Show the beginnings of what nobody has yet, to close spam together."""
    cases, officer = visitor.desk.cases, visitor.officer
    lines = [line for line in await cases.queue(officer, ("received",)) if not line.owner]
    opened = [(line, (await cases.open(line.number, officer)).answers) for line in lines]
    excerpts = [(line, answers.get("text", "")[:EXCERPT]) for line, answers in opened]
    return visitor.page("triage.html", "批量处理", excerpts=excerpts)


@signed_in(SUPERVISE)
async def dismiss(visitor: Visitor) -> Response:
    """Close the ticked ones."""
    await visitor.desk.cases.dismiss(
        visitor.texts("number"), visitor.officer, visitor.text("reason")
    )
    return back("/desk/complaints/triage/")


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
        case "note" | "ask" | "reveal" | "close":
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
    chosen = visitor.request.query_params.get("template", "")
    template = next((t for t in rules.answer_templates if t["id"] == chosen), None)
    published = await desk.publishing.known(opened.found)
    form = rules.forms[domain.KINDS[opened.found.kind].form]
    return visitor.page(
        "case.html",
        opened.found.number,
        problem.status if problem else 200,
        case=opened,
        form=form,
        shown=[f for f in form.fields if not f.personal and f.name in opened.answers],
        contact={
            f.label: opened.answers[f.name]
            for f in form.fields
            if f.personal and f.name in opened.answers
        },
        revealed=revealed,
        entries=entries,
        news=[e for e in entries if stale and e.seq > seen],
        names=names,
        colleagues=[(o.id, o.name) for o in names.values() if o.may(ANSWER) and not o.disabled],
        alike=await desk.cases.alike(opened) if opened.is_open else [],
        problem=problem,
        failed=failed,
        errors={error.field: error.message for error in problem.errors} if problem else {},
        values={"text": template["text"]} if template else {},
        template_choices=[(t["id"], t["title"]) for t in rules.answer_templates],
        outcomes=OUTCOMES,
        state=domain.STATES[opened.found.state],
        published=published,
        publication_states=STATES,
        publication_labels=LABELS,
        drafted=_draft(visitor, opened, entries, published, failed),
    )


def _draft(
    visitor: Visitor,
    opened: Case,
    entries: list[Entry],
    published: dict[str, Any] | None,
    failed: str,
) -> dict[str, str]:
    """Return what the form for publishing begins with."""
    if failed == "offer_to_public":
        return {field: visitor.text(field) for field in FIELDS}
    if published is not None:
        content: dict[str, str] = published["content"]
        return content
    events = zip(opened.found.events, entries, strict=True)
    answer = next((e.text for event, e in reversed(list(events)) if event.action == "reply"), "")
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
        parts.append(f"{data['grade']} 分")
    if "due_on" in data:
        parts.append(f"期限 {data['due_on']}")
    if "leader" in data:
        parts.append(f"随 {data['leader']} 一并办理")
    if "reason" in data:
        parts.append(str(data["reason"]))
    return "，".join(parts)
