"""The servers of the benchmark: ours on both engines, and what they are measured against.

- `nothing`: our own handler and server, with a store that forgets;
- `fastapi-equal`: FastAPI + SQLAlchemy + SQLite, as durable as ours (WAL, synchronous=FULL);
- `fastapi-default`: the same with the libraries' defaults.

Those three run as `python -m benchmarks.api_servers NAME DATABASE PORT`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks import api_fastapi
from benchmarks.api_load import SERVER_CORE, on_core
from form_api import launch
from form_api.crypto import Keys
from form_api.settings import Settings
from form_api.store.base import Health, Tx
from form_api.store.commands import Accepted
from form_api.web.app import create_app
from tests.postgres import free_port

FORM_API = str(Path(sys.executable).with_name("form-api"))
NAMES = {
    "nothing": "the same handler, without storage",
    "sqlite": "**ours on SQLite**",
    "postgresql": "**ours on PostgreSQL**",
    "fastapi-equal": "FastAPI + SQLAlchemy + SQLite, equal durability",
    "fastapi-default": "FastAPI + SQLAlchemy + SQLite, defaults",
}


class Running:
    """A server process and what it has used so far."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def cpu_seconds(self) -> float:
        """Return the processor time of all its threads."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return the resident memory in MiB."""
        return int(self._proc("status").split("VmRSS:")[1].split()[0]) / 1024

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text(encoding="utf-8")


@contextlib.contextmanager
def serving(name: str, database: str, folder: Path) -> Iterator[Running]:
    """Run a server on its own core for as long as the block lasts."""
    port = free_port()
    if name in ("sqlite", "postgresql"):
        command = [FORM_API, "serve", "--port", str(port), "--database", database]
    else:
        command = [sys.executable, "-m", "benchmarks.api_servers", name, database, str(port)]
    environment = os.environ | {
        "FORM_API_BOT_CHECKS": "off",
        "FORM_API_KEY_FILE": str(folder / f"{name}-{port}.key"),
        "FORM_API_LOG_LEVEL": "warning",
    }
    with on_core(SERVER_CORE):
        process = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        yield Running(process, port)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


class Nothing:
    """A store that forgets."""

    engine = "nothing"
    broken = ""

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def write(self, command: Callable[[Tx], Any]) -> Any:
        """Answer as if it were stored."""
        cmd = command.keywords["cmd"]  # type: ignore[attr-defined]
        return Accepted(
            True,
            {
                "id": cmd.id,
                "kind": cmd.kind,
                "number": cmd.numbers[0],
                "received_at": cmd.at,
                "due_on": cmd.due_on,
                "fingerprint": cmd.fingerprint,
                "purged_at": None,
                "date": None,
                "label": None,
                "place": None,
            },
        )

    async def read(self, _query: Callable[[Tx], Any]) -> Any:
        """Find nothing."""
        return None

    async def forget(self) -> None:
        """Have nothing to forget."""

    async def health(self) -> Health:
        """Be well."""
        return Health(True, "", self.engine)


def main() -> None:
    """Serve one of them."""
    name, database, port = sys.argv[1:]
    if name == "nothing":
        settings = Settings(port=int(port), bot_checks=False)
        app = create_app(settings, Keys(bytes(32)), Nothing())
        uvicorn.Server(launch.server_config(settings, app)).run()
    else:
        app = api_fastapi.create(database, equal=name == "fastapi-equal")
        uvicorn.run(app, port=int(port), lifespan="off", access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
