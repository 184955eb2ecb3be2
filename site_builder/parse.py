"""Stage 2: turn read values into records by the schema; what does not fit becomes a finding."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace as change

from site_builder import model
from site_builder.errors import Finding
from site_builder.model import Document, Source, Value, Windows
from site_builder.schema import (
    CANCELLED_PROOF,
    MATTER,
    PACKAGE,
    TOWNSHIP,
    ZONE,
    Element,
    Kind,
)

_CLASSES: dict[str, Callable[..., Any]] = {
    "materials": model.Material,
    "steps": model.Step,
    "legal_bases": model.LegalBasis,
    "situations": model.Situation,
    "commitment": model.Commitment,
}
"""The class of a nested record by its field; `questions` and `options` depend on the parent."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_NEUTRAL: dict[Kind, Any] = {
    Kind.NUMBER: 0,
    Kind.YES_NO: False,
    Kind.LIST: (),
    Kind.CHOICES: (),
    Kind.RECORDS: (),
    Kind.RECORD: None,
    Kind.WINDOWS: Windows(0, 0),
    Kind.DATE: dt.date.min,
}
_ABSENT: dict[Kind, Any] = {
    Kind.NUMBER: None,
    Kind.DATE: None,
    Kind.RECORD: None,
    Kind.LIST: (),
    Kind.CHOICES: (),
    Kind.RECORDS: (),
    Kind.YES_NO: False,
}


class Parser:
    """Reads the records of one document and collects what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.source: Source = document.source
        self.findings: list[Finding] = []
        self._broken: set[str] = set()

    def matter(self) -> model.Matter:
        """Return the document as a matter; unreadable fields are neutral and named in `broken`."""
        _, theme_id, name = self.source.file.split("/")
        self._check_id(name.removesuffix(".md"))
        fields = self._named(self._mapping(), _MATTER) | {"prose": self.document.prose}
        inside = model.Inside(*(fields.pop(field) for field in model.Inside.__struct_fields__))
        return model.Matter(
            id=name.removesuffix(".md"),
            theme_id=sys.intern(theme_id),
            material_count=len(inside.materials),
            waivable_count=sum(material.waivable for material in inside.materials),
            kept=model.Kept(self.source, inside),
            broken=self._broken_fields(),
            face=_face(fields, inside),
            **fields,
        )

    def package(self) -> model.Package:
        """Return the document as a package."""
        package_id = self.source.file.split("/")[-1].removesuffix(".md")
        self._check_id(package_id)
        fields = self._named(self._mapping(), _PACKAGE)
        return model.Package(
            id=package_id,
            prose=self.document.prose,
            source=self.source,
            broken=self._broken_fields(),
            **fields,
        )

    def zones(self) -> tuple[model.Zone, ...]:
        """Return the zones of data/hall.yml."""
        values = self._mapping().get("分区", [])
        return self._records(values, _ZONE, ("分区",), model.Zone)

    def townships(self) -> tuple[model.Township, ...]:
        """Return the townships of data/townships.yml."""
        return self._records(self.document.values, _TOWNSHIP, (), model.Township)

    def cancelled(self) -> tuple[model.CancelledProof, ...]:
        """Return the proofs of data/cancelled-proofs.yml."""
        return self._records(self.document.values, _CANCELLED_PROOF, (), model.CancelledProof)

    def named(self, cls: Callable[[str, str], Any]) -> tuple[Any, ...]:
        """Return a list of {编码, 名称} as records of `cls`."""
        return self._records(self.document.values, _NAMED, (), cls)

    def _mapping(self) -> dict[str, Value]:
        values = self.document.values
        if isinstance(values, dict):
            return values
        self._find(
            (), "S-01", "登记栏不是“栏名: 内容”的样子", "每行写一个栏名、半角冒号、空格、内容"
        )
        return {}

    def _records(
        self, values: Value, plan: _Plan, path: tuple[str | int, ...], cls: Callable[..., Any]
    ) -> tuple[Any, ...]:
        if not isinstance(values, list):
            self._find(path, "S-02", "这里应当是列表", "每项以“- ”开头另起一行")
            return ()
        return tuple(
            cls(*self._record(value, plan, (*path, i)))
            for i, value in enumerate(values)
            if self._is_record(value, (*path, i))
        )

    def _is_record(self, value: Value, path: tuple[str | int, ...]) -> bool:
        if isinstance(value, dict):
            return True
        self._bad(path, "S-02", "这一项应当有自己的几栏", "写成“- 栏名: 内容”，下一栏与它对齐")
        return False

    def _named(self, values: dict[str, Value], plan: _Plan) -> dict[str, Any]:
        """Return the fields of a whole file's record by their names."""
        names = (column.element.field for column in plan.columns)
        return dict(zip(names, self._record(values, plan, ()), strict=True))

    def _record(
        self, values: dict[str, Value], plan: _Plan, path: tuple[str | int, ...]
    ) -> list[Any]:
        """Return the fields of one record in the schema's order, which is that of its class."""
        if not values.keys() <= plan.keys:
            for key in values.keys() - plan.keys:
                self._unknown_key(key, plan.keys, path)
        fields = []
        for column in plan.columns:
            element, key, read, _ = column
            value = values.get(key)
            if read and value:
                try:
                    fields.append(read(value))
                except (TypeError, ValueError) as error:
                    what = "应当只有一行文字" if isinstance(error, TypeError) else str(error)
                    fields.append(self._replaced(element, (*path, key), "S-03", what))
            elif value:
                fields.append(self._nested(value, column, (*path, key)))
            elif element.required:
                fields.append(self._replaced(element, (*path, key), "C-44", "没有填"))
            else:
                fields.append(_ABSENT.get(element.kind, ""))
        return fields

    def _replaced(self, element: Element, path: tuple[str | int, ...], code: str, what: str) -> Any:
        """Note a finding on an element, and return the neutral value that stands in for it."""
        self._bad(path, code, f"“{element.key}”{what}", _advice(element))
        return _NEUTRAL.get(element.kind, "")

    def _nested(self, value: Value, column: _Column, path: tuple[str | int, ...]) -> Any:
        assert column.inner
        cls, plan = column.inner
        if column.element.kind is Kind.RECORD:
            return cls(*self._record(value, plan, path)) if self._is_record(value, path) else None
        if not isinstance(value, list):
            self._bad(path, "S-02", f"“{column.key}”应当是列表", "每项以“- ”开头另起一行")
            return ()
        return self._records(value, plan, path, cls)

    def _unknown_key(self, key: str, known: frozenset[str], path: tuple[str | int, ...]) -> None:
        guess = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        advice = f"是不是“{guess[0]}”" if guess else "删掉这一栏，或者对照手册改栏名"
        self._find((*path, key), "S-04", f"没有“{key}”这一栏", advice)

    def _check_id(self, identifier: str) -> None:
        if not _ID.match(identifier):
            self._find(
                (),
                "S-05",
                f"文件名“{identifier}”不能作编码",
                "只用小写英文字母、数字和连字符，如 food-business-license-new",
            )

    def _broken_fields(self) -> frozenset[str]:
        return frozenset(_FIELDS.get(key, "") for key in self._broken) if self._broken else _NONE

    def _bad(self, path: tuple[str | int, ...], code: str, message: str, advice: str) -> None:
        """Note a finding on a value that was replaced by a neutral one."""
        self._broken.add(str(path[0]))
        self._find(path, code, message, advice)

    def _find(self, path: tuple[str | int, ...], code: str, message: str, advice: str) -> None:
        self.findings.append(
            Finding(self.source.file, self.source.line(*path), code, message, advice)
        )


_encoded: Final = msgspec.msgpack.Encoder().encode


def _face(fields: dict[str, Any], inside: model.Inside) -> bytes:
    """Return a digest of all but what only a matter's guide and its packages show of it."""
    materials = [change(material, instructions="") for material in inside.materials]
    questions = [question.question for question in inside.questions]
    situations = [situation.question for situation in inside.situations]
    shown = _encoded([fields, materials, questions, situations])
    return hashlib.blake2b(shown, digest_size=16).digest()


def _class_of(field: str, owner: str) -> Callable[..., Any]:
    """Return the class of a nested record whose field name two kinds of record share."""
    if field == "questions":
        return model.PackageQuestion if owner == "package" else model.Question
    return model.PackageOption if owner == "package" else model.Option


def _advice(element: Element) -> str:
    if element.choices:
        return "应当是：" + "、".join(element.choices)
    return f"应当是{element.kind.value}" + (f"；{element.help}" if element.help else "")


def _number(value: str) -> int:
    text = str.strip(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValueError(f"写的是“{text}”，不是整数")
    return int(text)


def _yes_no(value: str) -> bool:
    text = str.strip(value)
    if text not in ("是", "否"):
        raise ValueError(f"写的是“{text}”，不是“是”或“否”")
    return text == "是"


def _choice(choices: tuple[str, ...], value: str) -> str:
    text = str.strip(value)
    if text not in choices:
        raise ValueError(f"写的是“{text}”，不在规定的几个词里")
    return text


def _date(value: str) -> dt.date:
    text = str.strip(value)
    try:
        return dt.date.fromisoformat(text if _DATE.match(text) else "")
    except ValueError:
        raise ValueError(f"写的是“{text}”，不是存在的日期") from None


def _windows(value: str) -> Windows:
    text = str.strip(value)
    match = re.fullmatch(r"([0-9]+)(?:-([0-9]+))?", text)
    if not match or int(match[1]) > int(match[2] or match[1]):
        raise ValueError(f"写的是“{text}”，不是窗口号段")
    return Windows(int(match[1]), int(match[2] or match[1]))


class _Known(dict[str, Any]):
    """What texts of an element mean: numbers, dates and choices are few, mostly seen before."""

    def __init__(self, read: _Read) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, value: str) -> Any:
        self[value] = meaning = self._read(value)
        return meaning


def _list(read: _Read, value: Value) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(read(item) for item in items if item != "")


_Read = Callable[[Any], Any]
"""Returns what a value means. Raises ValueError with what is wrong, and TypeError for no text."""


class _Column(NamedTuple):
    """An element as the parser needs it: how to read its value, or which records it holds."""

    element: Element
    key: str
    read: _Read | None
    inner: tuple[Callable[..., Any], _Plan] | None


class _Plan(NamedTuple):
    """How to read a kind of record."""

    keys: frozenset[str]
    columns: tuple[_Column, ...]


def _plan(elements: tuple[Element, ...], owner: str = "") -> _Plan:
    columns = tuple(_Column(e, e.key, _reader(e), _inner(e, owner)) for e in elements)
    return _Plan(frozenset(e.key for e in elements), columns)


def _reader(element: Element) -> _Read | None:
    choice = partial(_choice, element.choices)
    readers: dict[Kind, _Read] = {
        Kind.TEXT: str.strip,
        Kind.LIST: partial(_list, str.strip),
        Kind.CHOICES: partial(_list, choice),
        Kind.NUMBER: _Known(_number).__getitem__,
        Kind.YES_NO: _Known(_yes_no).__getitem__,
        Kind.CHOICE: _Known(choice).__getitem__,
        Kind.DATE: _Known(_date).__getitem__,
        Kind.WINDOWS: _Known(_windows).__getitem__,
    }
    return readers.get(element.kind)


def _inner(element: Element, owner: str) -> tuple[Callable[..., Any], _Plan] | None:
    if not element.elements:
        return None
    cls = _CLASSES.get(element.field) or _class_of(element.field, owner)
    return cls, _plan(element.elements, "package" if owner == "package" else "")


_FIELDS: Final = {e.key: e.field for e in (*MATTER, *PACKAGE)}
_NONE: Final[frozenset[str]] = frozenset()
_MATTER: Final = _plan(MATTER, "matter")
_PACKAGE: Final = _plan(PACKAGE, "package")
_ZONE: Final = _plan(ZONE)
_TOWNSHIP: Final = _plan(TOWNSHIP)
_CANCELLED_PROOF: Final = _plan(CANCELLED_PROOF)
_NAMED: Final = _plan((Element("编码", "id"), Element("名称", "name")))
