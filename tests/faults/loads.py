"""A client that writes down every receipt before it goes on, and can send everything again."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.client import client


@dataclass
class Load:
    """Complaints and appointments from several connections, until the server is gone."""

    base: str
    workers: int = 8
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> Load:
        self._stop.clear()
        self._threads = [threading.Thread(target=self._work) for _ in range(self.workers)]
        for thread in self._threads:
            thread.start()
        return self

    def wait_for(self, count: int) -> None:
        """Wait until so many were acknowledged."""
        done = threading.Event()
        while len(self.acknowledged) < count and any(t.is_alive() for t in self._threads):
            done.wait(0.002)

    def join(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        with client(self.base) as http:
            while not self._stop.is_set():
                key = str(uuid.uuid4())
                self.sent[key] = {"category": "other", "text": f"第 {key} 件"}
                try:
                    self._post(http, key)
                except httpx.HTTPError:
                    return

    def _post(self, http: httpx.Client, key: str) -> None:
        answer = http.post("/api/complaints", json=self.sent[key], headers={"Idempotency-Key": key})
        if answer.status_code in (200, 201):
            receipt = answer.json()
            earlier = self.acknowledged.setdefault(key, receipt)
            assert earlier == receipt, "two different receipts for one submission"
        else:
            self.refused.append(answer.status_code)

    def send_all_again(self, base: str) -> None:
        """Send every submission once more, acknowledged or not."""
        with client(base) as http:
            for key in list(self.sent):
                self._post(http, key)
        assert set(self.acknowledged) == set(self.sent)
