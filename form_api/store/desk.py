"""What the staff desk keeps beside the submissions: accounts, work, quotas, what is published.

`work` is a colleague's side of a submission; it changes only together with an event of the
submission's own chain (`Act.work`). What concerns no single submission (sign-ins, opening hours,
lists looked at, exports) goes into `desk_log`, a chain of its own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from form_api import chain
from form_api.domain import Wish
from form_api.slots import Slot
from form_api.store.base import Row, Tx

TABLES = (
    """CREATE TABLE staff (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        roles TEXT NOT NULL,
        unit TEXT NOT NULL,
        password TEXT NOT NULL,
        data_key {blob} NOT NULL,
        totp {blob},
        totp_step {int} NOT NULL,
        created_at {int} NOT NULL,
        disabled_at {int}
    ){strict}""",
    """CREATE TABLE staff_session (
        id {blob} PRIMARY KEY,
        staff TEXT NOT NULL REFERENCES staff (id),
        seen_at {int} NOT NULL,
        ends_at {int} NOT NULL
    ){strict}""",
    """CREATE TABLE work (
        submission TEXT PRIMARY KEY REFERENCES submission (id),
        owner TEXT,
        offered_to TEXT,
        leader TEXT,
        proposed_by TEXT,
        proposal {blob}
    ){strict}""",
    "CREATE INDEX work_owner ON work (owner)",
    """CREATE TABLE publication (
        submission TEXT PRIMARY KEY REFERENCES submission (id),
        state TEXT NOT NULL,
        content TEXT NOT NULL,
        proposed_by TEXT NOT NULL,
        decided_by TEXT,
        reason TEXT NOT NULL,
        changed_at {int} NOT NULL
    ){strict}""",
    """CREATE TABLE wanted_file (
        path TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        message TEXT NOT NULL,
        wanted_at {int} NOT NULL,
        attempts {int} NOT NULL,
        next_at {int} NOT NULL,
        done_at {int},
        error TEXT NOT NULL
    ){strict}""",
    """CREATE TABLE quota (
        id TEXT PRIMARY KEY,
        place TEXT NOT NULL,
        first TEXT NOT NULL,
        last TEXT NOT NULL,
        label TEXT NOT NULL,
        units {int} NOT NULL,
        reason TEXT NOT NULL,
        author TEXT NOT NULL,
        at {int} NOT NULL
    ){strict}""",
    "CREATE INDEX quota_place ON quota (place, last)",
    """CREATE TABLE desk_log (
        seq {int} PRIMARY KEY,
        at {int} NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        data TEXT NOT NULL,
        hash {blob} NOT NULL
    ){strict}""",
    "CREATE TABLE desk_log_end (id TEXT PRIMARY KEY, seq {int} NOT NULL, hash {blob} NOT NULL)"
    "{strict}",
)
KEYS = (
    ("staff", "id"),
    ("work", "submission"),
    ("publication", "submission"),
    ("wanted_file", "path"),
    ("quota", "id"),
    ("desk_log", "seq"),
    ("desk_log_end", "id"),
)
"""What moves to another store, each with its key; sessions do not: people sign in again."""
WORK = ("owner", "offered_to", "leader", "proposed_by", "proposal")
WALK_IN = "walk-in|"
"""How the slot ids of people without a booking begin: they take no place from the booked."""
DAY = dt.timedelta(days=1)
BAD_RATINGS = ('{"grade": "1"}', '{"grade": "2"}')
"""How the data of a bad rating's event is written."""
_CASES = (
    "SELECT s.id, s.kind, s.number, s.state, s.received_at, s.due_on, s.category,"
    " s.matter, s.township, s.purged_at, w.owner, w.offered_to, w.leader, w.proposed_by"
    " FROM submission s LEFT JOIN work w ON w.submission = s.id"
    " WHERE s.kind <> 'appointment'"
)


# Work on submissions


def set_work(tx: Tx, submission: str, changes: Mapping[str, Any]) -> None:
    """Change the colleague's side of a submission; part of an Act."""
    if not changes:
        return
    tx.run(
        "INSERT INTO work (submission) VALUES (?) ON CONFLICT (submission) DO NOTHING", submission
    )
    columns = [name for name in WORK if name in changes]
    tx.run(
        f"UPDATE work SET {', '.join(f'{name} = ?' for name in columns)} WHERE submission = ?",
        *(changes[name] for name in columns),
        submission,
    )


def work(tx: Tx, submission: str) -> dict[str, Any]:
    """Return the colleague's side of a submission."""
    row = tx.one("SELECT * FROM work WHERE submission = ?", submission)
    return {name: row[name] if row else None for name in WORK}


def owners(tx: Tx) -> dict[str, str]:
    """Return who has each submission that somebody has."""
    rows = tx.all("SELECT submission, owner FROM work WHERE owner IS NOT NULL")
    return {row["submission"]: row["owner"] for row in rows}


def cases(tx: Tx, states: Iterable[str], limit: int = 1000) -> list[dict[str, Any]]:
    """List complaints and requests for help in some states, the most urgent first."""
    wanted = list(states)
    return _plain(
        tx.all(
            f"{_CASES} AND s.state IN ({_marks(wanted)}) ORDER BY s.due_on, s.received_at LIMIT ?",
            *wanted,
            limit,
        )
    )


def done_cases(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """List complaints and requests for help that need nothing more, the newest first."""
    return _plain(
        tx.all(
            f"{_CASES} AND s.state IN ('answered', 'closed', 'withdrawn')"
            " ORDER BY s.changed_at DESC LIMIT ?",
            limit,
        )
    )


def to_call_back(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """List answers with a bad grade after which nobody has called the person, the oldest first."""
    return _plain(
        tx.all(
            f"{_CASES} AND EXISTS (SELECT 1 FROM event r WHERE r.submission = s.id"
            " AND r.action = 'rate' AND r.data IN (?, ?) AND NOT EXISTS (SELECT 1 FROM event c"
            " WHERE c.submission = s.id AND c.action = 'call_back' AND c.seq > r.seq))"
            " ORDER BY s.changed_at LIMIT ?",
            *BAD_RATINGS,
            limit,
        )
    )


def followers(tx: Tx, leader: str) -> list[str]:
    """List the open submissions that are handled together with one."""
    return [
        row["submission"]
        for row in tx.all(
            "SELECT w.submission FROM work w JOIN submission s ON s.id = w.submission"
            " WHERE w.leader = ? AND s.state IN ('received', 'in_progress')"
            " ORDER BY w.submission",
            leader,
        )
    ]


def sent_answers(tx: Tx, besides: str, since: int, limit: int) -> list[dict[str, Any]]:
    """List the newest answers given to others, still sealed."""
    return _plain(
        tx.all(
            "SELECT e.submission, e.sealed, s.number, s.data_key FROM event e"
            " JOIN submission s ON s.id = e.submission"
            " WHERE e.action = 'reply' AND e.at > ? AND e.sealed IS NOT NULL"
            " AND s.data_key IS NOT NULL AND s.id <> ? ORDER BY e.at DESC LIMIT ?",
            since,
            besides,
            limit,
        )
    )


# Appointments


def bookings(tx: Tx, date: str, place: str = "") -> list[str]:
    """List the appointments of a day in the order of their times."""
    where = " AND b.place = ?" if place else ""
    return [
        row["submission"]
        for row in tx.all(
            f"SELECT b.submission FROM booking b WHERE b.date = ?{where}"
            " ORDER BY b.label, b.place, b.submission",
            date,
            *([place] if place else []),
        )
    ]


def booked_from(tx: Tx, start: str) -> list[dict[str, Any]]:
    """List where and when people are still booked from a day on."""
    return _plain(
        tx.all(
            "SELECT b.* FROM booking b JOIN submission s ON s.id = b.submission"
            " WHERE b.date >= ? AND s.state = 'booked' ORDER BY b.date, b.label",
            start,
        )
    )


@dataclass(frozen=True, slots=True)
class Quota:
    """A change to how many people a place takes; the newest that covers a slot counts."""

    id: str
    place: str
    first: str
    last: str
    label: str
    """One slot, or empty for all day."""
    units: int
    """People online in each slot; 0 closes it."""
    reason: str
    author: str
    at: int

    def covers(self, place: str, date: str, label: str) -> bool:
        """Whether it speaks of that slot."""
        return (
            self.place in (place, "*")
            and self.first <= date <= self.last
            and self.label in ("", label)
        )


def quotas(tx: Tx, place: str, start: dt.date) -> list[Quota]:
    """List the changes that concern a place from a day on, newest first; `*` is every place."""
    return [
        Quota(**dict(row))
        for row in tx.all(
            "SELECT * FROM quota WHERE (place = ? OR place = '*' OR ? = '*') AND last >= ?"
            " ORDER BY at DESC, id DESC",
            place,
            place,
            start.isoformat(),
        )
    ]


def add_quota(tx: Tx, quota: Quota) -> None:
    """Change how many people a place takes, from now on; older changes stay on record."""
    tx.run(
        "INSERT INTO quota (id, place, first, last, label, units, reason, author, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        quota.id,
        quota.place,
        quota.first,
        quota.last,
        quota.label,
        quota.units,
        quota.reason,
        quota.author,
        quota.at,
    )
    data = {name: getattr(quota, name) for name in ("place", "first", "last", "label", "units")}
    log(tx, quota.at, quota.author, "quota", data | {"reason": quota.reason})


def units_of(slot: Slot, changed: list[Quota]) -> int:
    """Return how many people a slot takes, with the changes, newest first."""
    date = slot.date.isoformat()
    return next((q.units for q in changed if q.covers(slot.place, date, slot.label)), slot.units)


def units(tx: Tx, wish: Wish) -> int:
    """Return how many people the wished slot takes at this moment."""
    date = dt.date.fromisoformat(wish.date)
    changed = quotas(tx, wish.place, date)
    if wish.slot.startswith(WALK_IN):
        changed = [quota for quota in changed if quota.units == 0]
    return units_of(Slot(wish.place, date, wish.label, wish.units), changed)


# Published answers and the files the content repository should hold


def publication(tx: Tx, submission: str) -> dict[str, Any] | None:
    """Return how far a submission's answer is on its way to the public."""
    row = tx.one("SELECT * FROM publication WHERE submission = ?", submission)
    return dict(row) if row else None


def publications(tx: Tx) -> list[dict[str, Any]]:
    """List everything that is, was or may become public."""
    return _plain(
        tx.all(
            "SELECT p.*, s.number FROM publication p JOIN submission s ON s.id = p.submission"
            " ORDER BY p.changed_at DESC"
        )
    )


def set_publication(tx: Tx, submission: str, at: int, **values: Any) -> None:
    """Note a step on the way to the public."""
    known = publication(tx, submission) or {
        "content": "",
        "proposed_by": "",
        "decided_by": None,
        "reason": "",
    }
    row = known | values
    tx.run(
        "INSERT INTO publication (submission, state, content, proposed_by, decided_by, reason,"
        " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (submission) DO UPDATE SET"
        " state = excluded.state, content = excluded.content, proposed_by = excluded.proposed_by,"
        " decided_by = excluded.decided_by, reason = excluded.reason,"
        " changed_at = excluded.changed_at",
        submission,
        row["state"],
        row["content"],
        row["proposed_by"],
        row["decided_by"],
        row["reason"],
        at,
    )


def want_file(tx: Tx, path: str, content: str, message: str, at: int) -> None:
    """Say what a file of the content repository should hold from now on."""
    tx.run(
        "INSERT INTO wanted_file (path, content, message, wanted_at, attempts, next_at, done_at,"
        " error) VALUES (?, ?, ?, ?, 0, ?, NULL, '') ON CONFLICT (path) DO UPDATE SET"
        " content = excluded.content, message = excluded.message,"
        " wanted_at = excluded.wanted_at, attempts = 0, next_at = excluded.next_at,"
        " done_at = NULL, error = ''",
        path,
        content,
        message,
        at,
        at,
    )


def wanted_file(tx: Tx, path: str) -> dict[str, Any] | None:
    """Return what a file of the content repository should hold, if anybody said so."""
    row = tx.one("SELECT * FROM wanted_file WHERE path = ?", path)
    return dict(row) if row else None


def files_due(tx: Tx, now: int) -> list[dict[str, Any]]:
    """List the files to bring into the repository now."""
    return _plain(
        tx.all(
            "SELECT * FROM wanted_file WHERE done_at IS NULL AND next_at <= ?"
            " ORDER BY wanted_at, path",
            now,
        )
    )


def files_waiting(tx: Tx) -> list[dict[str, Any]]:
    """List the files that are not in the repository yet, the oldest first."""
    return _plain(
        tx.all("SELECT * FROM wanted_file WHERE done_at IS NULL ORDER BY wanted_at, path")
    )


def file_done(tx: Tx, file: Mapping[str, Any], at: int) -> None:
    """Note that a file is in the repository, unless something else is wanted by now."""
    tx.run(
        "UPDATE wanted_file SET done_at = ?, error = '' WHERE path = ? AND content = ?",
        at,
        file["path"],
        file["content"],
    )


def file_failed(tx: Tx, file: Mapping[str, Any], error: str, next_at: int) -> None:
    """Note why a file could not be brought, and when to try again."""
    tx.run(
        "UPDATE wanted_file SET attempts = attempts + 1, next_at = ?, error = ?"
        " WHERE path = ? AND content = ?",
        next_at,
        error,
        file["path"],
        file["content"],
    )


# The log of the desk


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


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _plain(rows: list[Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
