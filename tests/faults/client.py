"""What the tests that break things send, and what they count afterwards."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import psycopg

SLOW = 120.0
"""A busy machine is no broken promise."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen, and fail when it does not."""
    until = time.monotonic() + SLOW
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def client(base: str) -> httpx.Client:
    # Plain HTTP: reading the certificates would take longer than the rest of the test.
    return httpx.Client(base_url=base, timeout=SLOW, verify=False)


def complain(http: httpx.Client, key: str = "", **answers: Any) -> httpx.Response:
    body = {"category": "other", "text": "一件事"} | answers
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return http.post("/api/complaints", json=body, headers=headers)


def status(http: httpx.Client, receipt: dict[str, Any]) -> dict[str, Any]:
    answer = http.get(receipt["status_url"], headers={"X-Query-Code": receipt["code"]})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def count(database: str, table: str = "submission") -> int:
    """Count rows with a connection of our own, on either engine."""
    query = f"SELECT count(*) FROM {table}"
    if database.startswith("sqlite"):
        with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
            row = connection.execute(query).fetchone()
    else:
        with psycopg.connect(database) as connection_:
            row = connection_.execute(query.encode()).fetchone()
    assert row
    number: int = row[0]
    return number
