"""Rows that outlive their transaction."""

from __future__ import annotations

from typing import Any

from form_api.store.base import Row


def dicts(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as plain dictionaries."""
    return [dict(row) for row in rows]
