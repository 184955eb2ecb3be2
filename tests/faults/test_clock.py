"""Fault 7: clocks that jump, stand in another zone, or wake up in 2038 (needs libfaketime)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.faults.client import client, complain, status, wait_until
from tests.processes import Server, run

DATABASE = "sqlite:///form.db"
BEIJING = dt.timezone(dt.timedelta(hours=8))


class Faked:
    """A clock whose hands the test moves while the server runs."""

    def __init__(self, folder: Path) -> None:
        library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
        if library is None:
            pytest.skip("faketime is not installed (make setup installs it)")
        self.file = folder / "clock"
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "TZ": "America/New_York",
        }

    def set(self, hands: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(hands, encoding="utf-8")
        fresh.replace(self.file)


def received(receipt: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(receipt["received_at"])


def test_jumps_harm_nothing(tmp_path: Path) -> None:
    """An hour on or back, a day back, a leap second, a foreign zone: all goes on, in order."""
    clock = Faked(tmp_path)
    with (
        Server(tmp_path, DATABASE, **clock.environment).start() as server,
        client(server.base) as http,
    ):
        receipts = []
        for hands in ("+0", "+1h", "-1h", "-1d", "@2016-12-31 23:59:59", "+0"):
            clock.set(hands)
            receipt = complain(http).json()
            receipts.append(receipt)
            assert received(receipt).utcoffset() == dt.timedelta(hours=8)
            assert receipt["due_on"] > received(receipt).date().isoformat()
            days = [slot["date"] for slot in http.get("/api/slots?matter=shop").json()["slots"]]
            assert days == sorted(days)
            assert days[0] >= received(receipt).astimezone(BEIJING).date().isoformat()
            added = http.post(
                f"{receipts[0]['status_url']}/add",
                json={"text": hands},
                headers={"X-Query-Code": receipts[0]["code"]},
            )
            assert added.status_code == 200
        texts = [line.get("text") for line in status(http, receipts[0])["timeline"]]
        assert texts[1:] == ["+0", "+1h", "-1h", "-1d", "@2016-12-31 23:59:59", "+0"]
        assert http.get("/api/readyz").status_code == 200
        assert http.get(f"/api/challenge?id={receipts[0]['id']}").status_code == 200
    verified = run(tmp_path, "verify", "--database", DATABASE)
    assert verified.returncode == 0, verified.stderr


def test_a_clock_in_2038_destroys_nothing(tmp_path: Path) -> None:
    """A service that wakes up past 2038 takes submissions, but purges nothing until told to."""
    clock = Faked(tmp_path)
    with (
        Server(tmp_path, DATABASE, **clock.environment).start() as server,
        client(server.base) as http,
    ):
        receipt = complain(http, text="还要用的").json()
        code = {"X-Query-Code": receipt["code"]}
        assert http.post(f"{receipt['status_url']}/withdraw", headers=code).status_code == 200
    clock.set("@2038-01-19 11:14:00")
    with (
        Server(tmp_path, DATABASE, **clock.environment).start() as server,
        client(server.base) as http,
    ):
        late = complain(http).json()
        assert received(late).year == 2038
        wait_until(lambda: "past the last sealed day" in server.said())
        assert status(http, receipt)["answers"]["text"] == "还要用的"
        done = run(tmp_path, "purge", "--database", DATABASE, **clock.environment)
        assert done.returncode == 0, done.stderr
        assert "answers" not in status(http, receipt)
    assert run(tmp_path, "verify", "--database", DATABASE).returncode == 0
