"""Appointments: never two people in the last place, always the bureau's own calendar."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest


def free(api: Any, date: str = "2019-10-17", slot: str = "09:00-09:30", **query: str) -> int:
    params = {"matter": "small-shop", "from": date} | query
    offers = api.client.get("/api/slots", params=params).json()["slots"]
    return next(int(o["free"]) for o in offers if (o["date"], o["slot"]) == (date, slot))


def test_booking_takes_a_place(api: Any) -> None:
    """A booking is confirmed with day, slot and place, and the place is gone."""
    assert free(api) == 1
    receipt = api.book().json()
    assert (receipt["date"], receipt["slot"]) == ("2019-10-17", "09:00-09:30")
    assert receipt["due_on"] == "2019-10-17"
    assert "1-1 号窗口" in receipt["place"]
    assert free(api) == 0


def test_full_slot_offers_others(api: Any) -> None:
    """A full slot is refused with free ones near it, and nothing is stored."""
    api.book()
    refused = api.book(phone="13900139000")
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (409, "/api/problems/no-place")
    assert problem["alternatives"][0]["slot"] == "09:30-10:00"


def test_last_place_race(api: Any) -> None:
    """Of thirty people who want one place at once, exactly one gets it."""
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: codes.append(api.book(phone=f"138{n:08}").status_code))
        for n in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [409] * 29


def test_preferences_are_tried_in_order(api: Any) -> None:
    """When the first wish is full the second is booked."""
    api.book()
    wishes = [
        {"date": "2019-10-17", "slot": "09:00-09:30"},
        {"date": "2019-10-18", "slot": "14:00-14:30"},
    ]
    body = {"matter": "small-shop", "name": "李", "phone": "13900139000", "preferences": wishes}
    receipt = api.post("/api/appointments", body).json()
    assert (receipt["date"], receipt["slot"]) == ("2019-10-18", "14:00-14:30")
    assert receipt["due_on"] == "2019-10-18"


def test_one_active_booking_for_a_phone_and_matter(api: Any) -> None:
    """The same phone, however written, cannot hold two bookings of one matter."""
    api.book()
    again = api.book(phone="+86 138 0013 8000", date="2019-10-18")
    assert again.json()["type"] == "/api/problems/already-booked"
    assert api.book(matter="barber").status_code == 201


def test_party_takes_as_many_places(api: Any) -> None:
    """Three people take three places of the slot."""
    before = free(api, matter="barber")
    api.book(matter="barber", party_size=3)
    assert free(api, matter="barber") == before - 3


def test_matters_of_the_same_windows_share_places(api: Any) -> None:
    """Two matters handled at the same windows draw on the same places."""
    before = free(api, matter="barber")
    api.book(matter="restaurant")
    assert free(api, matter="barber") == before - 1


def test_cancel_gives_the_place_back(api: Any) -> None:
    """A cancelled place can be booked again."""
    receipt = api.book().json()
    assert api.act(receipt, "cancel").json()["state"] == "cancelled"
    assert free(api) == 1
    assert api.book().status_code == 201


def test_cancelled_place_waits_before_it_is_offered(start: Callable[..., Any]) -> None:
    """With the defences on, a cancelled place comes back only after a while."""
    api = start(bot_checks=True)
    api.act(api.book().json(), "cancel")
    assert free(api) == 0
    api.clock.forward(minutes=31)
    assert free(api) == 1
    assert api.book(phone="13900139000").status_code == 201


def test_reschedule_moves_the_booking(api: Any) -> None:
    """Rescheduling takes the new place and frees the old one, in one go."""
    receipt = api.book().json()
    moved = api.act(receipt, "reschedule", {"date": "2019-10-18", "slot": "10:00-10:30"}).json()
    assert (moved["date"], moved["slot"], moved["due_on"]) == (
        "2019-10-18",
        "10:00-10:30",
        "2019-10-18",
    )
    assert free(api) == 1
    assert free(api, "2019-10-18", "10:00-10:30") == 0


def test_receipt_asked_for_again_names_the_day_that_holds(api: Any) -> None:
    """A repetition after a reschedule gives the same number and code, and the new day."""
    key = "8a5cb4f6-3b5b-4d4a-9a60-57ef4ad1a002"
    receipt = api.book(key).json()
    api.act(receipt, "reschedule", {"date": "2019-10-18", "slot": "10:00-10:30"})
    again = api.book(key)
    moved = {"date": "2019-10-18", "slot": "10:00-10:30", "due_on": "2019-10-18"}
    assert (again.status_code, again.json()) == (200, receipt | moved)


def test_reschedule_to_a_full_slot_keeps_the_old(api: Any) -> None:
    """When the new slot is full the old booking stays."""
    api.book(phone="13900139000", date="2019-10-18")
    receipt = api.book().json()
    refused = api.act(receipt, "reschedule", {"date": "2019-10-18", "slot": "09:00-09:30"})
    assert refused.json()["type"] == "/api/problems/no-place"
    assert api.status(receipt)["date"] == "2019-10-17"
    assert free(api) == 0


@pytest.mark.parametrize(
    ("date", "slot", "why"),
    [
        ("2019-10-19", "09:00-09:30", "不上班"),  # a Saturday
        ("2019-10-15", "09:00-09:30", "已经过了"),
        ("2019-12-25", "09:00-09:30", "最远"),
        ("2019-10-17", "12:30-13:00", "列出的"),
        ("2019-02-29", "09:00-09:30", "2019-10-15 这样"),
    ],
)
def test_slots_that_cannot_be_booked(api: Any, date: str, slot: str, why: str) -> None:
    """Closed days, past and far slots, and days that do not exist are refused in words."""
    answer = api.book(date=date, slot=slot)
    assert answer.status_code == 422
    assert any(why in error["message"] for error in answer.json()["errors"])


def test_make_up_saturday_is_open_and_holiday_closed(api: Any) -> None:
    """The national make-up days and holidays decide, not the weekday."""
    api.clock.forward(days=-21)  # 24 September 2019
    offers = api.client.get("/api/slots", params={"matter": "barber"}).json()["slots"]
    days = {offer["date"] for offer in offers}
    assert "2019-09-29" in days  # a Sunday that was worked
    assert not days & {"2019-10-01", "2019-10-04", "2019-10-07"}


def test_township_only_for_devolved_matters(api: Any) -> None:
    """A devolved matter can be booked at a township; another cannot."""
    receipt = api.book(matter="restaurant", township="jiuqu").json()
    assert receipt["place"] == "九曲街道便民服务中心"
    refused = api.book(matter="barber", township="jiuqu")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/township"]


def test_help_needs_its_own_consent(api: Any) -> None:
    """Who asks for help must agree separately that the staff are told."""
    refused = api.book(help=["wheelchair"])
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/help_consent"]
    assert api.book(help=["wheelchair"], help_consent=True).status_code == 201


def test_calendar_file(api: Any) -> None:
    """The calendar file has the slot in UTC and nothing about the person."""
    receipt = api.book().json()
    answer = api.client.get(
        f"{receipt['status_url']}/calendar.ics", headers={"X-Query-Code": receipt["code"]}
    )
    assert "DTSTART:20191017T010000Z" in answer.text
    assert "王女士" not in answer.text


def test_late_retry_still_gets_its_receipt(api: Any) -> None:
    """A phone that missed the answer gets its receipt weeks later, though the slot is past."""
    key = "8a5cb4f6-3b5b-4d4a-9a60-57ef4ad1a001"
    first = api.book(key)
    api.clock.forward(days=40)
    again = api.book(key)
    assert (again.status_code, again.json()) == (200, first.json())


def test_booking_is_possible_again_after_the_day(api: Any) -> None:
    """A booking of a past day does not stand in the way of the next."""
    api.book()
    api.clock.forward(days=7)
    assert api.book(date="2019-10-24").status_code == 201


def test_no_shows_are_asked_to_come_in_person(api: Any) -> None:
    """After three missed appointments in ninety days the next is refused with the way out."""
    for day in ("2019-10-16", "2019-10-17", "2019-10-18"):
        receipt = api.book(date=day).json()
        found = api.run(api.service.find_by_id(receipt["id"]))
        api.run(api.service.act_as_staff(found, "miss", "7"))
    refused = api.book(date="2019-10-21")
    assert refused.status_code == 409
    assert "取号" in refused.json()["detail"]
