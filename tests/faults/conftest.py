"""Both engines for the tests that break things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL server for all tests that need it."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed (make setup installs it)")
    with postgres.cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each engine in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'form.db'}"
    server: postgres.Cluster = request.getfixturevalue("cluster")
    return server.fresh()
