"""What JSON Schema cannot say about our answers, for schemathesis."""

from __future__ import annotations

import base64
import datetime as dt
import io
import random
import re
import uuid
from typing import Any

import schemathesis
from hypothesis import strategies
from PIL import Image

from form_api.workdays import Calendar, beijing


def _photo(colour: str) -> str:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(written, "JPEG")
    return base64.b64encode(written.getvalue()).decode()


PHONES = strategies.integers(0, 10**8 - 1).map(lambda number: f"138{number:08}")
MAIL = strategies.integers(0, 999).map(lambda number: f"person{number}@example.com")

schemathesis.openapi.format("tel", PHONES)
schemathesis.openapi.format("contact", PHONES | MAIL)
schemathesis.openapi.format("photo", strategies.sampled_from(["red", "green"]).map(_photo))


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Make what is well-formed also possible: a key of its own, a day on which the hall is open."""
    headers, body = case.headers or {}, case.body
    if case.method == "POST" and _is_uuid(headers.get("Idempotency-Key")):
        headers["Idempotency-Key"] = str(uuid.uuid4())
    if isinstance(body, dict):
        for field in ("date", "date_2", "date_3"):
            if _is_day(body.get(field)):
                body[field] = _open_day()


def _is_uuid(text: Any) -> bool:
    pattern = r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}"
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None


def _is_day(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def _open_day() -> str:
    today = beijing(dt.datetime.now(dt.UTC)).date()
    return Calendar().workday_after(today, random.randint(1, 9)).isoformat()
