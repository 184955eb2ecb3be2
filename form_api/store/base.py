"""What an engine must do: run a command durably, run a query, say how it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from form_api.store.address import is_sqlite, path_of

T = TypeVar("T")
Row = Mapping[str, Any]


class Tx(Protocol):
    """A transaction; `?` marks parameters on every engine."""

    def run(self, sql: str, *values: Any) -> int:
        """Run a change and return how many rows it touched."""

    def one(self, sql: str, *values: Any) -> Row | None:
        """Return the first row, if any."""

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Return every row."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the store is, for probes and metrics."""

    ready: bool
    detail: str
    engine: str
    queue: int = 0
    figures: Mapping[str, float] = ()  # type: ignore[assignment]


class Store(Protocol):
    """A store of submissions. A `write` that returned is on disk, synced."""

    engine: str
    broken: str
    """Why this process must not go on with the store, once that is so."""

    async def open(self) -> None:
        """Check the database and start serving it."""

    async def close(self) -> None:
        """Finish what was taken on, then close."""

    async def write(self, command: Callable[[Tx], T]) -> T:
        """Run a command in a transaction; it returns after the commit is durable."""

    async def read(self, query: Callable[[Tx], T]) -> T:
        """Run a query on committed data."""

    async def forget(self) -> None:
        """Let nothing that was deleted stay in side files."""

    async def health(self) -> Health:
        """Say whether the store can take submissions."""


def open_store(
    url: str, key_check: bytes, queue_limit: int = 1000, second_check: bytes | None = None
) -> Store:
    """Choose the engine by the database URL; the checks tell whether the keys belong to it."""
    from form_api.store.postgres import PostgresStore
    from form_api.store.sqlite import SqliteStore

    if is_sqlite(url):
        return SqliteStore(path_of(url), key_check, queue_limit, second_check)
    return PostgresStore(url, key_check, queue_limit, second_check)
