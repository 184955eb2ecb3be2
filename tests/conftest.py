"""What several suites share: the site built from the committed content, and PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from benchmarks.corpus import write_corpus
from site_builder.offline import LARGEST
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
    return _built_once(_shared(tmp_path_factory, worker_id) / "site", lambda: ROOT / "content")


@pytest.fixture(scope="session")
def large_site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a site with one matter more than a site may have that is not large."""
    shared = _shared(tmp_path_factory, worker_id)

    def content() -> Path:
        write_corpus(ROOT / "content", shared / "large-content", LARGEST + 1)
        return shared / "large-content"

    return _built_once(shared / "large-site", content)


def _shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    shared = tmp_path_factory.getbasetemp()
    return shared if worker_id == "master" else shared.parent


def _built_once(out: Path, content: Callable[[], Path]) -> Path:
    done = out.with_suffix(".done")
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            build(content(), out, ROOT / "mkdocs.yml")
            done.touch()
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
