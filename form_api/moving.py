"""Moves a store from SQLite to PostgreSQL, row by row, and proves that nothing changed.

It is the last command the SQLite store ever runs: whoever submits meanwhile waits for it, and is
then asked to send again, to the new store. The old file is marked, so nobody goes on with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from form_api.errors import ConfigError
from form_api.store import desk, rows, schema
from form_api.store.base import Row, Tx
from form_api.store.postgres import PostgresTx

TABLES = (
    ("submission", "id"),
    ("event", "submission, seq"),
    ("photo", "submission, place"),
    ("slot", "id"),
    ("booking", "submission"),
    ("released", "id"),
    ("spent", "nonce"),
    ("day_seal", "day"),
    ("notice", "id"),
    ("view", "path, day"),
    *desk.KEYS,
)
"""In an order in which references are satisfied, each with its key."""
PAGE = 500


def move(source: Tx, to: str) -> dict[str, int]:
    """Move everything to an empty PostgreSQL store; returns the rows of each table."""
    with psycopg.connect(to, row_factory=dict_row) as connection:
        counts = copy(source, PostgresTx(connection))
    schema.mark_moved(source)
    return counts


def copy(source: Tx, target: Tx) -> dict[str, int]:
    """Copy every table into an empty store, and compare every value."""
    for table, _ in TABLES:
        if target.one(f"SELECT 1 AS x FROM {table} LIMIT 1"):
            raise ConfigError(f"目标数据库的 {table} 表里已经有内容；请换一个空的数据库")
    counts = {table: _copy(source, target, table, key) for table, key in TABLES}
    for table, key in TABLES:
        if digest(source, table, key) != digest(target, table, key):
            raise ConfigError(f"{table} 表搬过去之后对不上，目标没有保留；请重新搬")
    return counts


def digest(tx: Tx, table: str, key: str) -> str:
    """Return one hash over every value of a table, in an order that both engines agree on."""
    lines = sorted(
        hashlib.sha256(repr(sorted(row.items())).encode()).digest()
        for page in _pages(tx, table, key)
        for row in page
    )
    return hashlib.sha256(b"".join(lines)).hexdigest()


def _copy(source: Tx, target: Tx, table: str, key: str) -> int:
    return sum(rows.insert(target, table, *page) for page in _pages(source, table, key))


def _pages(tx: Tx, table: str, key: str) -> Iterator[list[dict[str, Any]]]:
    names = key.split(", ")
    marks = ", ".join("?" * len(names))
    after: str = ""
    values: list[Any] = []
    while page := tx.all(f"SELECT * FROM {table} {after} ORDER BY {key} LIMIT {PAGE}", *values):
        yield [_plain(row) for row in page]
        after, values = f"WHERE ({key}) > ({marks})", [page[-1][name] for name in names]


def _plain(row: Row) -> dict[str, Any]:
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- sqlite3.Row is no mapping
    return {
        name: bytes(value) if isinstance(value, bytes | memoryview) else value
        for name, value in values.items()
    }
