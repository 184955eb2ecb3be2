"""Faults 9, 20 and 21: guessed codes, replayed proofs and floods, with the defences on."""

from __future__ import annotations

import base64
import json
import random
import statistics
import time
import uuid
from collections.abc import Iterator

import altcha
import httpx
import pytest

from tests.faults.client import client, complain, count
from tests.processes import Server

NUMBER = "T261125-12345678"


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server with its defences on, behind a proxy that tells it the visitors' addresses."""
    folder = tmp_path_factory.mktemp("guarded")
    database = f"sqlite:///{folder / 'form.db'}"
    if request.param == "postgresql":
        database = request.getfixturevalue("cluster").fresh()
    settings = {"FORM_API_BOT_CHECKS": "on", "FORM_API_TRUSTED_PROXIES": "127.0.0.1"}
    with Server(folder, database, **settings).start() as running:
        yield running


def address() -> dict[str, str]:
    """A visitor from a network of their own."""
    parts = [random.randint(1, 250) for _ in range(3)]
    return {"X-Forwarded-For": f"{parts[0]}.{parts[1]}.{parts[2]}.7"}


def look(http: httpx.Client, number: str, code: str, where: dict[str, str]) -> httpx.Response:
    return http.get(f"/api/complaints/{number}", headers={"X-Query-Code": code} | where)


def post(http: httpx.Client, where: dict[str, str], **more: str) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid.uuid4())} | where | more
    return http.post("/api/complaints", json={"category": "other", "text": "话"}, headers=headers)


def test_unknown_number_and_wrong_code_are_alike(guarded: Server) -> None:
    """A number that does not exist and a wrong code get the same words, and no telling time."""
    with client(guarded.base) as http:
        receipt = complain(http, text="在").json()
        times: dict[str, list[float]] = {receipt["number"]: [], NUMBER: []}
        answers = set()
        for _ in range(60):
            for number, spent in times.items():
                started = time.perf_counter()
                answer = look(http, number, "00000000", address())
                spent.append(time.perf_counter() - started)
                answers.add((answer.status_code, answer.text))
    assert len(answers) == 1
    known, unknown = (statistics.median(spent) for spent in times.values())
    # Not a limit on speed: a look that decrypted the submission first would be far outside.
    assert 0.5 < known / unknown < 2


def test_guessing_is_stopped_and_the_owner_gets_in(guarded: Server) -> None:
    """Many networks guessing one number are each stopped; its owner, from elsewhere, is not."""
    with client(guarded.base) as http:
        receipt = complain(http).json()
        guessers = [address() for _ in range(10)]
        codes = [
            look(http, receipt["number"], f"{n:08}", guessers[n % 10]).status_code
            for n in range(60)
        ]
        assert codes.count(429) >= 40
        assert look(http, receipt["number"], receipt["code"], address()).status_code == 200
        one = address()
        spread = [look(http, f"T261125-{n:08}", "00000000", one).status_code for n in range(40)]
        assert spread == [404] * 20 + [429] * 20


def test_flood_meets_rising_work_and_neighbours_do_not(guarded: Server) -> None:
    """A network that floods has to compute, then to wait; another network notices nothing."""
    flooder = address()
    with client(guarded.base) as http:
        codes = [post(http, flooder).status_code for _ in range(60)]
        assert codes == [201] * 30 + [428] * 30
        key = str(uuid.uuid4())
        with_work = post(http, flooder, **{"Idempotency-Key": key, "Altcha": proof(http, key)})
        assert with_work.status_code == 201
        assert post(http, address()).status_code == 201


def proof(http: httpx.Client, key: str) -> str:
    """Do the work the page's script would do."""
    made = http.get("/api/challenge", params={"id": key}).json()
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(made))
    assert solution
    solved = {"counter": solution.counter, "derivedKey": solution.derived_key}
    return base64.b64encode(json.dumps({"challenge": made, "solution": solved}).encode()).decode()


def test_captured_proof_is_worth_nothing(guarded: Server) -> None:
    """A proof seen on the way lets nobody else in, and not its owner twice for another thing."""
    where, key = address(), str(uuid.uuid4())
    with client(guarded.base) as http:
        captured = proof(http, key)
        first = post(http, where, **{"Idempotency-Key": key, "Altcha": captured})
        assert first.status_code == 201
        before = count(guarded.database)
        again = post(http, where, Altcha=captured)
        assert (again.status_code, again.json()["type"]) == (400, "/api/problems/spent-proof")
        replay = post(http, where, **{"Idempotency-Key": key, "Altcha": captured})
        assert (replay.status_code, replay.json()) == (200, first.json())
    assert count(guarded.database) == before


@pytest.mark.parametrize("payload", ["", "{}", "null", "[1]", '{"challenge": 1}', '"' * 99, "é"])
def test_nonsense_proofs_are_refused(guarded: Server, payload: str) -> None:
    """Whatever stands where a proof should be is 400 at most, never 500."""
    for text in (payload.encode(), base64.b64encode(payload.encode())):
        with client(guarded.base) as http:
            headers = httpx.Headers(address() | {"Idempotency-Key": str(uuid.uuid4())})
            headers["Altcha"] = text.decode()
            answer = http.post(
                "/api/complaints",
                json={"category": "other", "text": "话"},
                headers=headers,
            )
            assert answer.status_code in (201, 400), answer.text


def test_one_phone_cannot_take_the_slots(guarded: Server) -> None:
    """A phone holds one booking of a matter, from whatever network and however it is written."""
    with client(guarded.base) as http:
        slots = http.get("/api/slots?matter=shop").json()["slots"]
        codes = []
        for n, phone in enumerate(["13800138000", "+86 138 0013 8000", "１３８００１３８０００"]):
            body = {
                "matter": "shop",
                "date": slots[n]["date"],
                "slot": slots[n]["slot"],
                "name": "王",
                "phone": phone,
            }
            headers = {"Idempotency-Key": str(uuid.uuid4())} | address()
            codes.append(http.post("/api/appointments", json=body, headers=headers).status_code)
        assert codes == [201, 409, 409]
