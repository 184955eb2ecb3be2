"""Whole errands with the keyboard alone, on the real service."""

from __future__ import annotations

import datetime
import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.processes import Server

MOST_STOPS = 150


class Keyboard:
    """A person at a keyboard: goes to things with Tab, and knows them by role and name."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, role: str, name: str, *, exact: bool = False, backwards: bool = False) -> None:
        """Press Tab until the focus is on what has this role and name."""
        target = self.page.get_by_role(role, name=name, exact=exact).first  # type: ignore[arg-type]
        expect(target).to_be_visible()
        for _ in range(MOST_STOPS):
            if target.evaluate("e => e === document.activeElement"):
                expect(target).to_be_in_viewport()
                return
            self.press("Shift+Tab" if backwards else "Tab")
        raise AssertionError(f"Tab does not reach the {role} {name}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.insert_text(text)

    def enter(self, role: str, name: str) -> None:
        """Go to a link or button and press it."""
        self.to(role, name)
        self.press("Enter")


@pytest.fixture
def keyboard(open_page: OpenPage, service: Server) -> Keyboard:
    page = open_page(base=service.base.rstrip("/") + "/")
    page.wait_for_load_state("networkidle")
    return Keyboard(page)


@pytest.mark.browser
def test_a_guide_is_found_and_its_list_ticked(keyboard: Keyboard) -> None:
    """Words in the search box lead to the guide; what is ticked there is still ticked later."""
    page = keyboard.page
    keyboard.to("combobox", "写几个字就行")
    keyboard.write("开饭店要办的证")
    keyboard.press("Enter")
    keyboard.enter("link", "食品经营许可（新办）")
    expect(page.get_by_role("heading", level=1)).to_have_text("食品经营许可（新办）")
    box = page.locator(".check-name input").first
    keyboard.to("checkbox", (page.locator(".check-name").first.inner_text()).strip())
    keyboard.press("Space")
    expect(box).to_be_checked()
    expect(page.locator("[data-done]")).to_have_text("1")
    page.reload()
    expect(page.locator(".check-name input").first).to_be_checked()
    keyboard.enter("link", "在哪里办")
    expect(page.locator("#where")).to_be_in_viewport()


@pytest.mark.browser
def test_an_appointment_is_booked(keyboard: Keyboard) -> None:
    """From a guide to a number and a code, without a mouse."""
    page = keyboard.page
    page.goto(page.url + "matters/food-business-license-new/")
    keyboard.enter("link", "预约办理")
    expect(page.get_by_label("办什么事")).to_have_value("food-business-license-new")
    keyboard.to("textbox", "哪一天")
    page.keyboard.type(_bookable_day(page).strftime("%m%d%Y"))
    keyboard.to("combobox", "什么时段")
    page.keyboard.press("ArrowDown")
    keyboard.to("textbox", "怎么称呼您")
    keyboard.write("王女士")
    keyboard.to("textbox", "手机或固定电话")
    keyboard.write("13800000000")
    keyboard.enter("button", "下一步：核对")
    expect(page.get_by_role("heading", name="核对后提交")).to_be_focused()
    keyboard.enter("button", "确认预约")
    expect(page.get_by_role("heading", name="已经收到")).to_be_focused()
    assert re.fullmatch(r"[A-Z]\d{6}-\d{8}", page.locator("[data-fill=number]").inner_text())


@pytest.mark.browser
def test_free_places_are_those_of_the_chosen_day(open_page: OpenPage, service: Server) -> None:
    """An answer about a day chosen before, which comes late, marks nothing as full."""
    page = open_page("appointments/?matter=food-business-license-new", base=service.base + "/")
    late: list[Route] = []

    def hold(route: Route) -> None:
        if "from=2000-01-03" in route.request.url:
            late.append(route)
        else:
            route.continue_()

    page.route("**/api/slots*", hold)
    page.fill("[name=date]", "2000-01-03")
    page.fill("[name=date]", _bookable_day(page).isoformat())
    first = page.locator("[name=slot] option").nth(1)
    expect(first).to_contain_text("余")
    with page.expect_response("**/api/slots*"):
        late[0].fulfill(json={"slots": []})
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(first).to_contain_text("余")


@pytest.mark.browser
def test_a_complaint_is_sent(keyboard: Keyboard) -> None:
    """A mistake is told and led to; then the complaint gets its number, without a mouse."""
    page = keyboard.page
    keyboard.enter("link", "你提我改")
    keyboard.enter("button", "下一步：核对")
    expect(page.locator(".error-summary")).to_be_focused()
    keyboard.enter("link", "请选一类")
    keyboard.press("Space")
    expect(page.get_by_label("窗口说了“不行”")).to_be_checked()
    keyboard.to("textbox", "请把事情说一说")
    keyboard.write("窗口只说不行，没有说怎样才行。")
    keyboard.enter("button", "下一步：核对")
    expect(page.get_by_role("heading", name="核对后提交")).to_be_focused()
    keyboard.enter("button", "确认提交")
    expect(page.get_by_role("heading", name="已经收到")).to_be_focused()
    assert re.fullmatch(r"[A-Z]\d{6}-\d{8}", page.locator("[data-fill=number]").inner_text())


@pytest.mark.browser
def test_modes_and_script_are_switched(keyboard: Keyboard) -> None:
    """Senior mode, the toolbar and 繁體 are a few keys away and stay on the next page."""
    page = keyboard.page
    root = page.locator("html")
    keyboard.enter("link", "办事指南")
    page.wait_for_load_state("networkidle")
    keyboard.enter("link", "长者模式")
    expect(root).to_have_attribute("data-mode", "senior")
    keyboard.to("link", "标准模式")
    keyboard.enter("button", "无障碍")
    expect(page.get_by_role("button", name="文字小一点")).to_be_focused()
    keyboard.enter("button", "黑底黄字")
    keyboard.to("link", "预约", exact=True, backwards=True)
    keyboard.press("Enter")
    expect(root).to_have_attribute("data-theme", "yellow")
    expect(page.get_by_role("region", name="无障碍工具栏")).to_be_visible()
    keyboard.enter("link", "繁體")
    expect(root).to_have_attribute("lang", "zh-Hant")
    expect(root).to_have_attribute("data-mode", "senior")
    expect(page.get_by_role("region", name="無障礙工具欄")).to_be_visible()
    keyboard.press("Alt+Shift+9")
    expect(root).not_to_have_attribute("data-mode", "senior")


def _bookable_day(page: Page) -> datetime.date:
    """Return the second day on which the hall takes bookings: the first may end any minute."""
    slots = page.request.get(
        urljoin(page.url, "/api/slots?matter=food-business-license-new&from=2000-01-01")
    ).json()["slots"]
    return datetime.date.fromisoformat(sorted({slot["date"] for slot in slots})[1])
