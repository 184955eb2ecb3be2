"""One definition of every form: the page, the browser's check and the server's check come from it.

Both the site builder and the form API read `content/data/forms.yml` through this module, so a
field can never be asked for on the page and refused by the server, or the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

FIELD_TYPES = {
    "text": "one line of text",
    "textarea": "several lines of text, kept exactly as written",
    "radios": "one of a few choices, all visible",
    "select": "one of many choices",
    "named": "one of more choices than a page can list: its name, or its id",
    "checkboxes": "any number of choices",
    "checkbox": "one box to tick",
    "date": "a day, as YYYY-MM-DD",
    "number": "a whole number between `minimum` and `maximum`",
    "tel": "a Chinese phone number",
    "contact": "a Chinese phone number or an e-mail address",
    "window": "the number of a window in the hall",
    "photos": "up to `maximum` pictures",
}
SOURCES = {
    "matters": "the catalogue's matters",
    "townships": "the catalogue's townships",
    "slots": "the half-hours of an opening day",
}
TRAP = "homepage"
"""Name of the field people never see; who fills it in is a machine."""


class FormDefinitionError(ValueError):
    """The forms file cannot be used; the sentence says where and what to do."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a person can pick."""

    value: str
    label: str
    hint: str = ""
    retired: bool = False
    """No longer offered, but still accepted from a phone that wrote it offline."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a field matters at all: `field` has one of `values` (a ticked box has "yes")."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    name: str
    label: str
    type: str = "text"
    hint: str = ""
    required: bool = False
    required_when: Condition | None = None
    shown_when: Condition | None = None
    choices: tuple[Choice, ...] = ()
    source: str = ""
    """Where choices come from that the forms file does not list (a key of `SOURCES`)."""
    max_length: int = 200
    minimum: int = 0
    maximum: int = 0
    autocomplete: str = ""
    inputmode: str = ""
    since: int = 1
    """The version of the form that asked first; phones with an older one need not answer."""
    personal: bool = False
    """Says who someone is: masked in lists, never shown on a receipt."""
    missing: str = ""
    """The sentence when the answer is missing; one is made from the label otherwise."""

    @property
    def multiple(self) -> bool:
        """Whether the field may come several times in one posting."""
        return self.type in ("checkboxes", "photos")

    def label_of(self, value: str) -> str:
        """Return the words for a choice, or the value itself."""
        return next((choice.label for choice in self.choices if choice.value == value), value)


@dataclass(frozen=True, slots=True)
class Notice:
    """The privacy notice that stands inside the form, before the button."""

    purpose: str
    kept: str
    retention_days: int
    rights: str
    contact: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form: what it asks, where it is sent, and for how long its answers are kept."""

    id: str
    version: int
    title: str
    action: str
    submit: str
    fields: tuple[Field, ...]
    intro: str = ""
    confirm: str = ""
    """The button of the check-your-answers page."""
    notice: Notice | None = None
    retired: tuple[str, ...] = ()
    """Fields of earlier versions: still accepted from a phone that wrote them offline."""

    @property
    def encoding(self) -> str:
        """The `enctype` the page must use."""
        photos = any(field.type == "photos" for field in self.fields)
        return "multipart/form-data" if photos else "application/x-www-form-urlencoded"

    @property
    def trap(self) -> str:
        """Name of the honeypot field (hidden with CSS and `aria-hidden`, never filled in)."""
        return TRAP

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(field for field in self.fields if field.name == name)


Forms = Mapping[str, Form]


def load(path: Path) -> Forms:
    """Read the forms file staff edit (YAML)."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise FormDefinitionError(f"{path}：读不出来（{error}）；请改正后再试") from error
    return parse(raw, str(path))


def dump(forms: Forms) -> str:
    """Write the forms as the JSON the site publishes for the API and the page's script."""
    return json.dumps({key: asdict(form) for key, form in forms.items()}, ensure_ascii=False)


def named(forms: Forms) -> Forms:
    """Let people name a matter instead of choosing from a list: for sites with too many of them."""
    return {
        key: replace(form, fields=tuple(map(_named, form.fields))) for key, form in forms.items()
    }


def _named(field: Field) -> Field:
    if field.type != "select" or field.source != "matters":
        return field
    return replace(field, type="named", autocomplete="off", hint=NAMED_HINT + field.hint)


NAMED_HINT = "写事项名称，或者事项编号。名称记不全，写几个字也行。"


def parse(raw: Any, where: str = "forms") -> Forms:
    """Build the forms from plain data (YAML or the JSON `dump` wrote)."""
    if not isinstance(raw, dict) or not raw:
        raise FormDefinitionError(f"{where}：应当是“表单编号: 内容”的列表")
    return {key: _form(key, value, where) for key, value in raw.items()}


def _form(key: str, raw: Any, where: str) -> Form:
    where = f"{where}：表单 {key}"
    if not isinstance(raw, dict):
        raise FormDefinitionError(f"{where} 没有内容")
    values = dict(raw, id=key)
    values["fields"] = tuple(_field(item, where) for item in values.get("fields", ()))
    values["retired"] = tuple(values.get("retired") or ())
    values["notice"] = _make(Notice, values.get("notice"), where)
    form: Form = _make(Form, values, where)
    names = [field.name for field in form.fields]
    if len(set(names)) < len(names):
        raise FormDefinitionError(f"{where} 有重名的字段；请改成不同的 name")
    for field in form.fields:
        for condition in (field.required_when, field.shown_when):
            if condition and condition.field not in names:
                raise FormDefinitionError(f"{where} 的 {field.name} 提到了没有的 {condition.field}")
    return form


def _field(raw: Any, where: str) -> Field:
    values = dict(raw)
    values["choices"] = tuple(_make(Choice, item, where) for item in values.get("choices") or ())
    for name in ("required_when", "shown_when"):
        condition = values.get(name)
        if condition:
            condition = dict(condition, values=tuple(map(str, condition["values"])))
        values[name] = _make(Condition, condition, where)
    field: Field = _make(Field, values, where)
    if field.type not in FIELD_TYPES:
        known = "、".join(FIELD_TYPES)
        raise FormDefinitionError(
            f"{where} 的 {field.name}：没有 {field.type} 这种类型；可用 {known}"
        )
    if field.source and field.source not in SOURCES:
        raise FormDefinitionError(f"{where} 的 {field.name}：source 只能是 {'、'.join(SOURCES)}")
    return field


def _make(kind: Any, raw: Any, where: str) -> Any:
    if raw is None:
        return None
    try:
        return kind(**raw)
    except TypeError as error:
        raise FormDefinitionError(
            f"{where}：{kind.__name__} 的内容不对（{error}）；请对照文件开头的说明"
        ) from error
