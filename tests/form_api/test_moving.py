"""Moving to PostgreSQL: every kind of row, unchanged, while people go on submitting."""

from __future__ import annotations

import asyncio
import re
import threading
import time
import uuid
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from form_api import moving
from form_api.domain import Act, Submit, Wish
from form_api.errors import ConfigError
from form_api.launch import BROKEN_EXIT
from form_api.store import commands, desk, open_store, queries, rows, schema
from form_api.store.base import Store, Tx
from form_api.store.sqlite import SqliteStore
from tests.postgres import Cluster
from tests.processes import Server, run

KEY = b"k" * 16
NOW = 1_571_101_200_000
STAYS = {"meta", "staff_session"}
"""The key check is made anew, and people sign in again."""
ODD = "𠮷 👨‍👩‍👧 ’; DROP TABLE 'é'\t\\ "


def complaint(id_: str, **more: Any) -> Submit:
    fixed: dict[str, Any] = {
        "numbers": (f"T-{id_}",),
        "code_digest": b"\x00\xff",
        "fingerprint": bytes(32),
        "channel": "script",
        "at": NOW,
        "due_on": "2019-10-22",
        "category": ODD,
        "matter": None,
        "township": None,
        "person": id_.encode(),
        "data_key": bytes(60),
        "sealed": b"\x00sealed",
    }
    return Submit(id_, "complaint", **(fixed | more))


def fill(tx: Tx) -> None:
    """Leave at least one row in every table, with every kind of value."""
    commands.submit(tx, complaint("a", photos=(b"\xff\xd8", b"two"), notify=True))
    commands.submit(tx, complaint("b", spent=("nonce", NOW * 2), person=None))
    slot = (Wish("s", "hall:1-1", "2019-10-17", "09:00", 5),)
    booked = complaint("c", matter="shop", wishes=slot, places=2)
    commands.submit(tx, replace(booked, kind="appointment"))
    commands.act(tx, Act("c", "cancel", NOW + 1, "person", "r", {}, release_after=60_000))
    commands.act(tx, Act("a", "add", NOW + 2, "person", "q", {"说": ODD}, sealed=b"\x01"))
    commands.act(tx, Act("a", "assign", NOW + 3, "staff", "w", {}, work={"owner": "li"}))
    for number in range(3):
        commands.count_view(tx, f"/{number}/", "2019-10-15")
    commands.purge(tx, "b", NOW + 4)
    commands.seal_day(tx, 737_347)
    desk.log(tx, NOW, "li", "sign-in", {"说": ODD})
    for table, _ in desk.KEYS:
        if table not in ("work", "desk_log", "desk_log_end"):
            rows.insert(tx, table, invented(table, 1), invented(table, 2))


def invented(table: str, number: int) -> dict[str, Any]:
    """Make a row of a desk's table out of its own definition."""
    definition = next(text for text in desk.TABLES if text.startswith(f"CREATE TABLE {table} "))
    columns = re.findall(r"(\w+) (TEXT|\{int\}|\{blob\})", definition)
    values: dict[str, Any] = {
        "TEXT": f"{ODD}{number}",
        "{int}": number << 40,
        "{blob}": b"\x00\xfe",
    }
    row = {name: values[kind] for name, kind in columns}
    return row | ({"submission": "abc"[number]} if "submission" in row else {})


def everything(tx: Tx) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [row for page in moving._pages(tx, table, key) for row in page]
        for table, key in moving.TABLES
    }


def in_store(store: Store, *work: Any) -> list[Any]:
    async def go() -> list[Any]:
        await store.open()
        try:
            return [await (one if asyncio.iscoroutine(one) else store.write(one)) for one in work]
        finally:
            await store.close()

    return asyncio.run(go())


def test_no_table_is_forgotten() -> None:
    """Whoever adds a table says how it moves."""
    made = {
        found[1]
        for _, statements in schema.MIGRATIONS
        for statement in statements
        if (found := re.match(r"CREATE TABLE (\w+)", statement))
    }
    assert made - {table for table, _ in moving.TABLES} == STAYS


def test_every_kind_of_row_moves_unchanged(tmp_path: Path, cluster: Cluster) -> None:
    """All tables arrive value for value, the chain holds, and the old file is not used again."""
    target = cluster.fresh()
    in_store(open_store(target, KEY))
    path = tmp_path / "form.db"
    source = SqliteStore(path, KEY)
    _, before, counts = in_store(
        source, fill, everything, source.retire(partial(moving.move, to=target), "moved")
    )
    assert all(before[table] for table, _ in moving.TABLES), "a table without a row proves nothing"
    assert counts == {table: len(before[table]) for table, _ in moving.TABLES}
    [after, wrong] = in_store(
        open_store(target, KEY), everything, lambda tx: list(queries.verify(tx))
    )
    for table, _ in moving.TABLES:
        assert sorted(map(repr, after[table])) == sorted(map(repr, before[table])), table
    assert wrong == []
    with pytest.raises(ConfigError, match="已经搬到"):
        in_store(SqliteStore(path, KEY))


def test_a_change_on_the_way_is_noticed(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One value that arrives changed: nothing is kept there, and the old store goes on."""
    target = cluster.fresh()
    in_store(open_store(target, KEY))
    plain = moving._copy

    def careless(source: Tx, there: Tx, table: str, key: str) -> int:
        count = plain(source, there, table, key)
        there.run("UPDATE view SET times = times + 1 WHERE path = '/2/'")
        return count

    monkeypatch.setattr(moving, "_copy", careless)
    source = SqliteStore(tmp_path / "form.db", KEY)
    with pytest.raises(ConfigError, match="view"):
        in_store(source, fill, source.retire(partial(moving.move, to=target), "moved"))
    in_store(SqliteStore(tmp_path / "form.db", KEY))
    with psycopg.connect(target, row_factory=dict_row) as connection:
        assert connection.execute("SELECT * FROM submission").fetchall() == []


def test_moving_while_people_submit(tmp_path: Path, cluster: Cluster) -> None:
    """A service moves under load: what it acknowledged is there, what it put off can be sent."""
    here, there = "sqlite:///form.db", cluster.fresh()
    acknowledged: list[str] = []
    refused: list[str] = []
    stop = threading.Event()

    def submit() -> None:
        with httpx.Client(base_url=server.base, timeout=60) as client:
            while not stop.is_set():
                key = str(uuid.uuid4())
                try:
                    answer = post(client, key)
                except httpx.TransportError:
                    return
                (acknowledged if answer.status_code == 201 else refused).append(key)
                assert answer.status_code in (201, 503), answer.text

    server = Server(tmp_path, here).start()
    people = [threading.Thread(target=submit) for _ in range(6)]
    for person in people:
        person.start()
    while len(acknowledged) < 40:
        time.sleep(0.01)
    moved = run(tmp_path, "migrate", "--database", here, "--to", there)
    assert moved.returncode == 0, moved.stderr
    assert server.process.wait(60) == BROKEN_EXIT
    stop.set()
    for person in people:
        person.join()
    assert "FORM_API_DATABASE" in run(tmp_path, "serve", "--port", "0", "--database", here).stderr
    key_file = {"FORM_API_KEY_FILE": str(tmp_path / "form.db.key")}
    with (
        Server(tmp_path, there, **key_file).start() as new,
        httpx.Client(base_url=new.base) as http,
    ):
        assert {post(http, key).status_code for key in acknowledged} == {200}
        assert {post(http, key).status_code for key in refused} <= {201}


def post(client: httpx.Client, key: str) -> httpx.Response:
    body = {"category": "other", "text": key}
    return client.post("/api/complaints", json=body, headers={"Idempotency-Key": key})
