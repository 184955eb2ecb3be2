"""Test a built site as a whole before anybody sees it: links, HTML, counts, the offline copy.

A release shares the files that did not change with the release before; of those it is known that
they were sound. So an edit of one matter among thousands is tested in a moment: what changed, and
what mentions something that is gone.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from site_builder.errors import Finding
from site_builder.markup import faults

_LINK = re.compile(r"""\s(?:href|src|action)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_ID = re.compile(r"""\sid=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_OTHERS = ("/api/", "/desk/", "/previews/")
_ORIGIN = "http://site.invalid"


def verify(site: Path, content: Path, before: Path | None = None) -> list[Finding]:
    """Return what is wrong with a built site, at the place in the content where it comes from.

    `before` is a sound site that shares its unchanged files with this one through hard links.
    """
    new, old = _Site(site), _Site(before) if before else None
    changed = new.changed_since(old)
    gone = old.gone_in(new) if old else set()
    suspects = changed | new.mentioning(gone)
    written = {url for url in changed if not url.startswith("/hant/")}  # 繁体 has the same markup
    source = _Sources(content)
    return sorted(
        {
            *(source.finding(url, *told) for url in suspects for told in new.broken_links(url)),
            *(source.finding(url, *told) for url in written for told in faults(new.text(url))),
            *(Finding(*told) for told in _wrong_counts(site, new)),
            *(Finding(*told) for told in _broken_copy(site)),
        }
    )


class _Site:
    """The pages of a built site by their addresses; read when asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ids: dict[str, frozenset[str]] = {}

    @cached_property
    def pages(self) -> dict[str, tuple[int, int]]:
        """What tells a page's file apart from every other, by address."""
        root = f"{self.folder}{os.sep}"
        found: dict[str, tuple[int, int]] = {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                if name.endswith(".html"):
                    stat = os.stat(f"{folder}{os.sep}{name}")  # noqa: PTH116
                    url = f"{folder}/{name}".removeprefix(root).removesuffix("index.html")
                    found[f"/{url}"] = stat.st_ino, stat.st_mtime_ns
        return found

    def text(self, url: str) -> str:
        """Return a page's HTML."""
        return self._path(url).read_text("utf-8")

    def _path(self, url: str) -> Path:
        return self.folder / (url[1:] + ("index.html" if url.endswith("/") else ""))

    def ids(self, url: str) -> frozenset[str]:
        """Return the places in a page that a link can lead to."""
        if url not in self._ids:
            self._ids[url] = frozenset(_values(_ID, self.text(url)))
        return self._ids[url]

    def changed_since(self, old: _Site | None) -> set[str]:
        """Return the addresses whose pages differ from an earlier site's, or are new."""
        if old is None:
            return set(self.pages)
        return {url for url, file in self.pages.items() if old.pages.get(url) != file}

    def gone_in(self, new: _Site) -> set[bytes]:
        """Return how links would mention what this site has and a later one has not."""
        mentions = {_last_part(url) for url in self.pages.keys() - new.pages.keys()}
        for url in new.changed_since(self) & self.pages.keys():
            mentions |= {f"#{place}" for place in self.ids(url) - new.ids(url)}
        return {mention.encode() for mention in mentions}

    def mentioning(self, words: set[bytes]) -> set[str]:
        """Return the pages that contain one of the words."""
        if not words:
            return set()
        pattern = re.compile(b"|".join(map(re.escape, sorted(words))))
        return {url for url in self.pages if pattern.search(self._path(url).read_bytes())}

    def broken_links(self, url: str) -> Iterator[tuple[str, str, str, str]]:
        """Yield the links of a page that lead nowhere: the text to look for, and what is wrong."""
        for link in sorted(set(_values(_LINK, self.text(url)))):
            target = urlsplit(urljoin(_ORIGIN + url, link.replace("&amp;", "&")))
            goal, place = unquote(target.path), unquote(target.fragment)
            if f"{target.scheme}://{target.netloc}" != _ORIGIN or goal.startswith(_OTHERS):
                continue
            if goal not in self.pages:
                if not (self.folder / goal[1:]).is_file():
                    what = f"链接“{link}”打不开"
                    yield link, "V-01", what, "核对地址，或者把链接去掉"
            elif place and place not in self.ids(goal):
                what = f"链接“{link}”指向的位置不存在"
                yield link, "V-02", what, "核对 # 后面的字，要和那一页的小标题一致"


class _Sources:
    """Finds the line of the content that a page's fault comes from."""

    def __init__(self, content: Path) -> None:
        self.content = content

    def finding(self, url: str, text: str, code: str, message: str, advice: str) -> Finding:
        """Return a finding at the first line that contains the text, or at the file's start."""
        path = self._file(url.removeprefix("/hant").strip("/"))
        if path is None:
            return Finding(f"pages/{url.strip('/')}", 1, code, message, advice)
        wanted = text.rstrip("/").rpartition("/")[2] or text
        lines = path.read_text("utf-8").splitlines()
        line = next((i for i, told in enumerate(lines, 1) if wanted and wanted in told), 1)
        return Finding(path.relative_to(self.content).as_posix(), line, code, message, advice)

    def _file(self, page: str) -> Path | None:
        folder, _, name = page.partition("/")
        pages = self.content / "pages"
        names = [pages / f"{page or 'index'}.md", pages / page / "index.md"]
        if folder == "matters":
            names = list(self.content.glob(f"matters/*/{name}.md"))
        if folder == "packages":
            names = [self.content / "packages" / f"{name.partition('/')[0]}.md"]
        return next((path for path in names if path.is_file()), None)


def _values(pattern: re.Pattern[str], html: str) -> Iterator[str]:
    return (next(filter(None, groups), "") for groups in pattern.findall(html))


def _last_part(url: str) -> str:
    """Return the end of an address: links are relative, so more of it need not be written out."""
    return url.rstrip("/").rpartition("/")[2]


def _wrong_counts(site: Path, pages: _Site) -> Iterator[tuple[str, int, str, str, str]]:
    figures = json.loads((site / "data" / "catalogue.json").read_text("utf-8"))["figures"]
    for folder in ("matters", "packages"):
        for root in ("/", "/hant/"):
            pattern = re.compile(f"{root}{folder}/[^/]+/")
            count = sum(1 for url in pages.pages if pattern.fullmatch(url))
            if count != figures[folder]:
                what = f"{root}{folder}/ 有 {count} 页，清单里是 {figures[folder]} 个"
                yield folder, 1, "V-04", what, _MAINTAINER


def _broken_copy(site: Path) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield what would keep a device from taking the offline copy."""
    pointer = json.loads((site / "data" / "offline.json").read_text("utf-8"))
    if pointer.get("stop"):
        return
    total = 0
    try:
        index = _part(site / pointer["index"])
        for name in [index["core"], *index["parts"], pointer["index"]]:
            total += (site / name).stat().st_size
            _part(site / name)
    except (OSError, ValueError, KeyError) as error:
        yield "data/offline.json", 1, "V-05", f"离线副本不完整：{error}", _MAINTAINER
        return
    if total != pointer["bytes"]:
        what = f"离线副本有 {total} 字节，记录的是 {pointer['bytes']}"
        yield "data/offline.json", 1, "V-05", what, _MAINTAINER


def _part(path: Path) -> dict[str, list[str]]:
    part: dict[str, list[str]] = json.loads(gzip.decompress(path.read_bytes()))
    return part


_MAINTAINER = "这不是内容的问题，请把这段话发给维护人员"
