"""Moves a store from SQLite to PostgreSQL, row by row, and proves that nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from form_api.errors import ConfigError
from form_api.store import desk
from form_api.store.base import Row, Tx

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


def move(source: Tx, target: Tx) -> dict[str, int]:
    """Copy every table into an empty store; returns the rows of each."""
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
        hashlib.sha256(repr(sorted(_plain(row).items())).encode()).digest()
        for row in _rows(tx, table, key)
    )
    return hashlib.sha256(b"".join(lines)).hexdigest()


def _copy(source: Tx, target: Tx, table: str, key: str) -> int:
    count = 0
    for row in _rows(source, table, key):
        values = _plain(row)
        marks = ", ".join("?" * len(values))
        target.run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())
        count += 1
    return count


def _rows(tx: Tx, table: str, key: str) -> Iterator[Row]:
    offset = 0
    while page := tx.all(f"SELECT * FROM {table} ORDER BY {key} LIMIT ? OFFSET ?", PAGE, offset):
        yield from page
        offset += PAGE


def _plain(row: Row) -> dict[str, Any]:
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 -- sqlite3.Row is no mapping
    return {
        name: bytes(value) if isinstance(value, bytes | memoryview) else value
        for name, value in values.items()
    }
