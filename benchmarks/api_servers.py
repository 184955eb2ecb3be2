"""The servers the API is measured against, each started as `python -m benchmarks.api_servers NAME`.

- `nothing`: our own handler, everything but storage;
- `fastapi-equal`: FastAPI + SQLAlchemy + SQLite, as durable as ours (WAL, synchronous=FULL);
- `fastapi-default`: the same with the libraries' defaults.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

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


def fastapi(database: str, equal: bool) -> Any:
    """Return the usual application: the same fields, checks and indexes, in clear."""
    import fastapi
    import pydantic
    import sqlalchemy as sa
    from sqlalchemy import orm

    engine = sa.create_engine(f"sqlite:///{database}", connect_args={"timeout": 5} if equal else {})
    if equal:

        @sa.event.listens_for(engine, "connect")
        def _durable(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def _immediate(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    class Base(orm.DeclarativeBase):
        pass

    class Row(Base):
        __tablename__ = "submission"
        id: orm.Mapped[str] = orm.mapped_column(primary_key=True)
        number: orm.Mapped[str] = orm.mapped_column(unique=True)
        category: orm.Mapped[str] = orm.mapped_column(index=True)
        contact: orm.Mapped[str] = orm.mapped_column(index=True)
        text: orm.Mapped[str]
        name: orm.Mapped[str]
        received_at: orm.Mapped[str]

    class Audit(Base):
        __tablename__ = "event"
        seq: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=True)
        submission: orm.Mapped[str] = orm.mapped_column(index=True)
        action: orm.Mapped[str]

    Base.metadata.create_all(engine)
    session = orm.sessionmaker(engine)

    class Complaint(pydantic.BaseModel):
        category: str
        text: str = pydantic.Field(max_length=2000)
        reply_wanted: str
        name: str = pydantic.Field(max_length=40)
        contact: str = pydantic.Field(max_length=100)

    Complaint.__module__ = __name__
    app = fastapi.FastAPI()

    def create(body: Complaint, idempotency_key: str = fastapi.Header()) -> dict[str, str]:
        now = dt.datetime.now(dt.UTC).isoformat()
        with session.begin() as db:
            known = db.get(Row, idempotency_key)
            if known is None:
                known = Row(
                    id=idempotency_key,
                    number=f"T-{idempotency_key}",
                    received_at=now,
                    category=body.category,
                    contact=body.contact,
                    text=body.text,
                    name=body.name,
                )
                db.add(known)
                db.add(Audit(submission=idempotency_key, action="submit"))
            return {"number": known.number, "received_at": known.received_at}

    create.__annotations__ = {"body": Complaint, "idempotency_key": str, "return": dict[str, str]}
    app.post("/api/complaints", status_code=201)(create)
    return app


SERVERS: dict[str, Callable[[str], Any]] = {
    "nothing": nothing,
    "fastapi-equal": lambda database: fastapi(database, equal=True),
    "fastapi-default": lambda database: fastapi(database, equal=False),
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
