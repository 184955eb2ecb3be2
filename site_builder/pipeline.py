"""Read this first: `build` names the stages from text files to a site, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import form_definitions
from site_builder import (
    __version__,
    ask,
    downloads,
    enginecache,
    feed,
    history,
    opendata,
    output,
    pinyin,
    search,
    sitemap,
    webapp,
)
from site_builder.assets import Assets
from site_builder.catalogue import load_catalogue
from site_builder.editions import Edition
from site_builder.errors import SiteError
from site_builder.model import Catalogue
from site_builder.offline import OfflineCopy
from site_builder.pages import Content, Page, all_pages
from site_builder.prose import Rendered
from site_builder.quotes import quoted_page
from site_builder.render import HANS, HANT, Output, Renderer, json_ld
from site_builder.script import Converter


@dataclass(frozen=True, slots=True)
class Result:
    """What a build did."""

    matters: int
    pages: int
    written: int


def build(
    content: Path,
    out: Path,
    config: Path = Path("mkdocs.yml"),
    rendered: Rendered | None = None,
    today: dt.date | None = None,
    *,
    with_downloads: bool = False,
    cache: Path | None = None,
    edition: Edition = iter,
    say: Callable[[str], None] = lambda _: None,
) -> Result:
    """Build the whole site of `content` into `out`, as it is in force `today`.

    Word and PDF files are made `with_downloads`; `say` is told about work that takes a while.
    What is costly and unchanged is taken from `cache`. `edition` makes another edition of it.

    `rendered` is the engine's work when MkDocs itself called us. Raises ContentError with all
    findings when the content has errors, and then leaves `out` as it was.
    """
    _refuse_foreign_folder(out)
    cache = cache or CACHE
    catalogue = load_catalogue(content).in_force(today or dt.date.today())
    assets = Assets(templates_of(config) / "assets")
    engine = rendered or enginecache.rendered(config, content, templates_of(config), cache)
    prose = tuple(quoted_page(page, catalogue.figures) for page in engine.prose)
    pages = Content(catalogue, prose, _forms(content), history.changes(content))
    renderer = _renderer(config, catalogue, engine, assets, downloads=with_downloads)
    copy = OfflineCopy(renderer.shell(HANS), renderer.convert, catalogue.data["site"])
    site = _Site(content / "data", catalogue, pages, renderer, assets, copy)
    files = [site.outputs(), downloads.attached(content / "files")]
    if with_downloads:
        papers = downloads.all_papers(catalogue, prose)
        files.append(downloads.outputs(papers, renderer.convert, cache / "downloads", say))
    written = output.write(edition(chain(*files)), out)
    return Result(len(catalogue.matters), site.page_count, written)


class _Site:
    """Every file of the site, produced one by one so that memory does not grow with the site."""

    def __init__(
        self,
        data: Path,
        catalogue: Catalogue,
        content: Content,
        renderer: Renderer,
        assets: Assets,
        copy: OfflineCopy,
    ) -> None:
        self.data, self.catalogue, self.content = data, catalogue, content
        self.renderer, self.assets, self.copy = renderer, assets, copy
        self.page_count = 0

    def outputs(self) -> Iterator[Output]:
        """Yield what the site publishes, and last the offline copy of it."""
        for item in self._published():
            self.copy.add_file(item)
            yield item
        yield from self.copy.outputs(self.renderer.templates)

    def _published(self) -> Iterator[Output]:
        site = self.catalogue.data["site"]
        own = [asset.path for asset in self.assets.outputs()]
        yield opendata.json_file(BUILD_RECORD, {"version": __version__, "assets": own})
        listed: list[Page] = []
        for page in all_pages(self.content):
            listed.append(page)
            self.page_count += 2
            texts = self.renderer.texts(page)
            self.copy.add_page(page, texts, *(self.renderer.values(page, s) for s in (HANS, HANT)))
            yield from self.renderer.pages(page, texts)
        yield from self.assets.outputs()
        yield from webapp.files(site, self.assets, self.renderer.convert)
        yield from opendata.catalogue_files(self.catalogue, site)
        yield from opendata.api_files(self.data, self.content.forms, self.renderer)
        yield from sitemap.files(listed, site["网址"])
        yield from search.files(listed, self.catalogue, self.renderer.convert)
        yield from ask.files(self.catalogue)
        yield pinyin.file(CACHE)
        yield from feed.files(self.content.changes, site, self.renderer.convert)


CACHE = Path(".cache") / "site-builder"
"""Where a build keeps what it need not make again, unless it is told another place."""

BUILD_RECORD = "data/build.json"
"""Says that a folder is ours to overwrite."""


def _refuse_foreign_folder(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / BUILD_RECORD).exists():
        raise SiteError(f"{out} 里有别的文件，不敢覆盖；换一个空文件夹，或先把它清空")


def templates_of(config: Path) -> Path:
    """Return the folder of templates that belongs to an engine configuration."""
    return config.resolve().parent / "templates"


def _forms(content: Path) -> Mapping[str, form_definitions.Form]:
    return form_definitions.load(content / "data" / "forms.yml")


def _renderer(
    config: Path, catalogue: Catalogue, engine: Rendered, assets: Assets, *, downloads: bool
) -> Renderer:
    site: Mapping[str, Any] = catalogue.data["site"]
    glossary = {str(k): str(v) for k, v in (catalogue.data.get("glossary") or {}).items()}
    return Renderer(
        templates_of(config),
        engine.shell,
        Converter(glossary),
        urlsplit(site["网址"]).path or "/",
        catalogue=catalogue,
        figures=catalogue.figures,
        site=site,
        assets=assets,
        json_ld=json_ld,
        downloads=downloads,
    )
