"""Stages 1 and 2 together: a content folder becomes a checked catalogue, or a list of findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from site_builder import cores, load
from site_builder.check import RULES, Rule, Site, Text, judge, together
from site_builder.errors import ContentError, Finding, Severity
from site_builder.model import Catalogue, Document, Inside, Matter, SharedMaterial, Theme
from site_builder.parse import Parser
from site_builder.spool import Spool

Record = TypeVar("Record")


def load_catalogue(content: Path, spool: Spool[Inside] | None = None) -> Catalogue:
    """Return the catalogue of a content folder; what is inside a matter waits in the spool, if any.

    Raises ContentError with every finding when one of them is an error.
    """
    rules = [rule for rule in RULES.values() if rule.severity is Severity.ERROR]
    catalogue, findings = _judged(content, rules, dt.date.today(), _spooling(spool))
    if findings:
        raise ContentError(findings)
    return catalogue


def examine(content: Path, today: dt.date | None = None) -> tuple[Catalogue, list[Finding]]:
    """Return what could be read of the content and all findings, sorted by file and line."""
    return _judged(content, RULES.values(), today or dt.date.today())


def check(content: Path) -> list[Finding]:
    """Return all findings, sorted; what is inside a matter is forgotten as soon as it is judged."""
    return _judged(content, RULES.values(), dt.date.today(), _forgetting)[1]


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
    matters, findings = _read(site, files, (), _keeping(rest))
    return replace(rest, matters=matters), findings


Leave = Callable[[Matter], None]
"""What becomes of a matter's inside when the matter is judged."""


def _keeping(_: Catalogue) -> Leave:
    return lambda _: None


def _spooling(spool: Spool[Inside] | None) -> Callable[[Catalogue], Leave]:
    return (lambda _: lambda matter: matter.kept.put(spool)) if spool else _keeping


def _forgetting(rest: Catalogue) -> Leave:
    """Forget what is inside; rules about packages look into their matters, so these are kept."""
    wanted = {i for package in rest.packages for i in package.possible_matter_ids}
    return lambda matter: None if matter.id in wanted else matter.kept.forget()


def _judged(
    content: Path,
    rules: Iterable[Rule],
    today: dt.date,
    leaving: Callable[[Catalogue], Leave] = _keeping,
) -> tuple[Catalogue, list[Finding]]:
    """Read and judge the content: each file by itself, and at the end what concerns several."""
    alone, in_common = ([r for r in rules if r.local == local] for local in (True, False))
    rest, findings = _rest(content)
    files = load.matter_files(content)
    site = Site(rest, content, today)
    site = site.part((), site.texts_of(sorted(site.file_set.difference(files))))
    matters, wrong = _read(site, files, alone, leaving(rest))
    whole = site.part(matters, site.texts)
    findings += [*wrong, *judge(site, alone), *judge(whole, in_common)]
    return whole.catalogue, sorted(set(together(findings)))


def _read(
    site: Site, files: Iterable[str], rules: Collection[Rule], leave: Leave
) -> tuple[tuple[Matter, ...], list[Finding]]:
    """Read matters on every core, in the order of themes and names, each judged by who reads it."""
    order = {theme.id: i for i, theme in enumerate(site.catalogue.themes)}
    names = sorted(files, key=lambda f: (order.get(f.split("/")[1], len(order)), load.matter_id(f)))
    with cores.uncollected():
        done = cores.share(names, partial(_matters, site, rules, leave))
        findings = [finding for _, wrong in done for finding in wrong]
        return tuple(matter for matter, _ in done if matter), findings


def _matters(
    site: Site, rules: Collection[Rule], leave: Leave, files: Iterable[str]
) -> Iterator[tuple[Matter | None, list[Finding]]]:
    """Yield the matter of each file and what is wrong with it; None where it cannot be read."""
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
            leave(matter)
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
