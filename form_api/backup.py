"""Backups: consistent, encrypted and verified, made while the service runs.

Format: a magic line, then frames. Each frame is AES-256-GCM over up to 1 MiB, its number and
whether it is the last bound in, so frames cannot be dropped, swapped or cut off unnoticed.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from form_api.crypto import Keys
from form_api.errors import ConfigError
from form_api.store import queries
from form_api.store.sqlite_file import SqliteTx, connect_read_only, lock

MAGIC = b"form-api backup 1\n"
FRAME = 1024 * 1024
TAG = 16


def backup(database: Path, target: Path, keys: Keys) -> int:
    """Write an encrypted copy; returns how many submissions are in it."""
    if target.exists():
        raise ConfigError(f"{target}：已经有这个文件；请换一个名字，备份不覆盖旧的")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        plain = Path(folder) / "copy.db"
        with contextlib.closing(connect_read_only(database)) as connection:
            connection.execute("VACUUM INTO ?", (str(plain),))
        count = check(plain)
        sealed = Path(folder) / "copy.sealed"
        _encrypt(plain, sealed, AESGCM(keys.backup))
        again = Path(folder) / "again.db"
        _decrypt(sealed, again, AESGCM(keys.backup))
        if check(again) != count:
            raise ConfigError(f"{target}：备份复核没有通过，没有留下备份；请检查磁盘")
        sealed.replace(target)
    _sync_folder(target.parent)
    return count


def restore(source: Path, database: Path, keys: Keys) -> int:
    """Put a backup in place of a missing database; returns how many submissions it has."""
    if database.exists():
        raise ConfigError(f"{database}：已经有数据库；请先把它移到别处，恢复不覆盖现有的")
    database.parent.mkdir(parents=True, exist_ok=True)
    descriptor = lock(database)
    try:
        with tempfile.TemporaryDirectory(dir=database.parent, prefix=".restore-") as folder:
            plain = Path(folder) / "copy.db"
            _decrypt(source, plain, AESGCM(keys.backup))
            count = check(plain)
            for suffix in ("-wal", "-shm"):  # left-overs of another database would be mixed in
                database.with_name(database.name + suffix).unlink(missing_ok=True)
            plain.replace(database)
        _sync_folder(database.parent)
    finally:
        os.close(descriptor)
    return count


def check(database: Path) -> int:
    """Make sure that a database is whole; returns how many submissions it has."""
    try:
        with contextlib.closing(connect_read_only(database)) as connection:
            result = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if result != "ok":
                raise ConfigError(f"{database}：数据库不完整（{result}）；请换一份备份")
            wrong = list(queries.verify(SqliteTx(connection)))
            if wrong:
                raise ConfigError("\n".join(wrong))
            count: int = connection.execute("SELECT count(*) FROM submission").fetchone()[0]
            return count
    except sqlite3.Error as error:
        raise ConfigError(f"{database}：打不开（{error}）；请换一份备份") from error


def _encrypt(source: Path, target: Path, key: AESGCM) -> None:
    with source.open("rb") as plain, target.open("wb") as sealed:
        sealed.write(MAGIC)
        for number, last, frame in _frames(plain, FRAME):
            nonce = os.urandom(12)
            sealed.write(nonce + key.encrypt(nonce, frame, _bound(number, last)))
        sealed.flush()
        os.fsync(sealed.fileno())


def _decrypt(source: Path, target: Path, key: AESGCM) -> None:
    try:
        with source.open("rb") as sealed, target.open("wb") as plain:
            if sealed.read(len(MAGIC)) != MAGIC:
                raise ConfigError(f"{source}：不是本程序的备份文件")
            for number, last, frame in _frames(sealed, 12 + FRAME + TAG):
                plain.write(key.decrypt(frame[:12], frame[12:], _bound(number, last)))
            plain.flush()
            os.fsync(plain.fileno())
    except (InvalidTag, ValueError) as error:
        raise ConfigError(
            f"{source}：解不开，密钥不对或者文件坏了；请换密钥文件或另一份备份"
        ) from error
    except OSError as error:
        raise ConfigError(f"{source}：读不出来（{error.strerror}）；请检查路径和权限") from error


def _frames(file: BinaryIO, size: int) -> Iterator[tuple[int, bool, bytes]]:
    number, frame = 0, file.read(size)
    while True:
        following = file.read(size)
        yield number, not following, frame
        if not following:
            return
        number, frame = number + 1, following


def _bound(number: int, last: bool) -> bytes:
    return f"{number}|{last}".encode()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
