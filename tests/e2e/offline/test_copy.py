"""The offline copy in a real browser: whole, small, atomic, and easy to get rid of."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from site_builder.pipeline import build
from tests.e2e.offline.helpers import Server, cut_off, publish, published, state, visit, wait_for

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[3]
MOST_BYTES = 600_000

COMPOSE = """async ([modules, base, paths]) => {
  const [{ OfflineCopy }, { compose }] = await Promise.all(modules.map((one) => import(one)));
  const copy = new OfflineCopy(new URL(base, location.origin));
  const pages = [];
  for (const path of paths) {
    const { core, record } = await copy.page(path);
    pages.push(compose(core, record, path.startsWith("hant/")));
  }
  return pages;
}"""


def addresses(site: Path) -> list[str]:
    """Return every page's address below the site's root."""
    return sorted(
        page.relative_to(site).as_posix().removesuffix("index.html")
        for page in site.rglob("*.html")
        if not page.is_relative_to(site / "offline" / "missing.html")
    )


def test_every_page_of_the_copy_is_the_page_of_the_site(
    page: Page, server: Server, site: Path
) -> None:
    """After one visit all pages in both scripts are here, character for character."""
    visit(page, server)
    assets = json.loads((site / "data/build.json").read_text())["assets"]
    modules = [
        server.url + next(path for path in assets if name in path)
        for name in ("offline-copy.", "offline-compose.")
    ]
    paths = addresses(site)
    composed = page.evaluate(COMPOSE, [modules, "/", paths])
    differing = [
        path
        for path, html in zip(paths, composed, strict=True)
        if html != (site / (path if path.endswith(".html") else f"{path}index.html")).read_text()
    ]
    assert len(paths) > 600
    assert differing == []


def test_the_copy_is_small(page: Page, server: Server, site: Path) -> None:
    """Everything offline costs at most 600 KB, from any server, and the pointer says how much."""
    visit(page, server)
    sent = sum((site / path.lstrip("/")).stat().st_size for path in server.sent if ".bin" in path)
    assert sent == published(site)["bytes"] <= MOST_BYTES


def test_guides_and_search_work_without_a_network(
    page: Page, context: BrowserContext, server: Server, site: Path
) -> None:
    """Guides, the other script, search and answers work offline, with the content's date shown."""
    visit(page, server)
    cut_off(context, server)
    page.goto(f"{server.url}matters/")
    page.locator("main a[href*='/matters/'], main a[href^='../matters/']").first.click()
    expect(page.locator(".site-note:visible")).to_contain_text(published(site)["date"])
    page.locator("[data-switch=script]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    page.goto(f"{server.url}search/?q=老年证")
    expect(page.locator("#search-results a").first).to_be_visible()
    page.goto(f"{server.url}ask/?q=食品经营许可要几天")
    expect(page.locator("#answer")).to_contain_text(re.compile("工作日|当场"))


def test_a_page_opened_without_a_network_learns_that_it_is_back(
    page: Page, context: BrowserContext, server: Server
) -> None:
    """It says that there is none for as long as there is none, and no longer."""
    visit(page, server)
    cut_off(context, server)
    page.goto(f"{server.url}matters/")
    expect(page.locator("[data-note=offline]")).to_be_visible()
    wait_for(page, lambda found: found.get("problem"))
    server.breaks = lambda _path: False
    context.set_offline(False)
    expect(page.locator("[data-note=offline]")).to_be_hidden(timeout=60_000)


def test_the_next_page_comes_from_the_device(page: Page, server: Server, site: Path) -> None:
    """While the copy is the published version, the next page costs nothing; a reload asks."""
    visit(page, server)
    server.sent.clear()
    page.goto(f"{server.url}townships/")
    expect(page.locator("html")).to_have_attribute("data-copy", published(site)["version"])
    expect(page.locator("[data-note=offline]")).to_be_hidden()
    assert "/townships/" not in server.sent
    page.reload()
    assert "/townships/" in server.sent


def test_the_next_page_asks_for_no_script_again(page: Page, server: Server) -> None:
    """What is named by its content the copy gives for ever; a name that lasts, for now only."""
    visit(page, server)
    server.breaks = lambda _path: True
    style, data = page.evaluate(
        """(data) => Promise.all([document.querySelector("link[rel=stylesheet]").href, data]
            .map(async (one) => (await fetch(one)).headers.get("Cache-Control")))""",
        "/data/search.json",
    )
    assert "immutable" in style
    assert data is None


def test_a_page_and_its_data_are_of_one_version(
    page: Page, release: Server, releases: tuple[Path, Path]
) -> None:
    """A page that is still open when a release arrives gets the data it was made for."""
    visit(page, release)
    page.goto(f"{release.url}townships/")
    expect(page.locator("html")).to_have_attribute("data-copy", published(releases[0])["version"])
    publish(release, releases[1])
    page.evaluate("navigator.serviceWorker.controller.postMessage('refresh')")
    wait_for(page, lambda found: found["version"] == published(releases[1])["version"])
    data = page.evaluate(
        """() => fetch(`/data/search.json?copy=${document.documentElement.dataset.copy}`)
            .then((answer) => answer.text())"""
    )
    assert data == (releases[0] / "data/search.json").read_text("utf-8")
    assert data != (releases[1] / "data/search.json").read_text("utf-8")


def test_captions_with_pinyin_work_without_a_network(
    page: Page, context: BrowserContext, server: Server
) -> None:
    """Every mode works offline, also the one with a table of its own."""
    visit(page, server)
    page.evaluate("window.modes.change({ caption: 'on', pinyin: 'on' })")
    cut_off(context, server)
    page.goto(f"{server.url}matters/")
    page.wait_for_function(
        """() => {
          dispatchEvent(new CustomEvent("reading", { detail: "银行" }));
          return document.querySelector("[data-caption-text] rt");
        }"""
    )
    expect(page.locator("[data-caption-text] rt").last).to_have_text("háng")


def test_an_address_that_is_not_stored_says_so(
    page: Page, context: BrowserContext, server: Server
) -> None:
    """An unknown address offline is a kind page with ways on, in the script of the address."""
    visit(page, server)
    cut_off(context, server)
    page.goto(f"{server.url}hant/nothing/here/")
    expect(page.locator("h1")).to_have_text("沒有網絡，這一頁打不開")
    page.locator("main").get_by_role("link", name="全部辦事指南").click()
    expect(page).to_have_url(f"{server.url}hant/matters/")


def test_people_who_save_data_decide_themselves(page: Page, server: Server) -> None:
    """With data saving on nothing is fetched in the background; a button says what it costs."""
    page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    page.goto(f"{server.url}offline/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    expect(page.locator("[data-state=none]")).to_contain_text(re.compile(r"\d{3} KB"))
    assert server.parts() == set()
    page.click("[data-state=none] button")
    expect(page.locator("[data-state=kept]")).to_be_visible()


def test_a_new_release_costs_only_what_changed(
    page: Page, release: Server, releases: tuple[Path, Path]
) -> None:
    """One changed matter brings its theme, the lists and the search; not the other guides."""
    visit(page, release)
    publish(release, releases[1])
    page.reload()
    wait_for(page, lambda found: found["version"] == published(releases[1])["version"])
    guides = {part for part in release.parts() if part.startswith("guides")}
    assert guides == {"guides-health"}
    assert "assets" not in release.parts()


def test_new_content_is_announced_and_never_forced(
    page: Page, release: Server, releases: tuple[Path, Path]
) -> None:
    """A line says that there is something new; what somebody types stays."""
    visit(page, release, "complaints/")
    publish(release, releases[1])
    page.fill("[name=text]", "正在写")
    page.evaluate("navigator.serviceWorker.controller.postMessage('refresh')")
    expect(page.locator("[data-note=updated]")).to_be_visible()
    expect(page.locator("[name=text]")).to_have_value("正在写")


def test_a_download_that_breaks_off_changes_nothing_and_goes_on_later(
    page: Page, release: Server, releases: tuple[Path, Path]
) -> None:
    """Half a new version is not used; the old one stays, and what came is not fetched again."""
    first = visit(page, release)
    publish(release, releases[1])
    release.breaks = lambda path: "/pages." in path or "/search." in path
    page.reload()
    broken = wait_for(page, lambda found: found.get("problem"))
    assert broken["version"] == first["version"]
    already = release.parts()
    release.sent.clear()
    release.breaks = lambda _path: False
    page.reload()
    wait_for(page, lambda found: found["version"] == published(releases[1])["version"])
    assert release.parts().isdisjoint(already)


def test_a_page_of_a_hotel_network_never_gets_into_the_copy(page: Page, server: Server) -> None:
    """What is not the part its name says is thrown away."""
    server.damages = lambda path: path.endswith(".bin")
    page.goto(server.url)
    wait_for(page, lambda found: found.get("problem") == "network")
    server.damages = lambda _path: False
    page.reload()
    wait_for(page, lambda found: found.get("version"))


def test_what_the_browser_threw_away_is_fetched_again(page: Page, server: Server) -> None:
    """An evicted part is noticed at the next visit and brought back, alone."""
    visit(page, server)
    page.evaluate(
        """async () => {
          const cache = await caches.open("offline /");
          for (const { url } of await cache.keys()) {
            if (url.includes("/townships.")) await cache.delete(url);
          }
        }"""
    )
    server.sent.clear()
    page.reload()
    wait_for(page, lambda _found: "townships" in server.parts())
    assert server.parts() == {"townships"}


def test_a_full_device_is_told_and_keeps_what_it_had(
    page: Page, context: BrowserContext, release: Server, releases: tuple[Path, Path]
) -> None:
    """Without room for a new version the old one stays, and the page says why."""
    first = visit(page, release)
    context.add_init_script(
        """const put = Cache.prototype.put;
        Cache.prototype.put = function (key, response) {
          if (!String(key.url ?? key).includes(".bin")) return put.call(this, key, response);
          return Promise.reject(new DOMException("", "QuotaExceededError"));
        }"""
    )
    page.goto(f"{release.url}offline/")
    page.wait_for_load_state("networkidle")
    publish(release, releases[1])
    page.click("[data-state=kept] button[data-action=keep]")
    expect(page.locator("[data-state=full]")).to_contain_text("空间不够")
    assert state(page)["version"] == first["version"]


def test_people_can_delete_the_copy_for_good(page: Page, server: Server) -> None:
    """Deleted means deleted: the next visit does not bring it back, the button does."""
    visit(page, server)
    page.goto(f"{server.url}offline/")
    page.click("[data-action=delete]")
    expect(page.locator("[data-state=off]")).to_be_visible()
    server.sent.clear()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert server.parts() == set()
    page.click("[data-state=off] button")
    expect(page.locator("[data-state=kept]")).to_be_visible()


def test_the_switch_in_site_yml_removes_copy_and_worker(
    page: Page, release: Server, tmp_path: Path
) -> None:
    """A broken release can be stopped: devices give up the copy at their next visit."""
    visit(page, release)
    content, stopped = tmp_path / "content", tmp_path / "stopped"
    shutil.copytree(ROOT / "content", content)
    with (content / "data" / "site.yml").open("a") as settings:
        settings.write("\n离线副本: 停用\n")
    build(content, stopped, ROOT / "mkdocs.yml")
    publish(release, stopped)
    page.reload()
    page.wait_for_function("navigator.serviceWorker.getRegistration().then((one) => !one)")
    page.wait_for_function("caches.keys().then((names) => names.length === 0)")


@pytest.mark.parametrize("built_for_it", [False, True])
def test_the_copy_works_below_a_folder(
    page: Page, context: BrowserContext, site: Path, tmp_path: Path, *, built_for_it: bool
) -> None:
    """A district that lives at /gov/hedong/ has the same offline site, said so or not."""
    if built_for_it:
        content = tmp_path / "content"
        shutil.copytree(ROOT / "content", content)
        settings = content / "data" / "site.yml"
        text = re.sub(r"(?m)^(网址: \S+/)$", r"\1gov/hedong/", settings.read_text("utf-8"))
        settings.write_text(text, "utf-8")
        site = tmp_path / "site"
        build(content, site, ROOT / "mkdocs.yml")
        assert "/gov/hedong/" in (site / "404.html").read_text("utf-8")
    (tmp_path / "gov").mkdir()
    (tmp_path / "gov" / "hedong").symlink_to(site)
    with Server(tmp_path) as server:
        page.goto(f"{server.url}gov/hedong/")
        wait_for(page, lambda found: found.get("version"), "/gov/hedong/")
        cut_off(context, server)
        page.goto(f"{server.url}gov/hedong/hant/townships/")
        expect(page.locator("[data-note=offline]")).to_contain_text(published(site)["date"])
        page.goto(f"{server.url}gov/hedong/no/such/page/")
        page.locator("main").get_by_role("link", name="全部办事指南").click()
        expect(page).to_have_url(f"{server.url}gov/hedong/matters/")
