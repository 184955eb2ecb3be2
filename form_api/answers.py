"""Answers checked against the form they belong to: all problems at once, each in words.

The rule for texts (a person must find again what they wrote): line ends become LF; control
characters and invisible direction marks go, because they could make a text read differently from
what is stored; everything else stays as sent. No Unicode normalisation: it changes rare names.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import phonenumbers

from form_api.decode import Posted
from form_api.domain import Wish
from form_api.errors import FieldError, Problem
from form_api.matters import Matters
from form_definitions import Choice, Condition, Field, Form

CONTROL = {"script", "form_version", "confirmation", "edit", "altcha", "request"}
"""Fields a page may add to any form; they are not answers."""
_REMOVED = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

MOST_CHOICES = 20
"""So many matters are offered to somebody whose words fit several."""
RETIRED_LENGTH = 2000
_MOBILE = re.compile(r"1[3-9][0-9]{9}")

Answers = dict[str, Any]
Sources = Mapping[str, Collection[str] | None]
"""Allowed values of the fields with a source; None where they are not known."""


class Checked(NamedTuple):
    """Answers that passed; of an appointment also the slots that are asked for."""

    values: Answers
    photos: list[bytes]
    wishes: tuple[Wish, ...] = ()


class _Wrong(Exception):
    def __init__(self, code: str, message: str, choices: tuple[Choice, ...] = ()) -> None:
        self.code, self.message, self.choices = code, message, choices
        super().__init__(message)

    def of(self, field: Field) -> FieldError:
        return FieldError(field.name, self.code, f"{field.label}：{self.message}", self.choices)


def check(form: Form, posted: Posted, sources: Sources) -> Checked:
    """Return the answers, or raise one problem that lists everything wrong."""
    raw = _flatten(form, posted)
    errors: list[FieldError] = [
        FieldError(name, "unknown", f"没有“{name[:40]}”这一项")
        for name in raw
        if name not in {field.name for field in form.fields}
        and name not in form.retired
        and name not in CONTROL
        and name != form.trap
    ]
    values: Answers = {}
    for name in form.retired:
        if isinstance(raw.get(name), str) and len(raw[name]) <= RETIRED_LENGTH:
            values[name] = raw[name]
        elif name in raw:
            errors.append(FieldError(name, "type", f"“{name}”应当是文字"))
    version = _version(form, raw, errors)
    for field in form.fields:
        try:
            value = _value(field, raw.get(field.name, ""), sources)
            if value is not None:
                values[field.name] = value
        except _Wrong as wrong:
            errors.append(wrong.of(field))
    wrong_names = {error.field for error in errors}
    for field in form.fields:
        if field.since > version or field.name in values or field.name in wrong_names:
            continue
        if _needed(field, values):
            errors.append(FieldError(field.name, "required", missing(field)))
    if errors:
        order = {field.name: place for place, field in enumerate(form.fields)}
        errors.sort(key=lambda error: order.get(error.field, len(order)))
        raise Problem("invalid-answers", "请按提示改好，再提交一次。", errors=errors)
    return Checked(values, values.pop("photos", []))


def _version(form: Form, raw: Answers, errors: list[FieldError]) -> int:
    """Return the version of the form that was filled in; a phone may have kept it for months."""
    given = raw.get("form_version", "")
    if given == "":
        return form.version
    text = given if isinstance(given, str) else str(given)
    if type(given) in (int, str) and re.fullmatch(r"[1-9][0-9]{0,14}", text):
        return int(text)
    errors.append(FieldError("form_version", "number", "表单的版本应当是数字"))
    return form.version


def missing(field: Field) -> str:
    """Say that an answer is missing."""
    return field.missing or f"请填写：{field.label}"


def _flatten(form: Form, posted: Posted) -> Answers:
    """Bring a posting to one value per name, whatever it came as."""
    raw: Answers = dict(posted.values)
    multiple = {field.name for field in form.fields if field.multiple}
    named = {field.name for field in form.fields if field.type == "named"}
    if posted.is_form:
        for name, values in raw.items():
            if name in multiple:
                raw[name] = [value for value in values if value]
            elif name in named:
                raw[name] = values[-1]  # a choice that was offered below what was written
            elif len(values) > 1:
                raise Problem("malformed-body", f"“{name[:40]}”出现了两次。请重新提交。")
            else:
                raw[name] = values[0]
    else:
        raw.update(_preferences(form, raw))
    for name, files in posted.files.items():
        raw[name] = [*(raw.get(name) or []), *files]
    return raw


def _preferences(form: Form, raw: Answers) -> Answers:
    """Spread the list of wished-for slots (JSON) over the form's three pairs of fields."""
    wishes = raw.pop("preferences", None)
    if wishes is None:
        return {}
    names = {field.name for field in form.fields}
    first = 1 if "date" in raw else 0
    pairs = [("date", "slot"), ("date_2", "slot_2"), ("date_3", "slot_3")][first:]
    well_formed = isinstance(wishes, list) and all(
        isinstance(wish, dict) and set(wish) == {"date", "slot"} for wish in wishes
    )
    if "date_3" not in names or not well_formed or len(wishes) > len(pairs):
        error = FieldError("preferences", "invalid", "最多三个选择，每个有 date 和 slot")
        raise Problem("invalid-answers", "请按提示改好，再提交一次。", errors=[error])
    return {
        name: wish[key]
        for pair, wish in zip(pairs, wishes, strict=False)
        for name, key in zip(pair, ("date", "slot"), strict=True)
    }


def _needed(field: Field, values: Answers) -> bool:
    return field.required or (
        field.required_when is not None and holds(field.required_when, values)
    )


def holds(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Tell whether a field's condition is met by the answers so far."""
    value = values.get(condition.field)
    given = value if isinstance(value, list) else ["yes" if value is True else value]
    return any(item in condition.values for item in given)


def _value(field: Field, raw: Any, sources: Sources) -> Any:
    if raw == "" or (raw == [] and field.multiple):
        return None
    if raw is None:
        raise _Wrong("type", "不能是 null，没有就不写")
    return _READERS[field.type](field, raw, sources)


def _text(field: Field, raw: Any, _sources: Sources) -> str | None:
    if not isinstance(raw, str):
        raise _Wrong("type", "应当是文字")
    sent = raw.replace("\r\n", "\n").replace("\r", "\n")
    if (over := len(sent) - field.max_length) > 0:
        raise _Wrong("too-long", f"最多 {field.max_length} 个字，请删去 {over} 个字")
    text = _REMOVED.sub("", sent)
    if field.type != "textarea":
        text = text.replace("\n", " ").strip()
    return text if text.strip() else None


def _one_of(field: Field, raw: Any, sources: Sources) -> str:
    allowed = (
        sources.get(field.source) if field.source else {choice.value for choice in field.choices}
    )
    if not isinstance(raw, str) or len(raw) > 200 or (allowed is not None and raw not in allowed):
        raise _Wrong("choice", "请从列出的里面选一个")
    return raw


def _named(field: Field, raw: Any, sources: Sources) -> str | None:
    text, known = _text(field, raw, sources), sources.get(field.source)
    if text is None or not isinstance(known, Matters):
        return text
    if matter := known.called(text):
        return matter.id
    found = known.like(text)
    choices = tuple(Choice(matter.id, matter.name) for matter in found[:MOST_CHOICES])
    raise _Wrong("choice", _unclear(field, text, len(found)), choices)


def _unclear(field: Field, text: str, found: int) -> str:
    """Say what to do about words that name no single matter."""
    without = "" if field.required else "；说不准，可以不填"
    if not found:
        return f"没有找到“{text[:20]}”。请换个说法，或者少写几个字{without}"
    if found > MOST_CHOICES:
        return f"像“{text[:20]}”的事项有 {found} 个，请写全一些{without}"
    return f"像“{text[:20]}”的事项有 {found} 个，请选一个，或者写全名称{without}"


def _some_of(field: Field, raw: Any, sources: Sources) -> list[str]:
    items = raw if isinstance(raw, list) else [raw]
    chosen = {_one_of(field, item, sources) for item in items}
    return [choice.value for choice in field.choices if choice.value in chosen]


def _tick(_field: Field, raw: Any, _sources: Sources) -> bool | None:
    if raw in (True, "yes", "on"):
        return True
    if raw in (False, "no"):
        return None
    raise _Wrong("choice", "只能勾选或不勾选")


def _date(_field: Field, raw: Any, _sources: Sources) -> str:
    try:
        return dt.date.fromisoformat(unicodedata.normalize("NFKC", raw).strip()).isoformat()
    except (ValueError, TypeError) as error:
        raise _Wrong("date", "请写成 2019-10-15 这样") from error


def _number(field: Field, raw: Any, _sources: Sources) -> int:
    digits = unicodedata.normalize("NFKC", raw).strip() if isinstance(raw, str) else raw
    if isinstance(digits, str) and re.fullmatch(r"[0-9]{1,6}", digits):
        digits = int(digits)
    if type(digits) is not int or not field.minimum <= digits <= field.maximum:
        raise _Wrong("number", f"请填 {field.minimum} 到 {field.maximum} 之间的数字")
    return digits


def phone(raw: str) -> str | None:
    """Return a Chinese number in international form, or None."""
    if _MOBILE.fullmatch(raw):  # nearly all of them; the library takes its time
        return f"+86{raw}"
    try:
        number = phonenumbers.parse(raw, "CN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 86 or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _tel(field: Field, raw: Any, sources: Sources) -> str | None:
    text = _text(field, raw, sources)
    if text is not None and phone(text) is None:
        raise _Wrong("phone", "号码不对，请写 11 位手机号，或者带区号的固定电话")
    return text


def _contact(field: Field, raw: Any, sources: Sources) -> str | None:
    text = _text(field, raw, sources)
    if text is not None and phone(text) is None and not _EMAIL.fullmatch(text):
        raise _Wrong("contact", "请写 11 位手机号、带区号的固定电话，或者电子邮箱")
    return text


def _photos(field: Field, raw: Any, _sources: Sources) -> list[bytes]:
    items = raw if isinstance(raw, list) else [raw]
    if len(items) > field.maximum:
        raise _Wrong("too-many", f"最多 {field.maximum} 张，请去掉几张")
    return [_photo_bytes(item) for item in items]


def _photo_bytes(item: Any) -> bytes:
    if isinstance(item, bytes):
        return item
    try:
        return base64.b64decode(item, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise _Wrong("photo", "没有传完整，请重新选择") from error


_READERS: dict[str, Callable[[Field, Any, Sources], Any]] = {
    "text": _text,
    "textarea": _text,
    "radios": _one_of,
    "select": _one_of,
    "named": _named,
    "checkboxes": _some_of,
    "checkbox": _tick,
    "date": _date,
    "number": _number,
    "window": _number,
    "tel": _tel,
    "contact": _contact,
    "photos": _photos,
}
