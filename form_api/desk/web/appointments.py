"""The pages of the day's appointments, and of bookings by telephone."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from starlette.responses import Response

from form_api import domain
from form_api.decode import Posted
from form_api.desk.accounts import HALL
from form_api.desk.hall import STEPS
from form_api.desk.web.visitor import Visitor, as_field, back, signed_in
from form_api.errors import Problem
from form_api.site import Rules
from form_api.workdays import beijing
from form_definitions import Field

PHONE_FIELDS = ("matter", "township", "date", "slot", "name", "phone")
CONTROL = ("csrf", "request")


@signed_in(HALL)
async def day(visitor: Visitor) -> Response:
    """Show a day's list, and take people without a booking."""
    return await _day_page(visitor)


@signed_in(HALL)
async def find(visitor: Visitor) -> Response:
    """Go to the day of a number somebody shows at the counter."""
    number = visitor.text("number").upper()
    try:
        visit, date = await visitor.desk.hall.find(number, visitor.officer)
    except Problem as problem:
        return await _day_page(visitor, as_field(problem, "number"), "find")
    return back(f"/desk/appointments/?date={date}&place={visit.place_id}#{visit.number}")


@signed_in(HALL)
async def step(visitor: Visitor) -> Response:
    """Check in, call, finish, or note that nobody came."""
    params = visitor.request.path_params
    number, name = params["number"], params["step"]
    try:
        await visitor.desk.hall.step(
            number, visitor.officer, name, visitor.number("version"), visitor.text("request")
        )
    except Problem as problem:
        if problem.type != "conflict":
            raise
        return await _day_page(visitor, problem)
    return back(f"{_here(visitor)}#{number}")


@signed_in(HALL)
async def walk_in(visitor: Visitor) -> Response:
    """Give somebody without a booking a number: one key for the matter, one to confirm."""
    try:
        number = await visitor.desk.hall.walk_in(
            visitor.officer, visitor.text("place"), visitor.text("what"), visitor.text("request")
        )
    except Problem as problem:
        return await _day_page(visitor, problem, "walk-in")
    return back(f"{_here(visitor)}&new={number}")


@signed_in(HALL)
async def phone_start(visitor: Visitor) -> Response:
    """Lead from the key for a matter to a booking with the first free slot filled in."""
    place, what = visitor.text("place"), visitor.text("what")
    if not what:
        return back("/desk/appointments/phone/")
    try:
        values = await visitor.desk.hall.first_free(place, what)
    except Problem as problem:
        return await _day_page(visitor, problem, "walk-in")
    return back(f"/desk/appointments/phone/?{urlencode(values)}")


@signed_in(HALL)
async def phone_booking(visitor: Visitor) -> Response:
    """Book for somebody on the telephone."""
    values = {name: value for name, value in visitor.form.items() if name not in CONTROL}
    try:
        receipt = await visitor.desk.hall.by_phone(
            visitor.officer, Posted(values, is_form=True), visitor.text("request")
        )
    except Problem as problem:
        return await _phone_page(visitor, problem)
    return visitor.page("booked.html", "约好了", receipt=receipt)


@signed_in(HALL)
async def phone_page(visitor: Visitor) -> Response:
    """Ask what a booking by telephone needs."""
    return await _phone_page(visitor)


async def _day_page(visitor: Visitor, problem: Problem | None = None, failed: str = "") -> Response:
    hall, query = visitor.desk.hall, visitor.request.query_params
    places = hall.places()
    today = beijing(visitor.desk.service.clock()).date().isoformat()
    date = _date(visitor.text("date") or query.get("date", "")) or today
    place = visitor.text("place") or query.get("place", "")
    if place not in places:
        place = f"township:{visitor.officer.unit}"
    if place not in places:
        place = next(iter(places), "")
    visits = await hall.day(date, place, visitor.officer)
    return visitor.page(
        "day.html",
        "今天的预约" if date == today else f"{date} 的预约",
        date=date,
        today=today,
        place=place,
        places=places,
        visits=visits,
        often=hall.often(place) if place else [],
        steps=STEPS,
        states=domain.STATES,
        new=query.get("new", ""),
        problem=problem,
        failed=failed,
    )


async def _phone_page(visitor: Visitor, problem: Problem | None = None) -> Response:
    form = visitor.desk.service.site.rules.forms[domain.APPOINTMENT.form]
    return visitor.page(
        "phone.html",
        "电话预约",
        fields_shown=[_phone_field(visitor, form.field(name)) for name in PHONE_FIELDS],
        values={name: _phone_value(visitor, form.field(name)) for name in PHONE_FIELDS},
        offered="slot" in visitor.request.query_params,
        problem=problem,
        failed="phone" if problem else "",
    )


def _phone_field(visitor: Visitor, field: Field) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return a question with the answers it offers; none means that it is typed."""
    kind = field.type if field.type in ("date", "tel") else "text"
    empty = "区政务服务中心" if field.source == "townships" else "请选择"
    words = {"name": field.name, "label": field.label, "type": kind, "empty": empty}
    return words, _offered(visitor.desk.service.site.rules, field)


def _offered(rules: Rules, field: Field) -> list[tuple[str, str]]:
    if field.type == "named":
        return []
    match field.source:
        case "matters":
            return [(m.id, m.name) for m in (rules.matters or {}).values()]
        case "townships":
            return list((rules.townships or {}).items())
        case "slots":
            return [(label, label) for label in rules.schedule.labels]
        case _:
            return []


def _phone_value(visitor: Visitor, field: Field) -> str:
    """Return what is known already; of a matter that is not listed, its name."""
    value = visitor.text(field.name) or visitor.request.query_params.get(field.name, "")
    matter = visitor.desk.service.site.rules.matter(value) if field.type == "named" else None
    return matter.name if matter else value


def _here(visitor: Visitor) -> str:
    return f"/desk/appointments/?date={visitor.text('date')}&place={visitor.text('place')}"


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
