"""What the disk and SQLite alone can do: the floors under every figure of the API."""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from pathlib import Path

from form_api.domain import Submit
from form_api.store import commands
from form_api.store.sqlite_file import SqliteTx, connect, migrate

BATCHES = (1, 64, 256)


def syncs(folder: Path, seconds: float) -> float:
    """Append 4 KiB and sync, as often as it goes in a second."""
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    block, count, started = b"x" * 4096, 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        os.write(descriptor, block)
        os.fdatasync(descriptor)
        count += 1
    taken = time.perf_counter() - started
    os.close(descriptor)
    (folder / "sync").unlink()
    return count / taken


def rows(folder: Path, batch: int, seconds: float) -> float:
    """Insert the two rows of a complaint, `batch` of them a commit, into the real tables."""
    file = folder / f"raw-{uuid.uuid4().hex}.db"
    connection = connect(file)
    migrate(connection, bytes(16))
    tables = [(name, *_pattern(connection, name)) for name in ("submission", "event")]
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(batch):
            id_ = str(uuid.uuid4())
            for _, sql, values in tables:
                connection.execute(sql, [id_ if value == "pattern" else value for value in values])
            count += 1
        connection.execute("COMMIT")
    taken = time.perf_counter() - started
    connection.close()
    return count / taken


def _pattern(connection: sqlite3.Connection, table: str) -> tuple[str, list[object]]:
    """Return the INSERT of a table and the values of a typical row."""
    complaint = Submit(
        *("pattern", "complaint", ("pattern",), bytes(32), bytes(32), "script", 0, "2019-10-22"),
        *("materials", None, None, bytes(16), bytes(60), os.urandom(400)),
    )
    tx = SqliteTx(connection)
    connection.execute("BEGIN")
    commands.submit(tx, complaint)
    row = tx.all(f"SELECT * FROM {table}")[0]
    connection.execute("ROLLBACK")
    marks = ", ".join("?" * len(tuple(row)))
    return f"INSERT INTO {table} VALUES ({marks})", list(row)
