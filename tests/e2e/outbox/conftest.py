"""The service that a module's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.outbox.helpers import Api, started


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with started(site, tmp_path_factory.mktemp("api")) as api:
        assert isinstance(api, Api)
        yield api
