"""Bytes to values, strictly: what cannot be read exactly is refused, never repaired.

Starlette's own form parser replaces invalid UTF-8 and turns a truncated multipart body into an
empty form; a person would get a receipt for something they did not write.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header

from form_api.errors import Problem

MAX_FIELDS = 60
MAX_FILES = 6
MAX_NAME = 100
MAX_DEPTH = 6
MAX_INTEGER_DIGITS = 15

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(slots=True)
class Posted:
    """What a person sent: values by name, and the bytes of the files by name."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    is_form: bool = False


def decode(content_type: str, body: bytes) -> Posted:
    """Read a body of one of the three types we take."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/json":
        return Posted(values=decode_json(body))
    if kind == b"application/x-www-form-urlencoded":
        return _collect(_urlencoded(body), {})
    if kind == b"multipart/form-data":
        return _multipart(options.get(b"boundary", b""), body)
    raise Problem(
        "unsupported-type",
        "只收 application/json、application/x-www-form-urlencoded 和 multipart/form-data。",
    )


def decode_json(body: bytes) -> dict[str, Any]:
    """Read a JSON object: UTF-8, no duplicate names, no NaN, bounded depth and numbers."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=lambda name: _refuse(f"不能有 {name}"),
            parse_int=_integer,
            parse_float=_decimal,
        )
    except (UnicodeDecodeError, RecursionError) as error:
        raise _malformed("不是完整的 UTF-8 文字，或者嵌套太深") from error
    except ValueError as error:
        raise _malformed("不是正确的 JSON") from error
    if not isinstance(value, dict):
        raise _malformed("应当是一个 JSON 对象")
    _check_json(value, MAX_DEPTH)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        _refuse("同一个名称出现了两次")
    return result


def _integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        _refuse("数字太大")
    return int(digits)


def _decimal(digits: str) -> float:
    """Read 587.0 as the whole number it is (so says JSON Schema); no whole number is a float."""
    number = float(digits)
    if not number.is_integer():
        return number
    return int(number) if abs(number) < 10**MAX_INTEGER_DIGITS else _refuse("数字太大")


def _check_json(value: Any, depth: int) -> None:
    if depth == 0:
        _refuse("嵌套太深")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_json(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check_json(item, depth - 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        _refuse("文字里有空字符")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            _refuse("文字里有不完整的字符")


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    if not body:
        return []
    if _BAD_ESCAPE.search(body):
        raise _malformed("百分号编码不完整")
    pairs = body.split(b"&")
    if len(pairs) > MAX_FIELDS:
        raise _malformed(f"字段超过 {MAX_FIELDS} 个")
    decoded = []
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        decoded.append((_escaped(name), _escaped(value)))
    return decoded


def _escaped(raw: bytes) -> str:
    return _text(unquote_to_bytes(raw.replace(b"+", b" ")))


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("文字不是 UTF-8 编码") from error
    _check_text(text)
    return text


@dataclass(slots=True)
class _Part:
    headers: dict[str, bytes] = field(default_factory=dict)
    header_name: bytearray = field(default_factory=bytearray)
    header_value: bytearray = field(default_factory=bytearray)
    data: bytearray = field(default_factory=bytearray)


def _multipart(boundary: bytes, body: bytes) -> Posted:
    if not 0 < len(boundary) <= 200:
        raise _malformed("multipart 没有分隔符")
    parts: list[_Part] = []

    def begin() -> None:
        if len(parts) >= MAX_FIELDS:
            raise _malformed(f"字段超过 {MAX_FIELDS} 个")
        parts.append(_Part())

    def end_header() -> None:
        part = parts[-1]
        part.headers[part.header_name.decode("latin-1").lower()] = bytes(part.header_value)
        part.header_name.clear()
        part.header_value.clear()

    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": begin,
            "on_header_field": lambda d, s, e: parts[-1].header_name.extend(d[s:e]),
            "on_header_value": lambda d, s, e: parts[-1].header_value.extend(d[s:e]),
            "on_header_end": end_header,
            "on_part_data": lambda d, s, e: parts[-1].data.extend(d[s:e]),
        },
    )
    try:
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise _malformed("multipart 格式不对") from error
    if parser.state != MultipartState.END:
        raise _malformed("内容没有传完")
    return _sort_parts(parts)


def _sort_parts(parts: list[_Part]) -> Posted:
    pairs: list[tuple[str, str]] = []
    files: dict[str, list[bytes]] = {}
    for part in parts:
        kind, options = parse_options_header(part.headers.get("content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise _malformed("multipart 的一段没有名称")
        name = _text(options[b"name"])
        if b"filename" not in options:
            pairs.append((name, _text(bytes(part.data))))
        elif part.data:
            files.setdefault(name, []).append(bytes(part.data))
    if sum(map(len, files.values())) > MAX_FILES:
        raise _malformed(f"文件超过 {MAX_FILES} 个")
    return _collect(pairs, files)


def _collect(pairs: list[tuple[str, str]], files: dict[str, list[bytes]]) -> Posted:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if not name or len(name) > MAX_NAME:
            raise _malformed("字段没有名称，或者名称太长")
        values.setdefault(name, []).append(value)
    return Posted(values, files, is_form=True)


def _malformed(detail: str) -> Problem:
    return Problem("malformed-body", f"{detail}。请返回上一页重新提交，或者打电话给我们。")


def _refuse(detail: str) -> NoReturn:
    raise _malformed(detail)
