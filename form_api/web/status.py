"""Looking up and changing a submission: with number and code by programs, on pages by people."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from form_api import answers, progress
from form_api.decode import Posted
from form_api.domain import ACTIONS, KINDS, Kind, Submission
from form_api.errors import FieldError, Problem, StoreUnavailable
from form_api.service import Service, parse_id, sources
from form_api.slots import ends_at, starts_at
from form_api.web.bodies import SMALL_BODY
from form_api.web.pages import Pages
from form_api.web.problems import noted
from form_api.web.requests import (
    address_of,
    field,
    read_posted,
    script_of,
    service_of,
    wants_page,
)
from form_api.web.submissions import open_page_token

STATUS_MINUTES = 30


class Status:
    """The addresses under one submission's number."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    async def show(self, request: Request) -> Response:
        """Say how a submission stands."""
        service = service_of(request)
        found = await self._find(request, service)
        return _status_answer(service, found)

    async def act(self, request: Request) -> Response:
        """Do something to a submission."""
        service = service_of(request)
        posted = await read_posted(request, SMALL_BODY) if _has_body(request) else Posted()
        found = await self._find(request, service)
        action = _action(request.path_params["action"])
        key = request.headers.get("idempotency-key")
        request_id = str(uuid.uuid4()) if key is None else parse_id(key)
        return _status_answer(service, await service.act(found, action, posted, request_id))

    async def photo(self, request: Request) -> Response:
        """Return one of the person's own photos."""
        service = service_of(request)
        found = await self._find(request, service)
        content = await service.photo(found, int(request.path_params["place"]))
        return Response(content, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def calendar(self, request: Request) -> Response:
        """Return an appointment as a calendar file."""
        service = service_of(request)
        return calendar_file(service, await self._find(request, service))

    async def _find(self, request: Request, service: Service) -> Submission:
        number = request.path_params["number"]
        code = request.headers.get("x-query-code", "")
        found = await service.find(number, code, address_of(request))
        if found.kind != self.kind.id:
            raise Problem("not-found", "没有查到。请核对编号和查询码；编号是一个字母加数字。")
        return found


async def look_up(request: Request) -> Response:
    """Take number and code from a plain form, and lead to the status page."""
    service, pages = service_of(request), _pages(request)
    posted = await read_posted(request, SMALL_BODY)
    script = script_of(posted)
    form = service.site.rules.forms["status"]
    try:
        values = answers.check(form, posted, sources(service.site.rules)).values
        found = await service.find(values["number"], values["code"], address_of(request))
    except Problem as problem:
        if not wants_page(request):
            raise
        return _look_up_again(pages, script, posted, problem)
    return RedirectResponse(_status_address(service, found, script), 303)


def _look_up_again(pages: Pages, script: str, posted: Posted, problem: Problem) -> Response:
    form = pages.form(script, "status")
    if problem.type == "not-found":
        problem.errors = (FieldError("number", "not-found", problem.detail),)
    return pages.page(
        "form.html",
        script,
        form.title,
        form=form,
        problem=problem,
        values={"number": field(posted, "number")},
        action=form.action,
        errors=problem.by_field,
    )


async def page(request: Request) -> Response:
    """Show a submission with everything the person can do about it."""
    service = service_of(request)
    token = open_page_token(service, "status", request.path_params["token"])
    found = await service.find_by_id(token["id"])
    return _status_page(request, service, found, token["script"])


async def page_action(request: Request) -> Response:
    """Do what a form on the status page asks, then show the page anew."""
    service = service_of(request)
    posted = await read_posted(request, SMALL_BODY)
    token = open_page_token(service, "status", request.path_params["token"])
    found = await service.find_by_id(token["id"])
    action = _action(request.path_params["action"])
    try:
        request_id = parse_id(field(posted, "request"))
        found = await service.act(found, action, posted, request_id)
    except (Problem, StoreUnavailable) as error:
        now = await service.find_by_id(token["id"])
        return _status_page(request, service, now, token["script"], action, posted, noted(error))
    return RedirectResponse(_status_address(service, found, token["script"]), 303)


async def page_calendar(page: str, request: Request) -> Response:
    """Return the calendar file a receipt or status page offers."""
    service = service_of(request)
    token = open_page_token(service, page, request.path_params["token"])
    return calendar_file(service, await service.find_by_id(token["id"]))


def calendar_file(service: Service, found: Submission) -> Response:
    """Write an appointment for a phone's calendar; no name, no phone number."""
    booking = found.booking
    if booking is None or found.state == "cancelled":
        raise Problem("not-found", "这个预约没有时间，可能已经取消。")
    day = dt.date.fromisoformat(booking.date)
    from icalendar import Calendar as Ics
    from icalendar import Event as IcsEvent

    event = IcsEvent()
    event.add("uid", f"{found.number}@form-api")
    event.add("dtstamp", service.clock())
    event.add("dtstart", starts_at(day, booking.label).astimezone(dt.UTC))
    event.add("dtend", ends_at(day, booking.label).astimezone(dt.UTC))
    event.add("summary", f"预约办理 {found.number}")
    event.add("location", service.place_label(booking.place))
    event.add("sequence", found.version)
    calendar = Ics()
    calendar.add("prodid", "-//河东政务零距离//预约//ZH")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return Response(
        calendar.to_ical(),
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found.number}.ics"',
            "Cache-Control": "no-store",
        },
    )


def _status_page(
    request: Request,
    service: Service,
    found: Submission,
    script: str,
    failed: str = "",
    posted: Posted | None = None,
    problem: Problem | None = None,
) -> Response:
    values = {name: value[0] for name, value in posted.values.items()} if posted else {}
    errors = problem.by_field if problem else {}
    pages = _pages(request)
    return pages.page(
        "status.html",
        script,
        f"{found.number} 的进展",
        status=_status(service, found),
        asked=pages.form(script, KINDS[found.kind].form),
        actions=progress.possible(found),
        address=_status_address(service, found, script),
        request_ids={action.id: str(uuid.uuid4()) for action in progress.possible(found)}
        | ({failed: values.get("request", "")} if problem and problem.retry_after else {}),
        failed=failed,
        values=values,
        problem=problem,
        errors=errors,
    )


def _status_address(service: Service, found: Submission, script: str) -> str:
    until = service.clock().timestamp() + STATUS_MINUTES * 60
    token = service.keys.token("status", {"id": found.id, "until": until, "script": script})
    return f"/api/status/{token}"


def _status(service: Service, found: Submission) -> dict[str, Any]:
    return progress.status(service.site.rules, service.keys, found)


def _status_answer(service: Service, found: Submission) -> Response:
    return JSONResponse(_status(service, found), headers={"Cache-Control": "no-store"})


def _action(name: str) -> str:
    action = ACTIONS.get(name)
    if action is None or action.form is None:
        raise Problem("no-page", "没有这种操作。")
    return name


def _has_body(request: Request) -> bool:
    return (
        request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    )


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages
