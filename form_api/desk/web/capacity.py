"""The page of what each place takes, of who has to be moved, and of who is to be told."""

from __future__ import annotations

from starlette.responses import Response

from form_api.desk.accounts import SUPERVISE
from form_api.desk.capacity import EVERYWHERE
from form_api.desk.web.visitor import Visitor, back, minute, signed_in
from form_api.errors import Problem
from form_api.workdays import beijing


@signed_in(SUPERVISE)
async def page(visitor: Visitor) -> Response:
    """Show what each place takes, who has to be moved, and who is to be told."""
    return await _page(visitor)


@signed_in(SUPERVISE)
async def change(visitor: Visitor) -> Response:
    """Change what a place takes."""
    names = ("place", "first", "last", "label", "units", "reason")
    posted = {name: visitor.text(name) for name in names}
    try:
        await visitor.desk.capacity.change(visitor.officer, posted, visitor.text("request"))
    except Problem as problem:
        return await _page(visitor, problem, "change")
    return back("/desk/capacity/")


@signed_in(SUPERVISE)
async def move(visitor: Visitor) -> Response:
    """Give somebody from a closed window another time."""
    number, text = visitor.request.path_params["number"], visitor.text
    try:
        await visitor.desk.capacity.move(
            visitor.officer, number, visitor.number("version"), text("to"), text("request")
        )
    except Problem as problem:
        return await _page(visitor, problem)
    return back("/desk/capacity/")


@signed_in(SUPERVISE)
async def told(visitor: Visitor) -> Response:
    """Note that somebody knows of their new time."""
    number, version = visitor.request.path_params["number"], visitor.number("version")
    try:
        await visitor.desk.capacity.told(visitor.officer, number, version, visitor.text("request"))
    except Problem as problem:
        return await _page(visitor, problem)
    return back("/desk/capacity/")


async def _page(visitor: Visitor, problem: Problem | None = None, failed: str = "") -> Response:
    capacity = visitor.desk.capacity
    quotas = await capacity.quotas()
    return visitor.page(
        "capacity.html",
        "号源",
        places={EVERYWHERE: "所有地方"} | visitor.desk.hall.places(),
        slots=[(label, label) for label in visitor.desk.service.site.rules.schedule.labels],
        quotas=quotas,
        when={quota.id: minute(quota.at) for quota in quotas},
        names=await visitor.desk.cases.names(),
        stranded=await capacity.stranded(),
        to_tell=await capacity.to_tell(visitor.officer),
        today=beijing(visitor.desk.service.clock()).date().isoformat(),
        problem=problem,
        failed=failed,
    )
