"""Opening a case, and taking the steps its page offers."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from form_api.desk.accounts import ANSWER, SUPERVISE
from form_api.desk.case import Case, Step
from form_api.desk.publishing import FIELDS
from form_api.desk.web.case_page import case_page
from form_api.desk.web.visitor import Visitor, back, signed_in
from form_api.errors import Problem


@signed_in(ANSWER)
async def case(visitor: Visitor) -> Response:
    """Show one case."""
    number = visitor.request.path_params["number"]
    return await case_page(visitor, await visitor.desk.cases.open(number, visitor.officer))


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
        return await case_page(visitor, opened, problem, name)
    if name == "reveal":
        return await case_page(visitor, opened, revealed=True)
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
    return await case_page(filled, opened, failed="answer")


async def _take(visitor: Visitor, number: str, name: str) -> Case:
    desk, officer, text = visitor.desk, visitor.officer, visitor.text
    asked = Step(name, visitor.number("version"), text("request"), text("text"))
    match name:
        case "claim":
            return await desk.steps.claim(number, officer, asked)
        case "assign" | "offer":
            return await desk.steps.hand(number, officer, asked, text("to"))
        case "take" | "decline":
            return await desk.steps.take(number, officer, asked)
        case "extend":
            return await desk.steps.extend(number, officer, asked)
        case "answer":
            return await desk.answers.answer(
                number,
                officer,
                asked,
                text("outcome"),
                text("alternative"),
                confirmed=text("confirmed") == "yes",
            )
        case "sign" | "send_back":
            return await desk.answers.sign(number, officer, asked)
        case "merge":
            return await desk.steps.merge(number, officer, asked, text("leader"))
        case "offer_to_public":
            content = {field: text(field) for field in FIELDS}
            return await desk.publishing.propose(number, officer, asked, content)
        case "note" | "ask" | "call_back":
            return await desk.steps.write(number, officer, asked)
        case "reveal" | "close":
            return await desk.steps.take_step(number, officer, asked)
        case _:
            raise Problem("no-page", "没有这种操作。")
