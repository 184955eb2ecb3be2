"""The neutral document."""

from __future__ import annotations

from site_builder.downloads.document import Document
from tests.site_builder.downloads.samples import sample


def test_json_keeps_everything() -> None:
    """What goes out as JSON comes back the same, so cache and writers see the whole paper."""
    text = sample().to_json()
    assert Document.from_json(text).to_json() == text


def test_the_address_is_that_of_its_own_script() -> None:
    """A paper in 繁体 sends its reader to the page in 繁体."""
    assert sample().address == "https://site.test/matters/elder-card/"
    assert sample("zh-Hant").address == "https://site.test/hant/matters/elder-card/"
