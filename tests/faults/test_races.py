"""Faults 8, 9, 22 and 24: everybody at once, again, too late, or with another body."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from tests.faults.client import SLOW, client, complain, count, status
from tests.faults.wire import connect, head
from tests.processes import Server

CLIENTS = 100


def at_once(base: str, requests: list[Callable[[httpx.Client], httpx.Response]]) -> list[Any]:
    """Send all requests from threads that wait for each other at the start."""
    answers: list[httpx.Response] = []
    start = threading.Barrier(len(requests), timeout=SLOW)

    def send(request: Callable[[httpx.Client], httpx.Response]) -> None:
        with client(base) as http:
            http.get("/api/livez")
            start.wait()
            answers.append(request(http))

    threads = [threading.Thread(target=send, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def offers(http: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get("/api/slots?matter=shop").json()["slots"]
    return found


def free(http: httpx.Client, slot: dict[str, Any]) -> int:
    return next(
        int(o["free"])
        for o in offers(http)
        if (o["date"], o["slot"]) == (slot["date"], slot["slot"])
    )


def book(http: httpx.Client, slot: dict[str, Any], person: int, people: int = 1) -> httpx.Response:
    body = {
        "matter": "shop",
        "date": slot["date"],
        "slot": slot["slot"],
        "name": "王女士",
        "phone": f"139{person:08}",
        "party_size": people,
    }
    return http.post("/api/appointments", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})


def act(http: httpx.Client, receipt: dict[str, Any], action: str, **body: Any) -> httpx.Response:
    headers = {"X-Query-Code": receipt["code"]}
    return http.post(f"{receipt['status_url']}/{action}", json=body or None, headers=headers)


def test_last_places_go_to_as_many_as_there_are(shared: Server) -> None:
    """Of a hundred at once as many get in as there are places; others are shown free ones."""
    with client(shared.base) as http:
        slot = offers(http)[0]
        room = slot["free"]
        answers = at_once(
            shared.base,
            [lambda http, n=n: book(http, slot, 1000 + n) for n in range(CLIENTS)],  # type: ignore[misc]
        )
        assert Counter(a.status_code for a in answers) == {201: room, 409: CLIENTS - room}
        assert free(http, slot) == 0
        for refused in (a.json() for a in answers if a.status_code == 409):
            assert refused["type"] == "/api/problems/no-place"
            assert all(other["free"] for other in refused["alternatives"])


def test_groups_never_overfill(shared: Server) -> None:
    """Groups of one to five people racing for a slot never hold more places than it has."""
    with client(shared.base) as http:
        slot = offers(http)[1]
        room, draw = slot["free"], random.Random(1)
        sizes = [draw.randint(1, 5) for _ in range(30)]
        answers = at_once(
            shared.base,
            [
                lambda http, n=n, size=size: book(http, slot, 2000 + n, size)  # type: ignore[misc]
                for n, size in enumerate(sizes)
            ],
        )
        seated = sum(
            status(http, answer.json())["party_size"]
            for answer in answers
            if answer.status_code == 201
        )
        assert {a.status_code for a in answers} == {201, 409}
        assert seated <= room
        assert free(http, slot) == room - seated
        for refused in (a.json() for a in answers if a.status_code == 409):
            assert refused["alternatives"]


def test_cancel_and_take_over(shared: Server) -> None:
    """While the holders cancel and others push in, no place is sold twice and none is lost."""
    with client(shared.base) as http:
        slot = offers(http)[2]
        room = slot["free"]
        held = [book(http, slot, 3000 + n).json() for n in range(room)]
        cancels = [lambda http, r=r: act(http, r, "cancel") for r in held]
        takes = [lambda http, n=n: book(http, slot, 4000 + n) for n in range(20)]
        answers = at_once(shared.base, [*cancels, *takes])
        won = sum(answer.status_code == 201 for answer in answers)
        assert sum(answer.status_code == 200 for answer in answers) == room
        assert free(http, slot) == room - won


def test_one_booking_ends_in_one_state(shared: Server) -> None:
    """Cancelled and moved ten times at once, a booking ends in one state with one slot."""
    with client(shared.base) as http:
        first, second = offers(http)[3:5]
        before = first["free"], second["free"]
        receipt = book(http, first, 5000).json()
        move = {"date": second["date"], "slot": second["slot"]}
        wishes = [lambda http: act(http, receipt, "cancel")] * 5
        wishes += [lambda http: act(http, receipt, "reschedule", **move)] * 5
        answers = at_once(shared.base, wishes)
        assert {a.status_code for a in answers} <= {200, 409, 422}
        found = status(http, receipt)
        assert found["state"] == "cancelled"
        assert [line["action"] for line in found["timeline"]].count("cancel") == 1
        assert [line["action"] for line in found["timeline"]].count("reschedule") <= 1
        assert (free(http, first), free(http, second)) == before
        assert act(http, receipt, "cancel").status_code == 409


def test_fifty_posts_of_one_key(shared: Server) -> None:
    """Fifty at once with one key are one row and one receipt; another body with it is refused."""
    key, before = str(uuid.uuid4()), count(shared.database)
    answers = at_once(shared.base, [lambda http: complain(http, key, text="同一件")] * 50)
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 49}
    assert len({a.text for a in answers}) == 1
    assert count(shared.database) == before + 1
    with client(shared.base) as http:
        other = complain(http, key, text="另一件")
        assert (other.status_code, other.json()["type"]) == (422, "/api/problems/key-reused")
        assert status(http, answers[0].json())["answers"]["text"] == "同一件"


def test_answer_that_was_never_read(shared: Server) -> None:
    """Who sends all and leaves before the answer finds the submission there, once."""
    keys = [str(uuid.uuid4()) for _ in range(10)]
    body = '{"category": "other", "text": "没等到回音"}'.encode()
    before = count(shared.database)
    for key in keys:
        with connect(shared.base) as connection:
            start = head("Content-Type: application/json", f"Content-Length: {len(body)}")
            start = start.replace(start.split(b"Idempotency-Key: ")[1][:36], key.encode())
            connection.sendall(start + body)
    with client(shared.base) as http:
        receipts = [complain(http, key, text="没等到回音") for key in keys]
        assert {answer.status_code for answer in receipts} <= {200, 201}
        assert count(shared.database) == before + len(keys)
        assert len({answer.json()["number"] for answer in receipts}) == len(keys)


def test_action_before_its_submission(shared: Server) -> None:
    """What arrives before the submission it belongs to is refused, and works once that is there."""
    key = str(uuid.uuid4())
    with client(shared.base) as http:
        early = http.post(f"/api/complaints/{key}/withdraw", headers={"X-Query-Code": "12345678"})
        assert early.status_code == 404
        receipt = complain(http, key).json()
        late = http.post(
            f"/api/complaints/{key}/withdraw", headers={"X-Query-Code": receipt["code"]}
        )
        assert late.json()["state"] == "withdrawn"
        assert complain(http, key).json() == receipt
