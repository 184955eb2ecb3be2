"""The audit chain: each submission's events are linked, and each day links all of its events.

No personal data is hashed, only digests of sealed texts, so purging never breaks the chain.
Publishing a day's head elsewhere (the site's git) makes even a rewritten database noticeable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

START = bytes(32)
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Link:
    """An event as it is stored and hashed."""

    submission: str
    seq: int
    at: int
    day: int
    actor: str
    action: str
    request: str
    data: Mapping[str, Any]
    sealed: bytes | None
    sealed_digest: bytes | None
    prev: bytes
    hash: bytes


def first(
    submission: str,
    at: int,
    day: int,
    actor: str,
    action: str,
    request: str,
    data: Mapping[str, Any],
) -> Link:
    """Make the event a submission begins with."""
    return following(START, 1, submission, at, day, actor, action, request, data, None)


def following(
    prev: bytes,
    seq: int,
    submission: str,
    at: int,
    day: int,
    actor: str,
    action: str,
    request: str,
    data: Mapping[str, Any],
    sealed: bytes | None,
) -> Link:
    """Make the event after the one whose hash is `prev`."""
    digest = hashlib.sha256(sealed).digest() if sealed is not None else None
    hashed = link_hash(prev, submission, seq, at, day, actor, action, request, data, digest)
    return Link(
        submission, seq, at, day, actor, action, request, data, sealed, digest, prev, hashed
    )


def link_hash(
    prev: bytes,
    submission: str,
    seq: int,
    at: int,
    day: int,
    actor: str,
    action: str,
    request: str,
    data: Mapping[str, Any],
    sealed_digest: bytes | None,
) -> bytes:
    """Hash an event onto the one before it."""
    content = _ENCODE(
        [
            submission,
            seq,
            at,
            day,
            actor,
            action,
            request,
            data,
            sealed_digest.hex() if sealed_digest else None,
        ]
    )
    return hashlib.sha256(prev + content.encode()).digest()


def day_link(prev: bytes, hashes: Iterable[bytes]) -> bytes:
    """Hash all events of a day onto the day before."""
    digest = hashlib.sha256(prev)
    for item in hashes:
        digest.update(item)
    return digest.digest()
