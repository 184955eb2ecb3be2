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
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import rjsmin

from site_builder.compose import Shell
from site_builder.pages import Page
from site_builder.render import Output, Texts
from site_builder.script import Converter

FORMAT: Final = 1
"""Raised when parts change their shape; a worker leaves a copy in another format alone."""
POINTER: Final = "data/offline.json"
PARTS: Final = "data/offline/"
KEPT_DATA: Final = ("data/search", "data/ask", "data/pinyin")
"""Data that pages fetch; everything else below data/ is for other systems."""
KEPT: Final = ("assets/", *KEPT_DATA)
LARGEST: Final = 2000
"""Matters up to which guides are in the copy: about 6 MB on a phone, nobody's whole province."""
_OF_MATTERS: Final = {"matter", "matter-list", "waivable", "commitment"}
"""Pages a large site's copy leaves out: guides, and the lists that only lead to guides."""
Values = Mapping[str, str]
Record = dict[str, Any]
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


@dataclass
class OfflineCopy:
    """Collects what the site says while it is made, and then yields the copy's files."""

    shell: Shell
    convert: Converter
    site: Mapping[str, Any]
    large: bool = False
    """More than LARGEST matters."""
    _pages: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    _files: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _date: str = ""

    def record(self, page: Page, texts: Texts, hans: Values, hant: Values) -> Record | None:
        """Return what the copy keeps of a page: what it says, and what else fills its slots.

        None when the site is too large for a phone and people find this page by search instead.
        """
        if self.large and page.kind in _OF_MATTERS:
            return None
        differs = {slot: value for slot, value in hant.items() if value != hans[slot]}
        return {"texts": texts._asdict(), "values": hans, "hant": differs}

    def add_page(self, page: Page, record: Record | None) -> None:
        """Keep a page."""
        if record:
            self._pages[_part_of(page)][page.url] = record
        self._date = max(self._date, page.updated)

    def state(self) -> dict[str, Any]:
        """Return the pages as plain values, for a later build that makes only some of them."""
        return {"pages": dict(self._pages), "date": self._date}

    def resume(self, state: Mapping[str, Any], files: Iterable[Output]) -> None:
        """Take the pages of an earlier build and the files that are still as it wrote them."""
        self._pages.update(state["pages"])
        self._date = state["date"]
        for file in files:
            self.add_file(file)

    def add_file(self, output: Output) -> None:
        """Keep a script, a style or data that pages fetch."""
        if output.path.startswith("assets/") and output.path.endswith((".css", ".js", ".svg")):
            self._files["assets"][output.path] = output.data.decode()
        elif output.path.startswith(KEPT_DATA):
            name = output.path.removeprefix("data/").partition(".")[0].partition("/")[0]
            self._files[name][output.path] = output.data.decode()

    def outputs(self, templates: Path) -> Iterator[Output]:
        """Yield the parts, the index of them, the pointer to it, and the service worker."""
        stopped = self.site.get("离线副本") == "停用"
        yield Output("sw.js", worker(templates, stopped=stopped))
        if stopped:
            yield _json(POINTER, {"format": FORMAT, "stop": True})
            return
        core = _part("core", {"shell": self.shell.as_json(), "script": self._script()})
        pages = [(_pages_part(name, p), p) for name, p in sorted(self._pages.items())]
        ordered = {name: dict(sorted(f.items())) for name, f in sorted(self._files.items())}
        files = [(_part(name, {"files": f}), f) for name, f in ordered.items()]
        parts = [part for part, _ in (*pages, *files)]
        index = _part(
            "index",
            {
                "date": self._date,
                "core": core.path,
                "parts": [part.path for part in parts],
                "pages": {url: i for i, (_, urls) in enumerate(pages) for url in urls},
                "files": {p: i for i, (_, paths) in enumerate(files, len(pages)) for p in paths},
            },
        )
        yield from (core, *parts, index)
        yield _json(
            POINTER,
            {
                "format": FORMAT,
                "version": _digest(index.data),
                "date": self._date,
                "bytes": sum(len(part.data) for part in (core, *parts, index)),
                "index": index.path,
            },
        )

    def _script(self) -> dict[str, dict[str, str]]:
        texts = (
            text
            for pages in self._pages.values()
            for record in pages.values()
            for text in record["texts"].values()
        )
        return script_table((*self.shell.parts, *texts), self.convert)


def script_table(texts: Iterable[str], convert: Converter) -> dict[str, dict[str, str]]:
    """Return what turns exactly these texts into 繁体 without OpenCC.

    `characters` has each character's usual form; `runs` the runs of Han characters in which some
    character takes another (头发, 发展). A phrase never crosses a sign, so a run decides alone.
    """
    runs = sorted({run for text in texts for run in _HAN.findall(text)})
    converted = convert.lines("\n".join(runs))[0].split("\n") if runs else []
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for run, result in zip(runs, converted, strict=True):
        if len(run) == len(result):
            for one, other in zip(run, result, strict=True):
                forms[one][other] += 1
    usual = {one: counts.most_common(1)[0][0] for one, counts in forms.items()}
    return {
        "characters": {one: other for one, other in sorted(usual.items()) if one != other},
        "runs": {
            run: result
            for run, result in zip(runs, converted, strict=True)
            if "".join(usual.get(one, one) for one in run) != result
        },
    }


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
    return family if family in ("packages", "townships", "articles") else "pages"


def _pages_part(name: str, pages: Mapping[str, dict[str, Any]]) -> Output:
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


def _body(record: Mapping[str, Any]) -> list[str]:
    body: str = record["texts"]["body"]
    return body.split("\n")


def _part(name: str, value: Mapping[str, Any]) -> Output:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    data = _compressed(text)
    return Output(f"{PARTS}{name}.{_digest(data)}.bin", data)


@lru_cache(maxsize=64)
def _compressed(text: str) -> bytes:
    """Compress a part, once for as long as `serve` runs: an edit changes few of them."""
    return gzip.compress(text.encode(), 9, mtime=0)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _json(path: str, value: Mapping[str, Any]) -> Output:
    return Output(path, json.dumps(value, separators=(",", ":")).encode())
