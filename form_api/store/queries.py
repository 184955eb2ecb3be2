"""Everything read from the store."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from form_api import chain
from form_api.domain import Booking, Event, Submission
from form_api.store import desk
from form_api.store.base import Row, Tx

PAGE = 500


def by_number(tx: Tx, number: str) -> Submission | None:
    """Find a submission by its public number, or by the id a phone made offline."""
    row = tx.one("SELECT * FROM submission WHERE number = ? OR id = ?", number, number)
    return _submissions(tx, [row])[0] if row else None


def by_ids(tx: Tx, ids: Iterable[str]) -> list[Submission]:
    """Return submissions as of one moment, in the order of the ids."""
    wanted = list(ids)
    known: dict[str, Submission] = {}
    for start in range(0, len(wanted), PAGE):
        page = wanted[start : start + PAGE]
        marks = ", ".join("?" * len(page))
        rows = tx.all(f"SELECT * FROM submission WHERE id IN ({marks})", *page)
        known |= {found.id: found for found in _submissions(tx, rows)}
    return [known[id_] for id_ in wanted]


def lock_of(tx: Tx, number: str) -> tuple[str, bytes] | None:
    """Return the id of a submission and what its query code is compared with."""
    row = tx.one(
        "SELECT id, code_digest FROM submission WHERE number = ? OR id = ?", number, number
    )
    return (row["id"], bytes(row["code_digest"])) if row else None


def photo(tx: Tx, id_: str, place: int) -> bytes | None:
    """Return one sealed photo."""
    row = tx.one("SELECT sealed FROM photo WHERE submission = ? AND place = ?", id_, place)
    return bytes(row["sealed"]) if row else None


def taken(tx: Tx, slots: Iterable[str], now: int) -> dict[str, int]:
    """Count the places taken in each slot, those about to be offered again left out."""
    ids = list(slots)
    result: dict[str, int] = {}
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        marks = ", ".join("?" * len(page))
        for row in tx.all(f"SELECT id, taken FROM slot WHERE id IN ({marks})", *page):
            result[row["id"]] = int(row["taken"])
        for row in tx.all(
            f"SELECT slot, sum(places) AS places FROM released WHERE slot IN ({marks})"
            " AND due <= ? GROUP BY slot",
            *page,
            now,
        ):
            result[row["slot"]] -= int(row["places"])
    return result


def views(tx: Tx, paths: Iterable[str]) -> dict[str, int]:
    """Return how often each page was read."""
    wanted = list(paths)
    marks = ", ".join("?" * len(wanted))
    rows = (
        tx.all(
            f"SELECT path, sum(times) AS times FROM view WHERE path IN ({marks}) GROUP BY path",
            *wanted,
        )
        if wanted
        else []
    )
    return dict.fromkeys(wanted, 0) | {row["path"]: int(row["times"]) for row in rows}


def missed_since(tx: Tx, person: bytes, date: str) -> int:
    """Count the appointments a phone let pass since a day."""
    row = tx.one(
        "SELECT count(*) AS n FROM submission s JOIN booking b ON b.submission = s.id"
        " WHERE b.person = ? AND s.state = 'missed' AND b.date >= ?",
        person,
        date,
    )
    return int(row["n"]) if row else 0


def due_for_purge(tx: Tx, kind: str, before: int, limit: int = PAGE) -> list[str]:
    """List closed submissions of a kind untouched since a moment."""
    return [
        row["id"]
        for row in tx.all(
            "SELECT id FROM submission WHERE kind = ? AND purged_at IS NULL AND changed_at < ?"
            " AND state NOT IN ('received', 'in_progress')"
            " ORDER BY changed_at LIMIT ?",
            kind,
            before,
            limit,
        )
    ]


def of_person(tx: Tx, person: bytes) -> list[Submission]:
    """List what one phone submitted, for a person's request."""
    rows = tx.all("SELECT * FROM submission WHERE person = ? ORDER BY received_at", person)
    return _submissions(tx, rows)


def received(tx: Tx, start: int, end: int) -> Iterator[Submission]:
    """Go through what was received from a moment up to another, in that order."""
    after = (start, "")
    while rows := tx.all(
        "SELECT * FROM submission WHERE received_at < ?"
        " AND (received_at > ? OR (received_at = ? AND id > ?))"
        " ORDER BY received_at, id LIMIT ?",
        end,
        after[0],
        *after,
        PAGE,
    ):
        yield from _submissions(tx, rows)
        after = (rows[-1]["received_at"], rows[-1]["id"])


def everything(tx: Tx) -> Iterator[Submission]:
    """Go through all submissions in the order of their ids."""
    after = ""
    while rows := tx.all("SELECT * FROM submission WHERE id > ? ORDER BY id LIMIT ?", after, PAGE):
        yield from _submissions(tx, rows)
        after = rows[-1]["id"]


def notices(tx: Tx, now: int, limit: int = 50) -> list[Row]:
    """List the notifications whose time has come."""
    return tx.all(
        "SELECT n.*, s.kind, s.number, s.state, s.due_on, s.category, s.township FROM notice n"
        " JOIN submission s ON s.id = n.submission"
        " WHERE n.done_at IS NULL AND n.next_at <= ? ORDER BY n.next_at LIMIT ?",
        now,
        limit,
    )


def figures(tx: Tx, today: str) -> dict[str, float]:
    """Count what the metrics show; nothing about people."""

    def number(sql: str, *values: Any) -> float:
        row = tx.one(sql, *values)
        return float(row["n"] or 0) if row else 0.0

    return {
        "open": number(
            "SELECT count(*) AS n FROM submission WHERE state IN ('received', 'in_progress')"
        ),
        "overdue": number(
            "SELECT count(*) AS n FROM submission"
            " WHERE state IN ('received', 'in_progress') AND due_on < ?",
            today,
        ),
        "notices_waiting": number("SELECT count(*) AS n FROM notice WHERE done_at IS NULL"),
        "replies_waiting": number("SELECT count(*) AS n FROM wanted_file WHERE done_at IS NULL"),
    }


def last_sealed_day(tx: Tx) -> int | None:
    """Return the newest day whose audit is closed, as an ordinal."""
    row = tx.one("SELECT max(day) AS day FROM day_seal")
    return row["day"] if row else None


def audit_head(tx: Tx) -> str:
    """Return the newest day's link, to be published where this database cannot reach."""
    row = tx.one("SELECT day, hash FROM day_seal ORDER BY day DESC LIMIT 1")
    if row is None:
        return "（第一天还没有过完）"
    return f"{dt.date.fromordinal(row['day'])} {bytes(row['hash']).hex()}"


def verify(tx: Tx) -> Iterator[str]:
    """Recompute every link and every count, and yield what does not fit."""
    heads: dict[str, bytes] = {}
    for row in _events(tx):
        prev = heads.get(row["submission"], chain.START)
        digest = bytes(row["sealed_digest"]) if row["sealed_digest"] is not None else None
        expected = chain.link_hash(
            prev,
            row["submission"],
            row["seq"],
            row["at"],
            row["day"],
            row["actor"],
            row["action"],
            row["request"],
            json.loads(row["data"]),
            digest,
        )
        if bytes(row["prev"]) != prev or bytes(row["hash"]) != expected:
            yield f"记录链断了：{row['submission']} 第 {row['seq']} 条"
        heads[row["submission"]] = bytes(row["hash"])
    for row in tx.all("SELECT id, head FROM submission"):
        if heads.pop(row["id"], None) != bytes(row["head"]):
            yield f"提交和它的记录对不上：{row['id']}"
    yield from _verify_days(tx)
    yield from desk.verify_log(tx)
    yield from _verify_slots(tx)


def _events(tx: Tx) -> Iterator[Row]:
    after = ("", 0)
    while True:
        rows = tx.all(
            "SELECT * FROM event WHERE submission > ? OR (submission = ? AND seq > ?)"
            " ORDER BY submission, seq LIMIT ?",
            after[0],
            *after,
            PAGE,
        )
        if not rows:
            return
        yield from rows
        after = (rows[-1]["submission"], rows[-1]["seq"])


def _verify_days(tx: Tx) -> Iterator[str]:
    prev, before = chain.START, 0
    for seal in tx.all("SELECT * FROM day_seal ORDER BY day"):
        hashes = [
            bytes(row["hash"])
            for row in tx.all(
                "SELECT hash FROM event WHERE day <= ? AND day > ? ORDER BY submission, seq",
                seal["day"],
                before,
            )
        ]
        if (bytes(seal["prev"]), bytes(seal["hash"])) != (prev, chain.day_link(prev, hashes)):
            yield f"日链断了：第 {seal['day']} 日，应有 {seal['events']} 条，现有 {len(hashes)} 条"
        prev, before = bytes(seal["hash"]), seal["day"]


def _verify_slots(tx: Tx) -> Iterator[str]:
    for row in tx.all(
        "SELECT s.id, s.taken,"
        " (SELECT coalesce(sum(b.places), 0) FROM booking b JOIN submission p"
        "   ON p.id = b.submission WHERE b.slot = s.id AND p.state <> 'cancelled'"
        "   AND p.purged_at IS NULL) AS booked,"
        " (SELECT coalesce(sum(r.places), 0) FROM released r WHERE r.slot = s.id) AS waiting"
        " FROM slot s"
    ):
        if row["taken"] < row["booked"] + row["waiting"]:
            yield f"号源数对不上：{row['id']} 记 {row['taken']}，实约 {row['booked']}"


def _submissions(tx: Tx, rows: list[Row]) -> list[Submission]:
    """Return submissions with their bookings and events, read together."""
    bookings: dict[str, Row] = {}
    events: dict[str, list[Row]] = {row["id"]: [] for row in rows}
    ids = list(events)
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        some = f"submission IN ({', '.join('?' * len(page))})"
        bookings |= {
            b["submission"]: b for b in tx.all(f"SELECT * FROM booking WHERE {some}", *page)
        }
        for e in tx.all(f"SELECT * FROM event WHERE {some} ORDER BY submission, seq", *page):
            events[e["submission"]].append(e)
    return [_submission(row, bookings.get(row["id"]), events[row["id"]]) for row in rows]


def _submission(row: Row, booking: Row | None, events: list[Row]) -> Submission:
    return Submission(
        id=row["id"],
        kind=row["kind"],
        number=row["number"],
        code_digest=bytes(row["code_digest"]),
        fingerprint=bytes(row["fingerprint"]),
        state=row["state"],
        version=row["version"],
        received_at=row["received_at"],
        due_on=row["due_on"],
        category=row["category"],
        matter=row["matter"],
        township=row["township"],
        data_key=_bytes(row["data_key"]),
        sealed=_bytes(row["sealed"]),
        purged_at=row["purged_at"],
        photos=row["photos"],
        booking=Booking(booking["place"], booking["date"], booking["label"], booking["places"])
        if booking
        else None,
        events=tuple(
            Event(
                e["seq"],
                e["at"],
                e["actor"],
                e["action"],
                json.loads(e["data"]),
                _bytes(e["sealed"]),
                e["request"],
            )
            for e in events
        ),
    )


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
