"""The pages of the day's appointments and of what each place takes."""

from __future__ import annotations

import datetime as dt

from starlette.responses import Response

from form_api import domain
from form_api.decode import Posted
from form_api.desk.accounts import HALL, SUPERVISE
from form_api.desk.hall import EVERYWHERE, STEPS
from form_api.desk.web.visitor import Visitor, back, signed_in
from form_api.errors import Problem
from form_api.workdays import beijing

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
    visit, date = await visitor.desk.hall.find(number, visitor.officer)
    return back(f"/desk/appointments/?date={date}&place={visit.place_id}#{visit.number}")


@signed_in(HALL)
async def step(visitor: Visitor) -> Response:
    """Check in, call, finish, or note that nobody came."""
    params = visitor.request.path_params
    number, name = params["number"], params["step"]
    await visitor.desk.hall.step(
        number, visitor.officer, name, visitor.number("version"), visitor.text("request")
    )
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
async def phone_booking(visitor: Visitor) -> Response:
    """Book for somebody on the telephone."""
    values = {name: value for name, value in visitor.form.items() if name not in CONTROL}
    try:
        receipt = await visitor.desk.hall.by_phone(
            Posted(values, is_form=True), visitor.text("request")
        )
    except Problem as problem:
        return await _phone_page(visitor, problem)
    return visitor.page("booked.html", "约好了", receipt=receipt)


@signed_in(HALL)
async def phone_page(visitor: Visitor) -> Response:
    """Ask what a booking by telephone needs."""
    return await _phone_page(visitor)


@signed_in(SUPERVISE)
async def capacity(visitor: Visitor) -> Response:
    """Show what each place takes, who has to be moved, and who is to be told."""
    return await _capacity_page(visitor)


@signed_in(SUPERVISE)
async def change(visitor: Visitor) -> Response:
    """Change what a place takes."""
    names = ("place", "first", "last", "label", "units", "reason")
    posted = {name: visitor.text(name) for name in names}
    try:
        await visitor.desk.hall.change(visitor.officer, posted, visitor.text("request"))
    except Problem as problem:
        return await _capacity_page(visitor, problem)
    return back("/desk/capacity/")


@signed_in(SUPERVISE)
async def move(visitor: Visitor) -> Response:
    """Give somebody from a closed window another time."""
    number, text = visitor.request.path_params["number"], visitor.text
    await visitor.desk.hall.move(
        visitor.officer, number, visitor.number("version"), text("to"), text("request")
    )
    return back("/desk/capacity/")


@signed_in(SUPERVISE)
async def told(visitor: Visitor) -> Response:
    """Note that somebody knows of their new time."""
    number = visitor.request.path_params["number"]
    await visitor.desk.hall.told(visitor.officer, number, visitor.text("request"))
    return back("/desk/capacity/")


async def _day_page(visitor: Visitor, problem: Problem | None = None, failed: str = "") -> Response:
    hall, query = visitor.desk.hall, visitor.request.query_params
    places = hall.places()
    today = beijing(visitor.desk.service.clock()).date().isoformat()
    date = _date(query.get("date", "")) or today
    place = visitor.text("place") or query.get("place", "")
    if place not in places:
        place = f"township:{visitor.officer.unit}"
    if place not in places:
        place = next(iter(places), "")
    visits = await hall.day(date, place, visitor.officer)
    return visitor.page(
        "day.html",
        "今天的预约" if date == today else f"{date} 的预约",
        problem.status if problem else 200,
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
        errors={error.field: error.message for error in problem.errors} if problem else {},
    )


async def _phone_page(visitor: Visitor, problem: Problem | None = None) -> Response:
    rules = visitor.desk.service.site.rules
    form = rules.forms[domain.APPOINTMENT.form]
    return visitor.page(
        "phone.html",
        "电话预约",
        problem.status if problem else 200,
        form=form,
        fields_shown=[form.field(name) for name in PHONE_FIELDS],
        values={name: visitor.text(name) for name in PHONE_FIELDS},
        errors={error.field: error.message for error in problem.errors} if problem else {},
        problem=problem,
    )


async def _capacity_page(visitor: Visitor, problem: Problem | None = None) -> Response:
    hall = visitor.desk.hall
    return visitor.page(
        "capacity.html",
        "号源",
        problem.status if problem else 200,
        places={EVERYWHERE: "所有地方"} | hall.places(),
        labels=visitor.desk.service.site.rules.schedule.labels,
        quotas=await hall.quotas(),
        names=await visitor.desk.cases.names(),
        stranded=await hall.stranded(),
        to_tell=await hall.to_tell(visitor.officer),
        today=beijing(visitor.desk.service.clock()).date().isoformat(),
        problem=problem,
        errors={error.field: error.message for error in problem.errors} if problem else {},
    )


def _here(visitor: Visitor) -> str:
    return f"/desk/appointments/?date={visitor.text('date')}&place={visitor.text('place')}"


def _date(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
