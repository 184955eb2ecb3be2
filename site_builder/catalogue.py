"""Stages 1 and 2 together: a content folder becomes a checked catalogue, or a list of findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from site_builder import cores, load
from site_builder.check import RULES, Rule, Site, Text, judge, together
from site_builder.errors import ContentError, Finding, Severity
from site_builder.model import Catalogue, Document, Matter, SharedMaterial, Theme
from site_builder.parse import Parser
from site_builder.store import Store

Record = TypeVar("Record")


def load_catalogue(content: Path, folder: Path | None = None) -> Catalogue:
    """Return the catalogue of a content folder; its matters wait in files below `folder`, if any.

    Raises ContentError with every finding when one of them is an error.
    """
    rules = [rule for rule in RULES.values() if rule.severity is Severity.ERROR]
    keeping = _storing(Store(folder, load.MatterTexts(content).source)) if folder else _KEEPING
    catalogue, findings = _judged(content, rules, dt.date.today(), keeping)
    if findings:
        raise ContentError(findings)
    return catalogue


def examine(content: Path, today: dt.date | None = None) -> tuple[Catalogue, list[Finding]]:
    """Return what could be read of the content and all findings, sorted by file and line."""
    return _judged(content, RULES.values(), today or dt.date.today())


def check(content: Path) -> list[Finding]:
    """Return all findings, sorted; what is inside a matter is forgotten as soon as it is judged."""
    return _judged(content, RULES.values(), dt.date.today(), _Keeping(_forgetting, tuple))[1]


def read(content: Path) -> tuple[Catalogue, list[Finding]]:
    """Return the records of a content folder, without judging how they fit together."""
    rest, findings = _rest(content)
    catalogue, wrong = with_matters(rest, content, load.matter_files(content))
    return catalogue, findings + wrong


def with_matters(
    rest: Catalogue, content: Path, files: Iterable[str]
) -> tuple[Catalogue, list[Finding]]:
    """Return a catalogue with the matters in some files, and what is wrong with these."""
    site = Site(rest, content, dt.date.today())
    matters, findings = _read(site, files, (), _KEEPING)
    return replace(rest, matters=matters), findings


class _Keeping(NamedTuple):
    """What becomes of matters that are judged."""

    leave: Callable[[Catalogue, Matter], Any]
    """Returns what the process that read a matter hands on of it."""
    gather: Callable[[Iterable[Any]], Sequence[Matter]]
    """Returns the matters from all that was handed on."""


_KEEPING: Final = _Keeping(lambda _, matter: matter, tuple)


def _storing(store: Store) -> _Keeping:
    return _Keeping(lambda _, matter: store.put(matter), store.matters)


def _forgetting(rest: Catalogue, matter: Matter) -> Matter:
    """Forget what is inside; rules about packages look into their matters, so these are kept."""
    if matter.id not in rest.possible_matter_ids:
        matter.kept.forget()
    return matter


def _judged(
    content: Path,
    rules: Iterable[Rule],
    today: dt.date,
    keeping: _Keeping = _KEEPING,
) -> tuple[Catalogue, list[Finding]]:
    """Read and judge the content: each file by itself, and at the end what concerns several."""
    alone, in_common = ([r for r in rules if r.local == local] for local in (True, False))
    rest, findings = _rest(content)
    files = load.matter_files(content)
    site = Site(rest, content, today)
    site = site.part((), site.texts_of(sorted(site.file_set.difference(files))))
    matters, wrong = _read(site, files, alone, keeping)
    whole = site.part(matters, site.texts)
    others = cores.aside(lambda: list(judge(whole, in_common)))  # what it compares goes with it
    findings += [*wrong, *judge(site, alone), *others()]
    return whole.catalogue, sorted(set(together(findings)))


def _read(
    site: Site, files: Iterable[str], rules: Collection[Rule], keeping: _Keeping
) -> tuple[Sequence[Matter], list[Finding]]:
    """Read matters on every core, in the order of themes and names, each judged by who reads it."""
    order = {theme.id: i for i, theme in enumerate(site.catalogue.themes)}
    names = sorted(files, key=lambda f: (order.get(f.split("/")[1], len(order)), load.matter_id(f)))
    with cores.uncollected():
        done = cores.share(names, partial(_matters, site, rules, keeping))
        findings = [finding for _, wrong in done for finding in wrong]
        return keeping.gather(left for left, _ in done if left is not None), findings


def _matters(
    site: Site, rules: Collection[Rule], keeping: _Keeping, files: Iterable[str]
) -> Iterator[tuple[Any, tuple[Finding, ...]]]:
    """Yield what is handed on of each file's matter, None where it cannot be read, and what is
    wrong with it.
    """
    texts = load.MatterTexts(site.content)
    names = iter(files)
    while some := list(islice(names, _AT_ONCE)):
        read = {file: _matter(texts.document(file)) for file in some}
        matters = [matter for matter, _ in read.values() if matter]
        if rules:
            part = site.part(matters, [Text(f, texts[f]) for f in some if f in site.file_set])
            for finding in judge(part, rules):
                read[finding.file][1].append(finding)
        texts.forget()
        for matter, wrong in read.values():
            yield matter and keeping.leave(site.catalogue, matter), tuple(wrong)


_AT_ONCE: Final = 100
"""Matters judged together: enough to share what a rule prepares, and few texts in memory."""


def _matter(document: Document | Finding) -> tuple[Matter | None, list[Finding]]:
    if isinstance(document, Finding):
        return None, [document]
    parser = Parser(document)
    return parser.matter(), parser.findings


def _rest(content: Path) -> tuple[Catalogue, list[Finding]]:
    """Return everything of a content folder but its matters."""
    findings: list[Finding] = []

    def sound(results: Iterable[Document | Finding]) -> Iterator[Document]:
        for result in results:
            if isinstance(result, Finding):
                findings.append(result)
            else:
                yield result

    def parsed(document: Document, how: Callable[[Parser], Record]) -> Record:
        parser = Parser(document)
        record = how(parser)
        findings.extend(parser.findings)
        return record

    data = {Path(d.source.file).stem: d for d in sound(load.read_data_files(content))}

    def table(name: str, how: Callable[[Parser], tuple[Record, ...]]) -> tuple[Record, ...]:
        return parsed(data[name], how) if name in data else ()

    catalogue = Catalogue(
        matters=(),
        packages=tuple(parsed(d, Parser.package) for d in sound(load.read_packages(content))),
        themes=table("themes", lambda parser: parser.named(Theme)),
        zones=table("hall", Parser.zones),
        townships=table("townships", Parser.townships),
        cancelled=table("cancelled-proofs", Parser.cancelled),
        shared_materials=table("shared-materials", lambda parser: parser.named(SharedMaterial)),
        data={name: document.values for name, document in data.items()},
        sources={name: document.source for name, document in data.items()},
        replies=tuple(sound(load.read_replies(content))),
    )
    return catalogue, findings
