"""How soon the next page from the offline copy is painted: `python -m benchmarks.next_page [SITE]`.

A phone's window opens the site from the real service (`form-api serve`), gets the copy, and loses
the service. Then links are followed: home → list → guide → home, all in one document
(templates/assets/next-page.js), and from there to a form, which is a document of its own. Counted
from the click: from where a tap's finger lifts. Taps and keys take turns; a key presses nothing
beforehand.

A page is there when it has taken the last one's place, and painted when its heading is on the
screen (Element Timing; of a form its first contentful paint). Frames come every 16.7 ms. A
processor four times slower is Chromium's doing, which slows pages, not service workers.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.search_speed import SLOWED, Taken, launch
from tests.processes import Server

TIMES: Final = 7
"""Rounds of links, for each way of following them."""
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
    "| processor | worker | links | tapped: there, ms: median, 95 % | painted "
    "| by key: there | painted | tapped: a form painted |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
)
_STORED = """async () => {
  const state = { cacheName: "offline /" };
  while (!(await caches.match("/data/offline/state", state))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""
_READY = """(link) => {
  const left = document.querySelector("main");
  addEventListener("click", ({ timeStamp }) => {
    sessionStorage.clicked = performance.timeOrigin + timeStamp;
    window.shown = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        const main = document.querySelector("main");
        if (main === left) return;
        observer.disconnect();
        const there = performance.now();
        new PerformanceObserver((list) => {
          const heading = list.getEntries().find(({ identifier }) => identifier === String(there));
          if (heading) resolve([there - timeStamp, heading.renderTime - timeStamp]);
        }).observe({ type: "element" });
        main.querySelector("h1").setAttribute("elementtiming", there);
      }).observe(document.body, { childList: true, subtree: true });
    });
  }, { capture: true, once: true });
  link.scrollIntoView({ block: "center" });
  link.focus();
  return new Promise((resolve) => setTimeout(resolve, 100));
}"""
_FORM = """async () => {
  const { startTime } = await new Promise((resolve) => {
    const seen = (list) => list.getEntriesByName("first-contentful-paint").forEach(resolve);
    new PerformanceObserver(seen).observe({ type: "paint", buffered: true });
  });
  return performance.timeOrigin - Number(sessionStorage.clicked) + startTime;
}"""


class Shown(NamedTuple):
    """Milliseconds from a click until the page is in the document, and until it is painted."""

    there: float
    painted: float


class Window:
    """A phone's window whose next pages come from a service worker."""

    def __init__(self, browser: Browser, base: str, slowed: int, *, cold: bool) -> None:
        self.page: Page = browser.new_context(**PHONE).new_page()  # type: ignore[arg-type]
        self.page.goto(base)
        self._cold, self._slowed = cold, slowed

    def begin(self) -> None:
        """Slow the processor down, now that the worker and its copy are here."""
        self._session: CDPSession = self.page.context.new_cdp_session(self.page)
        self._session.send("ServiceWorker.enable")
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": self._slowed})

    def follow(self, selector: str, *, tapped: bool) -> Shown:
        """Follow a link to a page to read, and return how soon it is here."""
        self._press(selector, tapped=tapped)
        return Shown(*self.page.evaluate("window.shown"))

    def open_form(self, selector: str) -> float:
        """Tap a link to a form, go on home, and return how soon the form was painted."""
        with self.page.expect_navigation(wait_until="load"):
            self._press(selector, tapped=True)
        painted = float(self.page.evaluate(_FORM))
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(".brand").click()
        return painted

    def _press(self, selector: str, *, tapped: bool) -> None:
        self.page.wait_for_timeout(PAUSE)
        if self._cold:
            self._session.send("ServiceWorker.stopAllWorkers")
            self.page.wait_for_timeout(PAUSE / 5)
        link = self.page.locator(selector).first
        link.evaluate(_READY)
        if tapped:
            link.click(delay=HELD)
        else:
            self.page.keyboard.press("Enter")


def table(browser: Browser, site: Path) -> Iterator[str]:
    """Yield the lines of the table."""
    yield from HEAD
    for slowed in (1, SLOWED):
        for cold in (False, True):
            tapped, keyed, forms = _followed(browser, site, slowed, cold=cold)
            cells = [
                f"{slowed} × slower" if slowed > 1 else "as it is",
                "stopped, as after 30 s" if cold else "running",
                str(len(tapped)),
                _summed(one.there for one in tapped),
                _summed(one.painted for one in tapped),
                _summed(one.there for one in keyed),
                _summed(one.painted for one in keyed),
                _summed(forms),
            ]
            yield f"| {' | '.join(cells)} |"


def _summed(times: Iterable[float]) -> str:
    taken = Taken.of(list(times))
    return f"{taken.median:.0f}, {taken.most:.0f}"


def _followed(
    browser: Browser, site: Path, slowed: int, *, cold: bool
) -> tuple[list[Shown], list[Shown], list[float]]:
    guides = [p.parent.name for p in sorted(site.glob("matters/*/index.html"))]
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        with Server(Path(name), f"sqlite:///{name}/api.db").start("--site", str(site)) as server:
            window = Window(browser, f"{server.base.rstrip('/')}/", slowed, cold=cold)
            window.page.evaluate(_STORED)
            window.page.reload()  # which asks the server; a page of the copy comes by a link
            window.page.locator(".brand").click()
            window.page.locator("html[data-copy]").wait_for()
        window.begin()
        shown: dict[bool, list[Shown]] = {True: [], False: []}
        forms: list[float] = []
        for _ in range(TIMES):
            guide = f"main a[href$='matters/{draw.choice(guides)}/']"
            for tapped, taken in shown.items():
                for selector in ("a[href$='matters/']", guide, "header a[href]"):
                    taken.append(window.follow(selector, tapped=tapped))
            forms.append(window.open_form(".nav a[href$='complaints/']"))
        window.page.context.close()
    return shown[True], shown[False], forms


def main(site: str) -> None:
    """Measure a built site and print the table."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        print("\n".join(table(browser, Path(site).resolve())))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
