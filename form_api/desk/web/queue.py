"""The pages of the queue, and of closing spam together."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response

from form_api.desk.accounts import ANSWER, SUPERVISE
from form_api.desk.web.visitor import Visitor, as_field, back, signed_in
from form_api.errors import Problem

VIEWS = {"open": "待办", "mine": "我的", "bad": "差评回访", "done": "已办"}
EMPTY = {
    "open": "没有要办的，都答复了。",
    "mine": "您手上没有要办的。",
    "bad": "没有要回访的差评。",
    "done": "还没有答复过。",
}
LEVELS = {"overdue": "已超期", "red": "今天到期", "amber": "快到期"}
EXCERPT = 60


@signed_in(ANSWER)
async def page(visitor: Visitor) -> Response:
    """List the cases, the most urgent on top."""
    return await _page(visitor)


@signed_in(ANSWER)
async def find(visitor: Visitor) -> Response:
    """Go to a case by its number."""
    number = visitor.text("number").upper()
    try:
        case = await visitor.desk.cases.open(number, visitor.officer)
    except Problem as problem:
        return await _page(visitor, as_field(problem, "number"))
    return back(f"/desk/complaints/{case.found.number}/")


async def _page(visitor: Visitor, problem: Problem | None = None) -> Response:
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
        await visitor.desk.steps.dismiss(
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
        excerpts=[(line, answers.get("text", "")[:EXCERPT]) for line, answers in opened],
        ticked=visitor.texts("number"),
        problem=problem,
        failed="triage" if problem else "",
    )
