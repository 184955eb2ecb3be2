"""The tables of the desk, and what of them moves to another store."""

from __future__ import annotations

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
