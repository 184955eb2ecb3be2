"""The catalogue as frozen records: what every later stage reads and none changes."""

from __future__ import annotations

import datetime as dt
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import msgspec

from site_builder.schema import LICENCE, NEED_REQUIRED, NEED_WAIVABLE
from site_builder.sequences import Some

Value = Any
"""A value of a content file as read: str, list or dict of the same."""
_NO_LINES: Final[Mapping[tuple[str | int, ...], int]] = {}


class Source:
    """Where a record was read: its file and the line of every value in it.

    Two of one file are the same. No dataclass, because of these a spool would keep the lines, too.
    """

    __slots__ = ("file", "lines")

    def __init__(self, file: str, lines: Mapping[tuple[str | int, ...], int] = _NO_LINES) -> None:
        self.file, self.lines = file, lines

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.file == other.file

    def __hash__(self) -> int:
        return hash(self.file)

    def line(self, *path: str | int) -> int:
        """Return the line of the value at `path`, or of the nearest thing around it."""
        line = self.lines.get(path)
        while line is None and path:
            path = path[:-1]
            line = self.lines.get(path)
        return line or 1


@dataclass(frozen=True, slots=True)
class Document:
    """A content file as read: its front matter (or whole YAML), its prose and where it stood."""

    values: Value
    prose: str
    source: Source


@dataclass(frozen=True, slots=True)
class Windows:
    """A range of window numbers, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}" if self.first != self.last else str(self.first)

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    def within(self, other: Windows) -> bool:
        """Tell whether every window of this range belongs to `other`."""
        return other.first <= self.first and self.last <= other.last


class Record(msgspec.Struct, frozen=True, gc=False):
    """A matter, or a record inside one.

    Inside are plain values, which a spool and open data take as they are. No record leads back to
    another one that holds it, so nobody need look for cycles among them (`gc`).
    """


class Material(Record, frozen=True):
    """A material the applicant hands in (申请材料)."""

    name: str
    origin: str
    original_kind: str
    medium: str
    copies: int
    need: str
    makeup_days: int | None
    instructions: str
    has_blank_form: bool
    blank_form: str
    sample_form: str
    shared_id: str

    @property
    def waivable(self) -> bool:
        """Whether the matter is accepted without it, to be handed in later (容缺后补)."""
        return self.need == NEED_WAIVABLE

    @property
    def required(self) -> bool:
        """Whether it must be there when the application is accepted."""
        return self.need == NEED_REQUIRED


class Step(Record, frozen=True):
    """A step of the process (办理环节)."""

    name: str
    actor: str
    duration: str
    detail: str


class LegalBasis(Record, frozen=True):
    """A law and the article in it that the matter rests on (设定依据)."""

    document: str
    article: str
    digest: str


class Question(Record, frozen=True):
    """A question people ask, with its answer (常见问题)."""

    question: str
    answer: str


class Option(Record, frozen=True):
    """One answer to a situation's question, and what it changes."""

    label: str
    effect: str


class Situation(Record, frozen=True):
    """A question whose answer changes the materials (情形)."""

    question: str
    options: tuple[Option, ...]


class Commitment(Record, frozen=True):
    """Notice-and-commitment (告知承诺): sign instead of handing in the materials it replaces."""

    replaces: tuple[str, ...]
    promise: str
    liability: str
    verification: str


class Inside(Record, frozen=True, array_like=True):
    """What stands inside a matter's guide; lists and most rules need none of it."""

    conditions: tuple[str, ...]
    materials: tuple[Material, ...]
    steps: tuple[Step, ...]
    legal_bases: tuple[LegalBasis, ...]
    questions: tuple[Question, ...]
    situations: tuple[Situation, ...]
    prose: str


class Kept:
    """What is kept beside a matter: where it was read, and its inside, unless that is forgotten.

    The inside is four fifths of a matter's size, and most who look at a matter need none of it. A
    build keeps both in a store (store.py).
    """

    __slots__ = ("_inside", "_source")

    def __init__(self, source: Source, inside: Inside) -> None:
        self._source = source
        self._inside: Inside | None = inside

    @property
    def source(self) -> Source:
        """Where the matter was read."""
        return self._source

    @property
    def inside(self) -> Inside:
        """What stands inside its guide."""
        assert self._inside is not None, "this matter's inside was forgotten"
        return self._inside

    def forget(self) -> None:
        """Keep the inside no longer."""
        self._inside = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and (self.source, self.inside) == (
            other.source,
            other.inside,
        )

    __hash__ = None  # type: ignore[assignment]


class Matter(Record, frozen=True, array_like=True):
    """An approval matter (事项): one content file, one guide."""

    id: str
    theme_id: str
    name: str
    summary: str
    aliases: tuple[str, ...]
    type: str
    department: str
    life_event: str
    audiences: tuple[str, ...]
    handling: str
    statutory_days: int
    promised_days: int
    visits: int
    visit_reason: str
    online: bool
    charged: bool
    fee: str
    fee_basis: str
    result: str
    result_type: str
    validity: str
    result_sample: str
    area: str
    windows: Windows
    devolved: bool
    in_office: str
    free_post: bool
    phone: str
    complaint_phone: str
    checked_on: dt.date
    effective_on: dt.date | None
    expires_on: dt.date | None
    commitment: Commitment | None
    material_count: int
    waivable_count: int
    kept: Kept
    broken: frozenset[str] = frozenset()
    """Fields that could not be read; rules that need them stay silent."""
    face: bytes = b""
    """A digest of all that pages other than its guide and its packages show of it."""

    @property
    def source(self) -> Source:
        """Where it was read."""
        return self.kept.source

    @property
    def inside(self) -> Inside:
        """What stands inside its guide, fetched from where it is kept."""
        return self.kept.inside

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must be so for the application to be accepted (受理条件)."""
        return self.inside.conditions

    @property
    def materials(self) -> tuple[Material, ...]:
        """What to hand in (申请材料)."""
        return self.inside.materials

    @property
    def waivable(self) -> tuple[Material, ...]:
        """The materials that may be handed in later (容缺后补)."""
        return tuple(material for material in self.materials if material.waivable)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What happens, in order (办理流程)."""
        return self.inside.steps

    @property
    def legal_bases(self) -> tuple[LegalBasis, ...]:
        """What law it rests on (设定依据)."""
        return self.inside.legal_bases

    @property
    def questions(self) -> tuple[Question, ...]:
        """What people ask (常见问题)."""
        return self.inside.questions

    @property
    def situations(self) -> tuple[Situation, ...]:
        """What depends on the applicant (情形)."""
        return self.inside.situations

    @property
    def prose(self) -> str:
        """What the file says below its front matter."""
        return self.inside.prose

    @property
    def licence(self) -> bool:
        """Whether the Administrative Licensing Law applies (行政许可)."""
        return self.type == LICENCE

    @property
    def no_visit(self) -> bool:
        """Whether nobody has to come to the hall."""
        return self.visits == 0


@dataclass(frozen=True, slots=True)
class PackageOption:
    """An answer to a package's question, with the matters it adds and drops."""

    label: str
    value: str
    adds: tuple[str, ...]
    drops: tuple[str, ...]
    effect: str


@dataclass(frozen=True, slots=True)
class PackageQuestion:
    """A question of a package (联办情形)."""

    id: str
    question: str
    options: tuple[PackageOption, ...]


@dataclass(frozen=True)
class Package:
    """A one-chain package (证照联办套餐): matters handled together on one list."""

    id: str
    name: str
    summary: str
    lead_department: str
    promised_days: int
    origin: str
    matter_ids: tuple[str, ...]
    questions: tuple[PackageQuestion, ...]
    prose: str
    source: Source
    broken: frozenset[str] = frozenset()

    def limited_to(self, ids: Set[str]) -> Package:
        """Return the package with only those matters that are in force."""

        def kept(matter_ids: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(i for i in matter_ids if i in ids)

        questions = tuple(
            replace(
                q,
                options=tuple(
                    replace(o, adds=kept(o.adds), drops=kept(o.drops)) for o in q.options
                ),
            )
            for q in self.questions
        )
        return replace(self, matter_ids=kept(self.matter_ids), questions=questions)

    @cached_property
    def possible_matter_ids(self) -> tuple[str, ...]:
        """Every matter that some answers can lead to, in handling order."""
        added = [i for q in self.questions for o in q.options for i in o.adds]
        return tuple(dict.fromkeys([*self.matter_ids, *added]))


@dataclass(frozen=True, slots=True)
class Zone:
    """A service area of the hall (分区) with its window numbers; self-service has none."""

    id: str
    floor: int
    area: str
    name: str
    first_window: int | None
    last_window: int | None
    services: str

    @property
    def windows(self) -> Windows | None:
        """The zone's windows, or None where people serve themselves."""
        if self.first_window is None or self.last_window is None:
            return None
        return Windows(self.first_window, self.last_window)


@dataclass(frozen=True, slots=True)
class Township:
    """A township or sub-district (镇街) that handles the devolved matters."""

    id: str
    name: str
    type: str
    confidence: str
    remark: str

    @property
    def provisional(self) -> bool:
        """Whether somebody still has to verify it before it may be relied on."""
        return self.confidence != "较确定"


@dataclass(frozen=True, slots=True)
class CancelledProof:
    """A proof nobody has to bring any more (取消证明)."""

    name: str
    used_for: str
    matter_id: str
    replaced_by: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of matters (主题): a folder of content/matters."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SharedMaterial:
    """A material that several matters ask for and a package asks for once (通用材料)."""

    id: str
    name: str


@dataclass(frozen=True)
class MergedMaterial:
    """A material on a package's list, with the matters that need it.

    `instructions` pairs a matter's id with what it says about this material.
    """

    name: str
    shared_id: str
    material: Material
    matter_ids: tuple[str, ...]
    instructions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Catalogue:
    """Everything the site says, read once."""

    matters: Sequence[Matter]
    """In a tuple, or in a build's store (store.py), from where each comes when somebody asks."""
    packages: tuple[Package, ...]
    themes: tuple[Theme, ...]
    zones: tuple[Zone, ...]
    townships: tuple[Township, ...]
    cancelled: tuple[CancelledProof, ...]
    shared_materials: tuple[SharedMaterial, ...]
    data: Mapping[str, Value]
    """Every file of content/data as plain values, by file name without suffix."""
    sources: Mapping[str, Source]
    """Where each of `data` stands, for findings about it."""
    replies: tuple[Document, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Matter]:
        """Matters by id."""
        return _ById(self.matters, self._walk.numbers)

    @cached_property
    def packages_of(self) -> dict[str, tuple[Package, ...]]:
        """The packages that contain a matter, by the matter's id; most are in none."""
        ids = {id_ for package in self.packages for id_ in package.matter_ids}
        return {id_: tuple(p for p in self.packages if id_ in p.matter_ids) for id_ in ids}

    @cached_property
    def possible_matter_ids(self) -> frozenset[str]:
        """Every matter that a package may show."""
        return frozenset(i for package in self.packages for i in package.possible_matter_ids)

    def in_force(self, day: dt.date) -> Catalogue:
        """Return the catalogue as it holds on a day: 生效日期 reached, 失效日期 not."""

        def in_force(matter: Matter) -> bool:
            expired = matter.expires_on and matter.expires_on <= day
            return (matter.effective_on or day) <= day and not expired

        dated = zip(self._walk.lists["dated", ""], self.listed("dated"), strict=True)
        out = {number for number, matter in dated if not in_force(matter)}
        if not out:
            return self
        numbers = [number for number in range(len(self.matters)) if number not in out]
        matters = Some(self.matters, array("I", numbers))
        ids = {m.id for m in matters}
        packages = tuple(p.limited_to(ids) for p in self.packages)
        return replace(
            self,
            matters=matters,
            packages=tuple(p for p in packages if p.matter_ids),
            cancelled=tuple(c for c in self.cancelled if c.matter_id in ids),
        )

    def of_theme(self, theme_id: str) -> Sequence[Matter]:
        """Return a theme's matters in the bureau's order."""
        return self.listed("theme", theme_id)

    def listed(self, kind: str, value: str = "") -> Sequence[Matter]:
        """Return the matters that a list shows (`_lists_of`), in the bureau's order."""
        return Some(self.matters, self._walk.lists.get((kind, value), ()))

    @cached_property
    def _walk(self) -> _Walk:
        """What one walk over all matters finds; looking at each of thousands takes time."""
        walk = _Walk()
        for number, matter in enumerate(self.matters):
            walk.numbers[matter.id] = number
            walk.materials += matter.material_count
            walk.waivable += matter.waivable_count
            for key in self._lists_of(matter):
                walk.lists[key].append(number)
        return walk

    def _lists_of(self, matter: Matter) -> Iterator[tuple[str, str]]:
        yield "theme", matter.theme_id
        yield "department", matter.department
        for audience in dict.fromkeys(matter.audiences):
            yield "audience", audience
        if zone := self.zone_of(matter):
            yield "zone", zone.id
        for kind, is_listed in _LISTED.items():
            if is_listed(matter):
                yield kind, ""

    def zone_of(self, matter: Matter) -> Zone | None:
        """Return the zone whose windows handle the matter."""
        zone = self._zones.get(matter.windows.first)
        return zone if zone and zone is self._zones.get(matter.windows.last) else None

    @cached_property
    def _zones(self) -> dict[int, Zone]:
        """The zone of each window."""
        windows = ((w, zone) for zone in reversed(self.zones) if (w := zone.windows))
        return {n: zone for w, zone in windows for n in range(w.first, w.last + 1)}

    def merge(self, matter_ids: tuple[str, ...]) -> tuple[MergedMaterial, ...]:
        """Return one list of materials for several matters, a shared one once (C-54)."""
        groups: dict[str, list[tuple[str, Material]]] = {}
        for matter_id in matter_ids:
            for material in self.by_id[matter_id].materials:
                groups.setdefault(material.shared_id or material.name, []).append(
                    (matter_id, material)
                )
        names = {s.id: s.name for s in self.shared_materials}
        return tuple(_merge(key, names.get(key), group) for key, group in groups.items())

    @cached_property
    def figures(self) -> dict[str, float | int]:
        """The totals the site quotes, counted here and typed nowhere."""
        count, listed = len(self.matters), {kind: len(self.listed(kind)) for kind in _LISTED}
        return {
            "matters": count,
            "waivable_matters": listed["waivable"],
            "waivable_materials": self._walk.waivable,
            "packages": len(self.packages),
            "commitment": listed["commitment"],
            "devolved": listed["devolved"],
            "cancelled": len(self.cancelled),
            "windows": sum(len(z.windows) for z in self.zones if z.windows),
            "zones": len(self.zones),
            "townships": len(self.townships),
            "materials": self._walk.materials,
            "online": listed["online"],
            "online_percent": _percent(listed["online"], count),
            "in_office": listed["in-office"],
            "in_office_percent": _percent(listed["in-office"], listed["licence"]),
            "no_visit": listed["no-visit"],
            "on_the_spot": listed["on-the-spot"],
            "free": listed["free"],
        }


_LISTED: Final[Mapping[str, Callable[[Matter], bool]]] = {
    "waivable": lambda matter: matter.waivable_count > 0,
    "commitment": lambda matter: matter.commitment is not None,
    "devolved": lambda matter: matter.devolved,
    "online": lambda matter: matter.online,
    "no-visit": lambda matter: matter.no_visit,
    "on-the-spot": lambda matter: matter.promised_days == 0,
    "free": lambda matter: not matter.charged,
    "licence": lambda matter: matter.licence,
    "in-office": lambda matter: matter.licence and matter.in_office == "是",
    "dated": lambda matter: bool(matter.effective_on or matter.expires_on),
}
"""What lists and totals are of, apart from themes and the like."""


@dataclass(slots=True)
class _Walk:
    """Where matters are in the bureau's order, and sums over all of them."""

    numbers: dict[str, int] = field(default_factory=dict)
    """By id; of two matters with one id, that of the later one."""
    lists: dict[tuple[str, str], array[int]] = field(
        default_factory=lambda: defaultdict(lambda: array("I"))
    )
    materials: int = 0
    waivable: int = 0


class _ById(Mapping[str, Matter]):
    """Matters by id. Packages and the first page ask for the same ones again and again."""

    def __init__(self, matters: Sequence[Matter], numbers: Mapping[str, int]) -> None:
        self._matters, self._numbers = matters, numbers
        self._asked: dict[str, Matter] = {}

    def __getitem__(self, matter_id: str) -> Matter:
        if matter_id not in self._asked:
            self._asked[matter_id] = self._matters[self._numbers[matter_id]]
        return self._asked[matter_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _merge(key: str, shared_name: str | None, group: list[tuple[str, Material]]) -> MergedMaterial:
    """Join the same material of several matters; the strictest demand wins."""
    strictest = min(
        (material for _, material in group),
        key=lambda m: (not m.required, m.waivable, -m.copies),
    )
    several = len({matter_id for matter_id, _ in group}) > 1
    return MergedMaterial(
        name=shared_name if several and shared_name else strictest.name,
        shared_id=key if shared_name else "",
        material=strictest,
        matter_ids=tuple(dict.fromkeys(matter_id for matter_id, _ in group)),
        instructions=tuple((i, m.instructions) for i, m in group if m.instructions),
    )
