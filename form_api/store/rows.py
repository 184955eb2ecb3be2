"""What a submission, its events and its notifications look like as rows; inserting them."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from form_api import chain
from form_api.domain import PERSON, Submit, moment
from form_api.store.base import Tx
from form_api.workdays import beijing

SKIPPED = "ON CONFLICT DO NOTHING"
NOT_BOOKED = MappingProxyType({"date": None, "label": None, "place": None})
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def insert(tx: Tx, table: str, *rows: Mapping[str, Any], known: str = "") -> int:
    """Insert rows with the same columns in one statement; returns how many went in.

    `known` says what to do with a row that is there already; without it that is an error.
    """
    columns = ", ".join(rows[0])
    marks = ", ".join(["(" + ", ".join("?" * len(rows[0])) + ")"] * len(rows))
    values = itertools.chain.from_iterable(row.values() for row in rows)
    return tx.run(f"INSERT INTO {table} ({columns}) VALUES {marks} {known}", *values)


def submission_row(cmd: Submit, number: str, head: bytes) -> dict[str, Any]:
    """Return a new submission as it is stored."""
    return {
        "id": cmd.id,
        "kind": cmd.kind,
        "number": number,
        "code_digest": cmd.code_digest,
        "fingerprint": cmd.fingerprint,
        "channel": cmd.channel,
        "state": "booked" if cmd.wishes else "received",
        "version": 1,
        "received_at": cmd.at,
        "due_on": cmd.due_on,
        "category": cmd.category,
        "matter": cmd.matter,
        "township": cmd.township,
        "person": cmd.person,
        "data_key": cmd.data_key,
        "sealed": cmd.sealed,
        "photos": len(cmd.photos),
        "head": head,
        "changed_at": cmd.at,
    }


def event_row(event: chain.Link) -> dict[str, Any]:
    """Return a line of the record as it is stored."""
    return {
        "submission": event.submission,
        "seq": event.seq,
        "at": event.at,
        "day": event.day,
        "actor": event.actor,
        "action": event.action,
        "request": event.request,
        "data": _ENCODE(dict(event.data)),
        "sealed": event.sealed,
        "sealed_digest": event.sealed_digest,
        "prev": event.prev,
        "hash": event.hash,
    }


def notice_row(event: chain.Link) -> dict[str, Any]:
    """Return a notification that waits to be sent."""
    return {
        "id": f"{event.submission}|{event.seq}",
        "submission": event.submission,
        "action": event.action,
        "at": event.at,
        "attempts": 0,
        "next_at": event.at,
    }


def first_event(cmd: Submit, sealed: int) -> chain.Link:
    """Return the line every record begins with; `sealed` is the last day closed."""
    day = audit_day(cmd.at, sealed)
    return chain.first(cmd.id, cmd.at, day, PERSON, "submit", cmd.id, {})


def audit_day(at: int, sealed: int) -> int:
    """Return the audit day of an event; never one that is sealed, even if the clock went back."""
    return max(beijing(moment(at)).date().toordinal(), sealed + 1)


def last_sealed(tx: Tx) -> int:
    """Return the last day whose record is closed."""
    row = tx.one("SELECT max(day) AS day FROM day_seal")
    return int(row["day"]) if row and row["day"] is not None else dt.date(1, 1, 1).toordinal() - 1
