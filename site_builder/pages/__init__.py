"""Stage 4a: which pages the site has, a module a family; templates only show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from site_builder.pages.bundles import packages
from site_builder.pages.form_pages import forms, help_form
from site_builder.pages.front import home
from site_builder.pages.hall import places
from site_builder.pages.lists import MOST
from site_builder.pages.matters import Guides, matter_lists, special_lists
from site_builder.pages.page import AUDIENCES, SECTIONS, Content, Crumb, Page
from site_builder.pages.utilities import news, tools
from site_builder.pages.written import prose_pages
from site_builder.sequences import Joined, Lazy

__all__ = [
    "AUDIENCES",
    "MOST",
    "SECTIONS",
    "Content",
    "Crumb",
    "Page",
    "all_pages",
    "news",
    "pages_of",
]


def all_pages(content: Content) -> Joined[Page]:
    """Return every page of the site, in one script's addresses."""
    families: tuple[Callable[[Content], Iterable[Page]], ...] = (
        home,
        Guides,
        matter_lists,
        packages,
        special_lists,
        places,
        forms,
        help_form,
        tools,
        prose_pages,
    )
    made = (family(content) for family in families)
    return Joined(*(some if isinstance(some, Lazy) else tuple(some) for some in made))


def pages_of(content: Content, matter_ids: Set[str]) -> Iterator[Page]:
    """Yield the guides of some matters and every page of a package that shows one of them."""
    yield from (p for p in Guides(content) if p.context["matter"].id in matter_ids)
    for page in packages(content):
        if any(matter.id in matter_ids for matter in page.context.get("shown", ())):
            yield page
