"""The path without JavaScript: check your answers, commit, receipt; in the person's script."""

from __future__ import annotations

import html
import io
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from PIL import Image

from form_api.errors import StoreUnavailable

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def hidden(page: str) -> dict[str, str]:
    """Return a page's hidden fields as a browser would send them."""
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value).replace("\n", "\r\n") for name, value in pairs}


def confirmation(page: str) -> str:
    found = re.search(r'name="confirmation" value="([^"]*)"', page)
    assert found, page
    return found[1]


class Browser:
    """A browser without JavaScript."""

    def __init__(self, api: Any) -> None:
        self.client: httpx.Client = api.client

    def post(self, path: str, fields: Mapping[str, Any], **more: Any) -> httpx.Response:
        return self.client.post(path, data=fields, headers=BROWSER, **more)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers=BROWSER)

    def confirm(self, page: httpx.Response, path: str = "/api/complaints") -> httpx.Response:
        return self.post(path, hidden(page.text) | {"confirmation": confirmation(page.text)})


@pytest.fixture
def browser(api: Any) -> Browser:
    return Browser(api)


FIRST = {"script": "hans", "form_version": "1", "category": "refused", "text": "一\r\n二 <b>&"}


BOOKING = {
    "matter": "small-shop",
    "date": "2019-10-17",
    "slot": "09:00-09:30",
    "name": "李",
    "phone": "13900139000",
}


def status_of(browser: Browser, confirmed: httpx.Response) -> str:
    """Return the address of the status page of what was just confirmed."""
    receipt = browser.get(confirmed.headers["Location"]).text
    number, code = re.findall(r'class="number">([^<]*)<', receipt)
    return browser.post("/api/status", {"number": number, "code": code}).headers["Location"]


def test_two_steps_to_a_receipt(browser: Browser) -> None:
    """Answers are shown back; confirming them leads to a receipt that can be reloaded."""
    page = browser.post("/api/complaints", FIRST)
    assert page.status_code == 200
    assert "一<br>二 &lt;b&gt;&amp;" in page.text
    answer = browser.confirm(page)
    assert answer.status_code == 303
    for _ in range(2):
        receipt = browser.get(answer.headers["Location"])
        assert re.search(r"T191015-\d{8}", receipt.text)
    assert receipt.headers["Cache-Control"] == "no-store"


def test_nothing_is_stored_before_confirming(api: Any, browser: Browser) -> None:
    """The first step stores nothing."""
    browser.post("/api/complaints", FIRST)
    count = api.run(api.service.store.read(lambda tx: tx.one("SELECT count(*) n FROM submission")))
    assert count["n"] == 0


def test_double_click_is_one(api: Any, browser: Browser) -> None:
    """Confirming twice, or after the back button, leads to one submission."""
    page = browser.post("/api/complaints", FIRST)
    first, second = browser.confirm(page), browser.confirm(page)
    numbers = [
        re.findall(r"T191015-\d{8}", browser.get(answer.headers["Location"]).text)
        for answer in (first, second)
    ]
    assert numbers[0] == numbers[1]
    count = api.run(api.service.store.read(lambda tx: tx.one("SELECT count(*) n FROM submission")))
    assert count["n"] == 1


def test_changed_answers_are_shown_again(browser: Browser) -> None:
    """A confirmation of other answers than those shown is not taken as one."""
    page = browser.post("/api/complaints", FIRST)
    fields = hidden(page.text) | {"confirmation": confirmation(page.text), "text": "改了"}
    again = browser.post("/api/complaints", fields)
    assert again.status_code == 200
    assert "改了" in again.text


def test_errors_return_the_form_filled_in(browser: Browser) -> None:
    """What was written stays; the summary links to the field, which says what is wrong."""
    page = browser.post("/api/complaints", FIRST | {"text": "", "window": "999", "name": "王"})
    assert page.status_code == 422
    assert 'class="error-summary"' in page.text
    assert '<a href="#field-text">请写一写事情的经过</a>' in page.text
    assert 'id="field-text-error"' in page.text
    assert 'value="999"' in page.text
    assert 'value="refused" checked' in page.text


def test_back_to_change(browser: Browser) -> None:
    """From the check page one can go back to the filled-in form."""
    page = browser.post("/api/complaints", FIRST)
    form = browser.post("/api/complaints", hidden(page.text) | {"edit": "1"})
    assert form.status_code == 200
    assert "一\n二 &lt;b&gt;&amp;</textarea>" in form.text


def test_traditional_script_keeps_what_was_written(browser: Browser) -> None:
    """On 繁体 pages our words are converted and the person's words are not."""
    page = browser.post("/api/complaints", FIRST | {"script": "hant", "text": "理发店"})
    assert "請核對您填寫的內容" in page.text
    assert 'lang="zh-Hant"' in page.text
    assert "理发店" in page.text
    receipt = browser.get(browser.confirm(page).headers["Location"])
    assert "查詢碼" in receipt.text


def test_photos_survive_the_check_page(api: Any, browser: Browser) -> None:
    """A photo chosen on the first page is stored after confirming, without its metadata."""
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG", exif=exif)
    files = {"photos": ("a.jpg", picture.getvalue(), "image/jpeg")}
    page = browser.post("/api/complaints", FIRST, files=files)
    assert "1 张" in page.text
    answer = browser.confirm(page)
    receipt = browser.get(answer.headers["Location"]).text
    number = re.search(r"T191015-\d{8}", receipt)
    code = re.search(r'class="number">(\d{8})<', receipt)
    assert number
    assert code
    photo = api.client.get(
        f"/api/complaints/{number[0]}/photos/0", headers={"X-Query-Code": code[1]}
    )
    assert Image.open(io.BytesIO(photo.content)).size == (40, 30)
    assert b"SecretCamera" not in photo.content


def test_status_page_offers_what_can_be_done(browser: Browser) -> None:
    """Number and code lead to the status page, whose forms work without script."""
    address = status_of(browser, browser.confirm(browser.post("/api/complaints", FIRST)))
    status = browser.get(address)
    assert "已收到" in status.text
    request = hidden(status.text)["request"]
    wrong = browser.post(f"{address}/add", {"request": request, "text": ""})
    assert wrong.status_code == 422
    assert 'href="#add-text"' in wrong.text
    done = browser.post(f"{address}/add", {"request": request, "text": "补一句"})
    assert "补一句" in browser.get(done.headers["Location"]).text


def test_a_status_page_says_what_it_is_about(browser: Browser) -> None:
    """Who has several appointments sees which one it is, and takes its new time to the calendar."""
    page = browser.post("/api/appointments", BOOKING | {"party_size": "1"})
    address = status_of(browser, browser.confirm(page, "/api/appointments"))
    shown = browser.get(address).text
    assert "<dt>办什么事</dt><dd>开小店</dd>" in shown
    assert "2019-10-17 09:00-09:30" in shown
    assert BOOKING["phone"] not in shown
    request = hidden(shown)["request"]
    moved = {"request": request, "date": "2019-10-18", "slot": "10:00-10:30"}
    again = browser.get(browser.post(f"{address}/reschedule", moved).headers["Location"]).text
    assert "2019-10-17" not in again.partition("<h2>经过</h2>")[0]
    calendar = re.search(r'href="([^"]*calendar.ics)"', again)
    assert calendar
    assert "DTSTART:20191018T020000Z" in browser.get(calendar[1]).text


def test_what_cannot_be_undone_is_behind_a_fold(browser: Browser) -> None:
    """Cancelling takes a second press, after a sentence that says what it means."""
    page = browser.post("/api/appointments", BOOKING)
    shown = browser.get(status_of(browser, browser.confirm(page, "/api/appointments"))).text
    fold = re.search(r"<details(.*?)</details>", shown, re.S)
    assert fold
    assert "只是想换个时间，请用上面的“改期”" in fold[1]
    assert "/cancel" in fold[1]
    assert shown.index("/reschedule") < shown.index("/cancel")


def test_wrong_code_returns_the_form(browser: Browser) -> None:
    """A wrong code says what to check and keeps the number."""
    page = browser.post("/api/status", {"number": "T191015-00000000", "code": "1"})
    assert page.status_code == 404
    assert 'value="T191015-00000000"' in page.text


def test_pages_close_after_a_while(api: Any, browser: Browser) -> None:
    """A receipt's address stops working after an hour."""
    page = browser.post("/api/complaints", FIRST)
    address = browser.confirm(page).headers["Location"]
    api.clock.forward(minutes=61)
    assert browser.get(address).status_code == 404


def test_booking_without_script(api: Any, browser: Browser) -> None:
    """A full slot returns the form with free ones; a free one leads to a receipt with the place."""
    api.book()
    page = browser.post("/api/appointments", BOOKING)
    full = browser.confirm(page, "/api/appointments")
    assert full.status_code == 409
    assert "09:30-10:00" in full.text
    assert "开小店" in page.text
    page = browser.post("/api/appointments", BOOKING | {"slot": "09:30-10:00"})
    receipt = browser.get(browser.confirm(page, "/api/appointments").headers["Location"])
    assert "1-1 号窗口" in receipt.text
    calendar = re.search(r'href="([^"]*calendar.ics)"', receipt.text)
    assert calendar
    assert "BEGIN:VCALENDAR" in browser.get(calendar[1]).text


def test_a_day_off_is_said_before_the_check_page(browser: Browser) -> None:
    """A day on which nobody works is said at the first step, by the wish it belongs to."""
    fields = BOOKING | {"date": "2019-10-19", "date_2": "2019-10-20", "slot_2": "09:00-09:30"}
    page = browser.post("/api/appointments", fields)
    assert page.status_code == 422
    assert '<a href="#field-date">哪一天：这一天不上班' in page.text
    assert '<a href="#field-date_2">第二选择：哪一天：这一天不上班' in page.text


def test_a_refusal_keeps_the_form(api: Any, browser: Browser) -> None:
    """Who cannot have what they ask for is told so above their answers, in their script."""
    api.book(slot="09:30-10:00", phone=BOOKING["phone"])
    page = browser.post("/api/appointments", BOOKING | {"script": "hant"})
    refused = browser.confirm(page, "/api/appointments")
    assert refused.status_code == 409
    assert "這個電話已經約了同一件事" in refused.text
    assert 'value="李"' in refused.text


def test_what_could_not_be_stored_is_sent_again_as_it_was(
    api: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing can be stored the answers wait on the check page; pressing again is enough."""
    page = browser.post("/api/complaints", FIRST)
    with monkeypatch.context() as full:
        full.setattr(api.service.store, "write", unavailable)
        refused = browser.confirm(page)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert "您的内容没有保存" in refused.text
    assert confirmation(refused.text) == confirmation(page.text)
    assert browser.confirm(refused).status_code == 303


async def unavailable(_command: Any) -> None:
    """Stand in for a store whose disk is full."""
    raise StoreUnavailable("disk full")


def test_a_status_page_keeps_what_was_written(
    api: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that could not be kept stay on the page: to be sent again, or, too late, to copy."""
    address = status_of(browser, browser.confirm(browser.post("/api/complaints", FIRST)))
    shown = browser.get(address).text
    more = {"request": hidden(shown)["request"], "text": "还有一句"}
    with monkeypatch.context() as full:
        full.setattr(api.service.store, "write", unavailable)
        refused = browser.post(f"{address}/add", more)
    assert refused.status_code == 503
    assert "还有一句</textarea>" in refused.text
    assert more["request"] in refused.text
    browser.post(f"{address}/withdraw", {"request": str(uuid.uuid4())})
    late = browser.post(f"{address}/add", more)
    assert late.status_code == 409
    assert "<strong>已撤回</strong>" in late.text
    assert "<p>还有一句</p>" in late.text


def test_guessing_codes_is_stopped_on_the_form(start: Callable[..., Any]) -> None:
    """Who asks too often keeps the form and reads when to come back, in their script."""
    browser = Browser(start(bot_checks=True))
    asked = {"number": "T191015-00000000", "code": "1", "script": "hant"}
    for _ in range(50):
        page = browser.post("/api/status", asked)
        if page.status_code == 429:
            break
    assert int(page.headers["Retry-After"]) > 0
    assert "查詢碼錯得太多" in page.text
    assert 'value="T191015-00000000"' in page.text


def test_problem_pages_are_pages(browser: Browser) -> None:
    """A person who opens an address that is not there gets a page, not JSON."""
    answer = browser.get("/api/receipts/nonsense")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_shell_of_the_site_is_used(start: Callable[..., Any], site: Any) -> None:
    """Pages stand in the site's own shell of the person's script."""
    parts, slots = ["<title>", "</title><base-is ", ">", "<end>"], ["title", "base", "body"]
    shell = json.dumps({"parts": parts, "slots": slots})
    (site / "data" / "shell.hant.json").write_text(shell, encoding="utf-8")
    api = start()
    page = Browser(api).post("/api/complaints", FIRST | {"script": "hant"})
    assert page.text.startswith("<title>核對後提交</title><base-is /hant/>")
    assert page.text.endswith("<end>")


def test_help_request_without_script(browser: Browser) -> None:
    """Asking for help works in two plain steps, and its page can be withdrawn from."""
    fields = {"township": "jiuqu", "way": "call", "name": "李大爷", "phone": "0539-8381234"}
    page = browser.post("/api/help-requests", fields | {"script": "hans"})
    assert "九曲街道" in page.text
    address = status_of(browser, browser.confirm(page, "/api/help-requests"))
    shown = browser.get(address).text
    assert "<h1>B191015-" in shown
    request = hidden(shown)["request"]
    done = browser.post(f"{address}/withdraw", {"request": request})
    assert "已撤回" in browser.get(done.headers["Location"]).text


def test_answering_too_fast_only_waits(start: Callable[..., Any]) -> None:
    """Who confirms faster than a person can read is held up for a moment, and then let in."""
    browser = Browser(start(bot_checks=True))
    page = browser.post("/api/complaints", FIRST)
    started = time.monotonic()
    assert browser.confirm(page).status_code == 303
    assert time.monotonic() - started >= 1.9


def test_trap_without_script(browser: Browser) -> None:
    """A machine that fills in the hidden field of a plain form is not let in."""
    assert browser.post("/api/complaints", FIRST | {"homepage": "https://x"}).status_code == 429
