"""What search engines are given: every address once, in files of the size they take."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from site_builder import sitemap
from site_builder.pages import Page

ADDRESS = "https://example.invalid/hall/"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def pages(count: int) -> list[Page]:
    return [Page(f"matters/m{n}/", "guide", f"事项 {n}", "") for n in range(count)]


def addresses(text: bytes, kind: str = "url") -> list[str]:
    return [str(at.text) for at in ElementTree.fromstring(text).findall(f"s:{kind}/s:loc", NAMES)]


def test_a_site_has_one_file_of_all_addresses() -> None:
    """Each page is listed in both scripts; robots.txt leads to the list."""
    made = {file.path: file.data for file in sitemap.files(pages(2), ADDRESS)}
    assert set(made) == {"sitemap.xml", "robots.txt"}
    assert addresses(made["sitemap.xml"]) == [
        f"{ADDRESS}{script}matters/m{n}/" for n in range(2) for script in ("", "hant/")
    ]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in made["robots.txt"].decode()


def test_a_large_site_has_an_index_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file has more addresses than the protocol allows, and none is left out or listed twice."""
    monkeypatch.setattr(sitemap, "MOST", 4)
    made = {file.path: file.data for file in sitemap.files(pages(5), ADDRESS)}
    parts = [a.removeprefix(ADDRESS) for a in addresses(made["sitemap.xml"], "sitemap")]
    assert parts == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    listed = [addresses(made[part]) for part in parts]
    assert [len(part) for part in listed] == [4, 4, 2]
    assert len({address for part in listed for address in part}) == 10
