"""Losing the database server for good, with a synchronous standby at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import postgres
from tests.failover import rehearse


def test_nothing_acknowledged_dies_with_the_primary(tmp_path: Path) -> None:
    """The primary is killed under load, the standby takes over: each receipt stands, once."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed (make setup-test installs it)")
    rehearse(tmp_path, before=60, after=60)
