"""The desk's pages in a real browser: accessible, on a phone too, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from form_api.crypto import Keys
from form_api.settings import Settings
from form_api.store import open_store
from tests.e2e.axe import load_axe, violations
from tests.form_api.conftest import Api
from tests.office import LI, PASSWORD, busy_day

pytestmark = pytest.mark.browser


class Office:
    """A served site with a week's work at its desk, and whose page shows what."""

    def __init__(self, api: Api) -> None:
        self.api, self.pages = api, busy_day(api)

    @property
    def officers(self) -> list[str]:
        return list(dict.fromkeys(who for who, _ in self.pages.values()))


@pytest.fixture(scope="module")
def office(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    keys, url = Keys(bytes(range(32))), f"sqlite:///{tmp_path_factory.mktemp('desk') / 'f.db'}"
    settings = Settings(database=url, site=site, bot_checks=False)
    api = Api(settings, open_store(url, keys.check, 1000), keys)
    yield Office(api)
    api.close()


def sign_in(page: Page, base: str, id_: str) -> None:
    page.goto(f"{base}/desk/sign-in")
    page.get_by_label("账号").fill(id_)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_the_desk_is_accessible(
    browser: Browser, office: Office, scripts: bool, width: int
) -> None:
    """axe finds nothing on any page of the desk, and none is wider than a phone."""
    faults: dict[str, list[str]] = {}
    for officer in office.officers:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            service_workers="block",
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        sign_in(page, office.api.base, officer)
        for name, (who, address) in office.pages.items():
            if who != officer:
                continue
            page.goto(office.api.base + address)
            load_axe(page, scripts=scripts)
            faults[name] = violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults[name].append("wider than the screen")
        context.close()
    assert len(faults) == len(office.pages)
    assert not {name: found for name, found in faults.items() if found}


def test_mistakes_are_shown_where_they_are(browser: Browser, office: Office) -> None:
    """An answer with mistakes comes back with a list that leads to each field."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, office.api.base, LI)
    page.goto(office.api.base + office.pages["case"][1])
    page.get_by_role("button", name="发出答复").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_visible()
    expect(page).to_have_title("要改：" + page.locator("h1").inner_text() + " - 河东政务零距离")
    for link in summary.get_by_role("link").all():
        target = page.locator(link.get_attribute("href") or "")
        expect(target).to_be_visible()
    load_axe(page, scripts=False)
    assert not violations(page)
    context.close()


def test_a_case_is_answered_by_keyboard_alone(browser: Browser, office: Office) -> None:
    """From sign-in to a sent answer without a mouse: everything is reached and named."""
    number = office.api.complain(category="other", text="大厅门口的路牌看不清").json()["number"]
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{office.api.base}/desk/complaints/{number}/")
    for name, text in (("账号", LI), ("密码", PASSWORD)):
        _tab_to(page, name)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(number)
    _tab_to(page, "我来办")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="答复", exact=True)).to_be_visible()
    _tab_to(page, "已经解决")
    page.keyboard.press("Space")
    _tab_to(page, "答复")
    page.keyboard.type("路牌是褪色了，今天下午已经换了新的，字加大了一倍，晚上也有灯。")
    _tab_to(page, "发出答复")
    page.keyboard.press("Enter")
    expect(page.locator(".lede").first).to_have_text("已答复")
    context.close()


def test_a_walk_in_and_a_phone_booking_take_two_keystrokes(
    browser: Browser, office: Office
) -> None:
    """A digit and Enter give a ticket; a digit and Alt+P begin a booking, the field ready again."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, office.api.base, LI)
    page.goto(office.api.base + office.pages["day"][1])
    expect(page.get_by_label("现场取号")).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="取号")).to_be_visible()
    expect(page.get_by_label("现场取号")).to_be_focused()
    matter = page.locator(".often li").nth(1).inner_text()
    expect(page.locator("tr", has_text="现场取号")).to_contain_text(matter)
    page.keyboard.press("2")
    access_key(page, "p")
    expect(page.get_by_role("heading", name="电话预约")).to_be_visible()
    expect(page.get_by_label("办什么事").locator("option:checked")).to_have_text(matter)
    context.close()


def access_key(page: Page, key: str) -> None:
    """Press Alt and a key; Playwright's own press leaves out the text that finds an access key."""
    session = page.context.new_cdp_session(page)
    event = {"key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper())}
    down = {"type": "keyDown", "modifiers": 1, "text": key, "unmodifiedText": key}
    session.send("Input.dispatchKeyEvent", event | down)


def test_the_printed_day_is_only_the_list(browser: Browser, office: Office) -> None:
    """On a sheet of A4 there is the day, the place and a table of people, and nothing to press."""
    context = browser.new_context(viewport={"width": 718, "height": 1000})
    page = context.new_page()
    sign_in(page, office.api.base, LI)
    page.goto(office.api.base + office.pages["day"][1])
    page.emulate_media(media="print")
    expect(page.locator(".lede")).to_contain_text(f"{office.api.clock.now:%Y-%m-%d}")
    heads = page.locator(".desk-table th[scope=col]:visible")
    expect(heads).to_have_text(["时间", "编号", "称呼", "人数", "事项", "需要的帮助", "情况"])
    for row in page.locator(".desk-table tbody tr").all():
        expect(row).to_have_css("display", "table-row")
    for hidden in (".desk-nav", ".day-tools", ".masthead", ".footer"):
        expect(page.locator(hidden)).to_be_hidden()
    assert not page.locator("main button:visible").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    context.close()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(e => (e.labels?.[0] ?? e).innerText.trim().split('\\n')[0])(document.activeElement)"
        )
        if focused == name:
            return
    raise AssertionError(f"no Tab leads to {name}")
