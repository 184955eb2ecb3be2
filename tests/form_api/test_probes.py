"""What watches the service sees the truth; being told to stop is no reason to lose anything."""

from __future__ import annotations

import re
import signal
import threading
import time
import uuid
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from form_api.launch import SHUTDOWN_SECONDS
from tests.form_api.conftest import Api
from tests.processes import Server, run

DATABASE = "sqlite:///form.db"


def post(client: httpx.Client, key: str) -> httpx.Response:
    body = {"category": "other", "text": key}
    return client.post("/api/complaints", json=body, headers={"Idempotency-Key": key})


def test_figures_count_and_tell_nothing_of_people(api: Api) -> None:
    """Accepted, repeated and refused are counted; no label has a number, a phone or a name."""

    def figures() -> dict[str, float]:
        text = api.client.get("/api/metrics").text
        return {
            sample.name + str(sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    before = figures()
    key = str(uuid.uuid4())
    receipt = api.complain(key, reply_wanted="yes", name="王女士", contact="13800138000").json()
    api.complain(key, reply_wanted="yes", name="王女士", contact="13800138000")
    api.complain(category="nonsense")
    after = figures()
    grown = {name for name, value in after.items() if value > before.get(name, 0)}
    for counted in ("accepted_total[", "replayed_total[", "refused_total[", "batch_size_count["):
        assert any(f"form_api_{counted}" in name for name in grown), counted
    assert after["form_api_ready[]"] == 1
    text = api.client.get("/api/metrics").text
    assert not re.search("|".join((receipt["number"], receipt["code"], "13800138000", "王")), text)


def test_stopping_under_load_finishes_what_was_taken(tmp_path: Path) -> None:
    """On SIGTERM whoever was being served gets the receipt, the rest find a closed door; exit 0."""
    answers: dict[str, int] = {}

    def submit() -> None:
        with httpx.Client(base_url=server.base, timeout=60) as client:
            while True:
                key = str(uuid.uuid4())
                try:
                    answers[key] = post(client, key).status_code
                except httpx.TransportError:
                    return

    with Server(tmp_path, DATABASE).start() as server:
        people = [threading.Thread(target=submit) for _ in range(8)]
        for person in people:
            person.start()
        while len(answers) < 40:
            time.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(3 * SHUTDOWN_SECONDS) == 0
        for person in people:
            person.join()
    assert set(answers.values()) <= {201, 503}
    assert not (tmp_path / "form.db-wal").exists() or not (tmp_path / "form.db-wal").stat().st_size
    assert run(tmp_path, "verify", "--database", DATABASE).returncode == 0
    with Server(tmp_path, DATABASE).start() as server, httpx.Client(base_url=server.base) as client:
        kept = [key for key, status in answers.items() if status == 201]
        assert {post(client, key).status_code for key in kept} == {200}
