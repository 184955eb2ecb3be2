"""The servers the API is measured against, each started as `python -m benchmarks.api_servers NAME`.

- `nothing`: our own handler, everything but storage;
- `fastapi-equal`: FastAPI + SQLAlchemy + SQLite, as durable as ours (WAL, synchronous=FULL);
- `fastapi-default`: the same with the libraries' defaults.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from benchmarks import api_fastapi
from form_api.crypto import Keys
from form_api.settings import Settings
from form_api.store.base import Health, Tx
from form_api.store.commands import Accepted
from form_api.web.app import create_app


class Nothing:
    """A store that forgets."""

    engine = "nothing"

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

    async def health(self) -> Health:
        """Be well."""
        return Health(True, "", self.engine)


def nothing(_database: str) -> Any:
    """Return our application without storage."""
    return create_app(Settings(bot_checks=False), Keys(bytes(32)), Nothing())


SERVERS: dict[str, Callable[[str], Any]] = {
    "nothing": nothing,
    "fastapi-equal": lambda database: api_fastapi.create(database, equal=True),
    "fastapi-default": lambda database: api_fastapi.create(database, equal=False),
}


def main() -> None:
    """Serve one of them."""
    name, database, port = sys.argv[1:]
    uvicorn.run(
        SERVERS[name](database),
        port=int(port),
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
