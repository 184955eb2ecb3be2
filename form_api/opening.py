"""From settings to keys and data: what the service and the command-line tools begin with.

Light on purpose: a tool that only reads or asks loads no web server, and no driver it does not
need.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from form_api.crypto import Keys, read_keys, write_keys
from form_api.errors import ConfigError
from form_api.settings import Settings
from form_api.store.address import is_sqlite, path_of
from form_api.store.base import Tx
from form_api.store.schema import refuse_other_key
from form_api.store.sqlite_file import SqliteTx, connect_read_only

LOG = logging.getLogger("form_api")


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
    import psycopg
    from psycopg.rows import dict_row

    from form_api.store.postgres import PostgresTx

    with psycopg.connect(settings.database, row_factory=dict_row) as connection_:
        connection_.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection_.read_only = True
        yield PostgresTx(connection_)


@contextlib.contextmanager
def reading_with(keys: Keys, settings: Settings) -> Iterator[Tx]:
    """Do the same for a tool that opens what is sealed, and refuse another database's key."""
    with reading(settings) as tx:
        refuse_other_key(tx, keys.check, keys.second_check)
        yield tx


def _no_database(database: Path, key: Path) -> str:
    if not key.exists():
        return f"{database}：没有数据库；请核对地址，或者先用 form-api migrate 建立"
    return (
        f"{database}：没有数据库，但密钥 {key} 还在。数据库可能被移走了，没有新建空的。"
        "请放回数据库，或者用 form-api restore 恢复；确实要从头开始，请用 form-api migrate"
    )
