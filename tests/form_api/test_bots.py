"""Defences: people notice nothing, machines are slowed, guesses are stopped."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import altcha
import pytest

from form_api import bots


@pytest.fixture
def guarded(start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bots, "FREE_IN_AN_HOUR", 2)
    return start(bot_checks=True)


def solved(api: Any, key: str) -> str:
    made = api.client.get("/api/challenge", params={"id": key}).json()
    challenge = altcha.Challenge.from_dict(made)
    solution = altcha.solve_challenge(challenge)
    assert solution
    payload = {
        "challenge": made,
        "solution": {"counter": solution.counter, "derivedKey": solution.derived_key},
    }
    return base64.b64encode(json.dumps(payload).encode()).decode()


def send(api: Any, key: str, proof: str = "") -> Any:
    headers = {"Idempotency-Key": key} | ({"Altcha": proof} if proof else {})
    body = {"category": "other", "text": "话"}
    return api.client.post("/api/complaints", json=body, headers=headers)


def test_proof_is_asked_for_only_after_a_while(guarded: Any) -> None:
    """The first submissions need nothing; later ones a proof, which the script computes."""
    guarded.clock.now = dt.datetime.now(dt.UTC)  # altcha itself looks at the real time
    assert [send(guarded, str(uuid.uuid4())).status_code for _ in range(3)] == [201, 201, 428]
    key = str(uuid.uuid4())
    assert send(guarded, key, solved(guarded, key)).status_code == 201


def test_proof_belongs_to_one_submission(guarded: Any) -> None:
    """A proof made for one submission does not let another in."""
    proof = solved(guarded, str(uuid.uuid4()))
    refused = send(guarded, str(uuid.uuid4()), proof)
    assert refused.json()["type"] == "/api/problems/spent-proof"


def test_retry_needs_no_second_proof(guarded: Any) -> None:
    """A retry of something accepted gets its receipt even over the budget."""
    key = str(uuid.uuid4())
    first = send(guarded, key)
    for _ in range(3):
        send(guarded, str(uuid.uuid4()))
    again = send(guarded, key)
    assert (again.status_code, again.json()) == (200, first.json())


def test_guessing_codes_is_stopped_for_a_while(guarded: Any) -> None:
    """After some wrong codes a number rests a few minutes; then its owner gets in again."""
    receipt = guarded.complain().json()
    wrong = {"X-Query-Code": "00000000"}
    codes = [guarded.client.get(receipt["status_url"], headers=wrong).status_code for _ in range(9)]
    assert codes == [404] * 8 + [429]
    guarded.clock.forward(minutes=6)
    assert guarded.status(receipt)["state"] == "received"


def test_trap_field_is_refused(guarded: Any) -> None:
    """Who fills in the field nobody sees is not let in."""
    assert guarded.complain(homepage="https://spam.example").status_code == 429


def test_other_sites_cannot_post(guarded: Any) -> None:
    """A page of another site cannot make a visitor's browser submit."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = guarded.client.post("/api/complaints", json={}, headers=headers)
        assert answer.json()["type"] == "/api/problems/cross-site"


def test_allowed_site_may_post(start: Callable[..., Any]) -> None:
    """The site on its own address may post when it is on the list, and read the answer."""
    api = start(allowed_origins=("https://www.example.gov.cn",))
    answer = api.client.post(
        "/api/complaints",
        json={"category": "other", "text": "话"},
        headers={
            "Origin": "https://www.example.gov.cn",
            "Sec-Fetch-Site": "cross-site",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )
    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == "https://www.example.gov.cn"


def test_forwarded_address_counts_only_from_our_proxy(start: Callable[..., Any]) -> None:
    """A visitor cannot choose their network by a header; our proxy can tell it."""
    api = start(bot_checks=True, trusted_proxies=("127.0.0.1",))
    body = {"category": "other", "text": "话"}
    headers = {"Idempotency-Key": str(uuid.uuid4()), "X-Forwarded-For": "1.1.1.1, 9.8.7.6"}
    api.client.post("/api/complaints", json=body, headers=headers)
    now = api.clock().timestamp()
    assert api.service.bots.posts.count("9.8.7.0/24", now) == 1
    assert api.service.bots.posts.count("1.1.1.0/24", now) == 0
