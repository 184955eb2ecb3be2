"""Appointments and requests for help, written without a network. The real hall's slots."""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.outbox.helpers import KEPT, RECEIVED, Api, expect_copy, kept, offline, send, started
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.browser
MATTER, TOWNSHIP = "individual-business-registration", "jiuqu"
"""A devolved matter: a township's centre has few places, so a test can take them all."""


@pytest.fixture
def api(site: Path, tmp_path: Path) -> Iterator[Api]:
    """A hall of the test's own: places are scarce."""
    with started(site, tmp_path) as api:
        yield api


def free_slots(api: Api) -> list[dict[str, Any]]:
    """Return what can be booked from tomorrow on, earliest first."""
    address = f"{api.base}/api/slots?matter={MATTER}&township={TOWNSHIP}&from=2000-01-01"
    with urllib.request.urlopen(address) as answer:
        slots: list[dict[str, Any]] = json.load(answer)["slots"]
    return [slot for slot in slots if slot["date"] > slots[0]["date"]]


def take(api: Api, slot: dict[str, Any]) -> None:
    """Book every place of a slot for somebody else."""
    answers = {"matter": MATTER, "township": TOWNSHIP, "name": "别人", "party_size": slot["free"]}
    answers |= {"date": slot["date"], "slot": slot["slot"]}
    answers["phone"] = f"138{uuid.uuid4().int % 10**8:08}"
    request = urllib.request.Request(
        f"{api.base}/api/appointments",
        json.dumps(answers).encode(),
        {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())},
    )
    urllib.request.urlopen(request).close()


def ask_for(page: Page, wishes: list[dict[str, Any]]) -> None:
    """Fill in an appointment with up to three wishes, up to the check-your-answers step."""
    page.select_option("[name=matter]", MATTER)
    page.select_option("[name=township]", TOWNSHIP)
    for suffix, wish in zip(("", "_2", "_3"), wishes, strict=False):
        page.fill(f"[name=date{suffix}]", wish["date"])
        page.select_option(f"[name=slot{suffix}]", wish["slot"])
    page.fill("[name=name]", "王女士")
    page.fill("[name=phone]", "13805390000")
    page.click(".form button[type=submit]")
    expect(page.locator(".review")).to_contain_text("王女士")


def ask_offline(
    page: Page, context: BrowserContext, proxy: Proxy, wishes: list[dict[str, Any]]
) -> None:
    """Write the appointment from the offline copy, and confirm it without a network."""
    page.goto(proxy.url)
    expect_copy(page)
    offline(context, proxy, yes=True)
    page.goto(f"{proxy.url}appointments/")
    ask_for(page, wishes)
    assert send(page) == KEPT


def test_three_wishes_written_offline_are_a_request_until_one_is_confirmed(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """The receipt calls it a request; when it arrives, the first wish that is free is booked."""
    wishes = free_slots(api)[:3]
    ask_offline(page, context, proxy, wishes)
    expect(page.locator(".panel")).to_contain_text("现在还只是预约请求")
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=waiting]")).to_contain_text("这还只是预约请求")
    take(api, wishes[0])
    before = api.rows()
    offline(context, proxy, yes=False)
    booked = page.locator("[data-truth=delivered]")
    expect(booked).to_contain_text(f"{wishes[1]['date']} {wishes[1]['slot']}")
    expect(booked).to_contain_text(re.compile(r"Y\d{6}-\d{8}"))
    expect(booked).not_to_contain_text("预约请求", use_inner_text=True)
    assert api.rows() == before + 1
    assert "王女士" not in json.dumps(kept(page), ensure_ascii=False)


def test_when_all_wishes_are_gone_people_hear_it_and_choose_another(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Nothing is booked that nobody asked for; one press takes a slot that is free now."""
    wishes = free_slots(api)[:3]
    ask_offline(page, context, proxy, wishes)
    for wish in wishes:
        take(api, wish)
    before = api.rows()
    page.goto(f"{proxy.url}outbox/")
    offline(context, proxy, yes=False)
    full = page.locator("[data-truth=full]")
    instead = free_slots(api)
    expected = next(slot for slot in instead if slot["free"])
    expect(full).to_contain_text("没有约上")
    expect(full.locator("[data-alternatives]")).to_contain_text(expected["slot"])
    assert api.rows() == before
    full.get_by_role("link", name="修改").click()
    expect(page.locator(".error-summary")).to_contain_text("约满")
    choice = page.locator("[data-alternatives] button").first
    chosen = choice.inner_text()
    choice.click()
    page.click(".form button[type=submit]")
    assert send(page) == RECEIVED
    expect(page.locator(".panel")).to_contain_text(chosen)
    assert api.rows() == before + 1


def test_a_slot_that_goes_while_somebody_writes_is_told_at_once(
    page: Page, proxy: Proxy, api: Api
) -> None:
    """With a network the form says that the slot is gone and what is free instead."""
    wish = free_slots(api)[0]
    page.goto(f"{proxy.url}appointments/")
    ask_for(page, [wish])
    take(api, wish)
    before = api.rows()
    assert send(page) == "有几处需要改一下"
    page.locator("[data-alternatives] button").first.click()
    page.click(".form button[type=submit]")
    assert send(page) == RECEIVED
    assert api.rows() == before + 1


def test_a_day_that_passed_while_it_waited_wants_a_correction(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """A day on which nobody works, or that is over, is said plainly and can be corrected."""
    ask_offline(page, context, proxy, [{"date": "2019-10-17", "slot": "09:00-09:30"}])
    page.goto(f"{proxy.url}outbox/")
    offline(context, proxy, yes=False)
    expect(page.locator("[data-truth=correct]")).to_contain_text("这个时段已经过了")
    page.get_by_role("link", name="修改").click()
    expect(page.locator(".error-summary")).to_contain_text("这个时段已经过了")
    page.fill("[name=date]", free_slots(api)[0]["date"])
    page.click(".form button[type=submit]")
    assert send(page) == RECEIVED
    assert api.rows() == 1


def test_an_appointment_that_waits_can_be_cancelled(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """Cancelled before it was sent, it takes nobody's place."""
    ask_offline(page, context, proxy, free_slots(api)[:1])
    page.goto(f"{proxy.url}outbox/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=取消，不送了")
    expect(page.locator("[data-empty]")).to_be_visible()
    offline(context, proxy, yes=False)
    page.reload()
    expect(page.locator("[data-empty]")).to_be_visible()
    assert (proxy.submitted, api.rows()) == ([], 0)


def test_a_request_for_help_written_offline_arrives_once(
    page: Page, context: BrowserContext, proxy: Proxy, api: Api
) -> None:
    """帮办代办 works from a field without signal, too."""
    page.goto(proxy.url)
    expect_copy(page)
    offline(context, proxy, yes=True)
    page.goto(f"{proxy.url}help/request/")
    page.select_option("[name=township]", TOWNSHIP)
    page.check("[value=visit]")
    page.fill("[name=name]", "王女士")
    page.fill("[name=phone]", "13805390000")
    page.click(".form button[type=submit]")
    assert send(page) == KEPT
    expect(page.locator(".panel")).not_to_contain_text("预约请求", use_inner_text=True)
    page.goto(f"{proxy.url}outbox/")
    offline(context, proxy, yes=False)
    expect(page.locator("[data-truth=delivered]")).to_contain_text("最迟答复")
    assert api.rows() == 1
    assert "王女士" not in json.dumps(kept(page), ensure_ascii=False)
