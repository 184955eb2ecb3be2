"""What several suites share: the site built from the committed content, and PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from site_builder.pipeline import build
from tests import postgres

ROOT = Path(__file__).parents[1]

for name in [name for name in os.environ if name.startswith("FORM_API_")]:
    del os.environ[name]  # a developer's own settings are not those of the tests

settings.load_profile("ci")
"""Hypothesis tries the same examples everywhere, and does not mind how busy the machine is."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the built site; parallel test processes share one and must not write to it."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    out = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "site.done").exists():
            build(ROOT / "content", out, ROOT / "mkdocs.yml")
            (shared / "site.done").touch()
    return out


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL server for all tests that need it.

    It does not sync: none of these tests takes its power away, and killing a process of ours or
    of its own loses nothing the system holds.
    """
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed (make setup installs it)")
    with postgres.cluster(sync=False) as running:
        yield running


@pytest.fixture(autouse=True)
def no_loop_of_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test without the browser start a loop, though Playwright's is marked as running.

    Its synchronous interface leaves that mark in the thread from the first browser test on, and
    the same process may run any other test afterwards.
    """
    running = None if "browser" in request.fixturenames else asyncio._get_running_loop()
    if running is not None:
        asyncio._set_running_loop(None)
    yield
    if running is not None:
        asyncio._set_running_loop(running)
