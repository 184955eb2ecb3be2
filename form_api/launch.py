"""From settings to a running application: keys, store, server."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from form_api.crypto import Keys, read_key, write_key
from form_api.errors import ConfigError
from form_api.settings import Settings
from form_api.store import Store, open_store
from form_api.store.sqlite import path_of
from form_api.web.app import create_app

KEEP_ALIVE_SECONDS = 15
SHUTDOWN_SECONDS = 20


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


def load_keys(settings: Settings, *, may_create: bool = True) -> Keys:
    """Read the key; make one only together with a new database, never beside an old one."""
    path = key_path(settings)
    if is_sqlite(settings.database):
        database = path_of(settings.database)
        if database.exists() != path.exists() and not (path.exists() and settings.key_file):
            raise ConfigError(_half_missing(database, path))
        if may_create and not database.exists():
            database.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() and may_create:
        return Keys(write_key(path))
    return Keys(read_key(path))


def load_store(settings: Settings, keys: Keys) -> Store:
    """Choose the store."""
    return open_store(settings.database, keys.check, settings.queue_limit)


def serve(settings: Settings) -> None:
    """Serve until told to stop; the last batch is finished first."""
    # uvicorn raises the signal again once it has stopped; the store must still be closed.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    keys = load_keys(settings)
    store = load_store(settings, keys)
    app = create_app(settings, keys, store)
    await store.open()
    try:
        server = uvicorn.Server(_config(settings, app))
        await server.serve()
    finally:
        await store.close()


def _config(settings: Settings, app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def _half_missing(database: Path, key: Path) -> str:
    if database.exists():
        return f"{key}：没有密钥文件，{database} 里的内容读不出来；请放回原来的密钥文件"
    return (
        f"{database}：没有数据库，但它的密钥 {key} 还在。数据库可能被移走了，没有新建空的。"
        "请放回数据库，或者用 form-api restore 恢复；确实要从头开始，请先移走密钥文件"
    )
