"""Every way on the site leads somewhere."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

SERVED_BY_THE_API = ("/api/", "/desk/")
ORIGIN = "http://site.test"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action") and value is not None:
                self.links.add(value)
            elif name == "id" and value:
                self.ids.append(value)


@functools.cache
def _pages(site: Path) -> dict[str, _Links]:
    pages = {}
    for path in sorted(site.rglob("*.html")):
        url = "/" + path.relative_to(site).as_posix().removesuffix("index.html")
        parser = _Links()
        parser.feed(path.read_text("utf-8"))
        pages[url] = parser
    return pages


def test_every_internal_link_and_anchor_resolves(site: Path) -> None:
    """No link, form, image, script or anchor of any page in either script leads nowhere."""
    pages = _pages(site)
    broken: dict[str, list[str]] = defaultdict(list)
    for url, page in pages.items():
        for link in page.links:
            target = urlsplit(urljoin(ORIGIN + url, link))
            if target.scheme not in ("http", "https") or target.netloc != "site.test":
                continue
            path = unquote(target.path)
            if path.startswith(SERVED_BY_THE_API):
                continue
            if path in pages:
                if target.fragment and unquote(target.fragment) not in pages[path].ids:
                    broken[link].append(url)
            elif not (site / path.lstrip("/")).is_file():
                broken[link].append(url)
    assert len(pages) > 400
    assert not {link: urls[:3] for link, urls in broken.items()}


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    """No page, style or script makes a phone fetch anything from somebody else."""
    fetched = re.compile(
        r"""(?:src|srcset|poster)=["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
    )
    link = re.compile(r"""<link[^>]+href=["']https?://[^>]+>""")
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        text = path.read_text("utf-8")
        assert not fetched.search(text), path
        assert all(
            'rel="canonical"' in tag or 'rel="alternate"' in tag for tag in link.findall(text)
        ), path


def test_both_scripts_have_the_same_pages(site: Path) -> None:
    """Every page has its twin in the other script, so the switch never leads nowhere."""
    urls = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    hant = {u.removeprefix("hant/") for u in urls if u.startswith("hant/")}
    assert hant == {u for u in urls if not u.startswith("hant/")}


def test_ids_are_unique_on_a_page(site: Path) -> None:
    """A label or a link to a part of a page finds exactly one part."""
    for url, page in _pages(site).items():
        assert len(page.ids) == len(set(page.ids)), url
