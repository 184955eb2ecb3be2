"""The pages of answers on their way to the public, and of what waits in the outbox."""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.responses import Response

from form_api.desk.accounts import PUBLISH
from form_api.desk.outbox import ALARM_AFTER
from form_api.desk.publishing import (
    LABELS,
    PROPOSED,
    PUBLISHED,
    RETURNED,
    STATES,
    WITHDRAWN,
    Decision,
)
from form_api.desk.statistics import FILE
from form_api.desk.web.visitor import Visitor, back, minute, signed_in
from form_api.domain import milliseconds
from form_api.errors import Problem
from form_api.store import desk as stored

GROUPS = (
    ("等待同意", "没有要看的。", (PROPOSED,)),
    ("已经公开", "还没有公开的答复。", (PUBLISHED,)),
    ("没有同意，或者已撤下", "没有。", (RETURNED, WITHDRAWN)),
)
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
    decision = Decision(
        name, visitor.number("version"), visitor.text("request"), visitor.text("reason")
    )
    try:
        await visitor.desk.publishing.decide(number, visitor.officer, decision)
    except Problem as problem:
        return await _page(visitor, problem, f"{name}-{number}")
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
    figures = await desk.service.store.read(partial(stored.wanted_file, path=FILE))
    answers = await desk.publishing.listed()
    return visitor.page(
        "publishing.html",
        "公开答复",
        groups=[
            (title, hint, [a for a in answers if a["state"] in states])
            for title, hint, states in GROUPS
        ],
        labels=LABELS,
        states=STATES,
        names=await desk.cases.names(),
        waiting=[
            file
            | {"since": minute(file["wanted_at"]), "late": now - file["wanted_at"] > ALARM_AFTER}
            for file in waiting
        ],
        connected=desk.outbox.connected,
        figures_until=figures["message"].partition("截至 ")[2][:10] if figures else "",
        problem=problem,
        failed=failed,
    )
