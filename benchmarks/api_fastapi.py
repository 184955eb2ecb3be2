"""The usual application to measure against: FastAPI + SQLAlchemy 2 + SQLite, written as its
documentation shows, with the same fields, checks and indexes, in clear."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import fastapi
import pydantic
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker


class Base(DeclarativeBase):
    """Base of the tables."""


class Row(Base):
    """A complaint."""

    __tablename__ = "submission"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    category: Mapped[str] = mapped_column(index=True)
    contact: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]
    name: Mapped[str]
    received_at: Mapped[str]


class Audit(Base):
    """A line of the record."""

    __tablename__ = "event"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    submission: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]


class Complaint(pydantic.BaseModel):
    """What is sent."""

    category: str
    text: str = pydantic.Field(max_length=2000)
    reply_wanted: str
    name: str = pydantic.Field(max_length=40)
    contact: str = pydantic.Field(max_length=100)


def create(database: str, equal: bool) -> fastapi.FastAPI:
    """Return the application; `equal` makes it as durable as ours."""
    engine = sa.create_engine(f"sqlite:///{database}", connect_args={"timeout": 5} if equal else {})
    if equal:
        _make_durable(engine)
    Base.metadata.create_all(engine)
    session = sessionmaker(engine)
    app = fastapi.FastAPI()

    @app.post("/api/complaints", status_code=201)
    def post(body: Complaint, idempotency_key: Annotated[str, fastapi.Header()]) -> dict[str, str]:
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

    return app


def _make_durable(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _immediate(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
