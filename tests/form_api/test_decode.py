"""Strict decoding: what cannot be read exactly is refused, never repaired or shortened."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from form_api.decode import decode
from form_api.errors import Problem

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"


def part(name: str, value: str, extra: str = "") -> bytes:
    return (
        f'--xx\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{value}\r\n'.encode()
    )


BAD_JSON = {
    "truncated": b'{"text": "a',
    "nan": b'{"text": NaN}',
    "infinity": b'{"text": -Infinity}',
    "duplicate names": b'{"text": "a", "text": "b"}',
    "nested duplicate": b'{"a": [{"b": 1, "b": 2}]}',
    "depth": b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "shallow depth": b'{"a":' + b"[" * 9 + b"]" * 9 + b"}",
    "long integer": b'{"a": ' + b"1" * 5000 + b"}",
    "beyond 2^63": b'{"a": 9223372036854775808}',
    "large whole number": b'{"a": 1e15}',
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "trailing data": b'{"a": 1} x',
    "invalid utf-8": b'{"a": "\xff"}',
    "overlong": b'{"a": "\xc0\xaf"}',
    "gbk": '{"a": "窗口"}'.encode("gbk"),
    "lone surrogate": b'{"a": "\\ud800"}',
    "surrogate in name": b'{"\\udfff": 1}',
    "nul": b'{"a": "\\u0000"}',
    "not an object": b"[1]",
    "empty": b"",
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_refused(body: bytes) -> None:
    """JSON that is not exactly what somebody wrote is refused as malformed."""
    with pytest.raises(Problem) as caught:
        decode("application/json", body)
    assert caught.value.type == "malformed-body"


BAD_FORMS = {
    "invalid utf-8 escaped": (FORM, b"text=%ff%fe"),
    "invalid utf-8 raw": (FORM, b"text=\xff"),
    "gbk escaped": (FORM, b"text=%B4%B0%BF%DA"),
    "broken escape": (FORM, b"text=100%"),
    "nul": (FORM, b"text=%00"),
    "too many fields": (FORM, b"&".join(b"a%d=1" % n for n in range(200))),
    "no name": (FORM, b"=x"),
    "no boundary": ("multipart/form-data", part("text", "a") + b"--xx--\r\n"),
    "wrong boundary": ("multipart/form-data; boundary=yy", part("text", "a") + b"--xx--\r\n"),
    "no closing boundary": (MULTIPART, part("text", "a")),
    "cut inside a part": (MULTIPART, part("text", "a") + part("more", "b")[:-6]),
    "cut inside a header": (MULTIPART, b"--xx\r\nContent-Dispo"),
    "part without a name": (
        MULTIPART,
        b"--xx\r\nContent-Disposition: form-data\r\n\r\na\r\n--xx--",
    ),
    "part bad utf-8": (
        MULTIPART,
        b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--xx--\r\n',
    ),
    "empty body": (MULTIPART, b""),
}


@pytest.mark.parametrize(("kind", "body"), BAD_FORMS.values(), ids=BAD_FORMS)
def test_bad_forms_are_refused(kind: str, body: bytes) -> None:
    """A form that is cut short or wrongly encoded never becomes a shorter record."""
    with pytest.raises(Problem) as caught:
        decode(kind, body)
    assert caught.value.type == "malformed-body"


def test_other_types_are_refused() -> None:
    """Only the three types forms and programs use are taken."""
    with pytest.raises(Problem) as caught:
        decode("text/plain", b"text=a")
    assert caught.value.status == 415


def test_a_whole_number_is_one_however_it_is_written() -> None:
    """5.0 and 5e0 are the integer 5, as JSON Schema has it; 5.5 stays what it is."""
    values = decode("application/json", b'{"a": 5.0, "b": 5e0, "c": 5, "d": 5.5}').values
    assert [(value, type(value)) for value in values.values()] == [
        *[(5, int)] * 3,
        (5.5, float),
    ]


def test_good_bodies_are_read() -> None:
    """All three encodings give the same text."""
    text = "窗口 𠮷 👨‍👩‍👧 +%&"
    assert decode("application/json", f'{{"text": "{text}"}}'.encode()).values == {"text": text}
    escaped = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    assert decode(FORM, b"text=" + escaped).values == {"text": [text]}
    assert decode(MULTIPART, part("text", text) + b"--xx--\r\n").values == {"text": [text]}


def test_file_names_are_never_used() -> None:
    """Whatever a file is called, only its bytes are kept."""
    body = part("photos", "bytes", '; filename="../../etc/passwd"') + b"--xx--\r\n"
    posted = decode(MULTIPART, body)
    assert posted.files == {"photos": [b"bytes"]}
    assert "passwd" not in repr(posted)


def test_repeated_field_is_refused(api: Any) -> None:
    """A field sent twice is refused rather than one of them chosen."""
    answer = api.client.post(
        "/api/complaints",
        content=b"category=other&text=a&text=b",
        headers={"Content-Type": FORM, "Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code == 400


def test_large_bodies_are_refused(api: Any) -> None:
    """A body beyond the limit is refused with a problem document, announced or not."""
    big = b'{"matter": "' + b"x" * 100_000 + b'"}'
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    announced = api.client.post("/api/appointments", content=big, headers=headers)
    chunked = api.client.post("/api/appointments", content=iter([big]), headers=headers)
    assert announced.status_code == chunked.status_code == 413
    assert chunked.json()["type"] == "/api/problems/too-large"
