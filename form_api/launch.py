"""From settings to a running application: keys, store, server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import uvicorn
from psycopg.rows import dict_row
from starlette.applications import Starlette

from form_api import admin, housekeeping, notify, rotation, selftest
from form_api.crypto import Keys, read_keys, write_keys
from form_api.errors import ConfigError
from form_api.service import Service
from form_api.settings import Settings
from form_api.store import Store, open_store
from form_api.store.base import Tx
from form_api.store.postgres import PostgresTx
from form_api.store.sqlite import SqliteStore
from form_api.store.sqlite_file import (
    SqliteTx,
    connect_read_only,
    lock_file,
    path_of,
)
from form_api.web.app import create_app
from form_api.web.protocol import GuardedProtocol

LOG = logging.getLogger("form_api")
KEEP_ALIVE_SECONDS = 15
WATCH_SECONDS = 0.5
BROKEN_EXIT = 74
"""EX_IOERR of sysexits.h; systemd restarts after it."""
SHUTDOWN_SECONDS = 20
SWITCH_SECONDS = 0.001
"""How long the writer waits for the interpreter while requests are being read (else 5 ms)."""


def is_sqlite(url: str) -> bool:
    """Whether the store is a file on this machine."""
    return not url.startswith(("postgresql://", "postgres://"))


def key_path(settings: Settings) -> Path:
    """Return where the master key is kept."""
    if settings.key_file is not None:
        return settings.key_file
    if is_sqlite(settings.database):
        database = path_of(settings.database)
        return database.with_name(database.name + ".key")
    return Path("var/form-api.key")


def load_keys(settings: Settings) -> Keys:
    """Read the key of an existing database."""
    path = key_path(settings)
    if is_sqlite(settings.database):
        database = path_of(settings.database)
        if not database.exists():
            raise ConfigError(_no_database(database, path))
        if not path.exists():
            raise ConfigError(
                f"{path}：没有密钥文件，{database} 里的内容读不出来；请放回原来的密钥文件"
            )
    return _read(settings)


def start_keys(settings: Settings) -> Keys:
    """Read the key; the very first start makes both key and database, and says so."""
    path = key_path(settings)
    if is_sqlite(settings.database):
        database = path_of(settings.database)
        if database.exists() or path.exists():
            return load_keys(settings)
        LOG.warning("first start: new database %s, new key %s", database, path)
        database.parent.mkdir(parents=True, exist_ok=True)
    return _read(settings) if path.exists() else write_keys(path)


def migrate_keys(settings: Settings) -> Keys:
    """Read the key for a database that may still have to be made."""
    path = key_path(settings)
    return _read(settings) if path.exists() else start_keys(settings)


def _read(settings: Settings) -> Keys:
    return read_keys(key_path(settings), settings.second_key_file)


def load_store(settings: Settings, keys: Keys) -> Store:
    """Choose the store, on libraries that do what we think they do."""
    selftest.check()
    second = keys.second.check if keys.second else None
    return open_store(settings.database, keys.check, settings.queue_limit, second)


def serve(settings: Settings) -> None:
    """Serve until told to stop; the last batch is finished first."""
    # uvicorn raises the signal again once it has stopped; the store must still be closed.
    signal.signal(signal.SIGTERM, lambda *_: None)
    sys.setswitchinterval(SWITCH_SECONDS)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    keys = start_keys(settings)
    store = load_store(settings, keys)
    app = create_app(settings, keys, store)
    await store.open()
    service: Service = app.state.service
    ways = notify.channels(settings, keys.webhook)
    chores = asyncio.gather(
        housekeeping.run(service, ways, app.state.desk.outbox), _leave_when_broken(store)
    )
    try:
        server = _Server(server_config(settings, app), store)
        await server.serve()
    finally:
        chores.cancel()
        await asyncio.gather(chores, return_exceptions=True)
        await store.close()


async def _leave_when_broken(store: Store) -> None:
    """End the process when its store broke: whoever runs it starts it again, on what is there.

    Without a farewell to the database: closing it would sync once more and call that a success.
    """
    while not store.broken:
        await asyncio.sleep(WATCH_SECONDS)
    LOG.critical("store broken, leaving: %s", store.broken)
    await asyncio.sleep(WATCH_SECONDS)  # for the answers that say so
    logging.shutdown()
    os._exit(BROKEN_EXIT)


class _Server(uvicorn.Server):
    """Leaves its address in the lock file, for command-line tools."""

    def __init__(self, config: uvicorn.Config, store: Store) -> None:
        super().__init__(config)
        self._store = store

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        if self.started and isinstance(self._store, SqliteStore):
            port = self.servers[0].sockets[0].getsockname()[1]
            self._store.note_address(f"http://{self.config.host}:{port}")


def server_config(settings: Settings, app: Starlette) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=GuardedProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def sqlite_path(settings: Settings) -> Path:
    """Return the database file of an existing SQLite store."""
    if not is_sqlite(settings.database):
        raise ConfigError("PostgreSQL 请用 pg_dump 和 pg_restore，见 docs/operations.md")
    return path_of(settings.database)


@contextlib.contextmanager
def reading(settings: Settings) -> Iterator[Tx]:
    """Give a command-line tool a consistent view, beside a running service."""
    if is_sqlite(settings.database):
        with contextlib.closing(connect_read_only(path_of(settings.database))) as connection:
            connection.execute("BEGIN")
            yield SqliteTx(connection)
        return
    with psycopg.connect(settings.database, row_factory=dict_row) as connection_:
        connection_.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection_.read_only = True
        yield PostgresTx(connection_)


def administer(
    settings: Settings, task: str, number: str = "", body: dict[str, Any] | None = None
) -> Any:
    """Do a task in the running service, or here when none runs."""
    keys = load_keys(settings)
    if is_sqlite(settings.database):
        query = f"?number={quote(number)}" if number else ""
        answer = admin.ask(lock_file(path_of(settings.database)), keys.admin, task + query, body)
        if answer is not None:
            return answer["count"]
    return asyncio.run(_administer(settings, keys, task, number, body or {}))


async def _administer(
    settings: Settings, keys: Keys, task: str, number: str, body: dict[str, Any]
) -> Any:
    store = load_store(settings, keys)
    service: Service = create_app(settings, keys, store).state.service
    await store.open()
    try:
        if task == "erase":
            return await admin.erase(service, number)
        if task == "staff":
            return await admin.change_staff(service, body)
        if task == "move":
            return await admin.move(service, body["to"])
        if task == "rotate":
            return await rotation.rotate(service)
        return await admin.purge(service)
    finally:
        await store.close()


def _no_database(database: Path, key: Path) -> str:
    if not key.exists():
        return f"{database}：没有数据库；请核对地址，或者先用 form-api migrate 建立"
    return (
        f"{database}：没有数据库，但密钥 {key} 还在。数据库可能被移走了，没有新建空的。"
        "请放回数据库，或者用 form-api restore 恢复；确实要从头开始，请用 form-api migrate"
    )
