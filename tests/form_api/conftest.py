"""A real server on a free port, with a clock the test holds, for every test of the API."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from form_api.crypto import Keys
from form_api.service import Service
from form_api.settings import Settings
from form_api.store import Store, open_store
from form_api.web.app import create_app
from tests import postgres

TUESDAY = dt.datetime(2019, 10, 15, 1, 0, tzinfo=dt.UTC)
"""Nine in the morning in Beijing."""


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = TUESDAY

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


class Api:
    """A running server and what a test may do with it."""

    def __init__(self, settings: Settings, store: Store, keys: Keys) -> None:
        self.clock, self.settings = Clock(), settings
        app = create_app(settings, keys, store, self.clock)
        self.service: Service = app.state.service
        self._server = uvicorn.Server(
            uvicorn.Config(
                app, port=0, lifespan="off", log_config=None, access_log=False, loop="asyncio"
            )
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(store)), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.005)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.base, timeout=30)

    async def _run(self, store: Store) -> None:
        self._loop = asyncio.get_running_loop()
        await store.open()
        try:
            await self._server.serve()
        finally:
            await store.close()

    def run(self, work: Any) -> Any:
        """Run a coroutine in the server's loop."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def complain(self, key: str | None = None, **answers: Any) -> httpx.Response:
        body = {"category": "refused", "text": "窗口说了不行"} | answers
        return self.post("/api/complaints", body, key)

    def book(self, key: str | None = None, **answers: Any) -> httpx.Response:
        body = {
            "matter": "small-shop",
            "date": "2019-10-17",
            "slot": "09:00-09:30",
            "name": "王女士",
            "phone": "13800138000",
        } | answers
        return self.post("/api/appointments", body, key)

    def post(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(path, json=body, headers=headers)

    def status(self, receipt: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.get(receipt["status_url"], headers={"X-Query-Code": receipt["code"]})
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def act(self, receipt: dict[str, Any], action: str, body: Any = None) -> httpx.Response:
        headers = {"X-Query-Code": receipt["code"]}
        path = f"{receipt['status_url']}/{action}"
        if body is None:
            return self.client.post(path, headers=headers)
        return self.client.post(path, json=body, headers=headers)

    def close(self) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def keys() -> Keys:
    return Keys(bytes(range(32)))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The smallest site."""
    return make_site(tmp_path / "site")


def make_site(folder: Path) -> Path:
    """Write the smallest site: three matters, two townships."""
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "catalogue.json").write_text(
        json.dumps(
            {
                "matters": [
                    {"id": "small-shop", "name": "开小店", "windows": "1-1", "devolved": False},
                    {"id": "restaurant", "name": "开饭店", "windows": "7-22", "devolved": True},
                    {"id": "barber", "name": "开理发店", "windows": "7-22", "devolved": False},
                ],
                "townships": [
                    {"id": "jiuqu", "name": "九曲街道"},
                    {"id": "tangtou", "name": "汤头街道"},
                ],
            }
        ),
        encoding="utf-8",
    )
    (folder / "index.html").write_text("<title>首页</title>", encoding="utf-8")
    return folder


@pytest.fixture
def start(tmp_path: Path, keys: Keys, site: Path) -> Iterator[Callable[..., Api]]:
    """Start servers; they are stopped when the test ends."""
    running: list[Api] = []

    def starter(database: str = "", **settings: Any) -> Api:
        url = database or f"sqlite:///{tmp_path / 'form.db'}"
        values: dict[str, Any] = {"site": site, "bot_checks": False} | settings
        store = open_store(url, keys.check, values.get("queue_limit", 1000))
        api = Api(Settings(database=url, **values), store, keys)
        running.append(api)
        return api

    yield starter
    for api in running:
        api.close()


@pytest.fixture
def api(start: Callable[..., Api]) -> Api:
    """One server with the defences off."""
    return start()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each engine in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'contract.db'}"
    server: postgres.Cluster = request.getfixturevalue("cluster")
    return server.fresh()
