"""Test a built site as a whole: every link and anchor leads somewhere, the counts agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

_LINK = re.compile(r"""\s(?:href|src|action)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_ID = re.compile(r"""\sid=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_OTHERS = ("/api/", "/desk/", "/previews/")
_ORIGIN = "http://site.invalid"


def verify(site: Path) -> list[str]:
    """Return what is wrong with a built site, worded for whoever publishes; [] is sound."""
    return [*_broken_links(site), *_wrong_counts(site)]


def _broken_links(site: Path) -> Iterator[str]:
    links: dict[str, set[str]] = {}
    ids: dict[str, set[str]] = {}
    for path in sorted(site.rglob("*.html")):
        url = "/" + path.relative_to(site).as_posix().removesuffix("index.html")
        html = path.read_text("utf-8")
        links[url] = {next(filter(None, m), "") for m in _LINK.findall(html)}
        ids[url] = {next(filter(None, m), "") for m in _ID.findall(html)}
    for url, targets in links.items():
        for link in sorted(targets):
            target = urlsplit(urljoin(_ORIGIN + url, link.replace("&amp;", "&")))
            goal = unquote(target.path)
            if f"{target.scheme}://{target.netloc}" != _ORIGIN or goal.startswith(_OTHERS):
                continue
            if goal in ids:
                if target.fragment and unquote(target.fragment) not in ids[goal]:
                    yield f"{url}：链接 {link} 指向的位置不存在"
            elif not (site / goal.lstrip("/")).is_file():
                yield f"{url}：链接 {link} 打不开"


def _wrong_counts(site: Path) -> Iterator[str]:
    figures = json.loads((site / "data" / "catalogue.json").read_text("utf-8"))["figures"]
    for script in ("", "hant/"):
        guides = len(list((site / script / "matters").glob("*/index.html")))
        if guides != figures["matters"]:
            yield f"{script}matters/：有 {guides} 个指南页面，清单里是 {figures['matters']} 个事项"
