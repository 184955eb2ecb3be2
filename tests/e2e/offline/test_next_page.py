"""The next page of the offline copy comes into the same document, and nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.kinds import page_kinds
from tests.e2e.offline.helpers import Server, cut_off, publish, published, visit, wait_for
from tests.e2e.outbox.helpers import wait_until

pytestmark = pytest.mark.browser

GUIDE = "matters/food-business-license-new/"
PAGE = """() => {
  const { head, body, documentElement: html } = document;
  const parts = [...head.children].filter((one) => !one.matches("[rel=stylesheet], script[src]"));
  const shown = body.cloneNode(true);
  shown.querySelector("[data-announced]").textContent = "";
  return {
    title: document.title,
    html: Object.fromEntries([...html.attributes].map(({ name, value }) => [name, value])),
    head: parts.map((one) => one.outerHTML).sort(),
    body: shown.innerHTML,
  };
}"""
"""All there is of a page, but what was said to screen readers."""
WORK = """() => Boolean(document.querySelector("main script[src]:not([data-again])"))"""
FOLLOW = """(href) => {
  const link = document.createElement("a");
  document.querySelector("main").append(Object.assign(link, { href, textContent: "there" }));
  link.click();
}"""


@pytest.fixture
def reader(page: Page, server: Server) -> Iterator[Page]:
    """Somebody with the copy, on the list of all matters; what fails in scripts fails the test."""
    faults: list[Any] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    visit(page, server)
    open_(page, f"{server.url}matters/")
    yield page
    assert faults == []


def open_(page: Page, url: str) -> None:
    """Open a page of the copy, and wait until its scripts are there."""
    page.goto(url)
    expect(page.locator("html[data-copy]")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    page.evaluate("window.first = true")


def same_document(page: Page) -> bool:
    return bool(page.evaluate("Boolean(window.first)"))


def expect_page(page: Page, wanted: dict[str, Any]) -> None:
    """Scripts do some things a little later."""
    for _ in range(200):
        if page.evaluate(PAGE) == wanted:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(PAGE) == wanted


SENIOR = {"mode": "senior", "toolbar": True, "size": 2, "ruler": "on"}
SOME = {"home", "senior", "matters", "matter", "package", "article", "hall"}


@pytest.mark.parametrize(
    ("script", "modes", "every"), [("", {}, True), ("", SENIOR, False), ("hant/", {}, False)]
)
def test_a_page_is_the_same_however_people_came(
    reader: Page, server: Server, site: Path, script: str, modes: dict[str, Any], *, every: bool
) -> None:
    """Every kind of page has the head, words and controls it has when it is opened alone; one on
    which people write is a document of its own.
    """
    turned = set()
    change = "(modes) => window.modes.change({ mode: '', ...modes })"
    for kind, address in page_kinds(site).items():
        if address.endswith(".html") or not (every or kind in SOME):
            continue  # .html is what stands in for a page that is not there
        url = f"{server.url}{script}{address}"
        reader.evaluate(change, modes)
        open_(reader, url)
        alone, written_on = reader.evaluate(PAGE), reader.evaluate(WORK)
        open_(reader, f"{server.url}{script}{'hall/' if address == 'about/' else 'about/'}")
        reader.evaluate(change, modes)
        reader.evaluate(FOLLOW, url)
        reader.wait_for_url(url)
        expect(reader).to_have_title(alone["title"])
        assert same_document(reader) is not written_on, kind
        expect_page(reader, alone)
        turned |= set() if written_on else {kind}
    assert turned >= SOME


def test_a_screen_reader_and_the_keyboard_begin_at_the_start(reader: Page) -> None:
    """The new page's title is said, and the next Tab is the way to its text, as on any page."""
    reader.locator(f"main a[href$='{GUIDE}']").first.press("Enter")
    expect(reader.locator("[data-announced]")).to_have_text(re.compile("^食品经营许可（新办）"))
    assert reader.evaluate("document.activeElement === document.body")
    reader.keyboard.press("Tab")
    expect(reader.locator(".skip")).to_be_focused()
    assert same_document(reader)


def test_who_goes_back_finds_the_page_as_it_was(reader: Page, server: Server) -> None:
    """Ticks, narrowed lists, the place and the focus; forward leads there again."""
    reader.locator("[data-filter] [name=only]").first.check()
    left = reader.locator("[data-filter] [data-count]").inner_text()
    link = reader.locator("[data-tags]:not([hidden]) a").nth(20)
    title = link.inner_text()
    link.scroll_into_view_if_needed()
    height = reader.evaluate("scrollY")
    assert height > 300
    link.press("Enter")
    expect(reader.locator("h1")).to_have_text(title)
    assert reader.evaluate("scrollY") == 0
    box = reader.locator("[data-checklist] input").first
    box.check()
    reader.go_back()
    expect(reader).to_have_url(f"{server.url}matters/")
    expect(reader.locator("[data-filter] [data-count]")).to_have_text(left)
    expect(link).to_be_focused()
    wait_until(reader, lambda: abs(reader.evaluate("scrollY") - height) < 50)
    reader.go_forward()
    expect(reader.locator("h1")).to_have_text(title)
    expect(box).to_be_checked()
    assert same_document(reader)


def test_whoever_goes_far_back_finds_the_pages_too(reader: Page, server: Server) -> None:
    """Only the last pages are kept as they were; those before come from the copy again."""
    names = reader.locator("[data-tags] a").all_text_contents()[:12]
    for name in names:
        reader.get_by_role("link", name=name, exact=True).first.click()
        expect(reader.locator("h1")).to_have_text(name)
        reader.locator(".nav a[href$='matters/']").first.click()
        expect(reader).to_have_url(f"{server.url}matters/")
    for name in reversed(names):
        reader.go_back()
        expect(reader.locator("h1")).to_have_text(name)
        expect(reader).to_have_title(re.compile(f"^{re.escape(name)}"))
        expect(reader.locator("[data-check-tools]")).to_be_visible()
        reader.go_back()
        expect(reader).to_have_url(f"{server.url}matters/")
        expect(reader.locator("[data-filter]")).to_be_visible()
    assert same_document(reader)


def test_a_tick_in_a_later_guide_is_kept(reader: Page, server: Server) -> None:
    """A page's own script works on every page that needs it, not on the first alone."""
    for number in (0, 1):
        reader.locator("[data-tags] a").nth(number).click()
        box = reader.locator("[data-checklist] input").first
        box.check()
        expect(reader.locator("[data-done]")).to_have_text("1")
        address = reader.url
        assert same_document(reader)
        reader.goto(address)
        expect(box).to_be_checked()
        open_(reader, f"{server.url}matters/")


def test_going_back_after_a_reload_shows_what_the_address_says(
    reader: Page, server: Server
) -> None:
    """A document made anew by the server still counts as that of the pages before it."""
    names = ["大厅", "一件事"]
    for name in names:
        reader.locator(".nav").get_by_role("link", name=name).click()
        expect(reader.locator(".nav [aria-current=true]")).to_have_text(name)
    assert same_document(reader)
    reader.reload()
    assert not same_document(reader)
    reader.go_back()
    expect(reader).to_have_url(f"{server.url}hall/")
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")
    reader.go_back()
    expect(reader).to_have_url(f"{server.url}matters/")
    expect(reader.locator("[data-filter]")).to_be_visible()
    reader.go_forward()
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")


SLOW_WORKER = """(milliseconds) => {
  const { fetch } = window;
  window.fetch = async (...asked) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return fetch(...asked);
  };
}"""


def test_going_back_twice_at_once_mixes_no_pages_up(reader: Page, server: Server) -> None:
    """Address and content belong together, also where a page was still on its way."""
    for name in ("大厅", "一件事"):
        reader.locator(".nav").get_by_role("link", name=name).click()
        expect(reader.locator(".nav [aria-current=true]")).to_have_text(name)
    open_(reader, f"{server.url}complaints/")
    reader.go_back()
    reader.wait_for_load_state("networkidle")
    expect(reader.locator("html[data-copy]")).to_have_count(1)
    reader.evaluate(SLOW_WORKER, 300)
    reader.evaluate("history.back(); setTimeout(() => history.back(), 100)")
    expect(reader).to_have_url(f"{server.url}matters/")
    expect(reader.locator("[data-filter]")).to_be_visible()
    reader.go_forward()
    expect(reader).to_have_url(f"{server.url}hall/")
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")


def test_whoever_goes_back_while_a_page_is_on_its_way_stays_there(
    reader: Page, server: Server
) -> None:
    """What comes late overrules nobody."""
    reader.locator(".nav").get_by_role("link", name="大厅").click()
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")
    reader.evaluate(SLOW_WORKER, 500)
    reader.locator(".nav").get_by_role("link", name="一件事").click()
    reader.evaluate("history.back()")
    expect(reader).to_have_url(f"{server.url}matters/")
    reader.wait_for_timeout(800)
    expect(reader).to_have_url(f"{server.url}matters/")
    expect(reader.locator("[data-filter]")).to_be_visible()


def test_a_worker_that_does_not_answer_stops_nobody(reader: Page) -> None:
    """A link leads where it says, three seconds later."""
    reader.evaluate(
        """() => (window.fetch = (_, { signal }) => new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason))))"""
    )
    reader.locator(".nav").get_by_role("link", name="大厅").click()
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")
    assert not same_document(reader)


def test_ticks_of_a_page_opened_twice_are_not_lost(reader: Page, server: Server) -> None:
    """Whoever comes back to a guide sees what was ticked when it was opened once more."""
    reader.evaluate(FOLLOW, f"/{GUIDE}")
    boxes = reader.locator("[data-checklist] input")
    expect(boxes.first).not_to_be_checked()
    reader.locator(".nav").get_by_role("link", name="大厅").click()
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")
    reader.evaluate(FOLLOW, f"/{GUIDE}")
    boxes.first.check()
    reader.go_back()
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")
    reader.go_back()
    expect(boxes.first).to_be_checked()
    boxes.nth(1).check()
    reader.reload()
    expect(boxes.first).to_be_checked()
    expect(boxes.nth(1)).to_be_checked()
    assert reader.url == f"{server.url}{GUIDE}"


def test_a_page_left_at_once_works_when_people_come_back(reader: Page) -> None:
    """Its script finds it then, if it came too late before."""
    reader.evaluate(
        """() => {
          window.came = 0;
          const back = () => history.back();
          addEventListener("newpage", () => ++window.came === 1 && setTimeout(back));
        }"""
    )
    reader.locator("[data-tags] a").first.click()
    wait_until(reader, lambda: reader.evaluate("window.came") == 2)
    expect(reader.locator("[data-filter]")).to_be_visible()
    reader.go_forward()
    expect(reader.locator("[data-check-tools]")).to_be_visible()
    assert same_document(reader)


def test_what_people_write_is_left_as_ever(reader: Page, server: Server) -> None:
    """A form is a document of its own: whoever leaves it finds the draft again."""
    reader.get_by_role("link", name="你提我改").first.click()
    reader.fill("[name=text]", "多跑了一趟")
    assert not same_document(reader)
    reader.get_by_role("link", name="首页").first.click()
    expect(reader).to_have_url(server.url)
    reader.go_back()
    expect(reader.locator("[name=text]")).to_have_value("多跑了一趟")


def test_the_search_box_is_empty_on_a_new_page(reader: Page) -> None:
    """Who chose a suggestion has found it; the box of the page that came suggests, too."""
    reader.fill("#site-search", "食品经营许可")
    reader.locator(".masthead [role=option]").first.click()
    expect(reader.locator("article.guide")).to_be_visible()
    expect(reader.locator("#site-search")).to_have_value("")
    expect(reader.locator(".masthead [role=listbox]")).to_be_hidden()
    reader.locator("a[data-home]").first.click()
    reader.fill("#home-search", "老年证")
    expect(reader.locator("main [role=option]").first).to_be_visible()
    assert same_document(reader)


def test_reading_aloud_ends_with_the_page(reader: Page) -> None:
    """No voice goes on about a page that is gone, and no caption."""
    reader.evaluate(
        """() => {
          window.cancelled = 0;
          const voice = { lang: "zh-CN", name: "test" };
          speechSynthesis.getVoices = () => [voice];
          speechSynthesis.speak = () => {};
          speechSynthesis.cancel = () => (window.cancelled += 1);
          window.SpeechSynthesisUtterance = class {};
          window.modes.change({ toolbar: true, caption: "on" });
        }"""
    )
    reader.keyboard.press("Alt+Shift+Digit5")
    expect(reader.locator("[data-reading]")).to_be_visible()
    expect(reader.locator("[data-caption]")).to_be_visible()
    reader.evaluate("window.cancelled = 0")
    reader.locator("[data-tags] a").first.press("Enter")
    expect(reader.locator("article.guide")).to_be_visible()
    expect(reader.locator("[data-reading]")).to_be_hidden()
    expect(reader.locator("[data-caption]")).to_be_hidden()
    assert reader.evaluate("window.cancelled") > 0


def test_a_box_over_the_page_goes_with_it(reader: Page) -> None:
    """The help of the toolbar does not lie over the page its link leads to."""
    reader.evaluate("window.modes.change({ toolbar: true })")
    reader.keyboard.press("Alt+Shift+Digit0")
    reader.locator(".toolbar [data-action=help]").click()
    reader.locator(".toolbar-help a").click()
    expect(reader.locator("h1")).to_contain_text("无障碍")
    expect(reader.locator(".toolbar-help")).to_be_hidden()
    assert reader.evaluate("document.activeElement === document.body")
    assert same_document(reader)


def test_no_network_is_told_on_every_page_and_costs_no_waiting(
    reader: Page, context: BrowserContext, server: Server, site: Path
) -> None:
    """Who was told that there is none reads on at once, with the copy's date, until it is back."""
    cut_off(context, server)
    reader.evaluate("navigator.serviceWorker.controller.postMessage('refresh')")
    wait_for(reader, lambda found: found.get("problem"))
    for name in ("大厅", "办事指南", "大厅"):
        reader.locator(".nav").get_by_role("link", name=name).click()
        expect(reader.locator(".nav [aria-current=true]")).to_have_text(name)
        expect(reader.locator("[data-note=offline]")).to_contain_text(published(site)["date"])
    assert same_document(reader)
    server.breaks = lambda _path: False
    context.set_offline(False)
    reader.locator(".nav").get_by_role("link", name="办事指南").click()
    expect(reader.locator("[data-note=offline]")).to_be_hidden()


def test_a_server_that_answers_is_asked(reader: Page, server: Server) -> None:
    """What is wrong with the copy's files alone is no missing network."""
    server.damages = lambda path: path == "/data/offline.json"
    reader.evaluate("navigator.serviceWorker.controller.postMessage('refresh')")
    wait_for(reader, lambda found: found.get("problem"))
    server.sent.clear()
    reader.locator(".nav").get_by_role("link", name="大厅").click()
    expect(reader.locator(".nav [aria-current=true]")).to_have_text("大厅")
    assert "/hall/" in server.sent


def test_a_new_release_comes_with_a_document_of_its_own(
    page: Page, release: Server, releases: tuple[Path, Path]
) -> None:
    """Pages of two versions never share scripts or data."""
    visit(page, release)
    open_(page, f"{release.url}matters/")
    publish(release, releases[1])
    page.evaluate("navigator.serviceWorker.controller.postMessage('refresh')")
    second = published(releases[1])["version"]
    wait_for(page, lambda found: found["version"] == second)
    page.locator("[data-tags] a").first.click()
    expect(page.locator("article.guide")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-copy", second)
    assert not same_document(page)


def test_pages_ask_for_news_when_they_come(reader: Page, server: Server) -> None:
    """Whoever stays in one document hears of a new version as soon as others."""
    server.sent.clear()
    reader.locator("[data-tags] a").first.click()
    wait_until(reader, lambda: "/data/offline.json" in server.sent)
    assert same_document(reader)


def test_without_the_copy_pages_come_from_the_server(reader: Page, server: Server) -> None:
    """When the browser has thrown the copy away, a link still leads where it says."""
    reader.evaluate("caches.delete('offline /')")
    server.sent.clear()
    reader.locator("[data-tags] a").first.click()
    expect(reader.locator("article.guide")).to_be_visible()
    assert not same_document(reader)
    assert any(path.startswith("/matters/") for path in server.sent)


def test_browsers_without_the_navigation_api_open_pages(page: Page, server: Server) -> None:
    """Older telephones have what they always had."""
    page.add_init_script("delete window.navigation")
    visit(page, server)
    open_(page, f"{server.url}matters/")
    page.locator("[data-tags] a").first.click()
    expect(page.locator("article.guide")).to_be_visible()
    expect(page.locator("html[data-copy]")).to_have_count(1)
    assert not same_document(page)


def test_only_a_plain_click_brings_a_page_here(
    reader: Page, context: BrowserContext, server: Server
) -> None:
    """Another tab, a file, a place in the page and another site's address are the browser's."""
    with context.expect_page() as opened:
        reader.locator("[data-tags] a").first.click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    expect(opened.value.locator("article.guide")).to_be_visible()
    expect(reader).to_have_url(f"{server.url}matters/")
    reader.evaluate(FOLLOW, f"{server.url}matters/#main")
    reader.evaluate(FOLLOW, f"{server.url}data/catalogue.json")
    reader.wait_for_url("**/catalogue.json")
    reader.go_back()
    expect(reader.locator("[data-filter]")).to_be_visible()


def test_a_link_into_a_page_leads_to_its_place(reader: Page, server: Server) -> None:
    """An address with a place in it scrolls there, and is the address people see."""
    reader.evaluate(FOLLOW, f"{server.url}{GUIDE}#materials")
    expect(reader).to_have_url(f"{server.url}{GUIDE}#materials")
    expect(reader.locator("#materials")).to_be_in_viewport()
    assert reader.evaluate("document.querySelector(':target').id") == "materials"
    assert same_document(reader)


def test_the_last_link_pressed_wins(reader: Page) -> None:
    """Whoever corrects a slip of the finger at once is where the second press leads."""
    name = reader.locator("[data-tags] a").nth(1).inner_text()
    reader.evaluate(
        """() => {
          const [slip, meant] = document.querySelectorAll("[data-tags] a");
          slip.click();
          meant.click();
        }"""
    )
    expect(reader.locator("h1")).to_have_text(name)


def test_a_page_is_asked_for_when_the_finger_goes_down(
    reader: Page, context: BrowserContext, server: Server
) -> None:
    """The copy has made it before the finger lifts; sliding away goes nowhere."""
    cut_off(context, server)
    reader.evaluate(
        """() => {
          window.asked = [];
          const { fetch } = window;
          window.fetch = (...asked) => window.asked.push(asked[0]) && fetch(...asked);
        }"""
    )
    link = reader.locator("[data-tags] a").first
    link.hover()
    assert reader.evaluate("window.asked") == []
    reader.mouse.down()
    wait_until(reader, lambda: len(reader.evaluate("window.asked")) == 1)
    reader.hover("h1")
    reader.mouse.up()
    expect(reader).to_have_url(f"{server.url}matters/")
    link.click()
    expect(reader.locator("article.guide")).to_be_visible()
    assert same_document(reader)
