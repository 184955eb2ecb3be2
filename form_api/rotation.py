"""Changes the master key: wraps every data key anew, page by page, while people go on.

It may be stopped at any moment and run again: what is wrapped by the new key is left alone. Only
when a whole round found nothing more to do is the database tied to the new key, and the old one
no longer needed.
"""

from __future__ import annotations

from functools import partial

from form_api.crypto import Keys, Tampered
from form_api.domain import milliseconds
from form_api.errors import ConfigError
from form_api.service import Service
from form_api.store import desk, schema
from form_api.store.base import Tx

OWNERS = {"submission": "{}", "staff": "staff|{}"}
"""The tables with data keys, and what a key in them is tied to."""
PAGE = 200
"""Small enough that a submission does not wait for it."""


async def rotate(service: Service) -> int:
    """Bring every data key under the current master key; returns how many were not."""
    keys, at = service.keys, milliseconds(service.clock())
    await service.store.write(partial(_log, keys=keys, at=at, action="rotate_keys"))
    total = 0
    while count := await _round(service):
        total += count
    await service.store.write(partial(_finish, keys=keys, at=at, count=total))
    await service.store.forget()
    return total


async def _round(service: Service) -> int:
    total = 0
    for table in OWNERS:
        after: str | None = ""
        while after is not None:
            page = partial(wrap_page, keys=service.keys, table=table, after=after)
            after, count = await service.store.write(page)
            total += count
    return total


def wrap_page(tx: Tx, keys: Keys, table: str, after: str) -> tuple[str | None, int]:
    """Wrap the next keys of a table anew; returns where to go on, and how many it were."""
    rows = tx.all(
        f"SELECT id, data_key FROM {table} WHERE id > ? AND data_key IS NOT NULL"
        " ORDER BY id LIMIT ?",
        after,
        PAGE,
    )
    count = 0
    for row in rows:
        old = bytes(row["data_key"])
        try:
            new = keys.wrapped_anew(OWNERS[table].format(row["id"]), old)
        except Tampered as error:
            raise ConfigError(
                f"{table} 的 {row['id']}：这两个密钥都打不开；"
                "请把 FORM_API_SECOND_KEY_FILE 设成旧的密钥文件"
            ) from error
        if new:  # a key that was purged in the meantime must not come back
            count += tx.run(
                f"UPDATE {table} SET data_key = ? WHERE id = ? AND data_key = ?",
                new,
                row["id"],
                old,
            )
    return (rows[-1]["id"] if len(rows) == PAGE else None), count


def _finish(tx: Tx, keys: Keys, at: int, count: int) -> None:
    schema.change_key(tx, keys.check)
    _log(tx, keys, at, "rotate_keys_done", count=count)


def _log(tx: Tx, keys: Keys, at: int, action: str, **more: int) -> None:
    desk.log(tx, at, "command", action, {"key": keys.check.hex(), **more})
