"""Submissions as the store gets them: the smallest valid one, change what a test is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from form_api.domain import Submit

KEY = b"k" * 16
NOW = 1_571_101_200_000  # 2019-10-15 09:00 in Beijing


def complaint(id_: str = "c1", **changes: Any) -> Submit:
    made = Submit(
        id=id_,
        kind="complaint",
        numbers=(f"T-{id_}", f"T-{id_}-2"),
        code_digest=b"d",
        fingerprint=b"f",
        channel="script",
        at=NOW,
        due_on="2019-10-22",
        category="other",
        matter=None,
        township=None,
        person=None,
        data_key=b"key",
        sealed=b"sealed \x00 bytes",
    )
    return replace(made, **changes)
