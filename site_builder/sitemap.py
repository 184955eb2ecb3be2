"""sitemap.xml with both scripts of each page, and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from typing import Final
from xml.sax.saxutils import escape

from site_builder.pages import Page
from site_builder.render import HANS, HANT, Output

MOST: Final = 10_000
"""Addresses in one file; a larger site has an index of files. The protocol (sitemaps.org) allows
50,000; a fifth is made in a fifth of the memory.
"""
_SCHEMA: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def files(pages: Iterable[Page], address: str) -> Iterator[Output]:
    """Yield sitemap.xml and robots.txt for a site at `address` (ends with a slash)."""
    entries = (_entry(page, address, hant) for page in pages if _listed(page) for hant in (0, 1))
    first = list(islice(entries, MOST))
    if len(first) < MOST:
        yield _list("sitemap.xml", first)
    else:
        yield from _index(chain(first, entries), address)
    robots = f"User-agent: *\nDisallow: /api/\nDisallow: /desk/\nSitemap: {address}sitemap.xml\n"
    yield Output("robots.txt", robots.encode())


def _index(entries: Iterator[str], address: str) -> Iterator[Output]:
    places = ""
    for number in count(1):
        if not (some := list(islice(entries, MOST))):
            break
        part = _list(f"sitemap-{number}.xml", some)
        places += f"<sitemap><loc>{escape(address + part.path)}</loc></sitemap>\n"
        yield part
    index = f"{_XML}<sitemapindex {_SCHEMA}>\n{places}</sitemapindex>\n"
    yield Output("sitemap.xml", index.encode())


def _list(path: str, entries: list[str]) -> Output:
    links = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return Output(path, f"{_XML}<urlset {_SCHEMA} {links}>\n{''.join(entries)}</urlset>\n".encode())


def _listed(page: Page) -> bool:
    return not page.url.endswith(".html")


def _entry(page: Page, address: str, hant: int) -> str:
    hans_url, hant_url = escape(address + page.url), escape(f"{address}hant/{page.url}")
    updated = f"<lastmod>{page.updated}</lastmod>" if page.updated else ""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{url}"/>'
        for language, url in ((HANS, hans_url), (HANT, hant_url))
    )
    return f"<url><loc>{hant_url if hant else hans_url}</loc>{updated}{links}</url>\n"
