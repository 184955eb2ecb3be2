"""The guides that stand: on a large site, those whose every input is as it was are not made again.

A guide's files are made from its page (pages/matters.py), its matter, and what all guides have in
common: code, libraries, templates, shell, settings, glossary. Its templates see nothing else
(render.py). A smaller site's offline copy needs all guides; there, all are made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b

from site_builder.noted import YOUNG, Inputs, Looks, Read, Shelf, Stamp
from site_builder.pages import Page
from site_builder.render import HANS
from site_builder.site import Site


def made_from(
    inputs: Inputs, read: dict[str, Read], stamps: dict[str, Stamp], site: Site
) -> dict[str, bytes]:
    """Return a digest of all that each guide's files are made from, by its address.

    A matter stands in it as the stamp of its file.
    """
    if not site.copy.large:
        return {}
    data = site.catalogue.data
    told = (inputs.in_common(read), site.renderer.shell(HANS), data["site"], data.get("glossary"))
    common = blake2b(repr(told).encode()).digest()
    found = {}
    for page in site.pages:
        if page.kind == "matter":
            file = page.context["matter"].source.file
            if stamps.get(file, YOUNG) != YOUNG:
                shown = replace(page, context={**page.context, "matter": (file, stamps[file])})
                found[page.url] = blake2b(common + repr(shown).encode(), digest_size=16).digest()
    return found


def standing(
    shelf: Shelf, looks: Looks, site: Site, made_from: Callable[[], dict[str, bytes]]
) -> frozenset[int]:
    """Return the numbers of the pages that are guides and on disk as they would be written."""
    touched, known = looks.touched(), shelf.get("guides")
    if not (looks.note and known) or touched is None:
        return frozenset()
    touched = touched.union(looks.note.outputs)  # an edit made these after the digests
    digests = made_from()

    def stands(page: Page) -> bool:
        digest = digests.get(page.url)
        return known.get(page.url) == digest is not None and touched.isdisjoint(site.paths(page))

    return frozenset(number for number, page in enumerate(site.pages) if stands(page))
