"""Losing the database server for good, with a synchronous standby at hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests import postgres
from tests.failover import rehearse


def test_nothing_acknowledged_dies_with_the_primary() -> None:
    """The primary is killed under load, the standby takes over: each receipt stands, once."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed (make setup-test installs it)")
    with tempfile.TemporaryDirectory() as folder:  # pytest's own let no other user in
        rehearse(Path(folder), before=60, after=60)
