"""The offline copy: the whole site, both scripts, in a few parts that a browser keeps.

A part holds what pages say (texts with open slots, in 简体 only) or scripts, styles and data; it is
compressed here, so it is small from any server, and named by its content, so a device fetches only
parts that changed. The browser composes pages from them (templates/assets/offline-compose.js) as
`render.py` does. Why this and not 1,000 files: docs/decisions/0301-offline-copy.md.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import rjsmin

from site_builder import cores
from site_builder.compact_json import compact_json
from site_builder.compose import Shell
from site_builder.pages import Page
from site_builder.render import Output, Texts
from site_builder.runs import Runs, han_runs

FORMAT: Final = 1
"""Raised when parts change their shape; a worker leaves a copy in another format alone."""
POINTER: Final = "data/offline.json"
PARTS: Final = "data/offline/"
KEPT_DATA: Final = ("data/search", "data/ask", "data/pinyin")
"""Data that pages fetch; everything else below data/ is for other systems."""
LARGEST: Final = 2000
"""Matters up to which a site is not large: guides are in the copy (about 6 MB on a phone, nobody's
whole province), and forms list all matters.
"""
_OF_MATTERS: Final = {"matter", "matter-list", "waivable", "commitment"}
"""Pages a large site's copy leaves out: guides, and the lists that only lead to guides."""
Values = Mapping[str, str]
Record = dict[str, Any]


class FilesPart(NamedTuple):
    """A part that is packed: its size, and the files it holds."""

    size: int
    files: tuple[str, ...]


@dataclass
class OfflineCopy:
    """Collects what the site says while it is made, and then yields the copy's files."""

    shell: Shell
    runs: Runs
    """What is known of the texts' script: nothing, or what the last build left."""
    site: Mapping[str, Any]
    large: bool = False
    """More than LARGEST matters."""
    files: dict[str, FilesPart] = field(default_factory=dict)
    """The parts of files that pages fetch, by their paths."""
    _texts: dict[str, dict[str, bytes]] = field(default_factory=lambda: defaultdict(dict))
    _pages: dict[str, dict[str, Record]] = field(default_factory=lambda: defaultdict(dict))
    _date: str = ""

    def keeps(self, page: Page) -> bool:
        """Say whether a page is kept; people find the others by search when the site is large."""
        return not (self.large and page.kind in _OF_MATTERS)

    def record(self, texts: Texts, hans: Values, hant: Values) -> Record:
        """Return what the copy keeps of a page: what it says, and what else fills its slots."""
        differs = {slot: value for slot, value in hant.items() if value != hans[slot]}
        return {"texts": texts._asdict(), "values": hans, "hant": differs}

    def add_page(self, page: Page, record: Record | None) -> None:
        """Keep a page."""
        if record:
            self._pages[_part_of(page)][page.url] = record
        self._date = max(self._date, page.updated)

    def add_file(self, output: Output) -> None:
        """Keep a script, a style or data that pages fetch."""
        if output.path.startswith("assets/") and output.path.endswith((".css", ".js", ".svg")):
            self._texts["assets"][output.path] = output.data
        elif output.path.startswith(KEPT_DATA):
            name = output.path.removeprefix("data/").removesuffix(".json")
            family = name if self.large else name.partition(".")[0]
            self._texts[family.replace(".", "-")][output.path] = output.data

    def packed_files(self) -> Iterator[Output]:
        """Yield the parts of files; all of them are there."""
        for name in [] if self._stopped else sorted(self._texts):
            texts = sorted(self._texts.pop(name).items())
            part = _part(name, {"files": {path: data.decode() for path, data in texts}})
            self.files[part.path] = FilesPart(len(part.data), tuple(path for path, _ in texts))
            yield part

    def outputs(self, templates: Path) -> Iterator[Output]:
        """Yield the parts of pages, the index of all parts, the pointer to it, and the service
        worker. The parts of files are packed already.
        """
        yield Output("sw.js", worker(templates, stopped=self._stopped))
        if self._stopped:
            yield Output(POINTER, compact_json({"format": FORMAT, "stop": True}))
            return
        pages = sorted(self._pages.items())
        packing = cores.aside(partial(_pages_parts, pages))
        self.runs.replace(set(), han_runs(self.shell.parts))
        for _, part_pages in pages:
            self.runs.replace(set(), _runs(part_pages))
        parts = packing()
        yield from parts
        files = [part.files for part in self.files.values()]
        index = {
            "date": self._date,
            "core": "",
            "parts": [*(part.path for part in parts), *self.files],
            "pages": {url: i for i, (_, urls) in enumerate(pages) for url in urls},
            "files": {path: i for i, paths in enumerate(files, len(pages)) for path in paths},
        }
        sizes = (*(len(part.data) for part in parts), *(part.size for part in self.files.values()))
        yield from self._ends(index, sum(sizes))

    def outputs_again(self, out: Path) -> tuple[list[Output], set[str]]:
        """Return what differs from the copy in `out`, which has all other pages and all files, and
        what is no longer in it. `runs` are those of that copy.
        """
        pointer = json.loads((out / POINTER).read_bytes())
        if pointer.get("stop"):
            return [], set()
        index = _unpacked(out / pointer["index"])
        parts: list[str] = index["parts"]
        places = {path.partition(".")[0]: place for place, path in enumerate(parts)}
        files: list[Output] = []
        gone = {pointer["index"], index["core"]}
        for name, pages in self._pages.items():
            place = places[PARTS + name]
            gone.add(parts[place])
            old = _read_pages(out / parts[place])
            part = _pages_part(name, old | pages)
            self.runs.replace(_runs(old), _runs(old | pages))
            parts[place] = part.path
            files.append(part)
        index["date"] = max(index["date"], self._date)
        sizes = {part.path: len(part.data) for part in files}
        files += self._ends(index, sum(sizes.get(p) or (out / p).stat().st_size for p in parts))
        return files, gone.difference(file.path for file in files)

    @property
    def _stopped(self) -> bool:
        return bool(self.site.get("离线副本") == "停用")

    def _ends(self, index: dict[str, Any], size: int) -> Iterator[Output]:
        """Yield what knows all parts, which have `size` bytes: the core, the index, the pointer."""
        core = _part("core", {"shell": self.shell.as_json(), "script": self.runs.table()})
        packed = _part("index", index | {"core": core.path})
        yield from (core, packed)
        pointer = {
            "format": FORMAT,
            "version": _digest(packed.data),
            "date": index["date"],
            "bytes": size + len(core.data) + len(packed.data),
            "index": packed.path,
        }
        yield Output(POINTER, compact_json(pointer))


def worker(templates: Path, *, stopped: bool) -> bytes:
    """Return /sw.js: a classic script, made of the modules that pages use, too."""
    if stopped:
        return _minified((templates / "worker" / "stopped.js").read_text("utf-8"))
    modules = [templates / "assets" / name for name in WORKER_MODULES]
    sources = [path.read_text("utf-8") for path in (*modules, templates / "worker" / "worker.js")]
    return _minified("\n".join(_IMPORT_OR_EXPORT.sub("", source) for source in sources))


WORKER_MODULES: Final = (
    "traditional.js",
    "offline-compose.js",
    "offline-copy.js",
    "outbox-store.js",
    "outbox-proof.js",
    "outbox-send.js",
)
_IMPORT_OR_EXPORT = re.compile(r"^import\b[^;]*;|^export (?=async |class |const |function )", re.M)


def _minified(source: str) -> bytes:
    return str(rjsmin.jsmin(source)).encode()


def _part_of(page: Page) -> str:
    """Say which part a page is in: pages that change together, and guides by theme."""
    matter = page.context.get("matter")
    if matter is not None:
        return f"guides-{matter.theme_id}"
    family = page.url.partition("/")[0]
    return family if family in ("packages", "townships", "articles", "changes") else "pages"


def _pages_parts(pages: Iterable[tuple[str, Mapping[str, Record]]]) -> list[Output]:
    return [_pages_part(name, some) for name, some in pages]


def _pages_part(name: str, pages: Mapping[str, Record]) -> Output:
    """Return a part of pages. Lists repeat each other's lines far apart, where gzip cannot see it:
    there, bodies are numbers of lines.
    """
    if name.startswith("guides"):
        return _part(name, {"pages": pages})
    lines: dict[str, int] = {}
    numbered = {
        url: record | {"lines": [lines.setdefault(line, len(lines)) for line in _body(record)]}
        for url, record in pages.items()
    }
    for record in numbered.values():
        record["texts"] = {k: v for k, v in record["texts"].items() if k != "body"}
    return _part(name, {"lines": list(lines), "pages": numbered})


def _body(record: Record) -> list[str]:
    body: str = record["texts"]["body"]
    return body.split("\n")


def _read_pages(path: Path) -> dict[str, Record]:
    """Return the pages that `_pages_part` made a part of."""
    value = _unpacked(path)
    pages: dict[str, Record] = value["pages"]
    if "lines" in value:
        for record in pages.values():
            lines = (value["lines"][number] for number in record.pop("lines"))
            record["texts"]["body"] = "\n".join(lines)
    return pages


def _unpacked(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return value


def _runs(pages: Mapping[str, Record]) -> set[str]:
    return han_runs(text for record in pages.values() for text in record["texts"].values())


def _part(name: str, value: Mapping[str, Any]) -> Output:
    data = _compressed(compact_json(value))
    return Output(f"{PARTS}{name}.{_digest(data)}.bin", data)


def _compressed(data: bytes) -> bytes:
    """Compress a part, once for as long as `serve` runs: an edit changes few of them."""
    digest = _digest(data)
    if digest not in _known:
        if len(_known) >= _MOST:
            _known.clear()
        _known[digest] = gzip.compress(data, 9, mtime=0)
    return _known[digest]


_MOST: Final = 64
_known: dict[str, bytes] = {}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
