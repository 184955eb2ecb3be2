"""Stages 1 and 2 together: a content folder becomes a checked catalogue, or a list of findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from site_builder import load
from site_builder.check import check_catalogue
from site_builder.errors import ContentError, Finding, Severity
from site_builder.model import Catalogue, Document, SharedMaterial, Theme
from site_builder.parse import Parser

Record = TypeVar("Record")


def load_catalogue(content: Path) -> Catalogue:
    """Return the catalogue of a content folder.

    Raises ContentError with every finding when one of them is an error.
    """
    catalogue, findings = examine(content)
    if any(f.severity is Severity.ERROR for f in findings):
        raise ContentError(f for f in findings if f.severity is Severity.ERROR)
    return catalogue


def examine(content: Path) -> tuple[Catalogue, list[Finding]]:
    """Return what could be read of the content and all findings, sorted by file and line."""
    catalogue, findings = read(content)
    findings += check_catalogue(catalogue, content)
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

    themes = table("themes", lambda parser: parser.named(Theme))
    order = {theme.id: i for i, theme in enumerate(themes)}
    matters = [parsed(d, Parser.matter) for d in sound(load.read_matters(content))]
    catalogue = Catalogue(
        matters=tuple(sorted(matters, key=lambda m: (order.get(m.theme_id, len(order)), m.id))),
        packages=tuple(parsed(d, Parser.package) for d in sound(load.read_packages(content))),
        themes=themes,
        zones=table("hall", Parser.zones),
        townships=table("townships", Parser.townships),
        cancelled=table("cancelled-proofs", Parser.cancelled),
        shared_materials=table("shared-materials", lambda parser: parser.named(SharedMaterial)),
        data={name: document.values for name, document in data.items()},
        sources={name: document.source for name, document in data.items()},
        replies=tuple(sound(load.read_replies(content))),
    )
    return catalogue, findings
