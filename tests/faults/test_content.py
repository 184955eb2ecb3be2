"""Faults 13 to 19: contents that are broken, foreign or hostile, on both engines."""

from __future__ import annotations

import csv
import io
import json
import random
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.faults.client import client, complain, count, status
from tests.form_api.test_decode import BAD_FORMS, BAD_JSON
from tests.processes import Server, run

ROOT_FILES = ("../../etc/passwd", "/etc/passwd", "C:\\con", "a\0b", "..%2f..%2f", "%00", "新.jpg")
ODD_TYPES: list[Any] = [
    None,
    [],
    ["other"],
    {},
    {"a": [1]},
    0,
    -1,
    1.5,
    1e400,
    True,
    "",
    "\u3000",
    [[]],
    [{}],
]
FIELDS = [
    "category",
    "text",
    "matter",
    "window",
    "township",
    "photos",
    "reply_wanted",
    "name",
    "contact",
    "form_version",
    "script",
    "homepage",
    "preferences",
    "help",
    "date",
]


def test_bad_bodies_are_400_and_nothing(shared: Server) -> None:
    """Every broken JSON document and form is 400 in words, never 500, and stores nothing."""
    before = count(shared.database)
    bodies = {name: ("application/json", body) for name, body in BAD_JSON.items()} | BAD_FORMS
    with client(shared.base) as http:
        for name, (kind, body) in bodies.items():
            headers = {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
            answer = http.post("/api/complaints", content=body, headers=headers)
            assert answer.status_code == 400, (name, answer.text)
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["type"] == "/api/problems/malformed-body"
    assert count(shared.database) == before


@pytest.mark.parametrize("path", ["complaints", "appointments", "help-requests"])
def test_odd_types_are_422(shared: Server, path: str) -> None:
    """Whatever type of value stands in a field, the answer says what is wrong with it."""
    with client(shared.base) as http:
        for field in FIELDS:
            for value in ODD_TYPES:
                answer = http.post(
                    f"/api/{path}",
                    content=json.dumps({field: value}).replace("Infinity", "1e400"),
                    headers={
                        "Idempotency-Key": str(uuid.uuid4()),
                        "Content-Type": "application/json",
                    },
                )
                assert answer.status_code in (422, 429), (field, value, answer.text)


TEXTS = {
    "family": "👨‍👩‍👧‍👦 🏳️‍🌈 👩🏽‍🦽",
    "extension B": "𠮷野家 \U00020bb7 \U0002a6d6",
    "extensions C to H": "\U0002a700\U0002b740\U0002b820\U0002ceb0\U00030000\U00031350\U00031c0a",
    "variation selectors": "葛\U000e0100 ☎︎ ☎️",
    "full width": "１２３ＡＢＣ，．＝＋－＠",
    "not normalised": "e\u0301 é ﬁ \uf900 豈",
    "combining bomb": "a" + "\u0300\u0489" * 900,
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "direction marks that belong": "\u200eشكوى\u200f",
    "noncharacters": "\ufffe\uffff\U0010ffff\U0001fffe",
    "2000 of four bytes": "𠮷" * 2000,
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;&lt;\"'`",
    "template": "{{ 7*7 }} {% raw %} ${7*7} #{7*7} <%= 7*7 %>",
    "SQL": "'; DROP TABLE submission; -- \\' \" ) OR 1=1 %s ? :a $1 \\x00",
    "header and log": "a%0d%0aSet-Cookie: x=1\nINFO form_api: all is well\n",
    "formulas": "=1+1\n+86 138\n-1\n@SUM(A1)\n\t=1\n＝1",
    "patterns": "%_\\%[]^.*+?(){}|/",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_are_kept_and_shown_as_written(shared: Server, text: str) -> None:
    """A text comes back character for character, in JSON, and as text on the page."""
    with client(shared.base) as http:
        receipt = complain(http, text=text).json()
        assert status(http, receipt)["answers"]["text"] == text
        form = {"number": receipt["number"], "code": receipt["code"]}
        html = {"Accept": "text/html"}
        page = http.post("/api/status", data=form, headers=html, follow_redirects=True)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "json"])
def test_random_text_survives_each_encoding(shared: Server, kind: str) -> None:
    """Two thousand characters drawn from all of Unicode come back the same."""
    draw = random.Random(kind)
    allowed = [*range(0x20, 0x7F), *range(0xA0, 0x202A), *range(0x2070, 0xD800)]
    allowed += [*range(0xE000, 0x10000), *range(0x10000, 0x110000, 7)]
    text = "".join(map(chr, draw.choices(allowed, k=2000)))
    fields = {"category": "other", "text": text}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    with client(shared.base) as http:
        if kind == "json":
            answer = http.post("/api/complaints", json=fields, headers=headers)
        elif kind == "urlencoded":
            answer = http.post("/api/complaints", data=fields, headers=headers)
        else:
            files = {name: (None, value.encode()) for name, value in fields.items()}
            answer = http.post("/api/complaints", files=files, headers=headers)
        assert answer.status_code == 201, answer.text
        assert status(http, answer.json())["answers"]["text"] == text


def test_limits_count_characters(shared: Server) -> None:
    """Two thousand characters may be written, whatever their bytes; one more is refused."""
    with client(shared.base) as http:
        assert complain(http, text="𠮷" * 2000).status_code == 201
        refused = complain(http, text="字" * 2001)
        assert (
            refused.json()["errors"][0]["message"]
            == "请把事情说一说：最多 2000 个字，请删去 1 个字"
        )
        assert complain(http, text="字" * 100_000).status_code == 422


def test_hostile_words_in_every_field(shared: Server) -> None:
    """Markup and queries in any field are refused or kept as text; none of it is ever run."""
    hostile = "<b onmouseover=alert(1)>' OR '1'='1"
    before = count(shared.database)
    with client(shared.base) as http:
        for field in ("category", "matter", "township", "window", "contact", "reply_wanted"):
            answer = complain(http, **{field: hostile})
            assert answer.status_code in (201, 422)
            page = http.post(
                "/api/complaints",
                data={"category": "other", "text": hostile, field: hostile},
                headers={"Accept": "text/html"},
            )
            assert "<b onmouseover" not in page.text, field
    assert count(shared.database) >= before


@pytest.mark.parametrize("name", ROOT_FILES)
def test_names_from_outside_are_never_paths(shared: Server, name: str) -> None:
    """Numbers, tokens and places made up by a visitor lead nowhere, and never to a 500."""
    with client(shared.base) as http:
        for path in (
            f"/api/complaints/{quote(name, safe='')}",
            f"/api/complaints/{quote(name, safe='')}/photos/0",
            f"/api/receipts/{quote(name, safe='')}",
            f"/api/status/{quote(name, safe='')}",
            f"/api/problems/{quote(name, safe='')}",
            f"/api/slots?matter={quote(name)}&township={quote(name)}",
            f"/api/challenge?id={quote(name)}",
            f"/api/views?path={quote(name)}",
        ):
            answer = http.get(path, headers={"X-Query-Code": "1"})
            assert answer.status_code in (200, 400, 404, 405, 422), (path, answer.text)
            assert "root:" not in answer.text


def test_table_for_the_office_has_no_formula(tmp_path: Path, database: str) -> None:
    """In the exported table no cell starts a formula, and the text behind the ' is the original."""
    starts = ["=1+1", "+86 138", "-1", "@A1", "＝1", "＋1", "－1", "＠1", " =1", "\u3000=1", "\n=1"]
    texts = [start + '，"引号"\n第二行' for start in starts] + ["平常的话"]
    with Server(tmp_path, database).start() as server, client(server.base) as http:
        for text in texts:
            assert complain(http, text=text).status_code == 201
    made = run(tmp_path, "export", "--database", database, "all.csv")
    assert made.returncode == 0, made.stderr
    content = (tmp_path / "all.csv").read_text(encoding="utf-8-sig")
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(content, newline="")))
    cells = {row["内容"] for row in rows}
    assert {cell.removeprefix("'") for cell in cells} == set(texts)
    assert sum(cell.startswith("'") for cell in cells) == len(starts)


def test_logs_carry_no_words_of_people(shared: Server) -> None:
    """After all of that the log has no text, phone number or query code, and no forged line."""
    with client(shared.base) as http:
        secret = "不可外传的话"
        receipt = complain(http, text=secret, reply_wanted="yes", contact="13800138000").json()
        http.get(receipt["status_url"], headers={"X-Query-Code": receipt["code"]})
        complain(http, text=secret, category="?")
    for word in (secret, "13800138000", receipt["code"], "all is well", "Traceback"):
        assert word not in shared.said()
