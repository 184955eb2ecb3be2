"""Both engines for the tests that break things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.processes import Server

ENGINES = ["sqlite", "postgresql"]


def _database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'form.db'}"
    server: postgres.Cluster = request.getfixturevalue("cluster")
    return server.fresh()


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each engine in turn, empty."""
    return _database(request, tmp_path)


@pytest.fixture(scope="session", params=ENGINES)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on each engine in turn, for tests that leave it as well as they found it."""
    folder = tmp_path_factory.mktemp("shared")
    with Server(folder, _database(request, folder)).start() as running:
        yield running
