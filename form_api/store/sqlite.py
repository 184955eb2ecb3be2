"""SQLite: one writer thread with the only read-write connection, and natural group commit.

While one commit is being synced, the commands that arrive collect in the queue and become the
next batch; nothing ever waits on purpose. A command runs in a savepoint of its own, so one that
is refused leaves the others alone. Results are released only after COMMIT has returned.

Only one connection writes because SQLite before 3.51.3 can lose commits when a checkpoint on one
connection races a write on another; it is also the fastest way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from form_api.errors import ConfigError, Problem, StoreUnavailable
from form_api.metrics import BATCH, COMMIT
from form_api.store import together
from form_api.store.base import Health, Tx
from form_api.store.sqlite_file import (
    BUSY_MILLISECONDS,
    SqliteTx,
    connect,
    connect_read_only,
    free_bytes,
    lock,
    migrate,
    start_advice,
)

T = TypeVar("T")

BATCH_LIMIT = 256
IDLE_SECONDS = 1.0
MIN_FREE_BYTES = 64 * 1024 * 1024
READERS = 2
CHECKPOINT_AFTER = 1000
"""Commands between checkpoints under load; when idle there is one each second."""


_Result = tuple[Any, BaseException | None]


@dataclass(slots=True)
class _Job:
    command: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    farewell: str = ""
    """Why the store takes nothing more once this is done."""


class SqliteStore:
    """The store on one file; one process at a time."""

    engine = "sqlite"

    def __init__(
        self,
        path: Path,
        key_check: bytes,
        queue_limit: int = 1000,
        second_check: bytes | None = None,
    ) -> None:
        self.path = path
        self._key_checks = key_check, second_check
        self._arrived: list[_Job] = []
        self._queue: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._queue_limit = queue_limit
        self._taken = self._done = 0
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._connection: sqlite3.Connection | None = None
        self._lock_file: int | None = None
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._local = threading.local()
        self._reading: list[sqlite3.Connection] = []
        self._beat = 0.0
        self._since_checkpoint = 0
        self._forgetting = False
        self.broken = ""

    async def open(self) -> None:
        """Lock, check and migrate the file, then start the writer."""
        self._lock_file = lock(self.path)
        try:
            self._connection = connect(self.path)
            migrate(self._connection, *self._key_checks)
        except sqlite3.Error as error:
            self._unlock()
            raise ConfigError(start_advice(self.path, error)) from error
        except ConfigError:
            self._unlock()
            raise
        self._beat = time.monotonic()
        self._thread.start()

    async def close(self) -> None:
        """Finish the queue, fold the journal into the file, and let go."""
        if self._thread.is_alive():
            self._hand_over()
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
        self._readers.shutdown()
        for connection in self._reading:
            connection.close()
        self._unlock()

    async def write(self, command: Callable[[Tx], T]) -> T:
        """Queue a command; returns when it is durable."""
        return await self._enqueue(command)

    async def retire(self, command: Callable[[Tx], T], why: str) -> T:
        """Run the last command of this store: whatever comes after it is refused."""
        return await self._enqueue(command, why)

    async def _enqueue(self, command: Callable[[Tx], T], farewell: str = "") -> T:
        if self.broken:
            raise StoreUnavailable(self.broken)
        if self._waiting >= self._queue_limit:
            raise Problem("busy", "请过一会儿再提交，您填的内容还在。", retry_after=5)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._arrived:
            loop.call_soon(self._hand_over)
        # A person who closes the page only stops waiting; the command is carried out.
        self._arrived.append(_Job(command, future, loop, farewell))
        self._taken += 1
        if farewell:
            self._hand_over()
        return await future

    def _hand_over(self) -> None:
        """Give the writer what one turn of the loop brought: it is woken once, not for each."""
        if self._arrived:
            self._queue.put(self._arrived)
            self._arrived = []

    @property
    def _waiting(self) -> int:
        return self._taken - self._done

    async def read(self, query: Callable[[Tx], T]) -> T:
        """Run a query on a read-only connection."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, query)

    async def health(self) -> Health:
        """Ready while the writer breathes and the disk has room."""
        free = free_bytes(self.path)
        silent = time.monotonic() - self._beat
        detail = self.broken
        if not detail and free < MIN_FREE_BYTES:
            detail = f"磁盘只剩 {free // 2**20} MB"
        if not detail and silent > 5 + BUSY_MILLISECONDS / 1000:
            detail = f"写入线程 {silent:.0f} 秒没有动静"
        wal = self.path.with_name(self.path.name + "-wal")
        figures = {
            "disk_free_bytes": float(free),
            "wal_bytes": float(wal.stat().st_size) if wal.exists() else 0.0,
        }
        return Health(
            not detail,
            detail or "正常",
            f"SQLite {sqlite3.sqlite_version}",
            self._waiting,
            figures,
        )

    async def forget(self) -> None:
        """Let nothing that was deleted stay in the journal; done before the next pause ends."""
        self._forgetting = True

    # The writer thread

    def _work(self) -> None:
        connection = self._connection
        assert connection is not None
        running = True
        while running:
            self._beat = time.monotonic()
            batch, running = self._next_batch()
            if batch:
                self._commit(connection, batch)
                self._since_checkpoint += len(batch)
            if not batch or self._since_checkpoint >= CHECKPOINT_AFTER or self._forgetting:
                self._checkpoint(connection, "TRUNCATE" if self._forgetting else "PASSIVE")
        self._checkpoint(connection, "TRUNCATE")
        connection.close()

    def _checkpoint(self, connection: sqlite3.Connection, mode: str) -> None:
        """Copy the journal into the file, by ourselves: SQLite's own swallows a failed sync."""
        if self.broken:
            return
        try:
            busy = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()[0]
        except sqlite3.Error as error:
            self._judge(error)
            return
        self._since_checkpoint = 0
        if mode == "TRUNCATE" and not busy:
            self._forgetting = False

    def _next_batch(self) -> tuple[list[_Job], bool]:
        batch: list[_Job] = []
        try:
            jobs = self._queue.get(timeout=IDLE_SECONDS)
            while jobs is not None:
                batch += jobs
                if len(batch) >= BATCH_LIMIT or batch[-1].farewell:
                    return batch, True
                jobs = self._queue.get_nowait()
            return batch, False
        except queue.Empty:
            return batch, True

    def _commit(self, connection: sqlite3.Connection, batch: list[_Job]) -> None:
        results: list[_Result]
        if self.broken:
            self._release(batch, [(None, StoreUnavailable(self.broken))] * len(batch))
            return
        tx = SqliteTx(connection)
        started = time.monotonic()
        try:
            connection.execute("BEGIN IMMEDIATE")
            results = _run_all(connection, tx, [job.command for job in batch])
            connection.execute("COMMIT")
        except BaseException as error:  # whatever it is, nothing of this batch may be answered
            with contextlib.suppress(sqlite3.Error):
                connection.rollback()
            self._judge(error)
            failure = StoreUnavailable(str(error))
            failure.__cause__ = error
            results = [(None, failure)] * len(batch)
        if batch[-1].farewell and results[-1][1] is None:
            self.broken = batch[-1].farewell
        COMMIT.observe(time.monotonic() - started)
        BATCH.observe(len(batch))
        self._release(batch, results)

    def _release(self, batch: list[_Job], results: list[_Result]) -> None:
        """Answer each waiting request, one wake-up for each event loop."""
        self._done += len(batch)
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job, Any, BaseException | None]]] = {}
        for job, (result, error) in zip(batch, results, strict=True):
            by_loop.setdefault(job.loop, []).append((job, result, error))
        for loop, answers in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                loop.call_soon_threadsafe(_answer, answers)

    def _judge(self, error: BaseException) -> None:
        """Full and locked pass; after anything else the file is opened anew, by a restart.

        After a failed sync the system may say of the next one that it succeeded, though pages
        were lost; only a new process that reads the journal from the disk knows what is there.
        """
        name = getattr(error, "sqlite_errorname", "")
        if not name.startswith(("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_LOCKED")):
            self.broken = f"写入出错：{error}"

    # Reading

    def _read(self, query: Callable[[Tx], T]) -> T:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect_read_only(self.path)
            self._reading.append(connection)
        connection.execute("BEGIN")
        try:
            return query(SqliteTx(connection))
        finally:
            connection.rollback()

    def note_address(self, address: str) -> None:
        """Write down where the service answers, for tools that must not write themselves."""
        if self._lock_file is not None:
            os.ftruncate(self._lock_file, 0)
            os.pwrite(self._lock_file, address.encode(), 0)

    def _unlock(self) -> None:
        if self._lock_file is not None:
            os.ftruncate(self._lock_file, 0)
            os.close(self._lock_file)
            self._lock_file = None


def _run_all(
    connection: sqlite3.Connection, tx: Tx, commands: list[Callable[[Tx], Any]]
) -> list[_Result]:
    """Run what is plain in one go, the rest one by one."""
    done: dict[int, _Result] = {}
    plain = together.plain(commands)
    if len(plain) > 1:
        store = partial(together.submit, cmds=list(plain.values()))
        accepted, unusual = _run(connection, tx, store)
        if unusual is None:
            done = {place: (one, None) for place, one in zip(plain, accepted, strict=True)}
    return [
        done.get(place) or _run(connection, tx, command) for place, command in enumerate(commands)
    ]


def _run(connection: sqlite3.Connection, tx: Tx, command: Callable[[Tx], Any]) -> _Result:
    connection.execute("SAVEPOINT command")
    try:
        result = command(tx)
    except sqlite3.OperationalError:
        raise  # a full disk takes the whole transaction with it, savepoints and all
    except Exception as error:  # this request's own problem
        connection.execute("ROLLBACK TO command")
        connection.execute("RELEASE command")
        return None, error
    connection.execute("RELEASE command")
    return result, None


def _answer(answers: list[tuple[_Job, Any, BaseException | None]]) -> None:
    for job, result, error in answers:
        if job.future.cancelled():
            continue
        if error is not None:
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
