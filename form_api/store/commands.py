"""Every change to the store, each one transaction, each safe to run again.

A command is a plain function of a transaction; an engine may run it several times (a lost
connection, a serialisation failure), and only the last run counts. Nothing in here reads the
clock or draws a random number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from form_api import chain
from form_api.domain import (
    ACTIONS,
    FREES_THE_SLOT,
    SYSTEM,
    TAKES_ANOTHER_SLOT,
    Act,
    Submit,
)
from form_api.store import desk, places, rows
from form_api.store.base import Row, Tx
from form_api.store.refusals import GONE, NOT_NOW, SPENT, STALE, TOO_MANY, Refused

BUDGET_MILLISECONDS = 86_400_000
"""A day: how far back a phone's submissions count."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A submission that is in the store; `created` is False for a repetition."""

    created: bool
    row: Row


def submit(tx: Tx, cmd: Submit) -> Accepted:
    """Store a submission once, whatever number of times it arrives."""
    event = rows.first_event(cmd, rows.last_sealed(tx))
    number = _insert(tx, cmd, event.hash)
    if not number:
        known = find_by_id(tx, cmd.id)
        if known is None:  # every number it could have is taken; never seen
            raise Refused(TOO_MANY)
        return Accepted(False, known)
    _spend(tx, cmd)
    _keep_budget(tx, cmd)
    if cmd.wishes:
        places.book(tx, cmd)
    for place, photo in enumerate(cmd.photos):
        tx.run(
            "INSERT INTO photo (submission, place, sealed) VALUES (?, ?, ?)", cmd.id, place, photo
        )
    rows.insert(tx, "event", rows.event_row(event))
    if cmd.notify:
        rows.insert(tx, "notice", rows.notice_row(event))
    return accepted(cmd, number, _due(tx, cmd))


def accepted(cmd: Submit, number: str, booked: Mapping[str, Any]) -> Accepted:
    """Return what the receipt of a new submission is made of."""
    row: dict[str, Any] = {
        "id": cmd.id,
        "number": number,
        "received_at": cmd.at,
        "due_on": cmd.due_on,
        "fingerprint": cmd.fingerprint,
        "kind": cmd.kind,
        "purged_at": None,
    }
    return Accepted(True, row | dict(booked))


def act(tx: Tx, cmd: Act) -> Row:
    """Do something to a submission, if its state allows it; twice is once."""
    row = tx.one("SELECT * FROM submission WHERE id = ?" + _lock(tx), cmd.id)
    if row is None or row["purged_at"] is not None:
        raise Refused(GONE)
    if tx.one("SELECT seq FROM event WHERE submission = ? AND request = ?", cmd.id, cmd.request):
        return row
    _check_allowed(tx, row, cmd)
    action = ACTIONS[cmd.action]
    data = dict(cmd.data)
    if cmd.action in TAKES_ANOTHER_SLOT:
        data |= places.rebook(tx, cmd)
    if cmd.action in FREES_THE_SLOT:
        places.give_back(tx, cmd)
    last = tx.one("SELECT max(seq) AS seq FROM event WHERE submission = ?", cmd.id)
    event = chain.following(
        bytes(row["head"]),
        int(last["seq"]) + 1 if last else 1,
        cmd.id,
        cmd.at,
        rows.audit_day(cmd.at, rows.last_sealed(tx)),
        cmd.actor,
        cmd.action,
        cmd.request,
        data,
        cmd.sealed,
    )
    due_on = data.get("due_on", row["due_on"])
    tx.run(
        "UPDATE submission SET state = ?, version = version + ?, due_on = ?, head = ?,"
        " changed_at = ? WHERE id = ?",
        action.to or row["state"],
        0 if action.only_looks else 1,
        due_on,
        event.hash,
        row["changed_at"] if action.only_looks else cmd.at,
        cmd.id,
    )
    rows.insert(tx, "event", rows.event_row(event))
    desk.set_work(tx, cmd.id, cmd.work)
    if cmd.notify:
        rows.insert(tx, "notice", rows.notice_row(event))
    return tx.one("SELECT * FROM submission WHERE id = ?", cmd.id) or row


def count_view(tx: Tx, path: str, day: str) -> None:
    """Count a reading of a page; nothing about the reader."""
    tx.run(
        "INSERT INTO view (path, day, times) VALUES (?, ?, 1)"
        " ON CONFLICT (path, day) DO UPDATE SET times = view.times + 1",
        path,
        day,
    )


def purge(tx: Tx, id_: str, at: int, unchanged_since: int | None = None) -> bool:
    """Make a submission unreadable for good; its number and chain stay.

    Not one that somebody has touched since it was found to be past its time.
    """
    row = tx.one("SELECT * FROM submission WHERE id = ?" + _lock(tx), id_)
    if row is None or row["purged_at"] is not None:
        return False
    if unchanged_since is not None and row["changed_at"] >= unchanged_since:
        return False
    last = tx.one("SELECT max(seq) AS seq FROM event WHERE submission = ?", id_)
    event = chain.following(
        bytes(row["head"]),
        int(last["seq"]) + 1 if last else 1,
        id_,
        at,
        rows.audit_day(at, rows.last_sealed(tx)),
        SYSTEM,
        "purge",
        "purge",
        {},
        None,
    )
    places.give_back(tx, Act(id_, "cancel", at, SYSTEM, "purge", {}))
    if row["person"] is not None:
        tx.run("DELETE FROM spent WHERE nonce = ?", _turn(bytes(row["person"])))
    tx.run("UPDATE booking SET person = NULL WHERE submission = ?", id_)
    tx.run("UPDATE event SET sealed = NULL WHERE submission = ?", id_)
    tx.run("DELETE FROM photo WHERE submission = ?", id_)
    tx.run(
        "UPDATE submission SET data_key = NULL, sealed = NULL, person = NULL, photos = 0,"
        " purged_at = ?, changed_at = ?, head = ?, version = version + 1 WHERE id = ?",
        at,
        at,
        event.hash,
        id_,
    )
    rows.insert(tx, "event", rows.event_row(event))
    return True


def tidy(tx: Tx, now: int) -> None:
    """Forget spent proofs past their time, and give released places back."""
    tx.run("DELETE FROM spent WHERE until < ?", now)
    for row in tx.all("SELECT DISTINCT slot FROM released WHERE due <= ?", now):
        places.take_back_released(tx, row["slot"], now)


def seal_day(tx: Tx, day: int) -> bytes | None:
    """Close the audit of a day: a link over every event of it. Returns the new head."""
    if tx.one("SELECT day FROM day_seal WHERE day >= ?", day):
        return None
    last = tx.one("SELECT hash FROM day_seal ORDER BY day DESC LIMIT 1")
    prev = bytes(last["hash"]) if last else chain.START
    hashes = [
        bytes(row["hash"])
        for row in tx.all(
            "SELECT hash FROM event WHERE day <= ? AND day > ? ORDER BY submission, seq",
            day,
            rows.last_sealed(tx),
        )
    ]
    head = chain.day_link(prev, hashes)
    tx.run(
        "INSERT INTO day_seal (day, events, prev, hash) VALUES (?, ?, ?, ?)",
        day,
        len(hashes),
        prev,
        head,
    )
    return head


def claim_notice(tx: Tx, notice: Row, next_at: int) -> bool:
    """Take a notification on, so that no other process delivers it at the same time."""
    return bool(
        tx.run(
            "UPDATE notice SET attempts = attempts + 1, next_at = ?"
            " WHERE id = ? AND next_at = ? AND done_at IS NULL",
            next_at,
            notice["id"],
            notice["next_at"],
        )
    )


def delivered(tx: Tx, notice: str, at: int) -> None:
    """Mark a notification as delivered."""
    tx.run("UPDATE notice SET done_at = ? WHERE id = ?", at, notice)


def find_by_id(tx: Tx, id_: str) -> Row | None:
    """Return what a receipt is made of."""
    return tx.one(
        "SELECT s.id, s.kind, s.number, s.received_at, s.due_on, s.fingerprint, s.purged_at,"
        " b.date, b.label, b.place FROM submission s"
        " LEFT JOIN booking b ON b.submission = s.id WHERE s.id = ?",
        id_,
    )


def _insert(tx: Tx, cmd: Submit, head: bytes) -> str:
    for number in cmd.numbers:
        if rows.insert(
            tx, "submission", rows.submission_row(cmd, number, head), known=rows.SKIPPED
        ):
            return number
        if tx.one("SELECT 1 AS x FROM submission WHERE id = ?", cmd.id):
            return ""
    return ""


def _spend(tx: Tx, cmd: Submit) -> None:
    if cmd.spent and not tx.run(
        "INSERT INTO spent (nonce, until) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING", *cmd.spent
    ):
        raise Refused(SPENT)


def _keep_budget(tx: Tx, cmd: Submit) -> None:
    if not (cmd.person_budget and cmd.person):
        return
    if _locks_rows(tx):  # others may be counting for the same phone: one after the other
        tx.run(
            "INSERT INTO spent (nonce, until) VALUES (?, ?)"
            " ON CONFLICT (nonce) DO UPDATE SET until = excluded.until",
            _turn(cmd.person),
            cmd.at + BUDGET_MILLISECONDS,
        )
    row = tx.one(
        "SELECT count(*) AS n FROM submission WHERE person = ? AND received_at > ?",
        cmd.person,
        cmd.at - BUDGET_MILLISECONDS,
    )
    if row and row["n"] > cmd.person_budget:
        raise Refused(TOO_MANY)


def _turn(person: bytes) -> str:
    """Return the row that submissions of one phone take turns at; forgotten within a day."""
    return f"phone|{person.hex()}"


def _due(tx: Tx, cmd: Submit) -> dict[str, Any]:
    if not cmd.wishes:
        return dict(rows.NOT_BOOKED)
    row = tx.one("SELECT date, label, place FROM booking WHERE submission = ?", cmd.id)
    tx.run("UPDATE submission SET due_on = ? WHERE id = ?", row["date"] if row else "", cmd.id)
    return dict(row or {}) | {"due_on": row["date"] if row else ""}


def _check_allowed(tx: Tx, row: Row, cmd: Act) -> None:
    action = ACTIONS[cmd.action]
    if cmd.expected_version is not None and row["version"] != cmd.expected_version:
        raise Refused(STALE)
    if row["kind"] not in action.kinds or row["state"] not in action.states:
        raise Refused(NOT_NOW)
    if action.once and tx.one(
        "SELECT 1 AS x FROM event WHERE submission = ? AND action = ?", cmd.id, cmd.action
    ):
        raise Refused(NOT_NOW)


def _lock(tx: Tx) -> str:
    return " FOR UPDATE" if _locks_rows(tx) else ""


def _locks_rows(tx: Tx) -> bool:
    """Whether transactions run beside each other; on SQLite they follow each other."""
    return getattr(tx, "locks_rows", False)
