"""What the tests of the outbox share: the service with a view into it, and what people do."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import BrowserContext, Page, Route, TimeoutError, expect

from tests.e2e.proxy import Proxy
from tests.processes import Server

TEXT = "窗口让我跑了三趟"
KEPT = "已经存在这台设备上，还没有送到"
RECEIVED = "已经收到"

EVERYTHING_KEPT = """async () => {
  const name = (await indexedDB.databases())[0]?.name;
  if (!name) return [];
  const db = await new Promise((done) => {
    indexedDB.open(name).onsuccess = ({ target }) => done(target.result);
  });
  const kept = ["items", "drafts"].map((store) => new Promise((done) => {
    const all = db.transaction(store).objectStore(store).getAll();
    all.onsuccess = () => done(all.result);
  }));
  return (await Promise.all(kept)).flat();
}"""

COPY_IS_WHOLE = """async () => {
  const name = (await caches.keys())[0];
  const state = name && (await (await caches.open(name)).match("/data/offline/state"));
  return Boolean(state && (await state.json()).version);
}"""


class Api(Server):
    """The API with a view into its database."""

    earlier = 0

    def __enter__(self) -> Self:
        return self

    def rows(self) -> int:
        """Count the submissions since the test began."""
        with contextlib.closing(sqlite3.connect(self.folder / "api.db")) as db:
            found: int = db.execute("SELECT count(*) FROM submission").fetchone()[0]
            return found - self.earlier


def started(site: Path, folder: Path, **environment: str) -> Api:
    api = Api(folder, f"sqlite:///{folder}/api.db", **environment)
    api.start("--site", str(site))
    return api


def write(page: Page, proxy: Proxy, text: str = TEXT) -> None:
    """Fill in a complaint that wants an answer, up to the check-your-answers step."""
    page.goto(f"{proxy.url}complaints/")
    page.check("[value=materials]")
    page.fill("[name=text]", text)
    page.check("[name=reply_wanted][value=yes]")
    page.fill("[name=name]", "王女士")
    page.fill("[name=contact]", "13805390000")
    page.click(".form button[type=submit]")
    expect(page.locator(".review")).to_contain_text("王女士")


def send(page: Page) -> str:
    """Confirm; return which receipt, or else, people see."""
    page.click("[data-action=send]")
    page.locator(".panel, .error-summary").wait_for()
    return page.locator(".panel h2, .error-summary h2").first.inner_text()


def kept(page: Page) -> list[dict[str, Any]]:
    """Return everything the device keeps of the outbox."""
    found: list[dict[str, Any]] = page.evaluate(EVERYTHING_KEPT)
    return found


def send_from_outbox(page: Page, proxy: Proxy) -> None:
    """Open the outbox and press the button, unless everything is sent by then."""
    page.goto(f"{proxy.url}outbox/")
    with contextlib.suppress(TimeoutError):
        page.click("[data-action=send]", timeout=2000)
        expect(page.locator("[data-status]")).to_have_text(re.compile("没有送到|处理好"))


def offline(context: BrowserContext, proxy: Proxy, *, yes: bool) -> None:
    proxy.down = yes
    context.set_offline(yes)


def assert_delivered_once(page: Page, proxy: Proxy, api: Api) -> None:
    """The person sees a receipt, the device keeps nothing personal, the API has one row."""
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=delivered]")).to_have_count(1)
    expect(page.locator(".outbox-item")).to_contain_text(re.compile(r"T\d{6}-\d{8}"))
    assert "王女士" not in json.dumps(kept(page), ensure_ascii=False)
    assert TEXT not in json.dumps(kept(page), ensure_ascii=False)
    assert api.rows() == 1
    assert len(set(proxy.submitted)) == 1


def write_offline(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Write and send without a network, and go to the outbox, all from the offline copy."""
    page.goto(proxy.url)
    expect_copy(page)
    offline(context, proxy, yes=True)
    write(page, proxy)
    assert send(page) == "已经存在这台设备上，还没有送到"
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=waiting]")).to_contain_text("现在没有网络")


def wipe(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Have the browser forget all it keeps for the site, as "clear browsing data" does."""
    context.new_cdp_session(page).send(
        "Storage.clearDataForOrigin", {"origin": proxy.url.rstrip("/"), "storageTypes": "all"}
    )


def expect_copy(page: Page) -> None:
    """Wait until the offline copy is whole."""
    wait_until(page, lambda: page.evaluate(COPY_IS_WHOLE))


@contextlib.contextmanager
def held_back(page: Page, addresses: str) -> Iterator[None]:
    """Keep what is at such an address waiting, as on a slow network, until the block ends."""
    held: list[Route] = []
    page.route(addresses, lambda route: held.append(route))
    yield
    wait_until(page, lambda: bool(held))
    held[0].continue_()
    page.unroute(addresses)


def wait_until(page: Page, true: Callable[[], Any]) -> None:
    """Wait for something outside the browser, letting the browser go on."""
    for _ in range(1200):  # a minute at least: busy machines are slow
        try:
            if true():
                return
        except sqlite3.OperationalError:
            pass
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")
