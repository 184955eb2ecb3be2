"""Fault 5: something else holds the database. People are told to wait; nothing is lost."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg

from tests.faults.client import client, complain, count
from tests.processes import Server, run

WAITING = 40


@contextlib.contextmanager
def held(database: str) -> Iterator[None]:
    """Hold the database as a backup tool or a forgotten shell would."""
    if database.startswith("sqlite"):
        connection = sqlite3.connect(
            database.removeprefix("sqlite:///"), isolation_level=None, timeout=30
        )
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.rollback()
        connection.close()
        return
    with psycopg.connect(database) as locked:
        locked.execute("LOCK TABLE submission IN EXCLUSIVE MODE")
        yield
        locked.rollback()


def test_locked_database_makes_people_wait(tmp_path: Path, database: str) -> None:
    """Under a foreign lock answers are 201 or 503 with Retry-After; afterwards all get in."""
    settings = {"FORM_API_QUEUE_LIMIT": "20"}
    with Server(tmp_path, database, **settings).start() as server:
        keys = [str(uuid.uuid4()) for _ in range(WAITING)]
        answers: dict[str, httpx.Response] = {}

        def send(key: str) -> None:
            with client(server.base) as http:
                answers[key] = complain(http, key)

        threads = [threading.Thread(target=send, args=[key]) for key in keys]
        with held(database):
            for thread in threads:
                thread.start()
            while not any(answer.status_code == 503 for answer in list(answers.values())):
                threads[0].join(0.05)
        for thread in threads:
            thread.join()
        refused = [answer for answer in answers.values() if answer.status_code != 201]
        assert refused
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        with client(server.base) as http:
            assert {complain(http, key).status_code for key in keys} <= {200, 201}
            assert http.get("/api/readyz").status_code == 200
    assert count(database) == WAITING
    verified = run(tmp_path, "verify", "--database", database)
    assert verified.returncode == 0, verified.stderr
