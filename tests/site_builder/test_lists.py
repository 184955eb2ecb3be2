"""Long lists are cut into pages that a person can use; nothing is lost on the way."""

from __future__ import annotations

from typing import Any, cast

import pytest

from site_builder.pages.lists import MOST, matter_list


@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 1, 3 * MOST])
def test_a_list_shows_every_matter_once(count: int) -> None:
    """However long a list is, its pages show each matter once, in order, and say how many."""
    matters = cast("Any", tuple(range(count)))
    pages = list(matter_list("online/", "网上可办", matters))
    assert tuple(m for page in pages for m in page.context["matters"]) == matters
    assert all(page.context["total"] == count for page in pages)
    assert all(len(page.context["matters"]) <= MOST for page in pages)


def test_every_page_of_a_list_leads_to_the_others() -> None:
    """A list of three pages: the first keeps its address, and each links to all three."""
    pages = list(matter_list("online/", "网上可办", cast("Any", tuple(range(2 * MOST + 1)))))
    addresses = ["online/", "online/2/", "online/3/"]
    assert [page.url for page in pages] == addresses
    assert all([url for _, url in page.context["part"].links] == addresses for page in pages)
    assert len({page.title for page in pages}) == len(pages)
