"""Faults on the way: nothing is lost before a receipt, nothing is twice.

Real Chromium, the real site and API in their own process, and a proxy that breaks things;
docs/outbox-faults.md lists them.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.outbox.helpers import (
    KEPT,
    RECEIVED,
    TEXT,
    Api,
    assert_delivered_once,
    expect_copy,
    kept,
    offline,
    send,
    send_from_outbox,
    started,
    wait_until,
    wipe,
    write,
    write_offline,
)
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.browser


def test_what_is_written_without_a_network_arrives_once_it_is_back(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """A person gets a receipt of the device at once, and the number when the network returns."""
    write(page, proxy)
    offline(context, proxy, yes=True)
    assert send(page) == KEPT
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
    assert send(page) == KEPT
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
    """Two tabs and the worker that notice the network together send it once."""
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


def test_two_tabs_that_went_on_with_one_draft_are_two_complaints(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """The second tab's complaint does not overwrite the first one's receipt, nor is it refused."""
    page.goto(f"{proxy.url}complaints/")
    page.fill("[name=text]", "还没写完")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已存")
    other = context.new_page()
    for tab in (page, other):
        write(tab, proxy, f"第 {context.pages.index(tab) + 1} 件")
    assert [send(page), send(other)] == [RECEIVED, RECEIVED]
    other.goto(f"{proxy.url}outbox/")
    expect(other.locator("[data-truth=delivered]")).to_have_count(2)
    assert api.rows() == 2


def test_a_tab_killed_in_the_middle_of_the_queue_loses_nothing(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Three wait, the tab dies while the second is on its way: three rows and three receipts."""
    page.goto(proxy.url)
    expect_copy(page)
    offline(context, proxy, yes=True)
    for number in range(3):
        write(page, proxy, f"第 {number + 1} 件")
        assert send(page) == KEPT
    page.goto(f"{proxy.url}outbox/")
    proxy.faults = ["pass", "hang"]
    offline(context, proxy, yes=False)
    wait_until(page, lambda: api.rows() == 2)
    page.close()
    proxy.release()
    again = context.new_page()
    send_from_outbox(again, proxy)
    expect(again.locator("[data-truth=delivered]")).to_have_count(3)
    assert api.rows() == 3
    assert "件" not in json.dumps([item for item in kept(again) if "values" in item])


def test_nobody_waits_for_a_slow_network(page: Page, proxy: Proxy, api: Api) -> None:
    """The device's receipt comes at once; the official one takes its place when it arrives."""
    write(page, proxy)
    proxy.faults = ["hang"]
    assert send(page) == KEPT
    proxy.release()
    expect(page.locator(".panel")).to_contain_text(re.compile(r"T\d{6}-\d{8}"))
    assert_delivered_once(page, proxy, api)


def test_an_answer_that_never_comes_is_given_up(page: Page, proxy: Proxy, api: Api) -> None:
    """After a minute others may send, on phones of 2021, too."""
    page.clock.install()
    page.add_init_script("delete AbortSignal.timeout")
    write(page, proxy)
    proxy.faults = ["hang"]
    page.click("[data-action=send]")
    wait_until(page, lambda: api.rows() == 1)
    page.clock.fast_forward(60_000)
    wait_until(page, lambda: kept(page)[0].get("tries"))
    assert kept(page)[0]["uncertain"]
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_a_lost_answer_on_a_shared_computer_is_asked_for_again(
    page: Page, proxy: Proxy, api: Api
) -> None:
    """Where nothing may be kept, the page itself stays until it is certain, and says so."""
    page.goto(f"{proxy.url}complaints/")
    page.check("[data-shared]")
    page.check("[value=materials]")
    page.fill("[name=text]", TEXT)
    page.click(".form button[type=submit]")
    proxy.faults = ["lose"]
    assert send(page) == "送出过，还没有收到回执"
    expect(page.locator("form[data-form]")).to_be_hidden()
    page.click("[data-action=again]")
    expect(page.locator(".panel h2")).to_have_text(RECEIVED)
    assert kept(page) == []
    assert api.rows() == 1


@pytest.mark.parametrize("fault", [413, "413 of a front server", 422])
def test_a_refusal_is_told_and_nothing_is_thrown_away(
    page: Page, proxy: Proxy, api: Api, fault: int | str
) -> None:
    """What the API will not take stays with the person, who can correct and send it."""
    write(page, proxy)
    proxy.faults = [fault]
    assert send(page) == "有几处需要改一下"
    assert page.input_value("[name=text]") == TEXT
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=correct]")).to_have_count(1)
    page.get_by_role("link", name="修改").click()
    expect(page.locator("[name=text]")).to_have_value(TEXT)
    page.click(".form button[type=submit]")
    assert send(page) == RECEIVED
    assert_delivered_once(page, proxy, api)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_obeyed(page: Page, proxy: Proxy, api: Api, status: int) -> None:
    """Retry-After is a promise: neither reloading nor the button sends before."""
    write(page, proxy)
    proxy.faults, proxy.retry_after = [status], 3600
    assert send(page) == KEPT
    send_from_outbox(page, proxy)
    expect(page.locator("[data-truth=later]")).to_be_visible()
    assert len(proxy.submitted) == 1
    expect(page.get_by_role("link", name="修改")).to_be_visible()
    assert api.rows() == 0


@pytest.mark.parametrize("fault", [401, 500, 502, "drop"])
def test_an_error_on_the_way_is_tried_again(
    page: Page, proxy: Proxy, api: Api, fault: int | str
) -> None:
    """An answer that says nothing certain keeps the item, unchanged, until a receipt is there."""
    write(page, proxy)
    proxy.faults = [fault, fault]
    assert send(page) == KEPT
    proxy.faults = []
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_a_full_device_sends_at_once_or_says_that_it_cannot(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Without room nothing is promised: it is sent, or the person is told and the text stays."""
    page.add_init_script(
        """IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = () => {
          throw new DOMException("", "QuotaExceededError");
        };"""
    )
    write(page, proxy)
    offline(context, proxy, yes=True)
    assert send(page) == "没有送出，也没有存下"
    assert page.input_value("[name=text]") == TEXT
    offline(context, proxy, yes=False)
    page.click(".form button[type=submit]")
    assert send(page) == RECEIVED
    assert api.rows() == 1


def test_no_room_for_the_receipt_is_no_second_complaint(page: Page, proxy: Proxy, api: Api) -> None:
    """When the device fills up in the middle, people see the number; sending again stores it."""
    write(page, proxy)
    page.evaluate(
        """() => {
          const { put } = IDBObjectStore.prototype;
          IDBObjectStore.prototype.put = function (item) {
            if (item.state === "delivered") throw new DOMException("", "QuotaExceededError");
            return put.call(this, item);
          };
        }"""
    )
    assert send(page) == RECEIVED
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_wiped_storage_is_told_and_harms_nothing(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """When the browser forgets everything, an open outbox says so and the next form is sent."""
    write_offline(page, context, proxy)
    wipe(page, context, proxy)
    offline(context, proxy, yes=False)
    page.reload()
    expect(page.locator("[data-empty]")).to_be_visible()
    write(page, proxy)
    assert send(page) == RECEIVED
    assert api.rows() == 1


def test_what_is_wiped_while_its_sending_begins_stays_wiped(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Somebody who clears the browser's data does not find the complaint there again, or sent."""
    write_offline(page, context, proxy)
    proxy.held = "/api/livez"
    offline(context, proxy, yes=False)
    wait_until(page, lambda: proxy.waiting > 0)
    wipe(page, context, proxy)
    proxy.held = ""
    proxy.release()
    page.reload()
    expect(page.locator("[data-empty]")).to_be_visible()
    assert api.rows() == 0


def test_storage_wiped_under_an_open_form_is_harmless(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """What somebody is writing while the browser forgets everything can still be sent."""
    write(page, proxy)
    wipe(page, context, proxy)
    assert send(page) == RECEIVED
    assert api.rows() == 1


NEW_WORKER = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  const { installing } = await registration.update();
  while (installing.state !== "activated") await new Promise((done) => setTimeout(done, 20));
}"""
"""Chromium now and then loses a navigation that begins in the moment a worker takes over."""


def test_a_new_worker_between_writing_and_sending_changes_nothing(
    page: Page, context: BrowserContext, site: Path, tmp_path: Path
) -> None:
    """A release while something waits does not lose it."""
    released = tmp_path / "site"
    shutil.copytree(site, released)
    with started(released, tmp_path) as api, Proxy(api) as proxy:
        page.goto(proxy.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        write(page, proxy)
        offline(context, proxy, yes=True)
        send(page)
        with (released / "sw.js").open("a") as worker:
            worker.write("\n// another release")
        offline(context, proxy, yes=False)
        page.evaluate(NEW_WORKER)
        assert_delivered_once(page, proxy, api)


def test_the_worker_sends_when_no_page_is_open(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Background Sync delivers and keeps the receipt after the site's last tab was closed."""
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
    page.goto(f"{proxy.url}api/livez")  # sees what the device keeps, and has no script that sends
    wait_until(page, lambda: [item["state"] for item in kept(page)] == ["delivered"])
    assert_delivered_once(page, proxy, api)


def test_a_page_of_a_hotel_network_is_no_receipt(page: Page, proxy: Proxy, api: Api) -> None:
    """A log-in page answered with 200 does not empty the queue."""
    write(page, proxy)
    page.route("**/api/complaints", lambda route: route.fulfill(body="<h1>请登录</h1>"))
    assert send(page) == KEPT
    page.unroute("**/api/complaints")
    send_from_outbox(page, proxy)
    assert_delivered_once(page, proxy, api)


def test_a_busy_network_computes_and_nobody_solves_a_puzzle(
    page: Page, site: Path, tmp_path: Path
) -> None:
    """When many submissions came from a network, the page does the asked-for work by itself."""
    with started(site, tmp_path, FORM_API_BOT_CHECKS="on") as api, Proxy(api) as proxy:
        submit_many(api)
        before = api.rows()
        write(page, proxy)
        assert send(page) == RECEIVED
        assert api.rows() == before + 1


def submit_many(api: Api) -> None:
    """Use up what a network may send without a proof."""
    body = json.dumps({"category": "praise", "text": "好"}).encode()
    for _ in range(31):
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        request = urllib.request.Request(f"{api.base}/api/complaints", body, headers)
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(request):
            pass
