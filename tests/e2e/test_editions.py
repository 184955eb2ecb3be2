"""The USB stick and the self-service hall, in a real browser."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from site_builder import editions
from site_builder.pipeline import build

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stick")
    edition = editions.portable(ROOT / "templates")
    build(ROOT / "content", out, ROOT / "mkdocs.yml", edition=edition)
    return out


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("terminal")
    build(ROOT / "content", out, ROOT / "mkdocs.yml", edition=editions.kiosk)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(out))
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


def test_a_terminal_has_no_way_out(browser: Browser, terminal: str) -> None:
    """There is no link to another site and no worker."""
    page = browser.new_page()
    page.goto(terminal)
    assert page.locator("a[href^='http']").count() == 0
    assert page.request.get(f"{terminal}sw.js").status == 404
    page.close()
