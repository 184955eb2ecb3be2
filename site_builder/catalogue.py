"""Stages 1 and 2 together: a content folder becomes a checked catalogue, or a list of findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from site_builder import cores, load
from site_builder.check import check_catalogue
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
    content: Path, severities: Collection[Severity] = tuple(Severity)
) -> tuple[Catalogue, list[Finding]]:
    """Return what could be read of the content and all findings, sorted by file and line."""
    catalogue, findings = read(content)
    findings = [f for f in findings if f.severity in severities]
    findings += check_catalogue(catalogue, content, severities=severities)
    return catalogue, sorted(set(findings))


def read(content: Path) -> tuple[Catalogue, list[Finding]]:
    """Return the records of a content folder, without judging how they fit together."""
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

    rest = Catalogue(
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
    catalogue, wrong = with_matters(rest, content, load.matter_files(content))
    return catalogue, findings + wrong


def with_matters(
    rest: Catalogue, content: Path, files: Sequence[Path]
) -> tuple[Catalogue, list[Finding]]:
    """Return a catalogue with the matters in some files, and what is wrong with these."""
    matters: list[Matter] = []
    findings: list[Finding] = []
    for matter, wrong in cores.share(files, partial(_matters, content)):
        matters += [matter] if matter else []
        findings += wrong
    order = {theme.id: i for i, theme in enumerate(rest.themes)}
    matters.sort(key=lambda m: (order.get(m.theme_id, len(order)), m.id))
    return replace(rest, matters=tuple(matters)), findings


def _matters(content: Path, files: Iterable[Path]) -> Iterator[tuple[Matter | None, list[Finding]]]:
    """Yield the matter of each file and what is wrong with it; None where it cannot be read."""
    for path in files:
        document = load.read_front_matter(path, content)
        if isinstance(document, Finding):
            yield None, [document]
        else:
            parser = Parser(document)
            yield parser.matter(), parser.findings
