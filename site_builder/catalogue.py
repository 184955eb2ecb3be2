"""Stages 1 and 2 together: a content folder becomes a checked catalogue, or a list of findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from site_builder import cores, load
from site_builder.check import RULES, Rule, Site, Text, judge, together
from site_builder.errors import ContentError, Finding, Severity
from site_builder.model import Catalogue, Document, Matter, SharedMaterial, Theme
from site_builder.parse import Parser

Record = TypeVar("Record")


def load_catalogue(content: Path) -> Catalogue:
    """Return the catalogue of a content folder.

    Raises ContentError with every finding when one of them is an error.
    """
    catalogue, findings = examine(content, (Severity.ERROR,))
    if findings:
        raise ContentError(findings)
    return catalogue


def examine(
    content: Path,
    severities: Collection[Severity] = tuple(Severity),
    today: dt.date | None = None,
) -> tuple[Catalogue, list[Finding]]:
    """Return what could be read of the content and all findings, sorted by file and line."""
    rules = [rule for rule in RULES.values() if rule.severity in severities]
    return _judged(content, rules, today or dt.date.today())


def check(content: Path) -> list[Finding]:
    """Return all findings, sorted; what is inside a matter is forgotten as soon as it is judged."""
    return _judged(content, RULES.values(), dt.date.today(), forgetting=True)[1]


def read(content: Path) -> tuple[Catalogue, list[Finding]]:
    """Return the records of a content folder, without judging how they fit together."""
    rest, findings = _rest(content)
    catalogue, wrong = with_matters(rest, content, load.matter_files(content))
    return catalogue, findings + wrong


def with_matters(
    rest: Catalogue, content: Path, files: Iterable[str]
) -> tuple[Catalogue, list[Finding]]:
    """Return a catalogue with the matters in some files, and what is wrong with these."""
    matters, findings = _read(Site(rest, content, dt.date.today()), files)
    return replace(rest, matters=matters), findings


def _judged(
    content: Path, rules: Iterable[Rule], today: dt.date, *, forgetting: bool = False
) -> tuple[Catalogue, list[Finding]]:
    """Read and judge the content: each file by itself, and at the end what concerns several."""
    alone, in_common = ([r for r in rules if r.local == local] for local in (True, False))
    rest, findings = _rest(content)
    files = load.matter_files(content)
    site = Site(rest, content, today)
    site = site.part((), site.texts_of(sorted(site.file_set.difference(files))))
    matters, wrong = _read(site, files, alone, forgetting=forgetting)
    whole = site.part(matters, site.texts)
    findings += [*wrong, *judge(site, alone), *judge(whole, in_common)]
    return whole.catalogue, sorted(set(together(findings)))


def _read(
    site: Site, files: Iterable[str], rules: Collection[Rule] = (), *, forgetting: bool = False
) -> tuple[tuple[Matter, ...], list[Finding]]:
    """Read matters on every core, in the order of themes and names, each judged by who reads it."""
    order = {theme.id: i for i, theme in enumerate(site.catalogue.themes)}
    names = sorted(files, key=lambda f: (order.get(f.split("/")[1], len(order)), load.matter_id(f)))
    wanted = {i for package in site.catalogue.packages for i in package.possible_matter_ids}
    with cores.uncollected():
        done = cores.share(names, partial(_matters, site, rules, wanted if forgetting else None))
        findings = [finding for _, wrong in done for finding in wrong]
        return tuple(matter for matter, _ in done if matter), findings


def _matters(
    site: Site, rules: Collection[Rule], wanted: Set[str] | None, files: Iterable[str]
) -> Iterator[tuple[Matter | None, list[Finding]]]:
    """Yield the matter of each file and what is wrong with it; None where it cannot be read.

    Only the insides of `wanted` matters are kept, when it says which.
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
        for matter in matters:
            if wanted is not None and matter.id not in wanted:
                matter.kept.forget()
        yield from read.values()


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
