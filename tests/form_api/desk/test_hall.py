"""Appointments on the day: the list, walk-ins, the telephone, closed windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

import form_definitions
from form_api.site import CONTENT
from form_api.store import desk as stored
from tests.form_api.desk.conftest import Office
from tests.office import Desk

TODAY, PLACE = "2019-10-15", "hall:7-22"
DAY = f"/desk/appointments/?date={TODAY}&place={PLACE}"
PHONE = "/desk/appointments/phone/"


@pytest.fixture
def booked(office: Office) -> str:
    """Return the number of somebody booked for this afternoon at windows 7 to 22."""
    return str(book(office)["number"])


def book(office: Office, **answers: Any) -> Any:
    phone = f"138{book.count:08d}"  # type: ignore[attr-defined]
    book.count += 1  # type: ignore[attr-defined]
    wish = {"matter": "barber", "date": TODAY, "slot": "14:00-14:30", "phone": phone}
    sent = office.api.book(**(wish | answers))
    assert sent.status_code == 201, sent.text
    return sent.json()


book.count = 12340000  # type: ignore[attr-defined]


def press(desk: Desk, number: str, step: str) -> Any:
    return desk.press(DAY, f"/desk/appointments/{number}/{step}")


def called(office: Office) -> tuple[str, str]:
    """Begin a telephone booking with one digit; return its page and the slot that is filled in."""
    sent = office.wang.fill_in(DAY, "/desk/appointments/walk-in", what="1")
    page = office.wang.client.post(f"{PHONE}start", data=sent).text
    slot = re.search(r'<option value="(\d\d:\d\d-\d\d:\d\d)" selected>', page)
    assert slot
    return page, slot[1]


def logged(office: Office, action: str) -> list[dict[str, Any]]:
    lines = office.api.run(office.api.service.store.read(lambda tx: stored.log_lines(tx, 500)))
    return [line for line in lines if line["action"] == action]


def test_a_visit_from_check_in_to_done(office: Office, booked: str) -> None:
    """A visit is checked in, called, finished; only the steps that fit are offered."""
    for step in ("attend", "call", "serve"):
        assert press(office.wang, booked, step).status_code == 200
    assert office.found(booked).state == "closed"
    page = office.wang.get(DAY).text
    assert "叫号 1 次" in page
    assert f"/desk/appointments/{booked}/" not in page


def test_somebody_who_did_not_come(office: Office, booked: str) -> None:
    """A no-show is noted once, and a second press changes nothing."""
    sent = office.wang.fill_in(DAY, f"/desk/appointments/{booked}/miss")
    action = f"/desk/appointments/{booked}/miss"
    assert [office.wang.client.post(action, data=sent).status_code for _ in range(2)] == [200, 200]
    assert office.found(booked).state == "missed"
    other = sent | {"request": "another"}
    late = office.wang.client.post(f"/desk/appointments/{booked}/attend", data=other)
    assert late.status_code == 409
    assert "同事刚刚处理过" in late.text


def test_the_list_shows_the_day_without_whole_telephones(office: Office, booked: str) -> None:
    """The day's list is by place and time, telephones are masked, and the look is on record."""
    before = len(logged(office, "look_at_day"))
    page = office.wang.get(DAY).text
    assert booked in page
    assert "138****" in page
    assert not re.search(r"138\d{8}", page)
    assert len(logged(office, "look_at_day")) == before + 1
    assert booked not in office.wang.get(DAY.replace("7-22", "1-1")).text


def test_a_number_leads_to_its_day(office: Office, booked: str) -> None:
    """The number somebody shows at the counter leads to their line; a wrong one says so."""
    action = "/desk/appointments/find"
    there = office.wang.press(DAY, action, number=booked.lower())
    assert str(there.url).endswith(f"place={PLACE}#{booked}")
    wrong = office.wang.press(DAY, action, number="Y000000-1")
    assert wrong.status_code == 404
    assert 'id="find-number-error"' in wrong.text


def test_a_walk_in_takes_a_key_and_return(office: Office) -> None:
    """One digit for the matter and Return give a number, already checked in."""
    action = "/desk/appointments/walk-in"
    page = office.wang.press(DAY, action, what="2")
    number = re.search(r"取号 <span class=\"number\">(\S+)</span>", page.text)
    assert number
    found = office.found(number[1])
    assert (found.state, found.matter) == ("attended", "barber")
    wrong = office.wang.press(DAY, action, what="77")
    assert wrong.status_code == 422
    assert 'id="walk-in-what-error"' in wrong.text


def test_a_telephone_booking_begins_with_the_first_free_slot(office: Office) -> None:
    """One digit and the telephone key open a booking with matter, day and slot filled in."""
    page, first = called(office)
    assert "最早的空位已经填好" in page
    assert '<option value="restaurant" selected>' in page
    answers = {
        "matter": "restaurant",
        "township": "",
        "date": "2019-10-16",
        "slot": first,
        "name": "孙女士",
        "phone": "13912340001",
    }
    form = office.wang.fill_in(PHONE, PHONE)
    done = office.wang.client.post(PHONE, data=form | answers)
    assert "约好了" in done.text
    number = re.search(r"Y\d{6}-\d{8}", done.text)
    assert number
    assert logged(office, "phone_booking")[0]["data"] == {"number": number[0]}
    wrong = office.wang.client.post(PHONE, data=form | answers | {"phone": "12", "request": "r2"})
    assert wrong.status_code == 422
    assert 'value="孙女士"' in wrong.text


def test_whoever_missed_often_can_still_telephone(office: Office) -> None:
    """After three no-shows the web sends a person to the telephone, and the telephone works."""
    who = {"phone": "13700001111", "slot": "15:00-15:30"}
    for matter in ("small-shop", "restaurant", "barber"):
        number = book(office, matter=matter, **who)["number"]
        place = office.found(number).booking
        assert place
        page = f"/desk/appointments/?date={TODAY}&place={place.place}"
        office.wang.press(page, f"/desk/appointments/{number}/miss")
    wish = {"matter": "small-shop", "date": "2019-10-16", "slot": "10:00-10:30", "name": "常"}
    refused = office.api.book(**wish, phone=who["phone"])
    assert refused.status_code == 409
    assert "打电话预约" in refused.text
    answers = wish | {"phone": who["phone"], "township": ""}
    assert "约好了" in office.wang.press(PHONE, PHONE, **answers).text


def test_a_closed_windows_people_are_moved_and_told(office: Office) -> None:
    """Closing a day stops bookings, lists who is booked, moves them, and asks to telephone them.

    Who closed it, where, when and why is in the desk's log, in words.
    """
    receipt = book(office, matter="small-shop", date="2019-10-18", slot="09:00-09:30")
    number = receipt["number"]
    page = "/desk/capacity/"
    closing = {
        "place": "hall:1-1",
        "first": "2019-10-18",
        "last": "2019-10-18",
        "label": "",
        "units": "0",
        "reason": "停电检修",
    }
    bare = office.sun.press(page, page, **(closing | {"reason": "", "units": "许多"}))
    assert bare.status_code == 422
    assert 'id="change-reason-error"' in bare.text
    assert 'value="许多"' in bare.text
    changed = office.sun.press(page, page, **closing)
    assert "停电检修" in changed.text
    assert "孙涛，2019-10-15 09:00" in changed.text
    assert number in changed.text
    full = office.api.book(
        matter="small-shop", date="2019-10-18", slot="10:00-10:30", phone="13612345678"
    )
    assert full.status_code == 409
    offers = re.findall(r'<option value="(2019-\d\d-\d\d \S+)">', changed.text)
    moved = office.sun.press(page, f"/desk/capacity/{number}/move", to=offers[0])
    assert "要打电话告知的" in moved.text
    day, _, slot = offers[0].partition(" ")
    status = office.api.status(receipt)
    assert (status["date"], status["slot"]) == (day, slot)
    read_out = office.sun.fill_in(page, f"/desk/capacity/{number}/told")
    again = {"date": "2019-10-21", "slot": "10:00-10:30"}
    assert office.api.act(receipt, "reschedule", again).status_code == 200
    late = office.sun.client.post(f"/desk/capacity/{number}/told", data=read_out)
    assert (late.status_code, "2019-10-21 10:00-10:30" in late.text) == (409, True)
    told = office.sun.press(page, f"/desk/capacity/{number}/told")
    assert number not in told.text
    actions = [event.action for event in office.found(number).events]
    assert actions[-3:] == ["move", "reschedule", "tell"]
    assert logged(office, "quota")[0]["actor"] == "sun"
    line = "1-1 号窗口，从 2019-10-18，到 2019-10-18，每个时段 0 位，因为：停电检修"
    assert line in office.sun.get("/desk/log/").text
    assert logged(office, "look_at_phones")


@pytest.fixture
def many(office: Office) -> Iterator[None]:
    """The forms as a site has them whose matters are too many to list."""
    site = office.api.settings.site
    assert site
    forms = site / "data" / "forms.json"
    named = form_definitions.named(form_definitions.load(CONTENT / "forms.yml"))
    forms.write_text(form_definitions.dump(named), "utf-8")
    yield
    forms.unlink()


@pytest.mark.usefixtures("many")
def test_of_too_many_matters_one_is_written(office: Office) -> None:
    """A large site's desk lists no matters either: a name is written, part of one is helped."""
    action = "/desk/appointments/walk-in"
    assert "<datalist" not in office.wang.get(DAY).text
    unclear = office.wang.press(DAY, action, what="理发")
    assert unclear.status_code == 422
    assert "把名称写全，例如：开理发店" in unclear.text
    taken = office.wang.press(DAY, action, what="開理髮店")
    number = re.search(r"取号 <span class=\"number\">(\S+)</span>", taken.text)
    assert number
    assert office.found(number[1]).matter == "barber"
    page, slot = called(office)
    assert re.search('<input[^>]* name="matter"[^>]* value="开饭店"', page)
    answers = {
        "matter": "开饭店",
        "date": "2019-10-17",
        "slot": slot,
        "name": "孙女士",
        "phone": "13912340009",
    }
    assert "约好了" in office.wang.press(PHONE, PHONE, **answers).text
