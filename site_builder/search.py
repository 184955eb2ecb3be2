"""The search index: what the browser needs to find a page, in parts small enough to load lazily.

    data/search.json          tables for reading a query, and the first thousand pages (documents)
    data/search.docs-…json    further thousands
    data/search.texts-…json   what stands inside a guide (materials, questions …), loaded last
    data/search.hant-…json    titles and names in Traditional script

A document's place in its part is its number, so the other two are lists in the same order. All
files but the first carry a fingerprint: an old part never meets a new list. The ranking itself is
templates/assets/search-engine.js; docs/decisions/0401-search.md says why it is ours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from site_builder import han
from site_builder.model import Catalogue, Matter
from site_builder.pages import AUDIENCES, Page
from site_builder.render import Output
from site_builder.script import Converter

PART: Final = 1000
"""Documents in a part: about 40 KB compressed, half a second on a slow phone's line."""

WORDS: Final = "synonyms"
"""The data file with everyday words: content/data/synonyms.yml."""

Doc = list[Any]


def files(pages: Iterable[Page], catalogue: Catalogue, convert: Converter) -> Iterator[Output]:
    """Yield the index of all pages."""
    words: Mapping[str, Any] = catalogue.data.get(WORDS) or {}
    pages = [page for page in pages if page.kind not in _UNLISTED]
    said: Mapping[str, list[str]] = words.get("说法") or {}
    found = [(_document(p, said.get(p.url, ()), catalogue), _texts(p)) for p in pages]
    found += [(place, []) for place in _places(said, catalogue)]
    parts = [found[i : i + PART] for i in range(0, len(found), PART)]
    documents = [[document for document, _ in part] for part in parts]
    more = [_part("docs", docs) for docs in documents[1:]]
    texts = [_part("texts", [inside for _, inside in part]) for part in parts]
    hant = [_part("hant", _traditional(docs, convert)) for docs in documents]
    index = {
        **han.tables(_everything(documents, texts)),
        "themes": [theme.id for theme in catalogue.themes],
        "audiences": list(AUDIENCES.values()),
        "ignored": words.get("不计的话", []),
        "same": words.get("同义词", []),
        "attributes": words.get("特点", {}),
        "later": words.get("后来才办", []),
        "docs": documents[0] if documents else [],
        "more": [part.path for part in more],
        "texts": [part.path for part in texts],
        "hant": [part.path for part in hant],
    }
    yield Output("data/search.json", _json(index))
    yield from (*more, *texts, *hant)


def _document(page: Page, said: Sequence[str], catalogue: Catalogue) -> Doc:
    """Return [kind, address, title, names people use, facts for facets]."""
    matter = page.context.get("matter")
    if page.kind == "matter" and isinstance(matter, Matter):
        names = dict.fromkeys([*matter.aliases, *said, matter.result])
        return ["matter", page.url, page.title, list(names), _facts(matter, catalogue)]
    return [_KINDS.get(page.kind, "page"), page.url, page.title, list(said)]


def _places(said: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Doc]:
    """Yield parts of pages that have an address of their own: the hall's zones, its hours …"""
    zones = {f"hall/#zone-{zone.id}": zone for zone in catalogue.zones}
    for url, zone in zones.items():
        services = zone.services.rpartition("：")[2].split("、")
        yield ["hall", url, zone.name, [zone.area, *services, *said.get(url, ())]]
    for url, (title, *names) in said.items():
        if "#" in url and url not in zones:
            yield ["hall", url, title, names]


_UNLISTED: Final = {"404", "offline-missing", "package-case"}
"""Pages nobody looks for by name."""

_KINDS: Final = {
    "package": "package",
    "township": "township",
    "hall": "hall",
    "article": "article",
    "matter-list": "list",
}


FLAGS: Final = ("online", "charged", "waivable", "commitment", "devolved", "free_post")
"""Yes-or-no facts of a matter: bit n of the number in its document."""


def _facts(matter: Matter, catalogue: Catalogue) -> list[int]:
    """Return [theme, audiences, promised days, visits, flags] as numbers."""
    themes = [theme.id for theme in catalogue.themes]
    return [
        themes.index(matter.theme_id),
        _bits(audience in matter.audiences for audience in AUDIENCES),
        matter.promised_days,
        matter.visits,
        _bits(bool(getattr(matter, flag)) for flag in FLAGS),
    ]


def _bits(values: Iterable[bool]) -> int:
    return sum(1 << place for place, value in enumerate(values) if value)


def _texts(page: Page) -> list[list[str]]:
    """Return what a page says inside: [summary, materials, questions]."""
    matter = page.context.get("matter")
    if page.kind != "matter" or not isinstance(matter, Matter):
        return [[page.description]]
    return [
        [matter.summary],
        [material.name for material in matter.materials],
        [*(q.question for q in matter.questions), *(s.question for s in matter.situations)],
    ]


def _traditional(documents: list[Doc], convert: Converter) -> list[list[str]]:
    """Return title and names of each document in Traditional script."""
    joined = ["\n".join([title, *names]) for _, _, title, names, *_ in documents]
    return [text.split("\n") for text in convert.all(*joined)] if joined else []


def _part(name: str, values: list[Any]) -> Output:
    data = _json(values)
    fingerprint = hashlib.blake2b(data, digest_size=4).hexdigest()
    return Output(f"data/search.{name}-{fingerprint}.json", data)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _everything(documents: list[list[Doc]], texts: list[Output]) -> str:
    """Return every character the index holds."""
    return json.dumps(documents, ensure_ascii=False) + "".join(t.data.decode() for t in texts)
