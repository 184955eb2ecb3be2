"""A colleague's side of a submission: who has it, what was proposed, and the queues from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from form_api.store.base import Tx
from form_api.store.desk.rows import dicts

WORK = ("owner", "offered_to", "leader", "proposed_by", "proposal")
BAD_RATINGS = ('{"grade": "1"}', '{"grade": "2"}')
"""How the data of a bad rating's event is written."""
_CASES = (
    "SELECT s.id, s.kind, s.number, s.state, s.received_at, s.due_on, s.category,"
    " s.matter, s.township, s.purged_at, w.owner, w.offered_to, w.leader, w.proposed_by"
    " FROM submission s LEFT JOIN work w ON w.submission = s.id"
    " WHERE s.kind <> 'appointment'"
)


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
    return dicts(
        tx.all(
            f"{_CASES} AND s.state IN ({_marks(wanted)}) ORDER BY s.due_on, s.received_at LIMIT ?",
            *wanted,
            limit,
        )
    )


def done_cases(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """List complaints and requests for help that need nothing more, the newest first."""
    return dicts(
        tx.all(
            f"{_CASES} AND s.state IN ('answered', 'closed', 'withdrawn')"
            " ORDER BY s.changed_at DESC LIMIT ?",
            limit,
        )
    )


def to_call_back(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """List answers with a bad grade after which nobody has called the person, the oldest first."""
    return dicts(
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


def leads(tx: Tx, leader: str) -> bool:
    """Whether a submission can be answered for others, too; it stays so until this is written.

    Setting the state to what it is takes the row: an answer to it comes before or after.
    """
    is_open = tx.run(
        "UPDATE submission SET state = state WHERE id = ? AND state IN ('received', 'in_progress')",
        leader,
    )
    return bool(is_open) and work(tx, leader)["leader"] is None


def sent_answers(tx: Tx, besides: str, since: int, limit: int) -> list[dict[str, Any]]:
    """List the newest answers given to others, still sealed."""
    return dicts(
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


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))
