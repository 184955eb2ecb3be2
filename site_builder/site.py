"""Every file of the site: pages, which the cores share, and the others, which know all pages."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from site_builder import __version__, cores, opendata, output
from site_builder.assets import Assets
from site_builder.model import Catalogue
from site_builder.noted import BUILD_RECORD, CACHE, Inputs
from site_builder.offline import FilesPart, OfflineCopy, Record
from site_builder.pages import MOST, Content, Page
from site_builder.prose import Rendered
from site_builder.render import HANS, HANT, Output, Renderer, Texts, json_ld
from site_builder.runs import Runs
from site_builder.script import Converter, converter
from site_builder.sequences import Joined, Some
from site_builder.structured import government_service


class _Made(NamedTuple):
    """What is left when files are written: those of a page, or all that are no pages."""

    written: int
    record: Record | None = None
    """What the offline copy keeps of the page."""
    paths: Set[str] = frozenset()
    """Where the files are that are no pages."""
    packed: dict[str, FilesPart] | None = None
    """The parts of the offline copy that hold some of them."""


class Site:
    """The files of one build, made one by one so that memory does not grow with the site."""

    def __init__(
        self,
        data: Path,
        content: Content,
        renderer: Renderer,
        assets: Assets,
        copy: OfflineCopy,
        pages: Joined[Page],
    ) -> None:
        self.data, self.catalogue, self.content = data, content.catalogue, content
        self.renderer, self.assets, self.copy = renderer, assets, copy
        self.pages = pages

    def page_files(self) -> Iterator[Output]:
        """Yield the files of pages one after the other, for who changes them before writing."""
        for page, hans, hant in self.renderer.said(self.pages):
            self.copy.add_page(page, self._record(page, hans))
            yield from self._files(page, hans, hant)

    def paths(self, page: Page) -> list[str]:
        """Return where a page's files are."""
        paths = [*self.renderer.paths(page)]
        if page.kind == "matter":
            paths.append(opendata.matter_path(page.context["matter"]))
        return paths

    def write(self, out: Path, more: Iterable[Output], standing: Set[int]) -> tuple[int, set[str]]:
        """Write the whole site and `more` files below `out`, remove what is no longer in it, and
        return how many files were written and where all of them are. Pages with `standing`
        numbers are there as they would be written.

        What knows all pages and holds none is made beside them; the offline copy holds them all.
        """
        present = cores.aside(partial(output.present, out))
        numbers, (others, *made) = self._written(out, standing)
        self.copy.files = others.packed or {}
        records = {n: some.record for n, some in zip(numbers, made, strict=True) if some.record}
        paths = {*others.paths}
        for number, page in enumerate(self.pages):
            self.copy.add_page(page, records.get(number))
            paths.update(self.paths(page))
        last = chain(self.copy.outputs(self.renderer.templates), more)
        written = sum(some.written for some in (others, *made))
        written += output.write_some(output.noted(last, paths), out)
        output.remove(present() - paths, out)
        return written, paths

    def _written(self, out: Path, standing: Set[int]) -> tuple[Sequence[int], list[_Made]]:
        """Write what is no page, and all pages but those that stand, on every core; return the
        numbers of these pages, and what is left of all.

        The first comes first, for it takes long, and then all lists together: they share their
        entries.
        """
        lists = [number for number, page in self.pages.held() if page.kind == "matter-list"]
        done = {*standing, *lists}
        numbers = array("I", (*lists, *(n for n in range(len(self.pages)) if n not in done)))
        items = Joined[Page | None]((None,), Some(self.pages, numbers))
        with cores.uncollected():
            return numbers, cores.share(items, partial(self._write, out), firsts=(1, len(lists)))

    def _write_others(self, out: Path) -> _Made:
        paths: set[str] = set()
        written = output.write_some(output.noted(self._others(), paths), out)
        return _Made(written, None, paths, self.copy.files)

    def others(self) -> Iterator[Output]:
        """Yield the files that are no pages; the offline copy, which holds them all, last."""
        yield from self._others()
        yield from self.copy.outputs(self.renderer.templates)

    def _others(self) -> Iterator[Output]:
        for item in self._made_once():
            self.copy.add_file(item)
            yield item
        yield from self.copy.packed_files()

    def _made_once(self) -> Iterator[Output]:
        # An edit makes none of these files, and its start takes as long as its work.
        from site_builder import ask, feed, pinyin, search, sitemap, webapp

        site, convert = self.catalogue.data["site"], self.renderer.convert
        own = [asset.path for asset in self.assets.outputs()]
        yield opendata.json_file(BUILD_RECORD, {"version": __version__, "assets": own})
        yield from self.assets.outputs()
        yield from webapp.files(site, self.assets, convert)
        yield opendata.catalogue_file(self.catalogue, site)
        yield from opendata.api_files(self.data, self.content.forms, self.renderer)
        yield from sitemap.files(self.pages, site["网址"])
        readings = pinyin.readings(CACHE)
        yield from search.files(self.pages, self.catalogue, convert, readings)
        yield from ask.files(self.catalogue)
        yield pinyin.file(CACHE)
        yield from feed.files(self.content.changes, site, convert)

    def _write(self, out: Path, items: Sequence[Page | None]) -> Iterator[_Made]:
        if items[0] is None:
            yield self._write_others(out)
        for page, hans, hant in self.renderer.said(page for page in items if page):
            written = output.write_some(self._files(page, hans, hant), out)
            yield _Made(written, self._record(page, hans))

    def _files(self, page: Page, hans: Texts, hant: Texts) -> Iterator[Output]:
        yield from self.renderer.pages(page, hans, hant)
        if page.kind == "matter":
            matter, zone = page.context["matter"], page.context["zone"]
            yield opendata.matter_file(matter, zone, (id_ for id_, _ in page.context["packages"]))

    def _record(self, page: Page, texts: Texts) -> Record | None:
        if not self.copy.keeps(page):
            return None
        hans, hant = (self.renderer.values(page, script) for script in (HANS, HANT))
        return self.copy.record(texts, hans, hant)


def site_of(
    inputs: Inputs,
    content: Content,
    engine: Rendered,
    pages: Joined[Page],
    *,
    large: bool,
    runs: Mapping[str, Any] | None = None,
) -> Site:
    """Return the site that shows some pages; `runs` are what the last build knew."""
    catalogue = content.catalogue
    site: Mapping[str, Any] = catalogue.data["site"]
    assets = Assets(inputs.templates / "assets")
    renderer = Renderer(
        inputs.templates,
        inputs.cache,
        engine.shell,
        converter_of(catalogue),
        urlsplit(site["网址"]).path or "/",
        catalogue=catalogue,
        figures=SimpleNamespace(**catalogue.figures),
        site=site,
        assets=assets,
        json_ld=json_ld,
        government_service=government_service,
        downloads=bool(inputs.options),
        most=MOST,
        guides_kept=not large,
    )
    copy = OfflineCopy(renderer.shell(HANS), Runs(renderer.convert, runs), site, large)
    return Site(inputs.content / "data", content, renderer, assets, copy, pages)


def converter_of(catalogue: Catalogue) -> Converter:
    """Return what turns its texts into 繁体, the words of its glossary as that has them."""
    words = (catalogue.data.get("glossary") or {}).items()
    return converter(frozenset((str(word), str(result)) for word, result in words))
