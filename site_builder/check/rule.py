"""What a rule is: a function from the whole site to its faults, under a stable code.

The docstring of a rule is Chinese, because it is published: its first line says what must hold and
the line “依据：” names the source. `docs/rules.md` is made from it.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from site_builder.errors import Finding, Severity
from site_builder.load import matter_files, matter_id, text_of
from site_builder.model import Catalogue, Matter, Package, Source, Value

TEXT_SUFFIXES = (".md", ".yml", ".yaml", ".txt", ".csv", ".html", ".svg")


Place = tuple[str | int, ...]
"""The way to a value: keys and positions from the top of its file."""


class Fault(NamedTuple):
    """What a rule found: where, what is wrong and what to do."""

    source: Source
    path: Place
    message: str
    advice: str


class Text(NamedTuple):
    """A content file as it stands, for rules about what is typed anywhere."""

    file: str
    text: str

    def at(self, position: int) -> Source:
        """Return the line of a position in the text as the source of a fault."""
        return Source(self.file, {(): self.text.count("\n", 0, position) + 1})


@dataclass(frozen=True)
class Site:
    """What rules judge: the catalogue, the folder it came from and the day of the check."""

    catalogue: Catalogue
    content: Path
    today: dt.date

    def matters(self, *needs: str) -> Iterator[Matter]:
        """Yield the matters whose fields `needs` could be read."""
        return (m for m in self.catalogue.matters if m.broken.isdisjoint(needs))

    def packages(self, *needs: str) -> Iterator[Package]:
        """Yield the packages whose fields `needs` could be read."""
        return (p for p in self.catalogue.packages if p.broken.isdisjoint(needs))

    def source(self, name: str) -> Source:
        """Return where a file of content/data was read, by its name without suffix."""
        return self.catalogue.sources.get(name, Source(f"data/{name}.yml"))

    def unreadable(self, name: str) -> bool:
        """Tell whether a data file is there but has mistakes that are reported already."""
        return name not in self.catalogue.sources and (self.content / f"data/{name}.yml").is_file()

    def part(self, matters: Sequence[Matter], texts: Iterable[Text]) -> Site:
        """Return the same site with some of its matters and texts only."""
        part = replace(self, catalogue=replace(self.catalogue, matters=matters))
        vars(part).update(
            texts=tuple(texts),
            files=self.files,
            file_set=self.file_set,
            matter_ids=self.matter_ids,
        )
        return part

    @cached_property
    def matter_ids(self) -> frozenset[str]:
        """Every matter's id, also of those whose file could not be read."""
        return frozenset(map(matter_id, matter_files(self.content)))

    @cached_property
    def read_files(self) -> frozenset[str]:
        """The records and data files that were read; others of their kind have mistakes."""
        catalogue = self.catalogue
        return frozenset(
            source.file
            for source in (
                *(matter.source for matter in catalogue.matters),
                *(package.source for package in catalogue.packages),
                *catalogue.sources.values(),
            )
        )

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file of the content folder, hidden ones left out."""
        return tuple(sorted(_files(str(self.content))))

    @cached_property
    def file_set(self) -> frozenset[str]:
        """The same files, for asking whether one exists."""
        return frozenset(self.files)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the content folder."""
        return tuple(self.texts_of(self.files))

    def texts_of(self, files: Iterable[str]) -> Iterator[Text]:
        """Yield those of the files that are texts; unreadable ones are reported by the reader."""
        for file in files:
            if file.endswith(TEXT_SUFFIXES):
                yield Text(file, text_of(f"{self.content}/{file}"))


def _files(folder: str, inside: str = "") -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, f"{inside}{entry.name}/")
        elif entry.is_file() and entry.name[0] != ".":
            yield inside + entry.name


Speak = Callable[[Sequence[Finding]], str]
Faults = Iterable[Fault]
Judge = Callable[[Site], Faults]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named promise about the content."""

    code: str
    severity: Severity
    judge: Judge
    text: str
    """The docstring: what must hold, and why."""
    local: bool
    """Whether it judges each file by itself. Other rules see no more of a matter than its face."""
    once: Speak | None = None
    """How one finding speaks for all of them."""

    def findings(self, site: Site) -> Iterator[Finding]:
        """Yield a finding for every fault; the lines of those that will not be told stay 0."""
        for number, (source, path, message, advice) in enumerate(self.judge(site)):
            line = 0 if number and self.once else source.line(*path)
            yield Finding(source.file, line, self.code, message, advice, self.severity)

    @property
    def what(self) -> str:
        """What must hold, in one Chinese sentence."""
        return self.text.strip().splitlines()[0].removesuffix("。")

    @property
    def basis(self) -> str:
        """The standard, article or house decision it comes from."""
        return " ".join(self.text.partition("依据：")[2].split()).removesuffix("。")


RULES: dict[str, Rule] = {}
"""Every rule by its code, in the order the modules define them."""


def rule(
    code: str, severity: Severity = Severity.ERROR, *, local: bool = False
) -> Callable[[Judge], Judge]:
    """Register a rule about the site as a whole, or about the text of each file (`local`)."""

    def register(judge: Judge) -> Judge:
        _register(Rule(code, severity, judge, judge.__doc__ or "", local))
        return judge

    return register


MatterJudge = Callable[[Matter], Faults]


def matter_rule(
    code: str,
    severity: Severity = Severity.ERROR,
    *,
    needs: tuple[str, ...],
    once: Speak | None = None,
) -> Callable[[MatterJudge], MatterJudge]:
    """Register a rule that a matter keeps or breaks by itself.

    It is silent about a matter with an unreadable field among `needs`: that is reported already.
    """

    def register(judge: MatterJudge) -> MatterJudge:
        def judge_all(site: Site) -> Faults:
            for matter in site.matters(*needs):
                yield from judge(matter)

        _register(Rule(code, severity, judge_all, judge.__doc__ or "", local=True, once=once))
        return judge

    return register


PackageJudge = Callable[[Package], Faults]


def package_rule(
    code: str, severity: Severity = Severity.ERROR, *, needs: tuple[str, ...]
) -> Callable[[PackageJudge], PackageJudge]:
    """Register a rule that a package keeps or breaks by itself."""

    def register(judge: PackageJudge) -> PackageJudge:
        def judge_all(site: Site) -> Faults:
            for package in site.packages(*needs):
                yield from judge(package)

        _register(Rule(code, severity, judge_all, judge.__doc__ or "", local=False))
        return judge

    return register


def _register(new: Rule) -> None:
    if new.code in RULES:
        raise ValueError(f"two rules have the code {new.code}")
    RULES[new.code] = new


def entries(value: Value, path: Place = (), key: str = "") -> Iterator[tuple[Place, str, str]]:
    """Yield every text of a data file with its path and the key it stands under."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from entries(child, (*path, name), name)
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from entries(child, (*path, i), key)
    elif value:
        yield path, key, value


def suggestion(word: str, known: Collection[str], otherwise: str) -> str:
    """Return the advice for an unknown word: the known one it resembles, or what to do instead."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"是不是“{close[0]}”" if close else otherwise
