"""JSON as the site ships it: compact, and Chinese as it is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)


def compact_json(value: Any) -> bytes:
    """Return a value as JSON in UTF-8; keys become texts, and so does what JSON has no word for."""
    return _ENCODER.encode(value)


def json_list(values: Iterable[Any]) -> msgspec.Raw:
    """Return many values as a list for inside `compact_json`; in memory is one at a time."""
    text = bytearray()
    for value in values:
        text += b"," if text else b"["
        _ENCODER.encode_into(value, text, -1)
    return msgspec.Raw(text + b"]" if text else b"[]")
