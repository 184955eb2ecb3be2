"""What the tests of the offline copy share: a server that can break, releases, and what is kept."""

from __future__ import annotations

import http.server
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, Page

from tests.e2e.listening import Listening

STATE = """async (base) => {
  const name = `offline ${base}`;
  if (!(await caches.has(name))) return {};
  const kept = await (await caches.open(name)).match(`${base}data/offline/state`);
  return kept ? kept.json() : {};
}"""


class Server(Listening):
    """A plain file server, as the simplest host has it. It notes what it sends, and can break."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: list[str] = []
        self.breaks: Callable[[str], bool] = lambda _path: False
        """Which addresses get no answer."""
        self.damages: Callable[[str], bool] = lambda _path: False
        """Which addresses get something else, with 200."""
        super().__init__(_handler(self))

    def parts(self) -> set[str]:
        """Return the parts of the copy that were sent, without their fingerprints."""
        return {Path(path).name.split(".")[0] for path in self.sent if path.endswith(".bin")}


def _handler(server: Server) -> type[http.server.SimpleHTTPRequestHandler]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(server.folder))

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            if server.breaks(path):
                self.close_connection = True
            elif server.damages(path):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<h1>Please log in</h1>")
            else:
                server.sent.append(path)
                super().do_GET()

        def end_headers(self) -> None:
            self.send_header("Cache-Control", "no-cache")
            super().end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def publish(server: Server, folder: Path) -> None:
    """Switch to another release in one step, as `site-builder publish` does."""
    server.folder.unlink()
    server.folder.symlink_to(folder)
    server.sent.clear()


def state(page: Page, base: str = "/") -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(STATE, base)
    return found


def wait_for(page: Page, true: Callable[[dict[str, Any]], Any], base: str = "/") -> dict[str, Any]:
    """Wait until the copy's state is as it should be."""
    for _ in range(1200):  # a minute at least: busy machines are slow
        found = state(page, base)
        if true(found):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"the copy stayed as it was: {found}")


def visit(page: Page, server: Server, path: str = "") -> dict[str, Any]:
    """Visit once, until the copy is whole."""
    page.goto(server.url + path)
    return wait_for(page, lambda found: found.get("version"))


def cut_off(context: BrowserContext, server: Server) -> None:
    server.breaks = lambda _path: True
    context.set_offline(True)


def published(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "data/offline.json").read_text())
    return found
