"""/search/ and the suggestions under every search box, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.evaluation import scores
from tests.evaluation.sets import read

pytestmark = pytest.mark.browser

EVERYTHING_LEARNT = """async () => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const { openSearch } = await import(loaded.find((name) => name.includes("/search-index.")));
  await (await openSearch()).learnt;
}"""
_ENGINES = """async ([script, queries]) => {
  const { Engine } = await import(script);
  const load = async (path) => (await fetch(`../${path}`)).json();
  const tables = await load("data/search.json");
  const texts = await load(tables.texts[0]);
  const count = tables.docs.kinds.length;
  const lines = (text, from, to) => text.split("\\n").slice(from, to).join("\\n");
  const part = (from, to) => {
    const { kinds, ...columns } = tables.docs;
    for (const [name, text] of Object.entries(columns)) columns[name] = lines(text, from, to);
    return { kinds: kinds.slice(from, to), ...columns };
  };
  const engine = (size) => {
    const made = new Engine({ ...tables, docs: part(0, size) });
    for (let from = size; from < count; from += size) made.addDocuments(part(from, from + size));
    for (let i = 0; i * size < count; i++) made.addTexts(lines(texts, i * size, (i + 1) * size), i);
    return made;
  };
  const found = (made, limit) =>
    queries.map((query) => made.search(query, { limit }).slice(0, 5).map(({ doc }) => doc.url));
  return [found(engine(count), count), found(engine(count), 5), found(engine(40), 5)];
}"""
_FETCHES = """async (script) => {
  const { load } = await import(script);
  const asked = [];
  window.fetch = async (address, { cache }) => asked.push(cache) && new Response("{}");
  for (const name of ["search", "ask", "search.texts-0123abcd"]) await load(`data/${name}.json`);
  return asked;
}"""
_TITLES = """async (script) => {
  const { openSearch } = await import(script);
  const engine = await openSearch();
  const docs = [...engine.docs.keys()].map((number) => engine.doc(number));
  return docs.map(({ url, shown }) => [url, shown]);
}"""

_PARTS = """async (script) => {
  const whole = await (await fetch("../data/search.json")).json();
  const { kinds, ...columns } = whole.docs;
  const part = (from) => {
    const some = { kinds: kinds.slice(from, from + 9) };
    for (const [name, text] of Object.entries(columns)) {
      some[name] = text.split("\\n").slice(from, from + 9).join("\\n");
    }
    return some;
  };
  const more = [];
  for (let from = 9; from < kinds.length; from += 9) more.push(`data/${from}`);
  window.fetch = async ({ pathname }) => {
    if (pathname === "/data/search.json") return Response.json({ ...whole, docs: part(0), more });
    const place = more.indexOf(pathname.slice(1));
    await new Promise((resolve) => setTimeout(resolve, 9 * (more.length - place)));
    return Response.json(part(9 * (place + 1)));
  };
  const engine = await (await import(script)).openSearch();
  await engine.named;
  const urls = [...engine.docs.keys()].map((number) => engine.doc(number).url);
  return [urls, columns.urls.split("\\n")];
}"""


def results(open_page: OpenPage, query: str, root: str = "", **options: object) -> Page:
    page = open_page(f"{root}search/?q={quote(query)}", **options)
    expect(page.locator("#search-results a").first).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("食品经营许可", "/matters/food-business-license-new/"),
        ("營業執照遺失", "/matters/business-license-reissue/"),
        ("laonianzheng", "/matters/elderly-preference-card/"),
        ("lao nian zheng", "/matters/elderly-preference-card/"),
        ("gzf", "/matters/public-rental-housing/"),
        ("取shui许可", "/matters/water-abstraction-permit/"),
        ("消房验收", "/matters/fire-acceptance/"),
        ("最低生保障", "/matters/minimum-living-allowance/"),
        ("我要开餐馆", "/packages/open-restaurant/"),
        ("不用跑腿", "/no-visit/"),
        ("公积金", "/hall/#zone-housing-fund"),
        ("汤头", "/townships/tangtou/"),
        ("长辈版", "/senior/"),
        ("双随机", "/supervision/"),
    ],
)
def test_however_people_type_the_page_they_mean_comes_first(
    open_page: OpenPage, query: str, address: str
) -> None:
    """/search/?q=… lists links inside #search-results, what people mean first, in both scripts."""
    for root in ("", "hant/"):
        page = results(open_page, query, root)
        first = page.locator("#search-results a").first
        assert first.evaluate("(link) => link.href").endswith(root + address.removeprefix("/"))


def test_hits_are_shown_in_the_script_of_the_page(open_page: OpenPage) -> None:
    """Typed in either script, a hit on a 繁體 page is 繁體, with what was found marked."""
    page = results(open_page, "营业执照", "hant/")
    expect(page.locator("#search-results mark").first).to_have_text("營業執照")
    expect(page.locator("#search-results")).not_to_contain_text("营业执照")


def test_the_parts_of_the_index_stay_in_their_order(open_page: OpenPage) -> None:
    """Of many parts the last may be here first: every page is found at its own address."""
    page = open_page("search/")
    found, listed = page.evaluate(_PARTS, scores.script_of(page, "search-index"))
    assert found == listed


def test_facets_narrow_the_hits_and_stay_in_the_address(open_page: OpenPage) -> None:
    """What is ticked leaves only matters that have it, and a copied address gives the same list."""
    page = results(open_page, "许可证")
    page.get_by_label("主题").select_option("health")
    page.get_by_label("不用跑腿").check()
    expect(page).to_have_url(re.compile("theme=health.*only=no_visit"))
    narrowed = page.locator("#search-results li")
    expect(narrowed.first).to_contain_text("跑 0 次")
    titles = page.locator("#search-results a").all_inner_texts()
    assert "护士执业注册" in titles or len(titles) > 2
    expect(page.locator("[data-search-status]")).to_contain_text(f"{len(titles)} 条")
    page.reload()
    expect(page.locator("#search-results a")).to_have_count(len(titles))


def test_nothing_found_says_what_to_do(open_page: OpenPage) -> None:
    """A query that finds nothing gets a way on, not an empty page."""
    page = open_page(f"search/?q={quote('龘龘')}")
    expect(page.locator("[data-search-status]")).to_contain_text("换个说法")
    expect(page.locator("#search-results a")).to_have_count(0)


def test_without_scripts_every_matter_is_listed(open_page: OpenPage) -> None:
    """Where scripts are off, the page says so and lists all matters by theme."""
    page = open_page("search/?q=x", java_script_enabled=False)
    expect(page.locator("main noscript p").first).to_be_visible()
    expect(page.locator("main .columns a[href^='../matters/']")).to_have_count(146)


def combobox(open_page: OpenPage) -> Page:
    page = open_page("search/")
    page.goto(page.url.removesuffix("search/"))
    page.locator("form[data-search] input[name=q]:visible").first.focus()
    page.keyboard.type("低保")
    expect(page.get_by_role("option").first).to_be_visible()
    return page


def test_suggestions_follow_the_combobox_pattern(open_page: OpenPage) -> None:
    """Arrows, Home and End choose, Escape closes and keeps the words, Enter opens; all is said."""
    page = combobox(open_page)
    box = page.get_by_role("combobox").and_(page.locator(":focus"))
    options = page.get_by_role("option")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("form[data-search] [role=status]:visible").first).to_contain_text(
        str(options.count())
    )

    def active() -> str:
        chosen = page.locator("[role=option][aria-selected=true]")
        expect(chosen).to_have_count(1)
        expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
        return chosen.inner_text()

    page.keyboard.press("ArrowDown")
    assert active() == options.first.inner_text()
    page.keyboard.press("End")
    assert active() == options.last.inner_text()
    page.keyboard.press("Home")
    assert active() == options.first.inner_text()
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("低保")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("matters/minimum-living-allowance/"))


def test_enter_without_a_choice_searches(open_page: OpenPage) -> None:
    """Who only types and presses Enter gets the page of all hits."""
    page = combobox(open_page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"search/\?q="))
    expect(page.locator("#search-results a").first).to_be_visible()


def test_pages_are_skipped_and_parts_divided_without_a_loss(open_page: OpenPage) -> None:
    """All pages read, or only likely ones, in one part or in many: the best hits are the same."""
    page = results(open_page, "低保")
    queries = [query.text for query in read("search.tsv")][::4]
    every, likely, parts = page.evaluate(
        _ENGINES, [scores.script_of(page, "search-engine"), queries]
    )
    assert all(len(found) for found in every)
    assert likely == every
    assert parts == every


def test_titles_in_traditional_script_are_those_of_the_pages(
    open_page: OpenPage, site: Path
) -> None:
    """A 繁體 hit is called as its 繁體 page is, character for character, for every matter."""
    page = open_page("hant/search/")
    titles = page.evaluate(_TITLES, scores.script_of(page, "search-index"))
    called = {url: shown for url, shown in titles if re.fullmatch(r"matters/[^/]+/", url)}
    pages = {url: (site / "hant" / url / "index.html").read_text("utf-8") for url in called}
    assert len(called) == 146
    assert {u: title for u, title in called.items() if f">{title}</h1>" not in pages[u]} == {}


def test_what_has_no_fingerprint_is_never_taken_from_an_earlier_release(
    open_page: OpenPage,
) -> None:
    """A browser asks the server before it uses its own copy of data that may have changed."""
    page = open_page("search/")
    asked = page.evaluate(_FETCHES, scores.script_of(page, "site-data"))
    assert asked == ["no-cache", "no-cache", "default"]


def test_whoever_is_choosing_is_not_disturbed(open_page: OpenPage, site_url: str) -> None:
    """What search learns while somebody goes through the suggestions leaves the choice alone."""
    page, learn = suggested(open_page, f"{site_url}matters/")
    page.keyboard.press("ArrowDown")
    learn()
    first = page.locator("#site-search-list [role=option]").first
    assert first.get_attribute("aria-selected") == "true"


def test_closed_suggestions_stay_closed(open_page: OpenPage, site_url: str) -> None:
    """What search learns after somebody closed the suggestions does not open them again."""
    page, learn = suggested(open_page, f"{site_url}matters/")
    page.keyboard.press("Escape")
    learn()
    assert page.locator("#site-search").get_attribute("aria-expanded") == "false"


def suggested(open_page: OpenPage, address: str) -> tuple[Page, Callable[[], None]]:
    """Return a page with open suggestions, and what lets search learn the rest."""
    page = open_page("about:blank", base="")
    held: list[Route] = []
    page.route("**/data/search.texts-*", lambda route: held.append(route))
    page.goto(address)
    with page.expect_request("**/data/search.texts-*"):
        page.locator("#site-search").press_sequentially("老年")
    expect(page.locator("#site-search-list [role=option]").first).to_be_visible()

    def learn() -> None:
        held[0].continue_()
        page.evaluate(EVERYTHING_LEARNT)

    return page, learn
