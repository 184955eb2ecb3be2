"""What pages do in a real browser, with scripts and without."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.outbox.helpers import held_back

GUIDE = "matters/food-business-license-new/"
PACKAGE = "packages/open-restaurant/"
FIGURES = ("matters", "materials", "visits", "days", "separate-materials", "separate-days")


def figures(page: Page) -> dict[str, str]:
    """Return the numbers a package shows."""
    return {name: page.locator(f"[data-out={name}]").first.inner_text() for name in FIGURES}


def listed(page: Page) -> list[str]:
    """Return the materials a package shows."""
    return page.locator("[data-item]:visible .check-name").all_inner_texts()


@pytest.mark.browser
def test_ticked_materials_are_remembered_on_the_device(open_page: OpenPage) -> None:
    """A ticked material is still ticked tomorrow, in the other script too, until cleared."""
    page = open_page(GUIDE)
    page.locator(".check-name").nth(2).click()
    expect(page.locator("[data-done]")).to_have_text("1")
    page.get_by_role("link", name="繁體").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    expect(page.locator(".check-name input").nth(2)).to_be_checked()
    page.locator("[data-clear]").click()
    page.reload()
    expect(page.locator(".check-name input:checked")).to_have_count(0)


@pytest.mark.browser
def test_who_ticks_before_the_script_is_there_keeps_the_tick(open_page: OpenPage) -> None:
    """On a slow network a list is ticked before anything can count; nothing is taken away."""
    page = open_page("about/")
    with held_back(page, "**/guide.*.js"):
        page.goto(page.url.replace("about/", GUIDE), wait_until="commit")
        page.locator(".check-name").nth(2).click()
        page.wait_for_function("document.querySelector('.check-name input:checked')")
    expect(page.locator("[data-done]")).to_have_text("1")
    page.reload()
    expect(page.locator(".check-name input").nth(2)).to_be_checked()


@pytest.mark.browser
def test_answers_give_the_same_list_with_and_without_scripts(open_page: OpenPage) -> None:
    """Every way of answering shows the same matters, materials, days and visits on both paths."""
    live, still = open_page(PACKAGE), open_page(PACKAGE, java_script_enabled=False)
    base = still.url
    questions = live.locator("[data-questions] fieldset")
    options = [
        [box.get_attribute("value") for box in questions.nth(i).locator("input").all()]
        for i in range(questions.count())
    ]
    paths = [""]
    for values in options:
        paths = [f"{path}{value}/" for path in paths for value in values]
    assert len(paths) == 12
    for path in paths:
        for value, question in zip(path.split("/"), questions.all(), strict=False):
            question.locator(f"input[value='{value}']").check()
        still.goto(base + path)
        assert figures(live) == figures(still), path
        assert sorted(listed(live)) == sorted(listed(still)), path


@pytest.mark.browser
def test_a_package_is_answered_step_by_step_without_scripts(open_page: OpenPage) -> None:
    """Three links lead from a package's first question to its list."""
    page = open_page(PACKAGE, java_script_enabled=False)
    for answer in ("50平方米及以下", "经商场或物业统一排水", "沿用原有招牌或不设招牌"):
        page.get_by_role("link", name=answer).click()
    expect(page.locator("h2").first).to_have_text("省下多少")
    assert "小餐饮登记" in page.locator("#matters").inner_text()
    assert page.locator(".check-name").count() == 8


@pytest.mark.browser
def test_an_answer_is_told_to_screen_readers(open_page: OpenPage) -> None:
    """Whoever cannot see the list change hears what it came to."""
    page = open_page(PACKAGE)
    page.get_by_label("沿用原有招牌或不设招牌").check()
    expect(page.get_by_role("status").filter(has_text="现在是 3 个事项")).to_be_attached()
    page.get_by_role("button", name="重新选").click()
    expect(page.get_by_role("status").filter(has_text="现在是 4 个事项")).to_be_attached()


@pytest.mark.browser
def test_lists_narrow_down_and_say_how_many_are_left(open_page: OpenPage) -> None:
    """The filter shows what fits, and its number is the number of entries."""
    page = open_page("matters/")
    page.get_by_label("网上可办").check()
    page.get_by_label("不用跑腿").check()
    shown = page.locator("[data-tags]:visible").count()
    assert 0 < shown < 146
    expect(page.locator("[data-filter] [data-count]")).to_have_text(str(shown))


@pytest.mark.browser
def test_the_waivable_list_is_searched_by_everyday_words(open_page: OpenPage) -> None:
    """Somebody who only knows 开饭店 finds the food licence on the list, and prints it."""
    page = open_page("waivable/")
    page.get_by_label("在清单里找").fill("开饭店")
    expect(page.get_by_role("link", name="食品经营许可（新办）")).to_be_visible()
    assert page.locator("tbody:visible").count() < 10
    expect(page.get_by_role("button", name="打印清单")).to_be_visible()


@pytest.mark.browser
def test_a_guide_leads_to_its_zone_on_the_plan(open_page: OpenPage) -> None:
    """From “where” one click shows the room on the plan, and one more what is handled there."""
    page = open_page(GUIDE)
    page.locator("#where").get_by_role("link", name="7-22 号窗口").click()
    room = page.locator("#plan-one-window-general")
    expect(room).to_have_attribute("aria-label", "综合受理，7-22 号窗口")
    expect(room).to_be_in_viewport()
    room.click()
    expect(page.locator("#zone-one-window-general")).to_be_in_viewport()


@pytest.mark.browser
def test_every_room_of_the_hall_is_reached_by_keyboard(open_page: OpenPage) -> None:
    """Each zone of the plans takes the focus and has a name."""
    page = open_page("hall/")
    rooms = page.locator(".plan a")
    assert rooms.count() == 12
    for room in rooms.all():
        room.focus()
        expect(room).to_be_focused()
        assert re.search("号窗口|全天开放", room.get_attribute("aria-label") or "")


@pytest.mark.browser
def test_a_printed_guide_is_the_one_time_notice(open_page: OpenPage) -> None:
    """On paper there is the notice's title and place to sign, and no navigation."""
    page = open_page(GUIDE)
    page.locator(".skip").focus()  # whoever uses the keyboard
    page.emulate_media(media="print")
    expect(page.get_by_text("一次性告知单").first).to_be_visible()
    expect(page.get_by_text("告知人")).to_be_visible()
    for hidden in (".skip", ".masthead", ".toc", ".footer", ".check-tools"):
        expect(page.locator(hidden).first).to_be_hidden()


@pytest.mark.browser
@pytest.mark.parametrize("address", ["", GUIDE, PACKAGE, "hall/", "complaints/", "articles/"])
def test_pages_tell_their_structure(open_page: OpenPage, address: str) -> None:
    """One h1, headings that skip no level, one main, and the navigation says where we are."""
    page = open_page(address, java_script_enabled=False)
    levels = [int(h.evaluate("h => h.tagName[1]")) for h in page.locator("h1,h2,h3,h4").all()]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator(".nav [aria-current=true]")).to_have_count(1)


@pytest.mark.browser
def test_structured_data_is_valid_json(open_page: OpenPage) -> None:
    """A guide's JSON-LD can be read, in the page's own script."""
    page = open_page(f"hant/{GUIDE}")
    text = page.locator("script[type='application/ld+json']").text_content() or ""
    assert json.loads(text)["name"] == "食品經營許可（新辦）"


@pytest.mark.browser
def test_a_guide_asks_only_its_own_site_and_stays_light(open_page: OpenPage) -> None:
    """A first visit fetches nothing from elsewhere, no font, and at most 50 KB compressed."""
    page = open_page("404.html")
    fetched: dict[str, int] = {}
    page.on("response", lambda r: fetched.update({r.url: len(gzip.compress(r.body()))}))
    origin = page.url.removesuffix("404.html")
    page.goto(origin + GUIDE, wait_until="networkidle")
    assert len(fetched) > 3
    assert not [url for url in fetched if not url.startswith((origin, "data:"))]
    assert not [url for url in fetched if re.search(r"\.(woff2?|ttf|otf)$", url)]
    assert sum(fetched.values()) <= 50_000, fetched
    assert sum(size for url, size in fetched.items() if url.endswith(".css")) <= 14_000
