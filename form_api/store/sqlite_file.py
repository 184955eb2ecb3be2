"""The SQLite file itself: its lock, its connections with every guard on, its migrations."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from form_api.errors import ConfigError
from form_api.store import schema
from form_api.store.base import Row

BUSY_MILLISECONDS = 2000
JOURNAL_LIMIT = 64 * 1024 * 1024


class SqliteTx:
    """A transaction on one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, *values: Any) -> int:
        """Run a change and return how many rows it touched."""
        return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, if any."""
        rows = self._connection.execute(sql, values).fetchall()
        return rows[0] if rows else None

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        return self._connection.execute(sql, values).fetchall()


def lock_file(path: Path) -> Path:
    """Return the file whose lock says that a service uses the database."""
    return path.with_name(path.name + ".lock")


def lock(path: Path) -> int:
    """Make sure that no second process writes to the file."""
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent}：没有这个文件夹；请先建好，或者改数据库地址")
    lock_path = lock_file(path)
    try:
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(f"{lock_path}：打不开（{error.strerror}）；请检查文件夹的权限") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise ConfigError(
            f"{path}：正由另一个服务使用；一个 SQLite 文件只能有一个服务，请先停掉那一个"
        ) from error
    return descriptor


def connect(path: Path) -> sqlite3.Connection:
    """Open the read-write connection, with every guard on."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_MILLISECONDS / 1000
    )
    connection.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "trusted_schema = OFF",
        "secure_delete = ON",
        "temp_store = MEMORY",  # what a savepoint needs to go back; as files it costs half the time
        f"journal_size_limit = {JOURNAL_LIMIT}",
        "wal_autocheckpoint = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write, so it never checkpoints either."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def migrate(
    connection: sqlite3.Connection, key_check: bytes, second_check: bytes | None = None
) -> None:
    """Bring the file to this version's tables, each step with its record in one transaction."""
    problems = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problems != "ok":
        raise sqlite3.DatabaseError(problems)
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    database = sqlite_utils.Database(connection)
    steps = Migrations("form_api")
    for name, _ in schema.MIGRATIONS:
        steps(name=name)(_step(name))
    schema.refuse_newer({step.name for step in steps.applied(database)})
    steps.apply(database)
    tx = SqliteTx(connection)
    for guard in schema.SQLITE_GUARDS:
        tx.run(guard)
    schema.check_key(tx, key_check, second_check)
    schema.refuse_moved(tx)


def _step(name: str) -> Callable[[Any], None]:
    def apply(database: Any) -> None:
        for statement in schema.statements(name, blob="BLOB", int_="INTEGER", strict=" STRICT"):
            database.execute(statement)

    apply.__name__ = name
    return apply


def free_bytes(path: Path) -> int:
    """Return the room left on the disk of the file."""
    stats = os.statvfs(path.parent)
    return stats.f_bavail * stats.f_frsize


def start_advice(path: Path, error: sqlite3.Error) -> str:
    """Say in words why the file cannot be used and what to do."""
    name = getattr(error, "sqlite_errorname", "")
    if "READONLY" in name or "CANTOPEN" in name or "PERM" in name:
        advice = "请检查文件和文件夹属于运行服务的用户，并且可以写"
    elif "CORRUPT" in name or "NOTADB" in name or isinstance(error, sqlite3.DatabaseError):
        advice = "文件可能坏了，没有动它；请用 form-api restore 从最近的备份恢复"
    else:
        advice = "请看 docs/operations.md 的“打不开数据库”"
    return f"{path}：打不开数据库（{error}）；{advice}"
