"""Stage 4b: a page's body from its template, and the whole page from shell and body."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup

from site_builder.compact_json import compact_json
from site_builder.compose import Shell, fill_slots
from site_builder.escaping import QuickEnvironment, compiled
from site_builder.model import Matter
from site_builder.pages import SECTIONS, Crumb, Page
from site_builder.script import Converter
from site_builder.spool import Spool

HANS: Final = "zh-Hans"
HANT: Final = "zh-Hant"


@dataclass(frozen=True, slots=True)
class Output:
    """A file of the site: its path below the site folder and its bytes."""

    path: str
    data: bytes


class Texts(NamedTuple):
    """What a page says, in Simplified script; the slots inside its body are still open."""

    title: str
    description: str
    crumbs: str
    head: str
    body: str


_TOGETHER: Final = 32
"""So many pages are rendered together, or as many as have so many characters."""
_ENOUGH: Final = 500_000
_OWN: Final = {*Texts._fields, "updated", "path", "url", "twin"}
"""Slots that each page fills with something else."""
_OF_ALL: Final = {"catalogue", "figures"}
"""What is shared and knows all matters."""


class Renderer:
    """Renders pages in both scripts.

    Templates see the page, `base` (the way to the script's root), and what is `shared`. Those of a
    guide see nothing of other matters: when these change, it stands (guides.py).
    """

    def __init__(
        self,
        templates: Path,
        cache: Path,
        shell: Shell,
        convert: Converter,
        site_path: str,
        **shared: Any,
    ) -> None:
        self._environment = _environment(templates, cache, {**shared, "entry": self._entry})
        alone = {name: value for name, value in shared.items() if name not in _OF_ALL}
        self._of_guides = _environment(templates, cache, alone)
        self._entries: dict[tuple[str, str], int] = {}
        self._spool = Spool(cache, str)
        self._shells = {HANS: shell, HANT: shell.converted(convert)}
        self._frames: dict[tuple[str, ...], Shell] = {}
        self.convert = convert
        self.templates = templates
        self._site_path = site_path

    def shell(self, language: str) -> Shell:
        """Return the page shell of a script."""
        return self._shells[language]

    def said(self, pages: Iterable[Page]) -> Iterator[tuple[Page, Texts, Texts]]:
        """Yield each page with what it says in 简体 and in 繁体.

        Each step is taken for some pages together: what it works with is then still in the
        processor's cache, which makes all of it a fifth faster.
        """
        coming = iter(pages)
        while some := list(islice(self._said_together(coming), _TOGETHER)):
            converted = iter(self.convert.lines(*chain.from_iterable(hans for _, hans in some)))
            hant = map(Texts, *[converted] * len(Texts._fields))
            for (page, hans), other in zip(some, hant, strict=True):
                yield page, hans, other

    def _said_together(self, pages: Iterator[Page]) -> Iterator[tuple[Page, Texts]]:
        """Yield pages with what they say in 简体 until that is enough text."""
        size = 0
        while size < _ENOUGH and (page := next(pages, None)):
            texts = self._texts(page)
            size += len(texts.body)
            yield page, texts

    def _texts(self, page: Page) -> Texts:
        """Render what a page says."""
        base = self._site_path if page.url.endswith(".html") else _up(page.url.count("/"))
        environment = self._of_guides if page.kind == "matter" else self._environment
        crumbs = environment.get_template("partials/crumbs.html")
        way = (Crumb("首页", ""), *page.crumbs)
        template = environment.get_template(f"pages/{page.kind}.html")
        return Texts(
            html.escape(page.title),
            html.escape(page.description),
            crumbs.render(page=page, base=base, crumbs=way) if page.crumbs else "",
            _meta(page),
            template.render(page=page, base=base, **page.context),
        )

    def pages(self, page: Page, hans: Texts, hant: Texts) -> Iterator[Output]:
        """Yield a page in both scripts."""
        yield self._output(page, HANS, hans)
        yield self._output(page, HANT, hant)

    def paths(self, page: Page) -> tuple[str, str]:
        """Return where `pages` puts a page."""
        name = page.url if page.url.endswith(".html") else f"{page.url}index.html"
        return name, f"hant/{name}"

    def values(self, page: Page, language: str) -> dict[str, str]:
        """Return what fills the slots of a page beside its texts."""
        return {
            **self._places(page, language),
            "kind": page.kind,
            "section": page.section,
            **{f"current{s}": "true" if s == page.section else "false" for s in SECTIONS},
            "updated": page.updated,
            "lang": language,
            "script": "hans" if language == HANS else "hant",
            "path": page.url,
        }

    def _output(self, page: Page, language: str, texts: Texts) -> Output:
        values = self.values(page, language) | texts._asdict()
        values["body"] = fill_slots(texts.body, values)
        path = self.paths(page)[language == HANT]
        return Output(path, self._frame(page, values).fill(values))

    def _frame(self, page: Page, values: dict[str, str]) -> Shell:
        """Return the shell as pages of a kind at a depth have it in common, with few slots left."""
        key = page.kind, page.section, values["lang"], values["root"], values["base"]
        if key not in self._frames:
            common = {slot: value for slot, value in values.items() if slot not in _OWN}
            self._frames[key] = self._shells[values["lang"]].partly(common)
        return self._frames[key]

    def _places(self, page: Page, language: str) -> dict[str, str]:
        """Return the ways out of a page: to the site's root, its script's root and its twin."""
        if page.url.endswith(".html"):  # served at any address, so nothing relative
            root = self._site_path
            hans, hant = root, f"{root}hant/"
            base, twin = (hans, hant) if language == HANS else (hant, hans)
            return {"root": root, "base": base, "twin": twin, "url": page.url}
        depth = page.url.count("/")
        base = _up(depth)
        if language == HANS:
            return {"root": base, "base": base, "twin": f"{base}hant/{page.url}", "url": page.url}
        root = _up(depth + 1)
        return {"root": root, "base": base, "twin": root + page.url, "url": f"hant/{page.url}"}

    def _entry(self, matter: Matter, heading: str) -> Markup:
        """Return a matter as lists show it; it stands in a dozen of them, and is made once."""
        key = matter.id, heading
        if key not in self._entries:
            template = self._environment.get_template("partials/entry.html")
            self._entries[key] = self._spool.put(template.render(matter=matter, heading=heading))
        return Markup(self._spool.get(self._entries[key]))


def _environment(templates: Path, cache: Path, shared: Mapping[str, Any]) -> QuickEnvironment:
    environment = QuickEnvironment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=compiled(cache),
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.globals.update(shared)
    environment.filters |= {"han_number": _han_number, "key": _key, "floor": _floor}
    return environment


def _up(depth: int) -> str:
    return "../" * depth or "./"


def _meta(page: Page) -> str:
    return "".join(
        f'<meta name="{name}" content="{html.escape(value)}">'
        for name, value in page.meta_tags.items()
    )


def _han_number(days: int) -> str:
    """Say a number of working days as people do: 0 is 当场办结."""
    return "当场办结" if days == 0 else f"{days} 个工作日"


def _floor(number: int) -> str:
    """Say a floor as people do: 2 is 二层."""
    return f"{'一二三四五六七八九'[number - 1]}层"


def _key(text: str) -> str:
    """Return a short name for a text that is the same in both scripts, for a device's memory."""
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def json_ld(value: dict[str, Any]) -> Markup:
    """Return structured data as a script element that no content can break out of.

    Each key begins a line: what most pages say alike is then turned into 繁體 once.
    """
    text = compact_json(value).decode().replace("<", "\\u003c").replace(',"', ',\n"')
    return Markup(f'<script type="application/ld+json">{text}</script>')
