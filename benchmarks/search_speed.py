"""How soon search is ready, how long an answer takes and what a first query costs, on a slow phone.

The processor is slowed four times by Chromium itself (Emulation.setCPUThrottlingRate). The service
is the real one (`form-api serve`), so bytes are those of the line, compressed.
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Browser, CDPSession, Page, Playwright

from tests.evaluation.scores import script_of

SLOWED: Final = 4
TIMES: Final = 3
QUIET: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
AS_IN_LIFE: Final = ["--disable-back-forward-cache"]
"""What Playwright asks for and people do not have."""

_READY = """async (script) => {
  const from = performance.now();
  const { openSearch } = await import(script);
  const engine = await openSearch();
  const ready = performance.now() - from;
  await engine.named;
  const named = performance.now() - from;
  await engine.learnt;
  return [ready, named, performance.now() - from, engine.docs.length];
}"""
_ANSWERS = """async ([searching, questioning, texts, questions]) => {
  const engine = await (await import(searching)).openSearch();
  const asking = await (await import(questioning)).openAsking();
  const taken = (answer, all) => all.map((text) => {
    const from = performance.now();
    answer(text);
    return performance.now() - from;
  });
  const search = (text) => engine.search(text);
  taken(search, texts.slice(0, 20));
  return [taken(search, texts), taken((text) => asking.understand(text), questions)];
}"""


@dataclass(frozen=True)
class Ready:
    """Milliseconds until the first thousand names can be searched, all names, what stands inside
    pages; how many documents.
    """

    first: float
    names: float
    everything: float
    documents: int


@dataclass(frozen=True)
class Taken:
    """Milliseconds of an answer: half of them, 95 in 100, the slowest."""

    median: float
    most: float
    slowest: float

    @classmethod
    def of(cls, times: Sequence[float]) -> Taken:
        """Sum up the times of many answers."""
        ordered = sorted(times)
        most = ordered[int(0.95 * (len(ordered) - 1))]
        return cls(statistics.median(ordered), most, ordered[-1])


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(
        executable_path=executable, args=QUIET, ignore_default_args=AS_IN_LIFE
    )


def ready(browser: Browser, base: str, script: str) -> Ready:
    """Focus a search box for the first time, several times over; return the median."""
    runs = sorted((_ready_once(browser, base, script) for _ in range(TIMES)), key=lambda r: r.names)
    return runs[len(runs) // 2]


def _ready_once(browser: Browser, base: str, script: str) -> Ready:
    page = _about_to_search(browser, base)
    slowed(page)
    first, names, everything, documents = page.evaluate(_READY, script)
    page.context.close()
    return Ready(first, names, everything, documents)


def first_query(browser: Browser, base: str, script: str) -> int:
    """Return the bytes of the first query; counting them takes time, so nothing is timed here."""
    page = _about_to_search(browser, base)
    session = page.context.new_cdp_session(page)
    got: list[int] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: got.append(event["encodedDataLength"]))
    page.evaluate(_READY, script)
    page.wait_for_timeout(200)
    page.context.close()
    return int(sum(got))


def _about_to_search(browser: Browser, base: str) -> Page:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(f"{base}complaints/")
    page.wait_for_load_state("networkidle")
    return page


def answers(
    page: Page, base: str, texts: Sequence[str], questions: Sequence[str]
) -> tuple[Taken, Taken]:
    """Return how long hits and answers take, one query after the other."""
    page.goto(f"{base}ask/")
    scripts = [script_of(page, "search-index"), script_of(page, "ask-index")]
    slowed(page)
    hits, told = page.evaluate(_ANSWERS, [*scripts, list(texts), list(questions)])
    return Taken.of(hits), Taken.of(told)


def slowed(page: Page) -> CDPSession:
    """Slow the page's processor down."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    return session
