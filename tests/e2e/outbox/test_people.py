"""What people can do with what waits, and what stays on the device."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.outbox.helpers import (
    KEPT,
    RECEIVED,
    TEXT,
    Api,
    assert_delivered_once,
    kept,
    offline,
    send,
    wait_until,
    write,
    write_offline,
)
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.browser


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


SLOW_MEMORY = """
const get = IDBObjectStore.prototype.get;
IDBObjectStore.prototype.get = function (key) {
  const request = get.call(this, key);
  const late = (told) => request.addEventListener("success", () => setTimeout(told, 3000));
  Object.defineProperty(request, "onsuccess", { set: late });
  return request;
};
"""
"""A device that is slow to find what it kept."""


def test_a_draft_that_comes_late_spares_what_was_typed(
    page: Page, context: BrowserContext, proxy: Proxy
) -> None:
    """On a slow phone the draft comes back around what somebody has begun to write, not over it."""
    page.goto(f"{proxy.url}complaints/")
    page.fill("[name=text]", TEXT)
    page.check("[name=reply_wanted][value=yes]")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已存")
    page.close()
    again = context.new_page()
    again.add_init_script(SLOW_MEMORY)
    again.goto(f"{proxy.url}complaints/")
    again.fill("[name=text]", "今天又去了一趟")
    expect(again.locator("[name=reply_wanted][value=yes]")).to_be_checked()
    expect(again.locator("[name=text]")).to_have_value("今天又去了一趟")


def share(page: Page) -> None:
    """Go back from the check-your-answers step, tick the box for shared computers, and go on."""
    page.click("[data-action=back]")
    page.check("[data-shared]")
    page.click(".form button[type=submit]")


def test_a_shared_computer_keeps_nothing(page: Page, proxy: Proxy, api: Api) -> None:
    """Who ticks the box for shared computers leaves no draft, no item and no receipt."""
    write(page, proxy)
    share(page)
    assert send(page) == RECEIVED
    assert kept(page) == []
    assert api.rows() == 1


def keep_draft(page: Page, proxy: Proxy) -> None:
    """Begin to write a complaint, until the device has it."""
    page.goto(f"{proxy.url}complaints/")
    page.fill("[name=text]", "还没写完")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已存")


@pytest.mark.parametrize("way", ["the form", "a shared computer's form", "the outbox"])
def test_what_was_refused_for_its_id_goes_out_with_another(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api, way: str
) -> None:
    """Two tabs went on with one draft, and nothing tells the second that the first was sent."""
    keep_draft(page, proxy)
    other = context.new_page()
    write(other, proxy, "第二件")
    write(page, proxy, "第一件")
    share(page)
    assert send(page) == RECEIVED
    if way == "a shared computer's form":
        share(other)
    assert send(other) == "有几处需要改一下"
    if way == "the outbox":
        other.goto(f"{proxy.url}outbox/")
        other.get_by_role("link", name="修改").click()
        expect(other.locator(".error-summary")).to_contain_text("这个标识已经提交过")
    other.click(".form button[type=submit]")
    assert send(other) == RECEIVED
    assert api.rows() == 2
    left = [] if way == "a shared computer's form" else ["delivered"]
    assert [item["state"] for item in kept(other)] == left


def change_offline(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Write without a network, and change what waits, up to the check-your-answers step."""
    write_offline(page, context, proxy)
    page.get_by_role("link", name="修改").click()
    expect(page.locator("[name=text]")).to_have_value(TEXT)  # it comes back in its own time
    page.fill("[name=text]", "改过的")
    page.click(".form button[type=submit]")


def test_a_waiting_item_can_be_changed(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Until it is sent, an item is the person's: what arrives is what they changed it to."""
    change_offline(page, context, proxy)
    assert send(page) == KEPT
    offline(context, proxy, yes=False)
    assert_delivered_once(page, proxy, api)


def test_a_change_to_what_was_sent_meanwhile_is_a_second_complaint(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Sent as it was from another tab, an item keeps its receipt; the changed one has its own."""
    change_offline(page, context, proxy)
    offline(context, proxy, yes=False)
    other = context.new_page()
    other.goto(f"{proxy.url}outbox/")
    other.click("text=不改了，原样送出")
    expect(other.locator("[data-truth=delivered]")).to_have_count(1)
    assert send(page) == RECEIVED
    expect(other.locator("[data-truth=delivered]")).to_have_count(2)
    assert api.rows() == 2


LOCKED = """async () => {
  const [{ name }] = await indexedDB.databases();
  await new Promise((locked) => {
    navigator.locks.request(name, () => {
      locked();
      return new Promise((done) => (window.unlock = done));
    });
  });
}"""
"""As a tab does that waits for the answer to what it has sent."""

WAITING_FOR_THE_LOCK = """() => navigator.locks.query().then(
  ({ pending }) => pending.filter(({ name }) => name.startsWith("outbox")).length
)"""


def test_a_change_that_another_tab_takes_up_first_is_kept_and_told(
    page: Page, context: BrowserContext, proxy: Proxy
) -> None:
    """Whoever confirms a change that another tab has just opened learns that it is not yet sent."""
    change_offline(page, context, proxy)
    offline(context, proxy, yes=False)
    page.evaluate(LOCKED)
    other = context.new_page()
    other.goto(page.url)
    wait_until(page, lambda: page.evaluate(WAITING_FOR_THE_LOCK) > 0)
    page.click("[data-action=send]")
    wait_until(page, lambda: page.evaluate(WAITING_FOR_THE_LOCK) > 1)
    page.evaluate("unlock()")
    expect(page.locator(".panel h2")).to_have_text(KEPT)
    expect(other.locator("[name=text]")).to_have_value("改过的")
    assert [item["state"] for item in kept(page)] == ["editing"]


NO_ROOM_FOR_ITEMS = """() => {
  IDBObjectStore.prototype.add = () => {
    throw new DOMException("", "QuotaExceededError");
  };
}"""
"""As with photos: there is room for a draft, which has none."""


@pytest.mark.parametrize("way", ["a draft", "a change", "a change on a shared computer"])
def test_what_is_sent_without_being_kept_leaves_nothing(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api, way: str
) -> None:
    """Neither the draft comes back, nor what waits is still there to be sent as it was."""
    if way == "a draft":
        keep_draft(page, proxy)
        write(page, proxy)
    else:
        change_offline(page, context, proxy)
        offline(context, proxy, yes=False)
    if way == "a change on a shared computer":
        share(page)
    else:
        page.evaluate(NO_ROOM_FOR_ITEMS)
    assert send(page) == RECEIVED
    assert kept(page) == []
    assert api.rows() == 1


SENT_BETWEEN = """async () => {
  const [{ name }] = await indexedDB.databases();
  const db = await new Promise((done) => {
    indexedDB.open(name).onsuccess = ({ target }) => done(target.result);
  });
  const items = () => db.transaction("items", "readwrite").objectStore("items");
  const ended = (store) => new Promise((done) => (store.transaction.oncomplete = done));
  let [held, item] = [true];
  const first = items();
  (function hold() {
    first.getAll().onsuccess = ({ target }) => {
      [item] = target.result;
      if (held) hold();
    };
  })();
  while (!item) await new Promise((done) => setTimeout(done));
  dispatchEvent(new Event("pagehide"));
  await new Promise((done) => setTimeout(done));
  const between = items();
  between.put({ ...item, state: "delivered" });
  held = false;
  await ended(between);
  await ended(items());
}"""
"""Transactions wait for those asked for before: what the page asks for at once comes before
`between`, what it asks for after an answer comes later."""


def test_what_is_kept_of_a_change_spares_what_was_sent_meanwhile(
    page: Page, context: BrowserContext, proxy: Proxy
) -> None:
    """Another tab's receipt, written just while a form keeps what was changed, stays a receipt."""
    change_offline(page, context, proxy)
    page.click("[data-action=back]")
    page.evaluate(SENT_BETWEEN)
    assert [item["state"] for item in kept(page)] == ["delivered"]


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


@pytest.mark.parametrize("button", ["取消，不送了", "全部删除"])
def test_cancelling_what_is_just_being_sent_leaves_its_receipt(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api, button: str
) -> None:
    """Too late to cancel, people are told, and keep the number with which they can withdraw it."""
    write_offline(page, context, proxy)
    page.on("dialog", lambda dialog: dialog.accept())
    proxy.held = "/api/livez"
    offline(context, proxy, yes=False)
    wait_until(page, lambda: proxy.waiting > 0)
    page.click(f"text={button}")
    proxy.release()
    expect(page.locator("[data-status]")).to_contain_text("已经送到")
    assert_delivered_once(page, proxy, api)


def test_an_item_can_be_kept_as_a_file(page: Page, context: BrowserContext, proxy: Proxy) -> None:
    """Who does not trust the phone takes a text file with every answer along."""
    write_offline(page, context, proxy)
    with page.expect_download() as download:
        page.click("text=存成文件")
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert f"请把事情说一说：{TEXT}" in text
    assert "王女士" in text
