"""Published answers, and the files the content repository should hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from form_api.store.base import Tx
from form_api.store.desk.rows import dicts


def publication(tx: Tx, submission: str) -> dict[str, Any] | None:
    """Return how far a submission's answer is on its way to the public."""
    row = tx.one("SELECT * FROM publication WHERE submission = ?", submission)
    return dict(row) if row else None


def publications(tx: Tx) -> list[dict[str, Any]]:
    """List everything that is, was or may become public."""
    return dicts(
        tx.all(
            "SELECT p.*, s.number, s.version FROM publication p"
            " JOIN submission s ON s.id = p.submission ORDER BY p.changed_at DESC"
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
    return dicts(
        tx.all(
            "SELECT * FROM wanted_file WHERE done_at IS NULL AND next_at <= ?"
            " ORDER BY wanted_at, path",
            now,
        )
    )


def files_waiting(tx: Tx) -> list[dict[str, Any]]:
    """List the files that are not in the repository yet, the oldest first."""
    return dicts(tx.all("SELECT * FROM wanted_file WHERE done_at IS NULL ORDER BY wanted_at, path"))


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
