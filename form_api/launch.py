"""From settings to a running application: store, server, chores."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette

from form_api import admin, housekeeping, notify, selftest
from form_api.crypto import Keys
from form_api.opening import start_keys
from form_api.service import Service
from form_api.settings import Settings
from form_api.store import Store, open_store
from form_api.store.sqlite import SqliteStore
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


def load_store(settings: Settings, keys: Keys) -> Store:
    """Choose the store, on libraries that do what we think they do."""
    selftest.check()
    return open_store(settings.database, keys.check, settings.queue_limit, keys.second_check)


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
        _spare_the_collector()
        await server.serve()
    finally:
        chores.cancel()
        await asyncio.gather(chores, return_exceptions=True)
        await store.close()


def _spare_the_collector() -> None:
    """Set aside what stays until the end: going through it all stops everybody for 40 ms."""
    gc.collect()
    gc.freeze()


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


async def administer(
    settings: Settings, keys: Keys, task: str, number: str, body: dict[str, Any]
) -> Any:
    """Do what a command line asks for, when no service runs that could do it."""
    store = load_store(settings, keys)
    service: Service = create_app(settings, keys, store).state.service
    await store.open()
    try:
        return await admin.do(service, task, number, body)
    finally:
        await store.close()
