"""The kinds of pages a site has, counted from the site itself."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_KIND = re.compile(r'<html [^>]*data-kind="([^"]+)"')
TEMPLATES = Path(__file__).parents[2] / "templates" / "pages"


@functools.cache
def page_kinds(site: Path) -> dict[str, str]:
    """Return the address of the fullest page of every kind, as seen from the site's root."""
    fullest: dict[str, tuple[int, str]] = {}
    for path in sorted(site.rglob("*.html")):
        address = path.relative_to(site).as_posix().removesuffix("index.html")
        text = path.read_text("utf-8")
        found = _KIND.search(text)
        if found and not address.startswith("hant/"):
            fullest[found[1]] = max(fullest.get(found[1], (0, "")), (len(text), address))
    return {kind: address for kind, (_, address) in sorted(fullest.items())}


def template_kinds() -> list[str]:
    """Return the kinds the templates know; every one should be on the site."""
    return sorted(path.stem for path in TEMPLATES.glob("*.html"))
