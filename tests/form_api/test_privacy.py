"""Personal data: sealed on the disk, in no address, no log and no list; gone when it should be."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from form_api import export, housekeeping, progress
from form_api.crypto import Keys, Tampered

SECRETS = {"text": "只有我知道的事", "name": "欧阳娜娜", "contact": "13800138000"}


def test_nothing_readable_on_the_disk(api: Any, tmp_path: Path) -> None:
    """Neither words, names, phones nor query codes stand in the database or its journal."""
    receipt = api.complain(reply_wanted="yes", **SECRETS).json()
    booked = api.book(name="欧阳娜娜", phone="13800138000").json()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("form.db*"))
    assert b"submission" in content
    for word in (*SECRETS.values(), "+8613800138000", receipt["code"], booked["code"]):
        assert word.encode() not in content


def test_a_phone_is_found_again_only_with_the_key(api: Any, tmp_path: Path) -> None:
    """However a phone is written it has one blind index; with another key it has another."""
    for phone in ("13800138000", "+86 138-0013-8000", "１３８００１３８０００"):
        api.complain(reply_wanted="yes", contact=phone)
    with sqlite3.connect(tmp_path / "form.db") as connection:
        (index,) = connection.execute("SELECT DISTINCT person FROM submission").fetchone()
        assert connection.execute("SELECT count(DISTINCT person) FROM submission").fetchone() == (
            1,
        )
    assert index == api.service.keys.index("contact", "+8613800138000")
    assert index != Keys(bytes(32)).index("contact", "+8613800138000")


def test_a_sealed_record_cannot_be_moved(api: Any) -> None:
    """Words copied into another person's row cannot be opened there."""
    mine, other = api.complain(text="甲").json(), api.complain(text="乙").json()

    def swap(tx: Any) -> None:
        row = tx.one("SELECT sealed FROM submission WHERE id = ?", mine["id"])
        tx.run("UPDATE submission SET sealed = ? WHERE id = ?", row["sealed"], other["id"])

    api.run(api.service.store.write(swap))
    found = api.run(api.service.find_by_id(other["id"]))
    with pytest.raises(Tampered):
        progress.status(api.service.site.rules, api.service.keys, found)
    assert api.status(mine)["answers"]["text"] == "甲"


def test_addresses_say_nothing(api: Any) -> None:
    """No address of the path without JavaScript holds a number, a code, a name or a phone."""
    browser = {"Accept": "text/html"}
    first = {"category": "other", "reply_wanted": "yes", "script": "hans"} | SECRETS
    page = api.client.post("/api/complaints", data=first, headers=browser).text
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    found = re.search(r'name="confirmation" value="([^"]*)"', page)
    assert found
    posted = {name: html.unescape(value) for name, value in fields} | {"confirmation": found[1]}
    address = api.client.post("/api/complaints", data=posted, headers=browser).headers["Location"]
    receipt = api.client.get(address, headers=browser).text
    number, code = re.findall(r'class="number">([^<]*)<', receipt)
    looked = api.client.post("/api/status", data={"number": number, "code": code}, headers=browser)
    for address_ in (address, looked.headers["Location"]):
        for word in (number, code, *SECRETS.values()):
            assert word not in address_
    for page_ in (receipt, api.client.get(looked.headers["Location"], headers=browser).text):
        assert "13800138000" not in page_
        assert "欧阳娜娜" not in page_


@pytest.mark.parametrize(
    ("whole", "masked"),
    [
        ("13800138000", "138****8000"),
        ("0539-8381234", "053****1234"),
        ("8381234", "****"),
        ("someone@example.com", "s***@example.com"),
        ("ab@c.cn", "a***@c.cn"),
    ],
)
def test_contacts_are_masked(whole: str, masked: str) -> None:
    """A list shows enough of a contact to recognise it and too little to use it."""
    assert export.masked_contact(whole) == masked
    assert export.masked_name("欧阳娜娜") == "欧***"


def test_notice_and_purge_agree(api: Any) -> None:
    """What a form promises about keeping is what the hourly purge does, to the day."""
    receipt = api.complain(**SECRETS | {"reply_wanted": "yes"}).json()
    api.act(receipt, "withdraw")
    days = api.service.site.rules.forms["complaint"].notice.retention_days
    api.clock.forward(days=days - 1)
    assert api.run(housekeeping.purge(api.service)) == 0
    api.clock.forward(days=1, seconds=1)
    assert api.run(housekeeping.purge(api.service)) == 1
    assert "answers" not in api.status(receipt)


def test_what_was_touched_meanwhile_is_not_purged(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who adds a word while the purge is under way keeps what they wrote."""
    receipt = api.complain().json()
    assert api.act(receipt, "withdraw").status_code == 200
    api.clock.forward(days=366)
    store = api.service.store
    write = store.write

    async def overtaken(command: Any) -> Any:
        monkeypatch.undo()
        await write(lambda tx: tx.run("UPDATE submission SET changed_at = changed_at + 999999999"))
        return await write(command)

    monkeypatch.setattr(store, "write", overtaken)
    assert api.run(housekeeping.purge(api.service)) == 0
    assert "answers" in api.status(receipt)


def test_open_cases_are_never_purged(api: Any) -> None:
    """However old, what is not finished is kept."""
    receipt = api.complain().json()
    api.clock.forward(days=2000)
    assert api.run(housekeeping.purge(api.service)) == 0
    assert api.status(receipt)["answers"]


def test_site_elsewhere_may_ask(start: Callable[..., Any]) -> None:
    """A browser on the listed site is told what it may send; one on another site is not."""
    api = start(allowed_origins=("https://www.example.gov.cn",))
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key,x-query-code,altcha",
    }
    for origin, allowed in (("https://www.example.gov.cn", True), ("https://evil.example", False)):
        answer = api.client.options("/api/complaints", headers=asked | {"Origin": origin})
        given = answer.headers.get("Access-Control-Allow-Origin")
        assert (given == origin) is allowed
        assert "Access-Control-Allow-Credentials" not in answer.headers
        refused = api.client.post("/api/complaints", json={}, headers={"Origin": origin})
        assert (refused.status_code == 403) is not allowed
