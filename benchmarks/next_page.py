"""How soon the next page from the offline copy is painted: `python -m benchmarks.next_page [SITE]`.

A phone's window opens the site from the real service (`form-api serve`), gets the copy, and loses
the service. Then links are followed: home → list → guide → home. The new page says when its HTML
was there and when it was painted first, counted from the click: from where a tap's finger lifts.
Taps and keys take turns; a key presses nothing beforehand, as where speculation rules are unknown.

Not all of that is ours. Chromium needs time for any page, so beside ours is an empty one from a
service worker that only says hello; frames come every 16.7 ms, and paint times are rounded to 4.
A processor four times slower is Chromium's doing, which slows pages, not service workers.
"""

from __future__ import annotations

import functools
import http.server
import random
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.search_speed import SLOWED, launch
from tests.processes import Server

TIMES: Final = 7
"""Rounds of three links each, for each way of following them."""
HELD: Final = 80
"""Milliseconds a finger stays down: a short tap."""
PAUSE: Final = 700
"""Milliseconds on a page: what follows its load is done."""
PHONE: Final = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

HEAD: Final = (
    "| processor | worker | links | tapped: HTML there, ms: median, 95 % | painted "
    "| by key: HTML there | painted | an empty page painted |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
)
_STORED = """async () => {
  const state = { cacheName: "offline /" };
  while (!(await caches.match("/data/offline/state", state))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""
_READY = """(link) => {
  addEventListener("click", ({ timeStamp }) => {
    sessionStorage.clicked = performance.timeOrigin + timeStamp;
  }, { capture: true });
  link.scrollIntoView({ block: "center" });
  link.focus();
  return new Promise((resolve) => setTimeout(resolve, 100));
}"""
_TAKEN = """async () => {
  const paint = await new Promise((resolve) => {
    const seen = (list) => list.getEntriesByName("first-contentful-paint").forEach(resolve);
    new PerformanceObserver(seen).observe({ type: "paint", buffered: true });
  });
  const [{ responseEnd }] = performance.getEntriesByType("navigation");
  const since = performance.timeOrigin - Number(sessionStorage.clicked);
  return [since + responseEnd, since + paint.startTime];
}"""
_LINK = '<!DOCTYPE html><meta name="viewport" content="width=device-width"><a href="?">hello</a>'
_WORKER = f"""addEventListener("fetch", (event) => {{
  const page = new Response({_LINK!r}, {{ headers: {{ "Content-Type": "text/html" }} }});
  if (event.request.mode === "navigate") event.respondWith(page);
}});"""


class Shown(NamedTuple):
    """Milliseconds from a click to the whole HTML and to the first paint."""

    there: float
    painted: float


class Window:
    """A phone's window whose next pages come from a service worker."""

    def __init__(self, browser: Browser, base: str, slowed: int, *, cold: bool) -> None:
        self.page: Page = browser.new_context(**PHONE).new_page()  # type: ignore[arg-type]
        self.page.goto(base)
        self._base, self._cold, self._slowed = base, cold, slowed

    def begin(self) -> None:
        """Slow the processor down, now that the worker and its copy are here."""
        self._session: CDPSession = self.page.context.new_cdp_session(self.page)
        self._session.send("ServiceWorker.enable")
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": self._slowed})

    def follow(self, selector: str, *, tapped: bool) -> Shown:
        """Follow a link and return how soon its page is here."""
        self.page.wait_for_timeout(PAUSE)
        if self._cold:
            self._session.send("ServiceWorker.stopAllWorkers")
            self.page.wait_for_timeout(PAUSE / 5)
        link = self.page.locator(selector).first
        link.evaluate(_READY)
        with self.page.expect_navigation(wait_until="load"):
            if tapped:
                link.click(delay=HELD)
            else:
                self.page.keyboard.press("Enter")
        return Shown(*self.page.evaluate(_TAKEN))


def table(browser: Browser, site: Path) -> Iterator[str]:
    """Yield the lines of the table."""
    yield from HEAD
    for slowed in (1, SLOWED):
        for cold in (False, True):
            tapped, keyed = _ours(browser, site, slowed, cold=cold)
            empty = _empty(browser, slowed, cold=cold)
            cells = [
                f"{slowed} × slower" if slowed > 1 else "as it is",
                "stopped, as after 30 s" if cold else "running",
                str(len(tapped)),
                _summed(one.there for one in tapped),
                _summed(one.painted for one in tapped),
                _summed(one.there for one in keyed),
                _summed(one.painted for one in keyed),
                _summed(one.painted for one in empty),
            ]
            yield f"| {' | '.join(cells)} |"


def _summed(times: Iterable[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.0f}, {ordered[int(0.95 * (len(ordered) - 1))]:.0f}"


def _ours(
    browser: Browser, site: Path, slowed: int, *, cold: bool
) -> tuple[list[Shown], list[Shown]]:
    guides = [p.parent.name for p in sorted(site.glob("matters/*/index.html"))]
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        with Server(Path(name), f"sqlite:///{name}/api.db").start("--site", str(site)) as server:
            window = Window(browser, f"{server.base.rstrip('/')}/", slowed, cold=cold)
            window.page.evaluate(_STORED)
            window.page.reload()
        window.begin()
        shown: dict[bool, list[Shown]] = {True: [], False: []}
        for _ in range(TIMES):
            guide = f"main a[href$='matters/{draw.choice(guides)}/']"
            for tapped, taken in shown.items():
                for selector in ("a[href$='matters/']", guide, "header a[href]"):
                    taken.append(window.follow(selector, tapped=tapped))
        assert window.page.locator("html[data-copy]").count(), "the copy did not answer"
        window.page.context.close()
    return shown[True], shown[False]


def _empty(browser: Browser, slowed: int, *, cold: bool) -> list[Shown]:
    with _hello() as base:
        window = Window(browser, base, slowed, cold=cold)
        window.page.evaluate("navigator.serviceWorker.register('sw.js')")
        window.page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        window.page.reload()
        window.begin()
        shown = [window.follow("a", tapped=False) for _ in range(3 * TIMES)]
        window.page.context.close()
    return shown


@contextmanager
def _hello() -> Iterator[str]:
    """Serve an empty page and a worker that answers with it."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "index.html").write_text(_LINK, "utf-8")
        (Path(name) / "sw.js").write_text(_WORKER, "utf-8")
        handler: Callable[..., Any] = functools.partial(_Silent, directory=name)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        server.server_close()


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main(site: str) -> None:
    """Measure a built site and print the table."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        print("\n".join(table(browser, Path(site).resolve())))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
