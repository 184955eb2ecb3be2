"""Read this first: `build` names the stages from text files to a site, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from site_builder import again, cores, enginecache, history, noted, output
from site_builder.assets import Assets
from site_builder.catalogue import load_catalogue
from site_builder.errors import SiteError
from site_builder.offline import LARGEST, OfflineCopy
from site_builder.output import Edition
from site_builder.pages import MOST, Content, Page, all_pages, news, pages_of
from site_builder.prose import Rendered
from site_builder.quotes import quoted_page
from site_builder.render import HANS, Renderer, json_ld
from site_builder.runs import Runs
from site_builder.script import converter
from site_builder.site import BUILD_RECORD, CACHE, Site
from site_builder.spool import Spool
from site_builder.structured import government_service

if TYPE_CHECKING:
    from form_definitions import Form

Say = Callable[[str], None]


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
    memory: noted.Memory | None = None,
    say: Say = lambda _: None,
) -> Result:
    """Build the whole site of `content` into `out`, as it is in force `today`.

    Word and PDF files are made `with_downloads`; `say` is told about work that takes a while.
    What is costly and unchanged is taken from `cache`. `edition` makes another edition of it.
    `memory` is given by who builds again and again into a folder that nobody else writes.

    `rendered` is the engine's work when MkDocs itself called us. Raises ContentError with all
    findings when the content has errors, and then leaves `out` as it was.
    """
    _refuse_foreign_folder(out)
    cache = cache or CACHE
    today = today or dt.date.today()
    options = ("downloads",) if with_downloads else ()
    inputs = noted.Inputs(content, config, templates_of(config), out, cache, today, options)
    shelf = memory or inputs.shelf
    changes = history.kept_changes(content, cache)
    before, edit = again.look(inputs, changes, shelf)
    whole = edition is iter
    if (
        edit
        and whole
        and not rendered
        and (result := _update(inputs, shelf, before, edit, changes, say))
    ):
        return result
    from site_builder import downloads  # imports cost an edit as much as its work

    render = partial(enginecache.rendered, config, content, inputs.templates, cache)
    rendering = cores.aside(render) if rendered is None else lambda: rendered
    everything = load_catalogue(content, Spool(cache))
    catalogue = everything.in_force(today)
    engine = rendering()
    prose = tuple(quoted_page(page, catalogue.figures) for page in engine.prose)
    pages = Content(catalogue, prose, _forms(content), changes)
    large = len(catalogue.matters) > LARGEST
    site = _site(inputs, pages, engine, all_pages(pages), large=large)
    files = [downloads.attached(content / "files")]
    if with_downloads:
        papers = downloads.all_papers(catalogue, prose)
        files.append(downloads.outputs(papers, site.renderer.convert, cache / "downloads", say))
    if whole:
        shelf.forget()
        written, paths = site.write(out, chain(*files))
        shelf.put("runs", site.copy.runs.state())
        noted.put_rest(shelf, everything)
        figures, count = dict(catalogue.figures), 2 * len(site.pages)
        noted.Note.of(out, paths, before, everything, figures, count).put(shelf)
    else:
        written = output.write(edition(chain(site.page_files(), site.others(), *files)), out)
    return Result(len(catalogue.matters), 2 * len(site.pages), written)


def _update(
    inputs: noted.Inputs,
    shelf: noted.Shelf,
    before: noted.Before,
    edit: again.Edit,
    changes: tuple[history.Change, ...],
    say: Say,
) -> Result | None:
    """Make again what shows the edited matters; everything else stands.

    None when the site is not as the last build left it.
    """
    matters, pages, out = int(edit.note.figures["matters"]), edit.note.pages, inputs.out
    if not (edit.changed or edit.news):
        return Result(matters, pages, 0) if edit.untouched() else None
    engine = enginecache.rendered(inputs.config, inputs.content, inputs.templates, inputs.cache)
    content = Content(edit.catalogue, (), {}, changes)
    shown = list(pages_of(content, edit.changed))
    if edit.news:
        shown.append(news(content, edit.addresses))
    site = _site(inputs, content, engine, shown, large=matters > LARGEST, runs=edit.runs)
    if not edit.untouched():
        return None
    shelf.forget()
    written = site.write_pages(out)
    files, gone = site.copy.outputs_again(out)
    if edit.news:
        from site_builder import feed

        files += feed.files(changes, edit.catalogue.data["site"], site.renderer.convert)
    if inputs.options:
        from site_builder import downloads

        papers = downloads.papers_of(edit.catalogue, edit.changed)
        folder = inputs.cache / "downloads"
        files += downloads.outputs(papers, site.renderer.convert, folder, say)
    written += output.write_some(files, out)
    output.remove(gone, out)
    made = [*site.page_paths(), *(file.path for file in files)]
    shelf.put("runs", site.copy.runs.state())
    edit.note.after(before, out, made, gone).put(shelf)
    return Result(matters, pages, written)


def _refuse_foreign_folder(out: Path) -> None:
    if out.exists() and any(out.iterdir()) and not (out / BUILD_RECORD).exists():
        raise SiteError(f"{out} 里有别的文件，不敢覆盖；换一个空文件夹，或先把它清空")


def templates_of(config: Path) -> Path:
    """Return the folder of templates that belongs to an engine configuration."""
    return config.resolve().parent / "templates"


def _forms(content: Path) -> Mapping[str, Form]:
    import form_definitions

    try:
        return form_definitions.load(content / "data" / "forms.yml")
    except form_definitions.FormDefinitionError as error:
        raise SiteError(str(error).replace(f"{content}/", "")) from error


def _site(
    inputs: noted.Inputs,
    content: Content,
    engine: Rendered,
    pages: Iterable[Page],
    *,
    large: bool,
    runs: Mapping[str, Any] | None = None,
) -> Site:
    catalogue = content.catalogue
    site: Mapping[str, Any] = catalogue.data["site"]
    words = (catalogue.data.get("glossary") or {}).items()
    glossary = frozenset((str(word), str(result)) for word, result in words)
    assets = Assets(inputs.templates / "assets")
    renderer = Renderer(
        inputs.templates,
        inputs.cache,
        engine.shell,
        converter(glossary),
        urlsplit(site["网址"]).path or "/",
        catalogue=catalogue,
        figures=catalogue.figures,
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
