"""sitemap.xml with both scripts of each page, and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from site_builder.pages import Page
from site_builder.render import HANS, HANT, Output

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


def files(pages: Iterable[Page], address: str) -> Iterator[Output]:
    """Yield sitemap.xml and robots.txt for a site at `address` (ends with a slash)."""
    entries = [_entry(page, address, hant) for page in pages if _listed(page) for hant in (0, 1)]
    yield Output("sitemap.xml", f"{_HEAD}{''.join(entries)}</urlset>\n".encode())
    robots = f"User-agent: *\nDisallow: /api/\nDisallow: /desk/\nSitemap: {address}sitemap.xml\n"
    yield Output("robots.txt", robots.encode())


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
