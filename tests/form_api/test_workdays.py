"""The working-day clock: year ends, holidays, make-up days, and years nobody has announced yet."""

from __future__ import annotations

import datetime as dt

import pytest

from form_api.workdays import BEIJING, Calendar, beijing

D = dt.date


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (D(2019, 10, 15), 5, D(2019, 10, 22)),  # an ordinary week
        (D(2019, 12, 30), 2, D(2020, 1, 2)),  # New Year's Day does not count
        (D(2019, 9, 27), 2, D(2019, 9, 30)),  # Sunday the 29th was worked
        (D(2020, 1, 19), 5, D(2020, 2, 3)),  # the Spring Festival that was made longer
        (D(2025, 12, 31), 1, D(2026, 1, 4)),  # Sunday worked for the holiday before
        (D(2024, 2, 28), 2, D(2024, 3, 1)),  # a leap day counts
        (D(2026, 2, 13), 1, D(2026, 2, 14)),  # a Saturday worked for the Spring Festival
        (D(2019, 10, 18), 0, D(2019, 10, 18)),
    ],
)
def test_limits_in_working_days(start: D, count: int, end: D) -> None:
    """A limit begins the day after and counts only days on which the bureau works."""
    assert Calendar().workday_after(start, count) == end


def test_year_without_calendar_goes_on_provisionally() -> None:
    """Without an announced calendar weekdays count, and holiday seasons are not offered."""
    calendar = Calendar()
    assert not calendar.published(2035)
    assert calendar.workday_after(D(2034, 12, 29), 3) == D(2035, 1, 3)
    spring, plain, sunday = D(2035, 2, 7), D(2035, 3, 14), D(2035, 3, 18)
    assert (calendar.day(spring).works, calendar.day(spring).bookable) == (True, False)
    assert calendar.day(plain).bookable
    assert not calendar.day(sunday).works


def test_local_table_goes_first() -> None:
    """What the bureau writes in holidays.yml counts before the national calendar."""
    rows = [{"date": "2019-10-16", "kind": "rest"}, {"date": "2019-10-19", "kind": "work"}]
    calendar = Calendar.of({"days": rows})
    assert calendar.workday_after(D(2019, 10, 15), 1) == D(2019, 10, 17)
    assert calendar.day(D(2019, 10, 19)).bookable


def test_announcing_a_year_makes_it_certain() -> None:
    """Once a year's days stand in the local table, they are no longer provisional."""
    calendar = Calendar.of({"days": [{"date": D(2035, 2, 7), "kind": "work"}]})
    assert calendar.published(2035)
    assert calendar.day(D(2035, 2, 7)).bookable


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (dt.datetime(2019, 12, 31, 15, 59, 59, tzinfo=dt.UTC), D(2019, 12, 31)),
        (dt.datetime(2019, 12, 31, 16, 0, tzinfo=dt.UTC), D(2020, 1, 1)),
        (dt.datetime(2038, 1, 19, 3, 14, 8, tzinfo=dt.UTC), D(2038, 1, 19)),
    ],
)
def test_midnight_is_beijings(utc: dt.datetime, day: D) -> None:
    """The day changes at Beijing's midnight, wherever the server stands."""
    assert beijing(utc).date() == day
    assert beijing(utc).tzinfo == BEIJING
