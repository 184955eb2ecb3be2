"""The search index: what the browser needs to find a page, in parts small enough to load lazily.

    data/search.json          tables for reading a query, and the first thousand pages (documents)
    data/search.docs-…json    further thousands
    data/search.texts-…json   what stands inside a guide (materials, questions …), loaded last

A part has a line for each document, so that a browser has nothing to build but by reading it once;
a document's place in its part is its number. All files but the first carry a fingerprint: an old
part never meets a new list. The ranking itself is templates/assets/search-engine.js;
docs/decisions/0401-search.md says why it is ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from site_builder import han
from site_builder.compact_json import compact_json
from site_builder.model import Catalogue, Matter
from site_builder.pages import AUDIENCES, Page
from site_builder.render import Output
from site_builder.runs import Runs, han_runs
from site_builder.script import Converter

PART: Final = 1000
"""Documents in a part: about 15 KB compressed."""

WORDS: Final = "synonyms"
"""The data file with everyday words: content/data/synonyms.yml."""


class Document(NamedTuple):
    """What the index has of a page, or of a part of a page with an address of its own."""

    kind: str
    url: str
    names: Sequence[str]
    """The title, and what people call it."""
    facts: Sequence[int] = ()
    inside: str = ""
    """What stands inside, as one line: a large site has no room for all the phrases."""


def files(
    pages: Iterable[Page], catalogue: Catalogue, convert: Converter, readings: Mapping[str, str]
) -> Iterator[Output]:
    """Yield the index of all pages, a part as soon as its documents are there.

    `readings` say how characters are read, without tones.
    """
    words: Mapping[str, Any] = catalogue.data.get(WORDS) or {}
    said: Mapping[str, list[str]] = words.get("说法") or {}
    documents = _documents(pages, said, catalogue)
    docs, more, inside = _columns(()), list[str](), list[str]()
    names, signs, runs = set[str](), set[str](), Runs(convert)
    while part := list(islice(documents, PART)):
        text, columns = "\n".join(document.inside for document in part), _columns(part)
        names.update(columns["names"])
        signs.update(text)
        runs.replace(set(), han_runs([columns["names"]]))
        yield _noted(_part("texts", text), inside)
        if len(inside) == 1:
            docs = columns
        else:
            yield _noted(_part("docs", columns), more)
    script = runs.table()
    tables = han.tables(names | signs, script["characters"], readings)
    index = {
        **tables,
        "runs": script["runs"],
        "characters": han.beside(tables["variants"], names, script["characters"]),
        "themes": [theme.id for theme in catalogue.themes],
        "audiences": list(AUDIENCES.values()),
        "ignored": words.get("不计的话", []),
        "same": words.get("同义词", []),
        "attributes": words.get("特点", {}),
        "later": words.get("后来才办", []),
        "kinds": _KINDS,
        "docs": docs,
        "more": more,
        "texts": inside,
    }
    yield Output("data/search.json", compact_json(index))


def _noted(output: Output, paths: list[str]) -> Output:
    paths.append(output.path)
    return output


def _documents(
    pages: Iterable[Page], said: Mapping[str, Sequence[str]], catalogue: Catalogue
) -> Iterator[Document]:
    for page in pages:
        if page.kind not in _UNLISTED:
            yield _document(page, said.get(page.url, ()), catalogue)
    yield from _places(said, catalogue)


def _document(page: Page, said: Sequence[str], catalogue: Catalogue) -> Document:
    matter = page.context.get("matter")
    if page.kind == "matter" and isinstance(matter, Matter):
        names = dict.fromkeys([*matter.aliases, *said, matter.result])
        facts = _facts(matter, catalogue)
        return Document("matter", page.url, [page.title, *names], facts, _inside(matter))
    kind = "list" if page.kind == "matter-list" else page.kind
    kind = kind if kind in _KINDS else "page"
    return Document(kind, page.url, [page.title, *said], inside=_line([[page.description]]))


def _places(said: Mapping[str, Sequence[str]], catalogue: Catalogue) -> Iterator[Document]:
    """Yield parts of pages that have an address of their own: the hall's zones, its hours …"""
    zones = {f"hall/#zone-{zone.id}": zone for zone in catalogue.zones}
    for url, zone in zones.items():
        services = zone.services.rpartition("：")[2].split("、")
        yield Document("hall", url, [zone.name, zone.area, *services, *said.get(url, ())])
    for url, names in said.items():
        if "#" in url and url not in zones:
            yield Document("hall", url, names)


_UNLISTED: Final = {"404", "offline-missing", "package-case"}
"""Pages nobody looks for by name."""

_KINDS: Final = ["matter", "package", "township", "hall", "article", "list", "page"]
"""A document's kind is written as a digit: its place in this list."""


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


def _inside(matter: Matter) -> str:
    return _line(
        [
            [matter.summary, *(material.name for material in matter.materials)],
            [*(q.question for q in matter.questions), *(s.question for s in matter.situations)],
        ]
    )


def _columns(documents: Sequence[Document]) -> dict[str, str]:
    """Return kinds, addresses, facts and names of documents, one text each."""
    return {
        "kinds": "".join(str(_KINDS.index(document.kind)) for document in documents),
        "urls": "\n".join(document.url for document in documents),
        "facts": "\n".join(" ".join(map(str, document.facts)) for document in documents),
        "names": "\n".join(_line([d.names[:1], d.names[1:]]) for d in documents),
    }


def _line(parts: Iterable[Iterable[str]]) -> str:
    """Return a document's line: TABs between phrases, two before those that count otherwise."""
    phrases = ("\t".join(filter(None, map(_phrase, part))) for part in parts)
    return "\t\t".join(phrases).rstrip("\t")


def _phrase(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


_BREAKS: Final = re.compile(r"[\t\r\n]+")


def _part(name: str, value: Any) -> Output:
    data = compact_json(value)
    fingerprint = hashlib.blake2b(data, digest_size=4).hexdigest()
    return Output(f"data/search.{name}-{fingerprint}.json", data)
