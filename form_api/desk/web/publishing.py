"""The pages of answers on their way to the public, and of what waits in the outbox."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from form_api.desk.accounts import PUBLISH
from form_api.desk.outbox import ALARM_AFTER
from form_api.desk.publishing import LABELS, STATES, Decision
from form_api.desk.web.visitor import Visitor, back, signed_in
from form_api.domain import milliseconds
from form_api.errors import Problem
from form_api.service import local
from form_api.store import desk as stored

DECISIONS = ("publish", "refuse_public", "unpublish")
_deliveries: set[asyncio.Task[int]] = set()
"""Kept so that a delivery is not collected while it runs."""


@signed_in(PUBLISH)
async def listed(visitor: Visitor) -> Response:
    """Show what asks to become public, what is, and what could not be delivered yet."""
    return await _page(visitor)


@signed_in(PUBLISH)
async def decide(visitor: Visitor) -> Response:
    """Agree, refuse or take back."""
    number, name = (visitor.request.path_params[key] for key in ("number", "decision"))
    if name not in DECISIONS:
        raise Problem("no-page", "没有这种操作。")
    decision = Decision(name, visitor.text("request"), visitor.text("reason"))
    try:
        await visitor.desk.publishing.decide(number, visitor.officer, decision)
    except Problem as problem:
        return await _page(visitor, problem, number)
    deliver_soon(visitor)
    return back("/desk/publishing/")


def deliver_soon(visitor: Visitor) -> None:
    """Start the delivery now; should it fail, housekeeping tries again."""
    task = asyncio.get_running_loop().create_task(visitor.desk.outbox.deliver())
    _deliveries.add(task)
    task.add_done_callback(_deliveries.discard)


async def _page(visitor: Visitor, problem: Problem | None = None, failed: str = "") -> Response:
    desk = visitor.desk
    now = milliseconds(desk.service.clock())
    waiting = await desk.service.store.read(stored.files_waiting)
    return visitor.page(
        "publishing.html",
        "公开答复",
        problem.status if problem else 200,
        answers=await desk.publishing.listed(),
        labels=LABELS,
        states=STATES,
        names=await desk.cases.names(),
        waiting=[
            file
            | {"since": local(file["wanted_at"]), "late": now - file["wanted_at"] > ALARM_AFTER}
            for file in waiting
        ],
        connected=desk.outbox.connected,
        problem=problem,
        failed=failed,
    )
