"""Another master key: what people hold stays valid, and the old key opens nothing any more."""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from form_api import admin, crypto, progress, rotation
from form_api.cli import main
from form_api.crypto import Keys, Tampered, read_keys
from form_api.decode import Posted
from form_api.desk import accounts
from form_api.desk.accounts import Officer
from form_api.domain import APPOINTMENT, COMPLAINT, Kind
from form_api.errors import ConfigError, Problem
from form_api.receipts import Receipt, Sender
from form_api.service import Service
from form_api.settings import Settings
from form_api.store import commands, desk, open_store
from form_api.web.app import create_app
from tests.form_api.conftest import TUESDAY

COMPLAINED = {"category": "other", "text": "换密钥之前写的"}
BOOKED = {
    "matter": "small-shop",
    "date": "2019-10-17",
    "slot": "09:00-09:30",
    "name": "王女士",
    "phone": "13800138000",
}


class Desk:
    """A service on a database, under some key files."""

    def __init__(self, database: str, site: Path, keys: Keys) -> None:
        store = open_store(database, keys.check, second_check=keys.second_check)
        settings = Settings(database=database, site=site, bot_checks=False)
        app = create_app(settings, keys, store, lambda: TUESDAY)
        self.service: Service = app.state.service
        self.loop = asyncio.new_event_loop()
        self.run(store.open())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def write(self, command: Any) -> Any:
        return self.run(self.service.store.write(command))

    def submit(self, kind: Kind, body: dict[str, Any], id_: str = "") -> Receipt:
        sender = Sender("192.0.2.7", "script")
        posted = Posted(values=dict(body))
        receipt: Receipt = self.run(
            self.service.submit(kind, posted, id_ or str(uuid.uuid4()), sender)
        )
        return receipt

    def text(self, receipt: Receipt) -> Any:
        found = self.run(self.service.find(receipt.number, receipt.code, "192.0.2.7"))
        shown = progress.status(self.service.site.rules, self.service.keys, found)
        return shown["answers"].get("text")

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.service.store.close())
        self.loop.close()


def open_with(database: str, keys: Keys) -> None:
    """Open the store with one key alone, and close it."""

    async def both() -> None:
        store = open_store(database, keys.check)
        await store.open()
        await store.close()

    asyncio.run(both())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.key"
    crypto.write_keys(path)
    return path


@pytest.fixture
def new(tmp_path: Path, old: Path) -> Path:
    """The key file that takes over, made by the command operators use."""
    path = tmp_path / "new.key"
    made = CliRunner().invoke(main, ["new-key", str(path), "--after", str(old)])
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture
def before(database: str, site: Path, old: Path) -> tuple[list[Receipt], Receipt]:
    """Three complaints, a booking and a colleague with one-time codes, under the old key."""
    with Desk(database, site, read_keys(old)) as desk_:
        complaints = [desk_.submit(COMPLAINT, COMPLAINED) for _ in range(3)]
        booking = desk_.submit(APPOINTMENT, BOOKED)
        keys, colleague = desk_.service.keys, Officer("li", "李", ("window",), "")
        desk_.write(lambda tx: accounts.add(tx, keys, 1, colleague, "hash"))
        desk_.write(lambda tx: accounts.set_totp(tx, keys, 1, "li", "SECRET"))
    return complaints, booking


def test_what_people_hold_stays_valid(
    database: str, site: Path, old: Path, new: Path, before: tuple[list[Receipt], Receipt]
) -> None:
    """After the change codes, repetitions and the one booking of a phone are what they were."""
    complaints, booking = before
    with Desk(database, site, read_keys(new, old)) as both:
        assert both.run(rotation.rotate(both.service)) == 5
        assert both.run(rotation.rotate(both.service)) == 0
    with Desk(database, site, read_keys(new)) as after:
        for receipt in complaints:
            assert after.text(receipt) == COMPLAINED["text"]
            again = after.submit(COMPLAINT, COMPLAINED, receipt.id)
            assert (again.created, again.number, again.code) == (
                False,
                receipt.number,
                receipt.code,
            )
        assert not after.submit(APPOINTMENT, BOOKED, booking.id).created
        with pytest.raises(Problem) as caught:
            after.submit(APPOINTMENT, BOOKED | {"slot": "09:30-10:00"})
        assert caught.value.type == "already-booked"
        colleague = after.run(
            after.service.store.read(lambda tx: tx.one("SELECT * FROM staff WHERE id = 'li'"))
        )
        assert accounts.open_totp(after.service.keys, colleague) == "SECRET"


def test_the_old_key_opens_nothing_any_more(
    database: str, site: Path, old: Path, new: Path, before: tuple[list[Receipt], Receipt]
) -> None:
    """With the old key alone the service does not start, and no record could be read."""
    with Desk(database, site, read_keys(new, old)) as both:
        both.run(rotation.rotate(both.service))
        found = both.run(both.service.find_by_id(before[0][0].id))
        lines = both.run(both.service.store.read(partial(desk.log_lines, limit=9)))
    with pytest.raises(Tampered):
        read_keys(old).data_key(found.id, found.data_key)
    with pytest.raises(ConfigError, match="不是一对"):
        open_with(database, read_keys(old))
    done = {"key": read_keys(new).check.hex(), "count": 5}
    assert [(line["action"], line["data"]) for line in lines[:2]] == [
        ("rotate_keys_done", done),
        ("rotate_keys", {"key": done["key"]}),
    ]


def test_stopped_half_way_it_goes_on(
    database: str,
    site: Path,
    old: Path,
    new: Path,
    before: tuple[list[Receipt], Receipt],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half changed, everything is read under both keys and nothing starts under the new alone."""
    monkeypatch.setattr(rotation, "PAGE", 2)
    complaints, _ = before
    with Desk(database, site, read_keys(new, old)) as both:
        page = partial(rotation.wrap_page, keys=both.service.keys, table="submission", after="")
        assert both.write(page)[1] == 2
    with pytest.raises(ConfigError, match="不是一对"):
        open_with(database, read_keys(new))
    with Desk(database, site, read_keys(new, old)) as both:
        assert {both.text(receipt) for receipt in complaints} == {COMPLAINED["text"]}
        later = both.submit(COMPLAINT, COMPLAINED)
        assert both.run(rotation.rotate(both.service)) == 3
    with Desk(database, site, read_keys(new)) as after:
        assert {after.text(r) for r in (*complaints, later)} == {COMPLAINED["text"]}


def test_what_was_purged_does_not_come_back(
    database: str, site: Path, old: Path, new: Path, before: tuple[list[Receipt], Receipt]
) -> None:
    """A record purged before or during the change has no data key afterwards."""
    with Desk(database, site, read_keys(new, old)) as both:
        both.write(partial(commands.purge, id_=before[0][0].id, at=2))
        assert both.run(rotation.rotate(both.service)) == 4
        assert both.run(both.service.find_by_id(before[0][0].id)).data_key is None


def test_without_the_old_key_it_refuses(
    database: str, site: Path, old: Path, new: Path, before: tuple[list[Receipt], Receipt]
) -> None:
    """Where a record opens with neither key the change stops, and the old key stays."""
    assert before
    with Desk(database, site, read_keys(new, old)) as both:
        both.service.keys.second = None
        with pytest.raises(ConfigError, match="FORM_API_SECOND_KEY_FILE"):
            both.run(rotation.rotate(both.service))
    open_with(database, read_keys(old))


def test_only_a_key_that_took_over_is_taken(tmp_path: Path, old: Path) -> None:
    """Two key files that have nothing to do with each other are refused before anything is read."""
    other = tmp_path / "other.key"
    crypto.write_keys(other)
    with pytest.raises(ConfigError, match="--after"):
        read_keys(other, old)
    other.write_bytes(base64.b64encode(bytes(31)))
    with pytest.raises(ConfigError, match="长度"):
        read_keys(other)


def test_pages_shown_before_are_still_ours(old: Path, new: Path) -> None:
    """A receipt or check-your-answers page that was open during the change goes on working."""
    token = read_keys(old).token("receipt", {"id": "x"})
    assert read_keys(new, old).open_token("receipt", token) == {"id": "x"}
    with pytest.raises(Tampered):
        read_keys(new).open_token("receipt", token)


def test_half_changed_it_does_not_move(database: str, site: Path, old: Path, new: Path) -> None:
    """A store whose keys are being changed is not moved elsewhere."""
    with (
        Desk(database, site, read_keys(new, old)) as both,
        pytest.raises(ConfigError, match="rotate-keys"),
    ):
        both.run(admin.move(both.service, "postgresql://nowhere/x"))


def test_receivers_of_notifications_can_check_them(old: Path, new: Path) -> None:
    """The key for their signature can be had from the command line, and outlives the change."""
    for key_file in (old, new):
        environment = {
            "FORM_API_KEY_FILE": str(key_file),
            "FORM_API_DATABASE": "postgresql://nowhere/x",
        }
        shown = CliRunner().invoke(main, ["webhook-key"], env=environment)
        assert shown.output.strip() == read_keys(old).webhook.hex()
