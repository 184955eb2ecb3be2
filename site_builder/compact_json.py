"""JSON as the site ships it: compact, and Chinese as it is read."""

from __future__ import annotations

from typing import Any, Final

import msgspec

_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)


def compact_json(value: Any) -> bytes:
    """Return a value as JSON in UTF-8; keys become texts, and so does what JSON has no word for."""
    return _ENCODER.encode(value)
