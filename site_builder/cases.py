"""A package's questions, answered: which matters, materials, days and visits they come to (C-52).

Every way of answering has a page of its own, so that a package works step by step without
scripts; templates/assets/package.js answers the same questions on one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from site_builder.model import (
    Catalogue,
    Material,
    Matter,
    MergedMaterial,
    Package,
    PackageOption,
    PackageQuestion,
)


@dataclass(frozen=True, slots=True)
class Use:
    """What one matter asks of a material on the merged list."""

    matter: Matter
    material: Material


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the merged list: a material and the matters that need it."""

    name: str
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Case:
    """A package after some of its questions are answered."""

    package: Package
    answers: tuple[PackageOption, ...]
    matters: tuple[Matter, ...]
    catalogue: Catalogue = field(repr=False, compare=False)

    @cached_property
    def matter_ids(self) -> tuple[str, ...]:
        """The ids of its matters."""
        return tuple(matter.id for matter in self.matters)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The merged list of materials."""
        return items(self.catalogue, self.matter_ids)

    @property
    def shown(self) -> tuple[Matter, ...]:
        """The matters its page tells of: none before the last question is answered."""
        return () if self.question else self.matters

    @property
    def path(self) -> str:
        """The address of this case below the package's own."""
        return "".join(f"{answer.value}/" for answer in self.answers)

    @property
    def question(self) -> PackageQuestion | None:
        """The next question, or None when all are answered."""
        return next(iter(self.package.questions[len(self.answers) :]), None)

    @property
    def days(self) -> int:
        """Working days together: the package's promise or its slowest matter, and never longer
        than one after the other.
        """
        together = max((self.package.promised_days, *(m.promised_days for m in self.matters)))
        return min(together, self.separate_days)

    @property
    def visits(self) -> int:
        """Visits together: at most one (C-54)."""
        return min(1, self.separate_visits)

    @property
    def separate_materials(self) -> int:
        """Materials when every matter is handled on its own."""
        return sum(len(m.materials) for m in self.matters)

    @property
    def separate_days(self) -> int:
        """Working days when the matters are handled one after the other."""
        return sum(m.promised_days for m in self.matters)

    @property
    def separate_visits(self) -> int:
        """Visits when every matter is handled on its own."""
        return sum(m.visits for m in self.matters)


def case(catalogue: Catalogue, package: Package, answers: tuple[PackageOption, ...] = ()) -> Case:
    """Return what a package comes to with these answers to its first questions."""
    wanted = {*package.matter_ids, *(i for a in answers for i in a.adds)}
    wanted -= {i for a in answers for i in a.drops}
    ids = tuple(i for i in package.possible_matter_ids if i in wanted)
    return Case(package, answers, tuple(catalogue.by_id[i] for i in ids), catalogue)


def cases(catalogue: Catalogue, package: Package) -> Iterator[Case]:
    """Yield every case with at least one answer, in the order of the questions."""
    paths: list[tuple[PackageOption, ...]] = [()]
    for question in package.questions:
        paths = [(*path, option) for path in paths for option in question.options]
        for path in paths:
            yield case(catalogue, package, path)


def items(catalogue: Catalogue, matter_ids: tuple[str, ...]) -> tuple[Item, ...]:
    """Return one list of materials for several matters, with what each matter asks of it."""
    return tuple(
        Item(merged.name, tuple(_uses(catalogue, merged))) for merged in catalogue.merge(matter_ids)
    )


def _uses(catalogue: Catalogue, merged: MergedMaterial) -> Iterator[Use]:
    key = merged.material.shared_id or merged.material.name
    for matter_id in merged.matter_ids:
        matter = catalogue.by_id[matter_id]
        for material in matter.materials:
            if (material.shared_id or material.name) == key:
                yield Use(matter, material)
