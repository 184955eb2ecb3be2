"""What every engine must keep: the same promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from form_api.domain import Act, Submit, Wish
from form_api.errors import ConfigError
from form_api.store import Store, commands, open_store, queries, refusals
from tests.form_api.samples import KEY, NOW, complaint

DAY = 86_400_000


def wish(slot: str = "s1", units: int = 1) -> Wish:
    return Wish(slot, "hall:1-1", "2019-10-17", "09:00-09:30", units)


def booking(id_: str, **changes: Any) -> Submit:
    return (
        complaint(
            id_, kind="appointment", matter="shop", person=id_.encode(), wishes=(wish(),), places=1
        )
        if not changes
        else replace(booking(id_), **changes)
    )


class Held:
    """A store and the loop it lives in."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.loop = asyncio.new_event_loop()
        self.run(store.open())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def submit(self, command: Submit) -> commands.Accepted:
        result: commands.Accepted = self.run(
            self.store.write(partial(commands.submit, cmd=command))
        )
        return result

    def act(self, id_: str, action: str, **more: Any) -> Any:
        act = Act(id_, action, NOW + 1, "person", more.pop("request", action), {}, **more)
        return self.run(self.store.write(partial(commands.act, cmd=act)))

    def read(self, query: Callable[..., Any], **values: Any) -> Any:
        return self.run(self.store.read(partial(query, **values)))

    def close(self) -> None:
        self.run(self.store.close())
        self.loop.close()


@pytest.fixture
def held(database: str) -> Iterator[Held]:
    holder = Held(open_store(database, KEY))
    yield holder
    holder.close()


def wrong(held: Held) -> list[str]:
    return list(held.read(lambda tx: list(queries.verify(tx))))


def test_a_read_sees_one_moment(held: Held) -> None:
    """What is committed while a query runs is not seen by its next statement either."""
    begun, written = threading.Event(), threading.Event()

    def twice(tx: Any) -> list[bool]:
        first = tx.one("SELECT id FROM submission WHERE id = 'c1'") is not None
        begun.set()
        assert written.wait(10)
        return [first, tx.one("SELECT id FROM submission WHERE id = 'c1'") is not None]

    async def beside() -> list[bool]:
        reading = asyncio.ensure_future(held.store.read(twice))
        await asyncio.to_thread(begun.wait, 10)
        await held.store.write(partial(commands.submit, cmd=complaint()))
        written.set()
        return await reading

    assert held.run(beside()) == [False, False]


def test_a_read_cannot_write(held: Held) -> None:
    """A query that tries to change something is refused by the database itself."""
    with pytest.raises(Exception, match=r"read-?only"):
        held.read(lambda tx: tx.run("DELETE FROM event"))


def test_submit_is_once(held: Held) -> None:
    """The first submit creates, the second finds; bytes come back unchanged."""
    assert held.submit(complaint()).created
    again = held.submit(complaint(at=NOW + 5, fingerprint=b"other"))
    assert not again.created
    assert (again.row["number"], again.row["received_at"]) == ("T-c1", NOW)
    found = held.read(queries.by_number, number="T-c1")
    assert found.sealed == b"sealed \x00 bytes"


def test_taken_number_gives_way_to_the_next(held: Held) -> None:
    """Two submissions whose numbers collide both get one."""
    held.submit(complaint("a", numbers=("T-1", "T-2")))
    assert held.submit(complaint("b", numbers=("T-1", "T-2"))).row["number"] == "T-2"


def test_together_in_one_batch(held: Held) -> None:
    """Commands that arrive together are judged one by one: one bad neighbour harms nobody."""
    held.submit(booking("first"))

    async def all_at_once() -> list[Any]:
        work = [
            held.store.write(partial(commands.submit, cmd=command))
            for command in (complaint("x"), booking("second"), complaint("y"), complaint("x"))
        ]
        return await asyncio.gather(*work, return_exceptions=True)

    x, refused, y, x_again = held.run(all_at_once())
    assert x.created != x_again.created
    assert y.created
    assert isinstance(refused, refusals.Refused)
    assert refused.code == refusals.NO_PLACE
    assert held.read(queries.by_number, number="T-second") is None
    assert wrong(held) == []


def test_last_place_goes_to_one(held: Held) -> None:
    """Forty bookings of a slot with three places: three get one."""

    async def race() -> list[Any]:
        work = [
            held.store.write(
                partial(commands.submit, cmd=booking(f"p{n}", wishes=(wish(units=3),)))
            )
            for n in range(40)
        ]
        return await asyncio.gather(*work, return_exceptions=True)

    results = held.run(race())
    assert sum(isinstance(result, commands.Accepted) for result in results) == 3
    assert held.read(queries.taken, slots=["s1"], now=NOW) == {"s1": 3}
    assert wrong(held) == []


def test_one_active_booking(held: Held) -> None:
    """A person's second booking of a matter is refused, at once or in a race."""

    async def race() -> list[Any]:
        work = [
            held.store.write(
                partial(
                    commands.submit,
                    cmd=booking(f"p{n}", person=b"one", wishes=(wish(f"s{n}", 5),)),
                )
            )
            for n in range(10)
        ]
        return await asyncio.gather(*work, return_exceptions=True)

    results = held.run(race())
    assert sum(isinstance(result, commands.Accepted) for result in results) == 1
    codes = {result.code for result in results if isinstance(result, refusals.Refused)}
    assert codes == {refusals.ALREADY_BOOKED}


def test_cancel_and_rebook_race(held: Held) -> None:
    """While one cancels and ten want the place, it is never sold twice."""
    held.submit(booking("first"))

    async def race() -> list[Any]:
        cancel = Act("first", "cancel", NOW, "person", "c", {})
        work: list[Any] = [held.store.write(partial(commands.act, cmd=cancel))]
        work += [
            held.store.write(partial(commands.submit, cmd=booking(f"p{n}"))) for n in range(10)
        ]
        return await asyncio.gather(*work, return_exceptions=True)

    results = held.run(race())
    assert sum(isinstance(result, commands.Accepted) for result in results) <= 1
    assert held.read(queries.taken, slots=["s1"], now=NOW)["s1"] <= 1
    assert wrong(held) == []


def test_action_repeated_is_once(held: Held) -> None:
    """The same request twice leaves one line in the timeline."""
    held.submit(complaint())
    for _ in range(2):
        held.act("c1", "add", request="r", sealed=b"text")
    found = held.read(queries.by_number, number="T-c1")
    assert [event.action for event in found.events] == ["submit", "add"]


def test_actions_follow_the_states(held: Held) -> None:
    """What the state does not allow is refused and changes nothing."""
    held.submit(complaint())
    held.act("c1", "withdraw")
    with pytest.raises(refusals.Refused) as caught:
        held.act("c1", "add")
    assert caught.value.code == refusals.NOT_NOW
    assert held.read(queries.by_number, number="T-c1").version == 2


def test_stale_officer_is_refused(held: Held) -> None:
    """Two officers who looked at the same version: one wins, the other is told."""
    held.submit(complaint())
    held.act("c1", "accept", expected_version=1)
    with pytest.raises(refusals.Refused) as caught:
        held.act("c1", "reply", expected_version=1)
    assert caught.value.code == refusals.STALE


def test_spent_proof_is_spent(held: Held) -> None:
    """A proof of work lets one submission in, not two."""
    held.submit(complaint("a", spent=("n", NOW + DAY)))
    with pytest.raises(refusals.Refused) as caught:
        held.submit(complaint("b", spent=("n", NOW + DAY)))
    assert caught.value.code == refusals.SPENT
    assert held.submit(complaint("a", spent=("n", NOW + DAY))).created is False


def test_purge_leaves_a_tombstone(held: Held) -> None:
    """After purging nothing can be decrypted; number, receipt and chain stay."""
    held.submit(complaint(photos=(b"photo",), person=b"me"))
    held.act("c1", "add", sealed=b"text")
    held.run(held.store.write(partial(commands.purge, id_="c1", at=NOW + DAY)))
    found = held.read(queries.by_number, number="T-c1")
    assert (found.data_key, found.sealed, found.photos) == (None, None, 0)
    assert all(event.sealed is None for event in found.events)
    assert held.read(queries.photo, id_="c1", place=0) is None
    assert held.read(queries.of_person, person=b"me") == []
    again = held.submit(complaint())
    assert (again.created, again.row["purged_at"]) == (False, NOW + DAY)
    assert wrong(held) == []


def test_tampering_is_noticed(held: Held) -> None:
    """A changed submission, a changed event and a removed event are each found."""
    held.submit(complaint("a"))
    held.submit(complaint("b"))
    held.run(held.store.write(partial(commands.seal_day, day=737_347)))
    assert wrong(held) == []

    def forge(tx: Any) -> None:
        if held.store.engine == "sqlite":
            tx.run("DROP TRIGGER event_no_delete")
        tx.run("UPDATE submission SET head = ? WHERE id = 'a'", b"x")
        tx.run("DELETE FROM event WHERE submission = 'b'")

    held.run(held.store.write(forge))
    found = "\n".join(wrong(held))
    assert "对不上：a" in found
    assert "对不上：b" in found
    assert "日链断了" in found


def test_clock_going_back_does_not_break_the_chain(held: Held) -> None:
    """An event after a day was sealed counts to the next day, whatever the clock says."""
    held.submit(complaint("a"))
    held.run(held.store.write(partial(commands.seal_day, day=737_347)))
    held.submit(complaint("b", at=NOW - 3 * DAY))
    held.run(held.store.write(partial(commands.seal_day, day=737_348)))
    assert wrong(held) == []


def test_views_add_up(held: Held) -> None:
    """Views of different days add up."""
    for day in ("2019-10-15", "2019-10-15", "2019-10-16"):
        held.run(held.store.write(partial(commands.count_view, path="/", day=day)))
    assert held.read(queries.views, paths=["/", "/x/"]) == {"/": 3, "/x/": 0}


def test_notice_is_claimed_once(held: Held) -> None:
    """Two processes that see the same notification do not both deliver it."""
    held.submit(complaint(notify=True))
    notice = held.read(queries.notices, now=NOW)[0]
    claim = partial(commands.claim_notice, notice=notice, next_at=NOW + 60)
    assert [held.run(held.store.write(claim)) for _ in range(2)] == [True, False]
    assert held.read(queries.notices, now=NOW) == []


def test_restart_keeps_everything(database: str) -> None:
    """What was accepted is there after closing and opening again."""
    first = Held(open_store(database, KEY))
    first.submit(complaint())
    first.close()
    second = Held(open_store(database, KEY))
    assert second.submit(complaint()).created is False
    second.close()


def test_wrong_key_is_refused(database: str) -> None:
    """A database is never opened with another key than its own."""
    Held(open_store(database, KEY)).close()
    with pytest.raises(ConfigError, match="密钥"):
        asyncio.run(open_store(database, b"z" * 16).open())


def test_newer_database_is_refused(database: str) -> None:
    """A database made by a newer program is left alone."""
    holder = Held(open_store(database, KEY))
    table, columns = (
        ("_sqlite_migrations", "(migration_set, name, applied_at) VALUES ('form_api', '9999', '')")
        if holder.store.engine == "sqlite"
        else ("form_api_migration", "(name, applied_at) VALUES ('9999', '')")
    )
    holder.run(holder.store.write(lambda tx: tx.run(f"INSERT INTO {table} {columns}")))
    holder.close()
    with pytest.raises(ConfigError, match="更新的版本"):
        asyncio.run(open_store(database, KEY).open())
