"""Make the whole site: `build` names the stages from text files to a site, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from site_builder import cores, enginecache, guides, noted, output, pinyin
from site_builder.again import put_rest
from site_builder.catalogue import load_catalogue
from site_builder.errors import SiteError
from site_builder.history import Change
from site_builder.model import Catalogue
from site_builder.noted import CACHE, Inputs, Looks, Shelf
from site_builder.offline import LARGEST
from site_builder.output import Edition
from site_builder.pages import Content, all_pages
from site_builder.pipeline import Result, Say
from site_builder.prose import Rendered
from site_builder.quotes import quoted_page
from site_builder.render import Output
from site_builder.site import Site, site_of

if TYPE_CHECKING:
    from form_definitions import Form


def build(
    inputs: Inputs,
    shelf: Shelf,
    looks: Looks,
    changes: tuple[Change, ...],
    rendered: Rendered | None,
    say: Say,
) -> Result:
    """Make everything, and note how it looked for the next build."""
    before = looks.before()
    stamps = before.all_stamps(shelf, looks.note)
    everything, site, files = _made(inputs, changes, rendered, say)
    made_from = cache(cores.aside(partial(guides.made_from, inputs, before.files, stamps, site)))
    standing = guides.standing(shelf, looks, site, made_from)
    shelf.forget()
    written, paths = site.write(inputs.out, files, standing)
    shelf.put("runs", site.copy.runs.state())
    shelf.put("guides", made_from())
    shelf.put("stamps", stamps)
    shelf.put("outputs", noted.stamps_of(inputs.out, paths))
    shelf.put("faces", {matter.source.file: matter.face for matter in everything.matters})
    put_rest(shelf, everything)
    result = _result(site, written)
    figures, news = dict(site.catalogue.figures), noted.news(changes)
    noted.Note(before.digest, before.files, news, figures, result.pages).put(shelf)
    return result


def build_edition(
    inputs: Inputs,
    edition: Edition,
    changes: tuple[Change, ...],
    rendered: Rendered | None,
    say: Say,
) -> Result:
    """Make another edition of everything."""
    _, site, files = _made(inputs, changes, rendered, say)
    outputs = chain(site.page_files(), site.others(), files)
    return _result(site, output.write(edition(outputs), inputs.out))


def _made(
    inputs: Inputs, changes: tuple[Change, ...], rendered: Rendered | None, say: Say
) -> tuple[Catalogue, Site, Iterator[Output]]:
    """Return all records, the site made from those that are in force, and what colleagues add."""
    from site_builder import downloads  # imports cost an edit as much as its work

    content, cache = inputs.content, inputs.cache
    rendering = cores.aside(partial(_rendered, inputs)) if rendered is None else lambda: rendered
    everything = load_catalogue(content, cache)
    catalogue = everything.in_force(inputs.today)
    engine = rendering()
    prose = tuple(quoted_page(page, catalogue.figures) for page in engine.prose)
    large = len(catalogue.matters) > LARGEST
    pages = Content(catalogue, prose, _forms(content, large=large), changes)
    site = site_of(inputs, pages, engine, all_pages(pages), large=large)
    files = [downloads.attached(content / "files")]
    if inputs.options:
        papers = downloads.all_papers(catalogue, prose)
        files.append(downloads.outputs(papers, site.renderer.convert, cache / "downloads", say))
    return everything, site, chain(*files)


def _rendered(inputs: Inputs) -> Rendered:
    rendered = enginecache.rendered(inputs.config, inputs.content, inputs.templates, inputs.cache)
    pinyin.make(CACHE)  # here, because the engine has its dictionaries open
    return rendered


def _result(site: Site, written: int) -> Result:
    return Result(len(site.catalogue.matters), 2 * len(site.pages), written)


def _forms(content: Path, *, large: bool) -> Mapping[str, Form]:
    import form_definitions

    try:
        forms = form_definitions.load(content / "data" / "forms.yml")
        return form_definitions.named(forms) if large else forms
    except form_definitions.FormDefinitionError as error:
        raise SiteError(str(error).replace(f"{content}/", "")) from error
