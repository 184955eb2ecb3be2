"""Tables, as ordered forward-only migrations in SQL that both engines accept.

Times are UTC milliseconds, ids are made by the application, JSON is TEXT. No sequences, no
deferrable or exclusion constraints, no triggers for business rules: CockroachDB, YugabyteDB and
Citus take the same text.
"""

from __future__ import annotations

from form_api.errors import ConfigError
from form_api.store import desk
from form_api.store.base import Tx

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "0001_first",
        (
            """CREATE TABLE submission (
                id TEXT PRIMARY KEY,
                kind TEXT NOT NULL,
                number TEXT NOT NULL UNIQUE,
                code_digest {blob} NOT NULL,
                fingerprint {blob} NOT NULL,
                channel TEXT NOT NULL,
                state TEXT NOT NULL,
                version {int} NOT NULL,
                received_at {int} NOT NULL,
                due_on TEXT NOT NULL,
                category TEXT,
                matter TEXT,
                township TEXT,
                person {blob},
                data_key {blob},
                sealed {blob},
                photos {int} NOT NULL,
                head {blob} NOT NULL,
                changed_at {int} NOT NULL,
                purged_at {int}
            ){strict}""",
            "CREATE INDEX submission_person ON submission (person, received_at)"
            " WHERE person IS NOT NULL",
            "CREATE INDEX submission_open ON submission (kind, due_on)"
            " WHERE state IN ('received', 'in_progress')",
            """CREATE TABLE event (
                submission TEXT NOT NULL REFERENCES submission (id),
                seq {int} NOT NULL,
                at {int} NOT NULL,
                day {int} NOT NULL,
                actor TEXT NOT NULL,
                action TEXT NOT NULL,
                request TEXT NOT NULL,
                data TEXT NOT NULL,
                sealed {blob},
                sealed_digest {blob},
                prev {blob} NOT NULL,
                hash {blob} NOT NULL,
                PRIMARY KEY (submission, seq),
                UNIQUE (submission, request)
            ){strict}""",
            "CREATE INDEX event_day ON event (day)",
            """CREATE TABLE photo (
                submission TEXT NOT NULL REFERENCES submission (id),
                place {int} NOT NULL,
                sealed {blob} NOT NULL,
                PRIMARY KEY (submission, place)
            ){strict}""",
            """CREATE TABLE slot (
                id TEXT PRIMARY KEY,
                taken {int} NOT NULL,
                units {int} NOT NULL,
                CHECK (taken >= 0 AND taken <= units)
            ){strict}""",
            """CREATE TABLE booking (
                submission TEXT PRIMARY KEY REFERENCES submission (id),
                slot TEXT NOT NULL REFERENCES slot (id),
                place TEXT NOT NULL,
                date TEXT NOT NULL,
                label TEXT NOT NULL,
                places {int} NOT NULL,
                matter TEXT NOT NULL,
                person {blob},
                active {int} NOT NULL
            ){strict}""",
            "CREATE UNIQUE INDEX booking_active ON booking (person, matter)"
            " WHERE active = 1 AND person IS NOT NULL",
            "CREATE INDEX booking_date ON booking (date)",
            """CREATE TABLE released (
                id TEXT PRIMARY KEY,
                slot TEXT NOT NULL REFERENCES slot (id),
                places {int} NOT NULL,
                due {int} NOT NULL
            ){strict}""",
            "CREATE INDEX released_slot ON released (slot, due)",
            "CREATE TABLE spent (nonce TEXT PRIMARY KEY, until {int} NOT NULL){strict}",
            "CREATE INDEX spent_until ON spent (until)",
            """CREATE TABLE day_seal (
                day {int} PRIMARY KEY,
                events {int} NOT NULL,
                prev {blob} NOT NULL,
                hash {blob} NOT NULL
            ){strict}""",
            """CREATE TABLE notice (
                id TEXT PRIMARY KEY,
                submission TEXT NOT NULL REFERENCES submission (id),
                action TEXT NOT NULL,
                at {int} NOT NULL,
                attempts {int} NOT NULL,
                next_at {int} NOT NULL,
                done_at {int}
            ){strict}""",
            "CREATE INDEX notice_next ON notice (next_at) WHERE done_at IS NULL",
            """CREATE TABLE view (
                path TEXT NOT NULL,
                day TEXT NOT NULL,
                times {int} NOT NULL,
                PRIMARY KEY (path, day)
            ){strict}""",
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value {blob} NOT NULL){strict}",
        ),
    ),
    ("0002_desk", desk.TABLES),
)
SQLITE_GUARDS = (
    "CREATE TRIGGER IF NOT EXISTS event_no_delete BEFORE DELETE ON event"
    " BEGIN SELECT RAISE(ABORT, 'event is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS event_no_update BEFORE UPDATE OF"
    " submission, seq, at, day, actor, action, request, data, sealed_digest, prev, hash ON event"
    " BEGIN SELECT RAISE(ABORT, 'event is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS submission_no_delete BEFORE DELETE ON submission"
    " BEGIN SELECT RAISE(ABORT, 'submissions are purged, not deleted'); END",
)
"""Against mistakes; against malice there is the chain. Purging empties `sealed` only."""


def statements(name: str, blob: str, int_: str, strict: str) -> tuple[str, ...]:
    """Return a migration's statements for one engine."""
    script = dict(MIGRATIONS)[name]
    return tuple(statement.format(blob=blob, int=int_, strict=strict) for statement in script)


def check_key(tx: Tx, key_check: bytes, second_check: bytes | None = None) -> None:
    """Remember the key of a new database; refuse another key, unless it is being changed."""
    tx.run(
        "INSERT INTO meta (name, value) VALUES ('key', ?) ON CONFLICT (name) DO NOTHING",
        key_check,
    )
    refuse_other_key(tx, key_check, second_check)


def refuse_other_key(tx: Tx, key_check: bytes, second_check: bytes | None = None) -> None:
    """Refuse a key that is neither the database's nor being changed."""
    row = tx.one("SELECT value FROM meta WHERE name = 'key'")
    if row is None or bytes(row["value"]) not in (key_check, second_check):
        raise ConfigError("密钥和数据库不是一对；请换回建库时的密钥文件，数据没有动")


def change_key(tx: Tx, key_check: bytes) -> None:
    """Note that everything is under another key now: the one before it opens nothing any more."""
    tx.run("UPDATE meta SET value = ? WHERE name = 'key'", key_check)


def mark_moved(tx: Tx) -> None:
    """Note that everything in here went to another store."""
    tx.run("INSERT INTO meta (name, value) VALUES ('moved', ?)", b"1")


def refuse_moved(tx: Tx) -> None:
    """Refuse a database whose content lives elsewhere now."""
    if tx.one("SELECT 1 AS x FROM meta WHERE name = 'moved'"):
        raise ConfigError(
            "这个数据库已经搬到 PostgreSQL，不再使用；请把 FORM_API_DATABASE 改成新的地址"
        )


def refuse_newer(applied: set[str]) -> None:
    """Refuse a database that a newer version of the program made."""
    unknown = sorted(applied - {name for name, _ in MIGRATIONS})
    if unknown:
        raise ConfigError(
            f"数据库由更新的版本建成（{'、'.join(unknown)}）；请安装新版本，不要用旧版本打开"
        )
