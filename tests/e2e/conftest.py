"""What the browser suites share: one Chromium, the built site on a plain server, pages to open."""

from __future__ import annotations

import functools
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.outbox.helpers import Api
from tests.e2e.proxy import Proxy
from tests.processes import Server

QUIET = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync
--disable-background-networking --disable-component-update"""

OpenPage = Callable[..., Page]
"""Opens a page of the site in a context of its own: `open_page("hant/matters/", width=390)`."""

expect.set_options(timeout=20_000)  # a busy machine is no broken promise


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a running Chromium; contexts are cheap, browsers are not."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that begins with nothing kept, and keeps an offline copy."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site_url(site: Path) -> Iterator[str]:
    """Return where the built site is served as plain files, without the API."""
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def service(site: Path, tmp_path: Path) -> Iterator[Server]:
    """Return the real API in its own process, with an empty database; it serves the site, too."""
    with Server(tmp_path, f"sqlite:///{tmp_path}/api.db").start("--site", str(site)) as server:
        yield server


@pytest.fixture
def api(server: Api) -> Api:
    """The server of a module that starts one, counting from now."""
    server.earlier = 0
    server.earlier = server.rows()
    return server


@pytest.fixture
def proxy(api: Api) -> Iterator[Proxy]:
    with Proxy(api) as proxy:
        yield proxy


@pytest.fixture
def open_page(browser: Browser, site_url: str) -> Iterator[OpenPage]:
    """Return a function that opens an address below the site's root, in a fresh context.

    `settings` are the modes a person chose before (templates/assets/modes.js); everything else goes
    to Playwright's new_context. `base` is another server than the plain one.
    """
    contexts = []

    def open_(
        address: str = "",
        *,
        width: int = 1280,
        height: int = 800,
        settings: dict[str, Any] | None = None,
        base: str = site_url,
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, service_workers="block", **options
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if settings:
            context.add_init_script(_store(settings))
        page = context.new_page()
        page.goto(base + address)
        return page

    yield open_
    for context in contexts:
        context.close()


def _store(settings: dict[str, Any]) -> str:
    """Return a script that chooses the modes on the first page, and never overrules the person."""
    chosen = json.dumps(json.dumps(settings))
    return f"location.origin == 'null' || localStorage.modes || (localStorage.modes = {chosen})"
