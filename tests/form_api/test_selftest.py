"""Fault 30: libraries that changed are named at start."""

from __future__ import annotations

import sqlite3
import types
from typing import Any

import altcha
import pytest
import sqlite_utils.db

from form_api import selftest
from form_api.errors import ConfigError


def test_what_is_installed_passes() -> None:
    """With the locked versions the service starts."""
    selftest.check()


def test_everything_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another SQLite, an old one, and an altcha that signs otherwise are all named in one go."""
    monkeypatch.setattr(sqlite_utils.db, "sqlite3", types.ModuleType("pysqlite3"))
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.31.1")

    def other(*_: Any, **__: Any) -> Any:
        raise TypeError("unexpected keyword argument")

    monkeypatch.setattr(altcha, "create_challenge", other)
    with pytest.raises(ConfigError) as caught:
        selftest.check()
    for word in ("pysqlite3", "3.31.1", "altcha"):
        assert word in str(caught.value)
