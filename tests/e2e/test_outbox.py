"""Forms sent from a phone on a bad network: nothing is lost before a receipt, nothing is twice.

Real Chromium, the real site and API in their own process, and a proxy that breaks things.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    TimeoutError,
    expect,
)

from tests.e2e.proxy import Proxy
from tests.processes import Server

pytestmark = pytest.mark.browser
TEXT = "窗口让我跑了三趟"

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

    def rows(self) -> int:
        """Count the submissions since the test began."""
        with contextlib.closing(sqlite3.connect(self.folder / "api.db")) as db:
            found: int = db.execute("SELECT count(*) FROM submission").fetchone()[0]
            return found - self.earlier


def started(site: Path, folder: Path, **environment: str) -> Api:
    api = Api(folder, f"sqlite:///{folder}/api.db", **environment)
    api.start("--site", str(site))
    return api


@pytest.fixture(scope="module")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with started(site, tmp_path_factory.mktemp("api")) as api:
        assert isinstance(api, Api)
        yield api


@pytest.fixture
def api(server: Api) -> Api:
    """The module's server, counting from now."""
    server.earlier = 0
    server.earlier = server.rows()
    return server


@pytest.fixture
def proxy(api: Api) -> Iterator[Proxy]:
    with Proxy(api) as proxy:
        yield proxy


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def write(page: Page, proxy: Proxy, text: str = TEXT, folder: str = "") -> None:
    """Fill in a complaint that wants an answer, up to the check-your-answers step."""
    page.goto(f"{proxy.url}{folder}complaints/")
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


def test_what_is_written_without_a_network_arrives_once_it_is_back(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """A person gets a receipt of the device at once, and the number when the network returns."""
    write(page, proxy)
    offline(context, proxy, yes=True)
    assert send(page) == "已经存在这台设备上，还没有送到"
    expect(page.locator(".panel")).to_contain_text(re.compile("临时编号：[0-9A-F]{4}-[0-9A-F]{4}"))
    assert api.rows() == 0
    offline(context, proxy, yes=False)
    assert_delivered_once(page, proxy, api)


def test_an_answer_lost_after_the_commit_is_no_second_complaint(
    page: Page, proxy: Proxy, api: Api
) -> None:
    """The API has it, the phone does not know: sending again brings the receipt, not a row."""
    write(page, proxy)
    proxy.faults = ["lose"]
    assert send(page) == "已经存在这台设备上，还没有送到"
    assert api.rows() == 1
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=uncertain]")).to_be_visible()
    expect(page.get_by_role("link", name="修改")).to_have_count(0)
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_a_tab_killed_while_sending_loses_nothing(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Closing the browser in the middle of sending ends in one row and a receipt."""
    write(page, proxy)
    proxy.faults = ["hang"]
    page.click("[data-action=send]")
    wait_until(page, lambda: api.rows() == 1)
    page.close()
    proxy.release()
    again = context.new_page()
    send_from_outbox(again, proxy)
    assert_delivered_once(again, proxy, api)


def test_a_server_killed_while_receiving_loses_nothing(
    page: Page, proxy: Proxy, api: Api, site: Path
) -> None:
    """kill -9 of the API while it answers ends in one row and a receipt."""
    write(page, proxy)
    proxy.faults = ["hang"]
    page.click("[data-action=send]")
    wait_until(page, lambda: api.rows() == 1)
    api.kill()
    proxy.faults, proxy.down = ["drop", "drop"], True
    proxy.release()
    page.locator(".panel").wait_for()
    api.start("--site", str(site))
    proxy.faults, proxy.down = [], False
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_two_tabs_send_an_item_once(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Two tabs that notice the network together do not both send."""
    other = context.new_page()
    other.goto(f"{proxy.url}outbox/")
    write(page, proxy)
    offline(context, proxy, yes=True)
    send(page)
    expect(other.locator("[data-truth=waiting]")).to_have_count(1)
    offline(context, proxy, yes=False)
    expect(other.locator("[data-truth=delivered]")).to_have_count(1)
    assert len(proxy.submitted) == 1
    assert api.rows() == 1


@pytest.mark.parametrize(("status", "truth"), [(413, "correct"), (422, "correct")])
def test_a_refusal_is_told_and_nothing_is_thrown_away(
    page: Page, proxy: Proxy, api: Api, status: int, truth: str
) -> None:
    """What the API will not take stays with the person, who can correct and send it."""
    write(page, proxy)
    proxy.faults = [status]
    assert send(page) == "有几处需要改一下"
    assert page.input_value("[name=text]") == TEXT
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator(f"[data-truth={truth}]")).to_have_count(1)
    page.get_by_role("link", name="修改").click()
    expect(page.locator("[name=text]")).to_have_value(TEXT)
    page.click(".form button[type=submit]")
    assert send(page) == "已经收到"
    assert_delivered_once(page, proxy, api)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_obeyed(page: Page, proxy: Proxy, api: Api, status: int) -> None:
    """Retry-After is a promise: neither reloading nor the button sends before."""
    write(page, proxy)
    proxy.faults, proxy.retry_after = [status], 3600
    assert send(page) == "已经存在这台设备上，还没有送到"
    send_from_outbox(page, proxy)
    expect(page.locator("[data-truth=later]")).to_be_visible()
    assert len(proxy.submitted) == 1
    expect(page.get_by_role("link", name="修改")).to_be_visible()
    assert api.rows() == 0


@pytest.mark.parametrize("fault", [500, 502, "drop"])
def test_an_error_on_the_way_is_tried_again(
    page: Page, proxy: Proxy, api: Api, fault: int | str
) -> None:
    """An answer that says nothing certain keeps the item, unchanged, until a receipt is there."""
    write(page, proxy)
    proxy.faults = [fault, fault]
    assert send(page) == "已经存在这台设备上，还没有送到"
    proxy.faults = []
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_a_full_device_sends_at_once_or_says_that_it_cannot(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Without room nothing is promised: it is sent, or the person is told and the text stays."""
    page.add_init_script(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError') }"
    )
    write(page, proxy)
    offline(context, proxy, yes=True)
    assert send(page) == "没有送出，也没有存下"
    assert page.input_value("[name=text]") == TEXT
    offline(context, proxy, yes=False)
    page.click(".form button[type=submit]")
    assert send(page) == "已经收到"
    assert api.rows() == 1


def test_a_new_worker_between_writing_and_sending_changes_nothing(
    page: Page, context: BrowserContext, site: Path, tmp_path: Path
) -> None:
    """A release while something waits does not lose it."""
    released = tmp_path / "site"
    shutil.copytree(site, released)
    with started(released, tmp_path) as api, Proxy(api) as proxy:
        assert isinstance(api, Api)
        page.goto(proxy.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        write(page, proxy)
        offline(context, proxy, yes=True)
        send(page)
        with (released / "sw.js").open("a") as worker:
            worker.write("\n// another release")
        offline(context, proxy, yes=False)
        page.evaluate(
            "navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => 1)"
        )
        assert_delivered_once(page, proxy, api)


def test_the_worker_sends_when_no_page_is_open(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Background Sync delivers after the last tab of the site was closed."""
    page.goto(proxy.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    write(page, proxy)
    proxy.faults = ["drop", "drop"]
    send(page)
    session = context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(r["registrationId"] for r in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    wait_until(page, lambda: bool(registrations))
    proxy.faults = []
    page.goto("about:blank")
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": proxy.url.rstrip("/"),
            "registrationId": registrations[0],
            "tag": "outbox",
            "lastChance": False,
        },
    )
    wait_until(page, lambda: api.rows() == 1)
    assert_delivered_once(page, proxy, api)


def test_a_page_of_a_hotel_network_is_no_receipt(page: Page, proxy: Proxy, api: Api) -> None:
    """A log-in page answered with 200 does not empty the queue."""
    write(page, proxy)
    page.route("**/api/complaints", lambda route: route.fulfill(body="<h1>请登录</h1>"))
    assert send(page) == "已经存在这台设备上，还没有送到"
    page.unroute("**/api/complaints")
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_a_busy_network_computes_and_nobody_solves_a_puzzle(
    page: Page, site: Path, tmp_path: Path
) -> None:
    """When many submissions came from a network, the page does the asked-for work by itself."""
    with started(site, tmp_path, FORM_API_BOT_CHECKS="on") as api, Proxy(api) as proxy:
        assert isinstance(api, Api)
        submit_many(api)
        before = api.rows()
        write(page, proxy)
        assert send(page) == "已经收到"
        assert api.rows() == before + 1


def submit_many(api: Api) -> None:
    """Use up what a network may send without a proof."""
    body = json.dumps({"category": "praise", "text": "好"}).encode()
    for _ in range(31):
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        request = urllib.request.Request(f"{api.base}/api/complaints", body, headers)
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(request):
            pass


def test_a_draft_survives_and_holds_nothing_personal(
    page: Page, context: BrowserContext, proxy: Proxy
) -> None:
    """A closed tab does not cost what was written; name and phone are not kept in a draft."""
    page.goto(f"{proxy.url}complaints/")
    page.fill("[name=text]", TEXT)
    page.check("[name=reply_wanted][value=yes]")
    page.fill("[name=contact]", "13805390000")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已存")
    page.close()
    again = context.new_page()
    again.goto(f"{proxy.url}complaints/")
    expect(again.locator("[name=text]")).to_have_value(TEXT)
    assert "13805390000" not in json.dumps(kept(again))
    again.click("text=删除草稿")
    expect(again.locator("[name=text]")).to_have_value("")
    assert kept(again) == []


def test_a_shared_computer_keeps_nothing(page: Page, proxy: Proxy, api: Api) -> None:
    """Who ticks the box for shared computers leaves no draft, no item and no receipt."""
    write(page, proxy)
    page.click("[data-action=back]")
    page.check("[data-shared]")
    page.click(".form button[type=submit]")
    assert send(page) == "已经收到"
    assert kept(page) == []
    assert api.rows() == 1


def test_a_waiting_item_can_be_changed(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Until it is sent, an item is the person's: what arrives is what they changed it to."""
    write_offline(page, context, proxy)
    page.get_by_role("link", name="修改").click()
    page.fill("[name=text]", "改过的")
    page.click(".form button[type=submit]")
    assert send(page) == "已经存在这台设备上，还没有送到"
    offline(context, proxy, yes=False)
    assert_delivered_once(page, proxy, api)


def test_a_waiting_item_can_be_cancelled(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Cancelled before it was sent, it is gone from the device and never reaches the API."""
    write_offline(page, context, proxy)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=取消，不送了")
    expect(page.locator("[data-empty]")).to_be_visible()
    offline(context, proxy, yes=False)
    page.reload()
    expect(page.locator("[data-empty]")).to_be_visible()
    assert proxy.submitted == []
    assert kept(page) == []


def test_an_item_can_be_kept_as_a_file(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Who does not trust the phone takes a text file with every answer along."""
    write_offline(page, context, proxy)
    with page.expect_download() as download:
        page.click("text=存成文件")
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert f"请把事情说一说：{TEXT}" in text
    assert "王女士" in text


def write_offline(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Write and send without a network, and go to the outbox, all from the offline copy."""
    page.goto(proxy.url)
    expect_copy(page)
    offline(context, proxy, yes=True)
    write(page, proxy)
    assert send(page) == "已经存在这台设备上，还没有送到"
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=waiting]")).to_contain_text("现在没有网络")


def expect_copy(page: Page) -> None:
    """Wait until the offline copy is whole."""
    wait_until(page, lambda: page.evaluate(COPY_IS_WHOLE))


def wait_until(page: Page, true: Any) -> None:
    """Wait for something outside the browser, letting the browser go on."""
    for _ in range(300):
        try:
            if true():
                return
        except sqlite3.OperationalError:
            pass
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")
