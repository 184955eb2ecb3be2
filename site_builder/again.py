"""Build again after an edit: when only matters changed, and only inside, only what shows that.

`build` takes what changed since the last build noted how all looked (noted.py). The changed guides
and what shows them in their packages are made again, by the same functions as in a full build, and
so is the page of changes. Whatever else is found changed (another file, a name, a date, an output)
is left to a full build.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from site_builder import catalogue as catalogues
from site_builder import enginecache, noted, output
from site_builder.errors import Severity
from site_builder.history import Change
from site_builder.load import matter_id
from site_builder.model import Catalogue, Source
from site_builder.noted import MOST, NEWS, Before, Inputs, Looks, Note, Shelf
from site_builder.offline import LARGEST
from site_builder.pages import Content, news, pages_of
from site_builder.pipeline import Result, Say
from site_builder.sequences import Joined
from site_builder.site import converter_of, site_of


@dataclass(frozen=True, slots=True)
class _Last:
    """What the last full build left."""

    note: Note
    rest: Catalogue
    """All records but matters."""
    faces: dict[str, bytes]
    """By matter file: a digest of what other pages show of the matter."""
    runs: dict[str, Any]
    """Of its offline copy (runs.py)."""

    @classmethod
    def on(cls, shelf: Shelf, note: Note | None) -> _Last | None:
        rest, faces, runs = (shelf.get(name) for name in ("rest", "faces", "runs"))
        there = note and rest and faces and runs
        return cls(note, pickle.loads(rest), faces, runs) if note and there else None


def build(
    inputs: Inputs, shelf: Shelf, looks: Looks, changes: tuple[Change, ...], say: Say
) -> Result | None:
    """Make again what shows the edited matters; everything else stands.

    None when they are not all that changed, or the site is not as the last build left it.
    """
    last = _Last.on(shelf, looks.note)
    if not last:
        return None
    converter_of(last.rest)  # opens the dictionaries while others look
    before, told = looks.before(), noted.news(changes)
    edit = _edit(inputs, last, before, told)
    if not edit:
        return None
    note, out = last.note, inputs.out
    done = Result(int(note.figures["matters"]), note.pages, 0)
    if not (edit.changed or edit.news):
        return done if looks.touched() == set() else None
    content = Content(edit.catalogue, (), {}, changes)
    shown = list(pages_of(content, edit.changed))
    if edit.news:
        pages = {change.url for change in changes}
        shown.append(news(content, {url for url in pages if (out / url / "index.html").exists()}))
    engine = enginecache.rendered(inputs.config, inputs.content, inputs.templates, inputs.cache)
    large = done.matters > LARGEST
    site = site_of(inputs, content, engine, Joined(shown), large=large, runs=last.runs)
    files = list(site.page_files())
    if looks.touched() != set():
        return None
    shelf.forget()
    parts, gone = site.copy.outputs_again(out)
    files += parts
    if edit.news:
        from site_builder import feed

        files += feed.files(changes, edit.catalogue.data["site"], site.renderer.convert)
    if inputs.options:
        from site_builder import downloads

        papers = downloads.papers_of(edit.catalogue, edit.changed)
        folder = inputs.cache / "downloads"
        files += downloads.outputs(papers, site.renderer.convert, folder, say)
    written = output.write_some(files, out)
    output.remove(gone, out)
    shelf.put("runs", site.copy.runs.state())
    note.after(before, told, out, (file.path for file in files), gone).put(shelf)
    return replace(done, written=written)


@dataclass(frozen=True, slots=True)
class _Edit:
    """Matters that changed inside, and what else is needed to show them."""

    catalogue: Catalogue
    """With the changed matters, and their packages with all their matters; nothing else."""
    changed: frozenset[str]
    news: bool
    """Whether the page of all changes tells something else now."""


def _edit(inputs: Inputs, last: _Last, before: Before, told: dict[str, bytes]) -> _Edit | None:
    """Return what was edited since the last build; None when that is not all.

    An edit without changed matters and news means that nothing has changed at all.
    """
    ids = {file: matter_id(file) for file in last.faces}
    telling = {url for url, _ in last.note.news.items() ^ told.items()}
    files = {f for f, id_ in ids.items() if f"matters/{id_}/" in telling} if telling else set()
    files |= before.stamps.keys()
    if not before.edited or len(files) > MOST or not files <= ids.keys():
        return None
    changed = frozenset(ids[file] for file in files)
    catalogue = _catalogue(inputs, last, ids, changed)
    if not catalogue or _wrong(inputs, catalogue, ids, files):
        return None
    part = catalogue.in_force(inputs.today)
    # The totals are of all matters, which only the full build has seen.
    vars(part)["figures"] = last.note.figures
    return _Edit(part, changed, NEWS in telling)


def _catalogue(
    inputs: Inputs, last: _Last, ids: Mapping[str, str], changed: frozenset[str]
) -> Catalogue | None:
    """Return the changed matters and their packages; None when others show what has changed."""
    packages = [p for p in last.rest.packages if not changed.isdisjoint(p.possible_matter_ids)]
    some = replace(last.rest, packages=tuple(packages))
    wanted = changed | some.possible_matter_ids
    files = [file for file, id_ in ids.items() if id_ in wanted]
    catalogue, findings = catalogues.with_matters(some, inputs.content, files)
    sound = all(f.severity is not Severity.ERROR for f in findings)
    same = all(last.faces.get(m.source.file) == m.face for m in catalogue.matters)
    return catalogue if sound and same else None


def _wrong(inputs: Inputs, catalogue: Catalogue, ids: Mapping[str, str], files: set[str]) -> bool:
    """Tell whether a rule has something against the changed files.

    Rules that are not local see faces only, so they find what they found before: nothing.
    """
    from site_builder.check import RULES
    from site_builder.check.rule import Site

    site = Site(catalogue, inputs.content, inputs.today)
    others = (os.path.relpath(name, inputs.content) for name in noted.other_files(inputs.content))
    known = [*ids, *(name.replace(os.sep, "/") for name in others)]
    vars(site).update(files=tuple(sorted(known)), matter_ids=frozenset(ids.values()))
    site = site.part(catalogue.matters, site.texts_of(files))
    rules = [r for r in RULES.values() if r.severity is Severity.ERROR and r.local]
    return any(f.file in files for rule in rules for f in rule.findings(site))


def put_rest(shelf: Shelf, catalogue: Catalogue) -> None:
    """Keep a catalogue without its matters: it stays the same while only they are edited."""
    rest = replace(
        catalogue,
        matters=(),
        packages=tuple(replace(p, source=Source(p.source.file)) for p in catalogue.packages),
        sources={name: Source(source.file) for name, source in catalogue.sources.items()},
        replies=tuple(replace(r, source=Source(r.source.file)) for r in catalogue.replies),
    )
    shelf.put("rest", pickle.dumps(rest))
