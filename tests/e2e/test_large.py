"""The forms of a large site: one matter of thousands is named, not chosen from a list."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, expect

from form_api.site import read_rules
from site_builder.script import Converter
from tests.e2e.axe import CELLS, faults, load_axe, share, violations
from tests.e2e.conftest import OpenPage
from tests.e2e.outbox.helpers import (
    KEPT,
    RECEIVED,
    Api,
    expect_copy,
    held_back,
    kept,
    offline,
    send,
    started,
    wait_until,
)
from tests.e2e.proxy import Proxy
from tests.e2e.test_budgets import BUDGETS, bodies, head, loaded
from tests.e2e.test_search import EVERYTHING_LEARNT

ROOT = Path(__file__).parents[2]
MATTER = "food-business-license-new"
NAME = "食品经营许可（新办）"
FORMS = ("complaints/", "appointments/", "help/request/")


@pytest.fixture(scope="module")
def server(large_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with started(large_site, tmp_path_factory.mktemp("large-api")) as api:
        yield api


def stored(api: Api) -> list[str | None]:
    """Return the matter of every submission since the test began."""
    with contextlib.closing(sqlite3.connect(api.folder / "api.db")) as db:
        rows = db.execute("SELECT matter FROM submission ORDER BY received_at").fetchall()
    return [matter for (matter,) in rows[api.earlier :]]


def complain(page: Page) -> None:
    """Fill in what a complaint needs, and go on."""
    page.check("[name=category][value=materials]")
    page.fill("[name=text]", "多跑了一趟")
    page.click(".form button[type=submit]")


def suggested(page: Page, text: str) -> Any:
    """Write into the box as people do; return the suggestions."""
    box = page.locator("[name=matter]")
    box.fill("")
    box.press_sequentially(text)
    options = page.locator("#field-matter-list [role=option]")
    expect(options.first).to_be_visible()
    return options


@pytest.mark.parametrize("address", FORMS)
def test_a_form_costs_no_more_than_a_districts(address: str, api: Api) -> None:
    """A form page of a large site is within the same budget as that of 146 matters."""
    budget = BUDGETS["pages"]["form"]
    with httpx.Client(base_url=f"{api.base}/", headers={"Accept-Encoding": "gzip"}) as client:
        answers = list(loaded(client, address))
        page = answers[0].text
    spent = bodies(answers) + sum(map(head, answers))
    scripts = bodies(a for a in answers if a.url.path.endswith(".js"))
    print(address, len(page), spent, scripts)
    assert 'type="text" id="field-matter" name="matter"' in page
    assert len(page) < 40_000
    assert spent <= budget["all"]
    assert scripts <= budget["scripts"]


def test_every_name_is_known_in_either_script(large_site: Path) -> None:
    """The API takes any name as pages have it: in 简体, and in 繁體 with the glossary's words."""
    glossary = yaml.safe_load((ROOT / "content/data/glossary.yml").read_text("utf-8"))
    matters = read_rules(large_site).matters
    assert matters
    ids, names = zip(*((matter.id, matter.name) for matter in matters.values()), strict=True)
    for written in (names, Converter(glossary).all(*names)):
        found = [matters.called(name) for name in written]
        assert [matter and matter.id for matter in found] == list(ids)


@pytest.mark.browser
def test_a_matter_is_picked_with_the_keyboard(open_page: OpenPage, api: Api) -> None:
    """Everyday words find the matter, arrows and Enter take it; its id arrives."""
    page = open_page("complaints/", base=f"{api.base}/")
    options = suggested(page, "开饭店要办的证")
    box = page.get_by_role("combobox", name="跟哪个事项有关")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_accessible_description(re.compile("写事项名称"))
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "field-matter-list-0")
    page.keyboard.press("Enter")
    expect(box).to_have_value(NAME)
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    complain(page)
    expect(page.locator(".review")).to_contain_text(NAME)
    assert send(page) == RECEIVED
    assert stored(api) == [MATTER]


@pytest.mark.browser
def test_a_chosen_matter_shows_its_free_slots(open_page: OpenPage, api: Api) -> None:
    """Choosing a matter asks for its places, by its id, as choosing from the list does."""
    page = open_page("appointments/", base=f"{api.base}/")
    answer = httpx.get(f"{api.base}/api/slots", params={"matter": MATTER, "from": "2000-01-01"})
    page.fill("[name=date]", answer.json()["slots"][-1]["date"])
    suggested(page, "开饭店").first.click()
    expect(page.locator("[name=slot] option").nth(1)).to_contain_text("余")


@pytest.mark.browser
def test_a_matter_is_picked_in_traditional(open_page: OpenPage, api: Api) -> None:
    """Suggestions are in the script of the page; the same id arrives."""
    page = open_page("hant/complaints/", base=f"{api.base}/")
    suggested(page, "食品經營許可新辦").first.click()
    expect(page.locator("[name=matter]")).to_have_value("食品經營許可（新辦）")
    complain(page)
    page.click("[data-action=send]")
    page.locator(".panel").wait_for()
    assert stored(api) == [MATTER]


@pytest.mark.browser
def test_a_whole_name_need_not_be_chosen(open_page: OpenPage, api: Api) -> None:
    """Who writes the name or the id to its end, and goes on, has said which matter."""
    for written in ("食品经营许可(新办)", MATTER):
        page = open_page("complaints/", base=f"{api.base}/")
        page.fill("[name=matter]", written)
        page.locator("[name=text]").focus()
        expect(page.locator("[name=matter]")).to_have_value(NAME)


@pytest.mark.browser
def test_a_draft_brings_the_chosen_matter_back(open_page: OpenPage, api: Api) -> None:
    """A draft keeps the id; whoever comes back reads the name."""
    page = open_page("complaints/", base=f"{api.base}/")
    suggested(page, "开饭店").first.click()
    wait_until(page, lambda: MATTER in json.dumps(kept(page)))
    page.reload()
    expect(page.locator("[name=matter]")).to_have_value(NAME)
    expect(page.locator("[data-field=matter]")).to_have_attribute("data-chosen", MATTER)


@pytest.mark.browser
def test_who_writes_before_the_script_is_there_gets_suggestions(
    open_page: OpenPage, api: Api
) -> None:
    """On a slow network people write before the page can suggest anything; it does when it can."""
    with before_the_script(open_page, api) as page:
        page.locator("[name=matter]").press_sequentially("许可")
    expect(page.locator("#field-matter-list [role=option]").first).to_be_visible()


@pytest.mark.browser
def test_who_has_written_a_name_before_the_script_is_there_has_said_which(
    open_page: OpenPage, api: Api
) -> None:
    """Who wrote it to its end, and went on, before the page could know names, is understood."""
    with before_the_script(open_page, api) as page:
        page.locator("[name=matter]").press_sequentially("食品经营许可(新办)")
        page.locator("[name=text]").focus()
    expect(page.locator("[name=matter]")).to_have_value(NAME)
    expect(page.locator("[name=text]")).to_be_focused()


@contextlib.contextmanager
def before_the_script(open_page: OpenPage, api: Api) -> Iterator[Page]:
    """Open the complaint form; what knows names arrives when this ends."""
    page = open_page("about/", base=f"{api.base}/")
    with held_back(page, "**/forms-named*.js"):
        page.goto(f"{api.base}/complaints/")
        yield page


@pytest.mark.browser
def test_unknown_words_are_told_at_once_and_kept(open_page: OpenPage, api: Api) -> None:
    """What names no matter is refused before anything is sent, stays, and may be cleared."""
    page = open_page("complaints/", base=f"{api.base}/")
    suggested(page, "许可")
    page.locator("[name=text]").focus()
    page.locator("[data-unknown]").wait_for()  # all names are here
    complain(page)
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("从建议里选一个事项；说不准，清空就行")
    expect(page.locator("[name=matter]")).to_have_value("许可")
    page.fill("[name=matter]", "")
    complain(page)
    expect(page.locator(".review")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(("script", "name"), [("", NAME), ("hant/", "食品經營許可（新辦）")])
def test_a_guide_leads_to_a_form_that_names_it(
    open_page: OpenPage, api: Api, script: str, name: str
) -> None:
    """A link with the matter's id still fills the form in, and people read the name."""
    page = open_page(f"{script}matters/{MATTER}/", base=f"{api.base}/")
    page.locator("main a.button-main[href*='appointments/?matter=']").first.click()
    box = page.locator("[name=matter]")
    expect(box).to_have_value(name)
    expect(page.locator("[data-field=matter]")).to_have_attribute("data-chosen", MATTER)


@pytest.mark.browser
def test_offline_a_matter_is_picked_and_arrives(browser: Browser, proxy: Proxy, api: Api) -> None:
    """Without a network the copy has the form and the names; what waits is sent with the id."""
    context: BrowserContext = browser.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(proxy.url)
    expect_copy(page)
    offline(context, proxy, yes=True)
    page.goto(f"{proxy.url}complaints/?matter={MATTER}")
    expect(page.locator("[name=matter]")).to_have_value(NAME)
    suggested(page, "开理发店").first.click()
    picked = page.locator("[data-field=matter]").get_attribute("data-chosen")
    assert picked
    assert picked != MATTER
    complain(page)
    assert send(page) == KEPT
    offline(context, proxy, yes=False)
    page.goto(f"{proxy.url}outbox/")
    expect(page.locator("[data-truth=delivered]")).to_have_count(1)
    assert stored(api) == [picked]
    context.close()


@pytest.mark.browser
def test_words_nobody_could_look_up_are_sent_and_asked_back(open_page: OpenPage, api: Api) -> None:
    """Where the names cannot be loaded, a whole name arrives; else one can be picked."""
    page = open_page("about:blank", base="")
    page.route("**/data/search*", lambda route: route.abort())
    page.goto(f"{api.base}/complaints/")
    page.fill("[name=matter]", "开饭店")
    complain(page)
    expect(page.locator(".review")).to_contain_text("开饭店")
    assert send(page) == "有几处需要改一下"
    expect(page.locator("[data-field=matter] .error-message")).to_contain_text("请选一个")
    expect(page.locator("[name=matter]")).to_have_value("开饭店")
    expect(page.locator("[name=text]")).to_have_value("多跑了一趟")
    assert stored(api) == []
    page.locator("[data-field=matter]").get_by_role("button", name=NAME, exact=True).click()
    expect(page.locator("[name=matter]")).to_have_value(NAME)
    page.click(".form button[type=submit]")
    expect(page.locator("[data-field=matter] button")).to_have_count(0)
    assert send(page) == RECEIVED
    assert stored(api) == [MATTER]


@pytest.mark.browser
def test_without_javascript_a_matter_is_named_and_picked(browser: Browser, api: Api) -> None:
    """The API's page has a short list, keeps what was written, and takes a choice."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{api.base}/hant/complaints/")
    page.fill("[name=matter]", "飯店")
    complain(page)
    expect(page.locator(".error-summary")).to_contain_text("說不準，可以不填")
    expect(page.locator("[name=matter][type=text]")).to_have_value("飯店")
    expect(page.locator("[name=text]")).to_have_value("多跑了一趟")
    assert len(page.content()) < 40_000
    load_axe(page, scripts=False)
    assert violations(page) == []
    page.get_by_label("食品經營許可（新辦）", exact=True).check()
    page.click(".form button[type=submit]")
    expect(page.locator(".summary-list")).to_contain_text("食品經營許可（新辦）")
    page.click("[name=confirmation]")
    expect(page.locator(".receipt")).to_be_visible()
    assert stored(api) == [MATTER]
    context.close()


HEIGHTS = """() => [...document.querySelectorAll("[name=matter], #field-matter-list [role=option]")]
  .map((target) => target.getBoundingClientRect().height)"""


@pytest.mark.browser
def test_axe_finds_nothing_beside_open_suggestions(open_page: OpenPage, api: Api) -> None:
    """The box with its list is clean and its targets are large, in every mode."""
    page = open_page("complaints/", base=f"{api.base}/", width=390, reduced_motion="reduce")
    page.evaluate(EVERYTHING_LEARNT)  # what it learns redraws the list, and axe takes its time
    load_axe(page)
    for modes, least in (({}, 44), ({"mode": "senior"}, 60), ({"theme": "dark"}, 44)):
        page.evaluate(f"modes.change({json.dumps({'mode': '', 'theme': ''} | modes)})")
        suggested(page, "饭店")
        assert violations(page) == []
        heights = page.evaluate(HEIGHTS)
        assert len(heights) > 1
        assert min(heights) >= least


@pytest.mark.browser
@pytest.mark.parametrize("turn", range(len(FORMS)))
def test_axe_finds_nothing_in_the_forms(browser: Browser, api: Api, turn: int) -> None:
    """The forms are clean as every other kind of page is; combinations take turns."""
    told = dict(faults(browser, f"{api.base}/", FORMS[turn], share(turn)))
    assert told.keys() <= set(CELLS)
    assert not {cell: found for cell, found in told.items() if found}
