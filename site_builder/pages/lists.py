"""Lists of matters: short ones on one page, long ones on numbered pages that people can use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from site_builder.model import Matter
from site_builder.pages.page import MATTERS, Crumb, Page

MOST: Final = 300
"""Matters on a page. Who looks for one among more than that searches, or picks a theme first."""


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list: which it is, of how many, and where the others are."""

    url: str
    number: int
    count: int

    @property
    def links(self) -> list[tuple[int, str]]:
        """Every page of the list with its address."""
        return [(n, _address(self.url, n)) for n in range(1, self.count + 1)]


def numbered(page: Page, matters: Sequence[Matter]) -> Iterator[Page]:
    """Yield the pages of a list; the first has the address and the title of `page`."""
    parts = [matters[i : i + MOST] for i in range(0, len(matters), MOST)] or [()]
    for number, here in enumerate(parts, 1):
        context: Mapping[str, Any] = {
            **page.context,
            "matters": here,
            "total": len(matters),
            "part": Part(page.url, number, len(parts)),
        }
        yield Page(
            _address(page.url, number),
            page.kind,
            page.title if number == 1 else f"{page.title}（第 {number} 页）",
            page.description,
            section=page.section,
            crumbs=page.crumbs,
            context=context,
        )


def matter_list(url: str, title: str, matters: Sequence[Matter]) -> Iterator[Page]:
    """Yield a plain list of matters under a title."""
    page = Page(
        url,
        "matter-list",
        title,
        f"{title}：{len(matters)} 个事项",
        section="matters",
        crumbs=(MATTERS, Crumb(title, url)),
    )
    return numbered(page, matters)


def _address(url: str, number: int) -> str:
    return url if number == 1 else f"{url}{number}/"
