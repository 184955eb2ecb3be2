"""Read this first: `build` names the stages from text files to a site, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import form_definitions
from site_builder import (
    downloads,
    enginecache,
    history,
    output,
)
from site_builder.assets import Assets
from site_builder.catalogue import load_catalogue
from site_builder.editions import Edition
from site_builder.errors import SiteError
from site_builder.model import Catalogue
from site_builder.offline import LARGEST, OfflineCopy
from site_builder.pages import Content
from site_builder.prose import Rendered
from site_builder.quotes import quoted_page
from site_builder.render import HANS, Renderer, json_ld
from site_builder.script import Converter
from site_builder.site import BUILD_RECORD, CACHE, Site


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
    large = len(catalogue.matters) > LARGEST
    copy = OfflineCopy(renderer.shell(HANS), renderer.convert, catalogue.data["site"], large)
    site = Site(content / "data", pages, renderer, assets, copy)
    others = [site.others(), downloads.attached(content / "files")]
    if with_downloads:
        papers = downloads.all_papers(catalogue, prose)
        others.append(downloads.outputs(papers, renderer.convert, cache / "downloads", say))
    if edition is iter:
        written = site.write_pages(out) + output.write(chain(*others), out, site.page_paths())
    else:
        written = output.write(edition(chain(site.page_files(), *others)), out)
    return Result(len(catalogue.matters), 2 * len(site.pages), written)


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
