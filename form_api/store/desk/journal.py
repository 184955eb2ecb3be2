"""The log of the desk, a chain of its own: what concerns no single submission."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from form_api import chain
from form_api.store.base import Tx


def log(tx: Tx, at: int, actor: str, action: str, data: Mapping[str, Any]) -> None:
    """Add a line to the desk's chained log."""
    tx.run(
        "INSERT INTO desk_log_end (id, seq, hash) VALUES ('end', 0, ?) ON CONFLICT (id) DO NOTHING",
        chain.START,
    )
    # Counting up takes the row, so that two processes write one after the other.
    tx.run("UPDATE desk_log_end SET seq = seq + 1 WHERE id = 'end'")
    end = tx.one("SELECT seq, hash FROM desk_log_end WHERE id = 'end'")
    assert end is not None
    seq = int(end["seq"])
    hashed = _link(bytes(end["hash"]), seq, at, actor, action, data)
    tx.run(
        "INSERT INTO desk_log (seq, at, actor, action, data, hash) VALUES (?, ?, ?, ?, ?, ?)",
        seq,
        at,
        actor,
        action,
        json.dumps(dict(data), ensure_ascii=False, sort_keys=True),
        hashed,
    )
    tx.run("UPDATE desk_log_end SET hash = ? WHERE id = 'end'", hashed)


def log_lines(tx: Tx, limit: int) -> list[dict[str, Any]]:
    """List the newest lines of the desk's log."""
    rows = tx.all("SELECT * FROM desk_log ORDER BY seq DESC LIMIT ?", limit)
    return [dict(row) | {"data": json.loads(row["data"])} for row in rows]


def verify_log(tx: Tx) -> Iterator[str]:
    """Recompute the desk's log and yield what does not fit."""
    prev, seq = chain.START, 0
    for row in tx.all("SELECT * FROM desk_log ORDER BY seq"):
        seq += 1
        expected = _link(prev, seq, row["at"], row["actor"], row["action"], json.loads(row["data"]))
        if row["seq"] != seq or bytes(row["hash"]) != expected:
            yield f"工作台日志断了：第 {row['seq']} 条"
        prev, seq = bytes(row["hash"]), row["seq"]
    end = tx.one("SELECT seq, hash FROM desk_log_end WHERE id = 'end'")
    if end is not None and (end["seq"], bytes(end["hash"])) != (seq, prev):
        yield f"工作台日志少了：应有 {end['seq']} 条，现有 {seq} 条"


def _link(
    prev: bytes, seq: int, at: int, actor: str, action: str, data: Mapping[str, Any]
) -> bytes:
    return chain.link_hash(prev, "desk", seq, at, 0, actor, action, "", data, None)
