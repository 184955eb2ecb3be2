"""PostgreSQL: the same commands in transactions of their own; it batches the syncs itself.

Commands are safe to run again, so serialisation failures, deadlocks and lost connections are
retried. Several API processes may share one database.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from form_api.errors import ConfigError, Problem, StoreUnavailable
from form_api.metrics import COMMIT
from form_api.store import schema
from form_api.store.base import Health, Row, Tx

T = TypeVar("T")

CONNECTIONS = 16
WAIT_SECONDS = 5.0
ATTEMPTS = 8
RETRIED = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.UniqueViolation,
    psycopg.errors.OperationalError,
)
"""A lost connection may come after the commit; running the command again finds its own row."""


class PostgresTx:
    """A transaction on one PostgreSQL connection."""

    locks_rows = True

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def run(self, sql: str, *values: Any) -> int:
        """Run a change and return how many rows it touched."""
        return self._connection.execute(_marks(sql), values).rowcount

    def one(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, if any."""
        row: Row | None = self._connection.execute(_marks(sql), values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""
        return self._connection.execute(_marks(sql), values).fetchall()


class PostgresStore:
    """The store on a PostgreSQL server, shared by any number of processes."""

    engine = "postgresql"
    broken = ""

    def __init__(
        self, url: str, key_check: bytes, queue_limit: int = 1000, second_check: bytes | None = None
    ) -> None:
        self._key_checks = key_check, second_check
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=WAIT_SECONDS,
            open=False,
            kwargs={"row_factory": dict_row},
            check=ConnectionPool.check_connection,
        )
        self._workers = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="postgres")
        self._limit = queue_limit
        self._waiting = 0
        self._lock = threading.Lock()

    async def open(self) -> None:
        """Connect and migrate."""
        try:
            await asyncio.to_thread(self._pool.open, wait=True, timeout=10)
            await asyncio.to_thread(self._migrate)
        except (psycopg.Error, PoolTimeout) as error:
            await asyncio.to_thread(self._pool.close)
            raise ConfigError(
                f"连不上 PostgreSQL（{error}）；请检查地址、用户名、密码和服务是否启动"
            ) from error
        except ConfigError:
            await asyncio.to_thread(self._pool.close)
            raise

    async def close(self) -> None:
        """Finish what is running and disconnect."""
        await asyncio.to_thread(self._workers.shutdown)
        await asyncio.to_thread(self._pool.close)

    async def write(self, command: Callable[[Tx], T]) -> T:
        """Run a command until it is committed or refused."""
        return await self._submit(lambda: self._run(command))

    async def read(self, query: Callable[[Tx], T]) -> T:
        """Run a query on what was committed at one moment, however many statements it takes."""
        return await self._submit(lambda: self._run(query, reads=True))

    async def forget(self) -> None:
        """Leave it to the server: autovacuum clears its tables, its journal is recycled."""

    async def health(self) -> Health:
        """Ready while the server answers."""
        started = time.monotonic()
        try:
            row = await self.read(lambda tx: tx.one("SHOW server_version"))
        except (StoreUnavailable, Problem) as error:
            return Health(False, f"PostgreSQL 没有回应：{error}", "PostgreSQL", self._waiting, {})
        version = row["server_version"] if row else "?"
        return Health(
            True,
            "正常",
            f"PostgreSQL {version}",
            self._waiting,
            {"round_trip_seconds": time.monotonic() - started},
        )

    async def _submit(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._limit:
            raise Problem("busy", "请过一会儿再提交，您填的内容还在。", retry_after=5)
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            return await asyncio.shield(loop.run_in_executor(self._workers, work))
        finally:
            self._waiting -= 1

    def _run(self, command: Callable[[Tx], T], reads: bool = False) -> T:
        for attempt in range(ATTEMPTS):
            started = time.monotonic()
            try:
                with self._pool.connection() as connection:
                    connection.read_only = reads
                    connection.isolation_level = IsolationLevel.REPEATABLE_READ if reads else None
                    with connection.transaction():
                        result = command(PostgresTx(connection))
                COMMIT.observe(time.monotonic() - started)
                return result
            except RETRIED as error:
                if attempt + 1 == ATTEMPTS:
                    raise StoreUnavailable(str(error)) from error
                # A little apart from the others, or they would meet again.
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
            except (PoolTimeout, TooManyRequests) as error:
                raise StoreUnavailable(str(error)) from error
        raise AssertionError("unreachable")

    def _migrate(self) -> None:
        with self._pool.connection() as connection:
            connection.autocommit = True
            connection.execute(
                "CREATE TABLE IF NOT EXISTS form_api_migration"
                " (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"
            )
            connection.autocommit = False
            applied = {
                row["name"]
                for row in connection.execute("SELECT name FROM form_api_migration").fetchall()
            }
            schema.refuse_newer(applied)
            for name, _ in schema.MIGRATIONS:
                if name not in applied:
                    with (
                        contextlib.suppress(psycopg.errors.UniqueViolation),
                        connection.transaction(),
                    ):
                        _apply(connection, name)
            with connection.transaction():
                schema.check_key(PostgresTx(connection), *self._key_checks)


def _apply(connection: psycopg.Connection[Any], name: str) -> None:
    """Take the migration's own row first: a second process waits for it, then finds it done."""
    connection.execute(
        "INSERT INTO form_api_migration (name, applied_at) VALUES (%s, now()::text)", (name,)
    )
    for statement in schema.statements(name, blob="BYTEA", int_="BIGINT", strict=""):
        connection.execute(statement.encode())


@lru_cache(maxsize=256)
def _marks(sql: str) -> bytes:
    """Use this driver's parameter marks; none of our statements has a literal % or ?."""
    return sql.replace("?", "%s").encode()
