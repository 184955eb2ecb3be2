"""Build again after an edit: when only matters changed, and only inside, only what shows that.

`look` compares the inputs and the site with what the last build noted (noted.py). The changed
guides and what shows them in their packages are then made again, by the same functions as in a full
build, and so is the page of changes. Whatever else is found changed (another file, a name, a date,
an output) is left to a full build.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from site_builder import catalogue as catalogues
from site_builder import cores
from site_builder.errors import Severity
from site_builder.history import Change
from site_builder.load import matter_id
from site_builder.model import Catalogue
from site_builder.noted import (
    NEWS,
    YOUNG,
    Before,
    Inputs,
    Note,
    Shelf,
    get_rest,
    other_files,
    untouched,
)

MOST: Final = 50
"""More changed matters than this are no edit; a full build on every core is faster."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Matters that changed inside, and what else is needed to show them."""

    catalogue: Catalogue
    """With the changed matters, and their packages with all their matters; nothing else."""
    changed: frozenset[str]
    news: bool
    """Whether the page of all changes tells something else now."""
    note: Note
    runs: dict[str, Any]
    """Of the last build's offline copy (runs.py)."""
    untouched: Callable[[], bool]
    """Waits for the answer whether the site is still as the last build left it."""

    @property
    def addresses(self) -> set[str]:
        """The addresses of all guides and packages."""
        pages = (path.removesuffix("index.html") for path in self.note.outputs)
        return {page for page in pages if page.startswith(("matters/", "packages/"))}


def look(inputs: Inputs, changes: Iterable[Change], shelf: Shelf) -> tuple[Before, Edit | None]:
    """Return how the inputs look, and what was edited since the last build of the same folder; None
    when that is not all.

    An edit without changed matters and news means that nothing has changed at all.
    """
    note = Note.on(shelf)
    if note is None:
        return Before.of(inputs, changes, None), None
    # Looking at the whole site takes longer than an edit; another core does it meanwhile.
    sound = partial(untouched, inputs.out, note.outputs)
    answer = (lambda: True) if shelf.alone else cores.aside(sound)
    before = Before.of(inputs, changes, note)
    return before, _found(inputs, shelf, before, note, answer)


def _found(
    inputs: Inputs, shelf: Shelf, before: Before, note: Note, answer: Callable[[], bool]
) -> Edit | None:
    if note.digest != before.digest or note.stamps.keys() != before.stamps.keys():
        return None
    ids = {file: matter_id(file) for file in note.stamps}
    told = {url for url, _ in note.news.items() ^ before.news.items()}
    files = {file for file, id_ in ids.items() if f"matters/{id_}/" in told} if told else set()
    for file, stamp in before.stamps.items():
        if note.stamps[file] != stamp or stamp == YOUNG:
            files.add(file)
    if len(files) > MOST:
        return None
    changed = frozenset(ids[file] for file in files)
    rest, runs = get_rest(shelf), shelf.get("runs")
    catalogue = rest and runs and _catalogue(inputs, rest, note, ids, changed)
    if not catalogue or _wrong(inputs, catalogue, ids, files):
        return None
    part = catalogue.in_force(inputs.today)
    # The totals are of all matters, which only the full build has seen.
    vars(part)["figures"] = note.figures
    return Edit(part, changed, NEWS in told, note, runs, answer)


def _catalogue(
    inputs: Inputs, rest: Catalogue, note: Note, ids: Mapping[str, str], changed: frozenset[str]
) -> Catalogue | None:
    """Return the changed matters and their packages; None when others show what has changed."""
    packages = [p for p in rest.packages if not changed.isdisjoint(p.possible_matter_ids)]
    wanted = changed.union(*(p.possible_matter_ids for p in packages))
    files = [file for file, id_ in ids.items() if id_ in wanted]
    some = replace(rest, packages=tuple(packages))
    catalogue, findings = catalogues.with_matters(some, inputs.content, files)
    sound = all(f.severity is not Severity.ERROR for f in findings)
    same = all(note.faces.get(m.source.file) == m.face for m in catalogue.matters)
    return catalogue if sound and same else None


def _wrong(inputs: Inputs, catalogue: Catalogue, ids: Mapping[str, str], files: set[str]) -> bool:
    """Tell whether a rule has something against the changed files.

    Rules that are not local see faces only, so they find what they found before: nothing.
    """
    from site_builder.check import RULES
    from site_builder.check.rule import Site

    site = Site(catalogue, inputs.content, inputs.today)
    others = (os.path.relpath(name, inputs.content) for name in other_files(inputs.content))
    known = [*ids, *(name.replace(os.sep, "/") for name in others)]
    vars(site).update(files=tuple(sorted(known)), matter_ids=frozenset(ids.values()))
    site = site.part(catalogue.matters, site.texts_of(files))
    rules = [r for r in RULES.values() if r.severity is Severity.ERROR and r.local]
    return any(f.file in files for rule in rules for f in rule.findings(site))
