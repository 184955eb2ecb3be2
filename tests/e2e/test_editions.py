"""The USB stick and the self-service hall, in a real browser."""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect

from site_builder import editions
from site_builder.pipeline import build
from tests.e2e.outbox.helpers import EVERYTHING_KEPT
from tests.processes import Server

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stick")
    edition = editions.portable(ROOT / "templates")
    build(ROOT / "content", out, ROOT / "mkdocs.yml", edition=edition)
    return out


@pytest.fixture(scope="module")
def terminal_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("terminal")
    build(ROOT / "content", out, ROOT / "mkdocs.yml", edition=editions.kiosk)
    return out


@pytest.fixture(scope="module")
def terminal(terminal_site: Path) -> Iterator[str]:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(terminal_site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_stick_has_guides_search_answers_and_both_scripts(browser: Browser, stick: Path) -> None:
    """Opened by double-click, guides, lists, search, answers and 繁體 work, without any error."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((stick / "index.html").as_uri())
    page.locator("nav").get_by_role("link", name="办事指南").first.click()
    page.locator("main a[href*='/index.html']").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.locator("[data-switch=script]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    page.goto((stick / "search/index.html").as_uri() + "?q=老年证")
    expect(page.locator("#search-results a").first).to_be_visible()
    page.goto((stick / "ask/index.html").as_uri() + "?q=食品经营许可要几天")
    expect(page.locator("#answer")).to_contain_text("工作日")
    page.goto((stick / "ask/index.html").as_uri() + "?q=大厅几点开门")
    expect(page.locator("#answer blockquote")).to_contain_text("周一至周五")
    page.goto((stick / "complaints/index.html").as_uri())
    expect(page.locator("main")).to_contain_text("不能在这里提交")
    assert errors == []
    page.close()


def test_every_link_of_a_stick_is_a_file(stick: Path) -> None:
    """No link points to a folder, which file:// would show as a list of files."""
    for page in stick.rglob("*.html"):
        assert not editions._LINK.search(page.read_text("utf-8")) or all(
            not link[1].endswith("/") for link in editions._LINK.findall(page.read_text("utf-8"))
        ), page


def test_a_stick_remembers_senior_mode_and_has_the_large_caption_with_pinyin(
    browser: Browser, stick: Path
) -> None:
    """The modes work without a server, too, from page to page."""
    page = browser.new_page()
    page.goto((stick / "senior/index.html").as_uri())
    page.goto((stick / "matters/index.html").as_uri())
    expect(page.locator("html")).to_have_attribute("data-mode", "senior")
    page.evaluate("window.modes.change({ caption: 'on', pinyin: 'on' })")
    page.reload()
    page.wait_for_function(
        """() => {
          dispatchEvent(new CustomEvent("reading", { detail: "银行" }));
          return document.querySelector("[data-caption-text] rt");
        }"""
    )
    expect(page.locator("[data-caption-text] rt").last).to_have_text("háng")
    page.close()


def test_a_stick_says_that_everything_is_here_already(browser: Browser, stick: Path) -> None:
    """There is nothing to store, and nothing waits to be sent."""
    page = browser.new_page()
    for address, words in (
        ("offline", "这个文件夹"),
        ("outbox", "这个文件夹"),
        ("hant/offline", "這個文件夾"),
    ):
        page.goto((stick / address / "index.html").as_uri())
        expect(page.locator("main .notice").first).to_contain_text(words)
        expect(page.locator("main button")).to_have_count(0)
    page.close()


def test_a_terminal_forgets_the_person_and_returns_to_the_start(
    browser: Browser, terminal: str
) -> None:
    """After quiet time: a warning, then the start page, and nothing of the person is left."""
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{terminal}complaints/")
    page.fill("[name=text]", "我的事")
    page.evaluate("localStorage.setItem('mine', '1')")
    page.clock.run_for(91_000)
    expect(page.locator("[data-kiosk-warning]")).to_be_visible()
    page.clock.run_for(21_000)
    expect(page).to_have_url(terminal)
    assert page.evaluate("localStorage.getItem('mine')") is None
    context.close()


def test_the_next_person_cannot_go_back_to_the_one_before(browser: Browser, terminal: str) -> None:
    """The way back leads to the start, whatever the person before had open."""
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{terminal}matters/")
    page.goto(f"{terminal}complaints/")
    page.fill("[name=text]", "我的事")
    page.clock.run_for(91_000)
    page.clock.run_for(21_000)
    expect(page).to_have_url(terminal)
    with contextlib.suppress(Error):  # the page that is gone back to leads away at once
        page.go_back()
    expect(page).to_have_url(terminal)
    expect(page.locator("main h1")).to_be_visible()
    context.close()


def test_a_terminal_has_large_targets_and_keeps_nothing_of_a_form(
    browser: Browser, terminal: str
) -> None:
    """Senior mode from the first page on; a form there is always that of a shared computer."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{terminal}complaints/")
    expect(page.locator("html")).to_have_attribute("data-mode", "senior")
    box = page.locator(".form button[type=submit]").bounding_box()
    assert box is not None
    assert box["height"] >= 60
    page.fill("[name=text]", "我的事")
    expect(page.locator("[data-shared]")).to_be_checked()
    page.goto(f"{terminal}offline/")
    expect(page.locator("main .notice").first).to_contain_text("自助终端不存任何内容")
    assert page.evaluate(EVERYTHING_KEPT) == []
    context.close()


def test_the_pages_of_the_api_return_to_the_start_too(
    browser: Browser, terminal_site: Path, tmp_path: Path
) -> None:
    """Progress and receipts come from the API: they are forgotten like every other page."""
    with Server(tmp_path, f"sqlite:///{tmp_path}/api.db").start(
        "--site", str(terminal_site)
    ) as api:
        page = browser.new_page()
        page.clock.install()
        page.goto(f"{api.base}/complaints/status/")
        page.fill("main [name=number]", "T191015-12345678")
        page.fill("main [name=code]", "12345678")
        page.click("main form button[type=submit]")
        page.wait_for_url("**/api/**")
        expect(page.locator("html")).to_have_attribute("data-kiosk", "")
        page.clock.run_for(91_000)
        expect(page.locator("[data-kiosk-warning]")).to_be_visible()
        page.clock.run_for(21_000)
        expect(page).to_have_url(f"{api.base}/")
        page.close()


def test_a_terminal_has_no_way_out(browser: Browser, terminal: str) -> None:
    """There is no link to another site, a telephone or a bare file, and no worker."""
    page = browser.new_page()
    for address in (
        "",
        "about/",
        "changes/",
        "matters/food-business-license-new/",
        "hant/sitemap/",
    ):
        page.goto(terminal + address)
        hrefs = page.locator("a[href]").evaluate_all("all => all.map((one) => one.href)")
        out = [href for href in hrefs if not href.startswith(terminal)]
        files = [href for href in hrefs if re.search(r"\.\w+$", href)]
        assert (out, files) == ([], [])
    assert page.request.get(f"{terminal}sw.js").status == 404
    page.close()
