"""What only happens where several processes share a database: deadlocks, conflicts, full pools."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest

from form_api.domain import Submit, Wish
from form_api.store import Store, commands, open_store, queries, refusals
from form_api.store.base import Tx
from tests.form_api.conftest import Api
from tests.form_api.samples import complaint
from tests.postgres import Cluster

KEY = b"k" * 16
NOW = 1_571_101_200_000
LONG = 60.0


def booking(id_: str) -> Submit:
    fixed: dict[str, Any] = {"fingerprint": b"f", "channel": "script", "at": NOW, "due_on": ""}
    sealed: dict[str, Any] = {"code_digest": b"d", "data_key": b"k", "sealed": b"s"}
    place = (Wish("s", "hall:1-1", "2019-10-17", "09:00-09:30", 5),)
    rest: dict[str, Any] = {"category": None, "township": None, "wishes": place, "places": 1}
    person: dict[str, Any] = {"matter": "shop", "person": id_.encode()}
    return Submit(id=id_, kind="appointment", numbers=(id_,), **fixed, **sealed, **rest, **person)


def with_stores(url: str, count: int, work: Callable[[list[Store]], Any]) -> Any:
    """Open as many stores as there would be processes, and let them work."""

    async def go() -> Any:
        stores = [open_store(url, KEY) for _ in range(count)]
        for store in stores:
            await store.open()
        try:
            return await work(stores)
        finally:
            for store in stores:
                await store.close()

    return asyncio.run(go())


def test_three_processes_race_for_five_places(cluster: Cluster) -> None:
    """Sixty bookings over three processes for five places: five get one, and the sums agree."""

    async def race(stores: list[Store]) -> Any:
        work = [
            stores[n % 3].write(partial(commands.submit, cmd=booking(f"p{n}"))) for n in range(60)
        ]
        results = await asyncio.gather(*work, return_exceptions=True)
        return results, await stores[0].read(lambda tx: list(queries.verify(tx)))

    results, wrong = with_stores(cluster.fresh(), 3, race)
    assert sum(isinstance(result, commands.Accepted) for result in results) == 5
    assert {result.code for result in results if isinstance(result, refusals.Refused)} == {
        refusals.NO_PLACE
    }
    assert wrong == []


def test_one_phone_keeps_its_budget_in_any_process(cluster: Cluster) -> None:
    """Sixty submissions of one phone at once over three processes: as many get in as may."""
    cmds = [complaint(f"c{n}", person=b"one phone", person_budget=20) for n in range(60)]

    async def race(stores: list[Store]) -> Any:
        work = [
            stores[n % 3].write(partial(commands.submit, cmd=cmd)) for n, cmd in enumerate(cmds)
        ]
        results = await asyncio.gather(*work, return_exceptions=True)
        await stores[0].write(partial(commands.purge, id_=_first(results), at=NOW))
        return results, await stores[0].read(lambda tx: tx.all("SELECT nonce FROM spent"))

    results, remembered = with_stores(cluster.fresh(), 3, race)
    assert sum(isinstance(result, commands.Accepted) for result in results) == 20
    refused = {result.code for result in results if isinstance(result, refusals.Refused)}
    assert refused == {refusals.TOO_MANY}
    assert remembered == [], "a purge leaves no trace of the phone"


def _first(results: list[Any]) -> str:
    accepted = next(result for result in results if isinstance(result, commands.Accepted))
    id_: str = accepted.row["id"]
    return id_


def test_a_deadlock_is_tried_again(cluster: Cluster) -> None:
    """Two commands that lock each other out both get done: PostgreSQL ends one, it runs again."""
    meet, runs = threading.Barrier(2), []

    def cross(tx: Tx, first: str, second: str) -> None:
        runs.append(first)
        tx.run("UPDATE slot SET taken = taken + 1 WHERE id = ?", first)
        if len(runs) <= 2:
            meet.wait(LONG)
        tx.run("UPDATE slot SET taken = taken + 1 WHERE id = ?", second)

    async def collide(stores: list[Store]) -> Any:
        await stores[0].write(
            lambda tx: tx.run("INSERT INTO slot (id, taken, units) VALUES ('a', 0, 9), ('b', 0, 9)")
        )
        await asyncio.gather(
            stores[0].write(partial(cross, first="a", second="b")),
            stores[1].write(partial(cross, first="b", second="a")),
        )
        return await stores[0].read(
            lambda tx: [row["taken"] for row in tx.all("SELECT * FROM slot")]
        )

    assert with_stores(cluster.fresh(), 2, collide) == [2, 2]
    assert len(runs) > 2  # the one that was ended may be quicker than the one that waits, again


def test_serialisation_failures_are_tried_again(cluster: Cluster) -> None:
    """Where the server is strict (SERIALIZABLE), conflicting commands are all done in the end."""
    url = cluster.fresh() + "?options=-c%20default_transaction_isolation%3Dserializable"
    runs: list[int] = []

    def count(tx: Tx) -> None:
        runs.append(1)
        commands.count_view(tx, "/", "2019-10-15")

    async def together(stores: list[Store]) -> Any:
        await asyncio.gather(*(stores[n % 2].write(count) for n in range(24)))
        return await stores[0].read(partial(queries.views, paths=["/"]))

    assert with_stores(url, 2, together) == {"/": 24}
    assert len(runs) > 24, "nothing ever had to be run again: this proves nothing"


def test_a_full_pool_says_when_to_come_back(start: Callable[..., Api], cluster: Cluster) -> None:
    """While the database stands still the line is bounded; the rest get 503, then all is done."""
    database = cluster.fresh()
    api = start(database, queue_limit=4)
    keys = [str(uuid.uuid4()) for _ in range(12)]
    with psycopg.connect(database) as holder, ThreadPoolExecutor(len(keys)) as people:
        holder.execute("LOCK TABLE submission IN ACCESS EXCLUSIVE MODE")
        under_way = [people.submit(api.complain, key) for key in keys]
        early = [answer.result(LONG) for answer in _finished(under_way, len(keys) - 4)]
        assert {answer.status_code for answer in early} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in early)
        holder.rollback()
        codes = sorted(answer.result(LONG).status_code for answer in under_way)
    assert codes == [201] * 4 + [503] * 8
    assert {api.complain(key).status_code for key in keys} == {200, 201}


def _finished(waiting: list[Any], count: int) -> list[Any]:
    """Wait until so many are answered, and return those."""
    done = threading.Event()
    for _ in range(int(LONG / 0.02)):
        finished = [one for one in waiting if one.done()]
        if len(finished) >= count:
            return finished
        done.wait(0.02)
    pytest.fail(f"only {len(finished)} were answered")
