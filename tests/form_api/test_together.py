"""Submissions stored together: the same rows, receipts and refusals as one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from form_api.domain import Submit, Wish
from form_api.store import Store, commands, open_store, queries, refusals, together
from form_api.store.base import Tx
from tests.form_api.samples import KEY, NOW, complaint

CMDS = [complaint(f"c{n}", person=f"p{n % 3}".encode(), notify=n % 2 == 0) for n in range(7)]


def rows(tx: Tx) -> dict[str, list[Any]]:
    return {
        table: [
            [
                bytes(value) if isinstance(value, memoryview) else value
                for value in dict(row).values()
            ]
            for row in tx.all(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]
        for table in ("submission", "event", "notice")
    }


def in_store(store: Store, *work: Any) -> list[Any]:
    """Hand all of it to an open store at once; then what the tables hold, and the check's words."""

    async def go() -> list[Any]:
        await store.open()
        try:
            done = await asyncio.gather(*(store.write(one) for one in work), return_exceptions=True)
            kept = await store.read(rows)
            return [done, kept, await store.read(lambda tx: list(queries.verify(tx)))]
        finally:
            await store.close()

    return asyncio.run(go())


def one_by_one(tx: Tx) -> list[commands.Accepted]:
    return [commands.submit(tx, cmd) for cmd in CMDS]


def test_the_same_rows_and_receipts(database: str, tmp_path: Path) -> None:
    """What is stored together cannot be told from what is stored one by one, on either engine."""
    [[receipts], kept, wrong] = in_store(
        open_store(database, KEY), partial(together.submit, cmds=CMDS)
    )
    assert wrong == []
    [[expected], expected_rows, _] = in_store(
        open_store(f"sqlite:///{tmp_path / 'other.db'}", KEY), one_by_one
    )
    assert kept == expected_rows
    assert receipts == expected


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(complaint("c1", fingerprint=b"other"), id="repetition"),
        pytest.param(complaint("new", numbers=("T-c1", "T-new")), id="number-taken"),
        pytest.param(complaint("new", person=b"p", person_budget=1, numbers=("n",)), id="budget"),
    ],
)
def test_something_unusual_leaves_nothing(database: str, odd: Submit) -> None:
    """A batch that is not all new and within its budgets is given back untouched."""
    known = [complaint("c1"), complaint("c2", person=b"p")]
    store = open_store(database, KEY)
    [_, kept, _] = in_store(
        store,
        lambda tx: [commands.submit(tx, cmd) for cmd in known],
    )
    store = open_store(database, KEY)
    [[refused], after, wrong] = in_store(
        store, partial(together.submit, cmds=[complaint("c3"), odd])
    )
    assert isinstance(refused, together.OneByOne)
    assert (after, wrong) == (kept, [])


def test_neighbours_of_the_unusual(tmp_path: Path) -> None:
    """In one burst: new ones are created, a repetition finds its receipt, a spammer is refused."""
    database = f"sqlite:///{tmp_path / 'form.db'}"
    burst = [
        *CMDS,
        replace(CMDS[0]),
        complaint("taken", numbers=("T-c1", "T-taken")),
        *(complaint(f"s{n}", person=b"spam", person_budget=2) for n in range(4)),
        complaint("booked", kind="appointment", wishes=(Wish("s", "hall", "2019-10-17", "9", 1),)),
    ]
    [done, kept, wrong] = in_store(
        open_store(database, KEY), *(partial(commands.submit, cmd=cmd) for cmd in burst)
    )
    assert wrong == []
    created = [one for one in done if isinstance(one, commands.Accepted) and one.created]
    refused = [one for one in done if isinstance(one, refusals.Refused)]
    assert (len(created), len(refused), len(done)) == (7 + 1 + 2 + 1, 2, len(burst))
    assert {one.code for one in refused} == {refusals.TOO_MANY}
    assert len(kept["submission"]) == len(kept["event"]) == len(created)


def test_only_plain_submissions_go_together() -> None:
    """What needs more than its two rows is left to the command that knows how."""
    queued: list[Callable[[Tx], Any]] = [
        partial(commands.submit, cmd=complaint("a")),
        partial(commands.submit, cmd=complaint("b", photos=(b"x",))),
        partial(commands.submit, cmd=complaint("c", spent=("nonce", NOW))),
        partial(commands.submit, cmd=complaint("d", wishes=(Wish("s", "h", "d", "l", 1),))),
        partial(commands.count_view, path="/", day="2019-10-15"),
        lambda tx: tx.one("SELECT 1 AS x"),
    ]
    assert list(together.plain(queued)) == [0]
