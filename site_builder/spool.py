"""Where a build puts what it needs only now and then: a file without a name, on disk."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar
from weakref import WeakValueDictionary, finalize

import msgspec

Value = TypeVar("Value")


class Spool(Generic[Value]):
    """Values of one kind in a file that forked processes share, and that is gone when the last of
    them ends.

    What one of them put there another one gets: sent between them, a spool is its file's number.
    """

    _open: ClassVar[WeakValueDictionary[int, Spool[Any]]] = WeakValueDictionary()

    def __init__(self, folder: Path, kind: type[Value]) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        finalize(self, self._file.close)
        # The processes share the place in the file, too, so one at a time writes.
        self._turn = multiprocessing.Lock()
        self.get: Final = lru_cache(_RECENT)(self._get)
        self._open[self._file.fileno()] = self

    def put(self, value: Value) -> Spooled[Value]:
        """Write a value, and return what gets it back."""
        data = self._encode(value)
        rest = memoryview(data)
        with self._turn:
            start = self._file.seek(0, os.SEEK_END)
            while rest:  # a write may be cut short
                rest = rest[self._file.write(rest) :]
        return Spooled(self, start, len(data))

    def _get(self, start: int, length: int) -> Value:
        return self._decode(os.pread(self._file.fileno(), length, start))

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return _opened, (self._file.fileno(),)


def _opened(number: int) -> Spool[Any]:
    return Spool._open[number]


_RECENT: Final = 64
"""Values at hand: a page asks for the same one again and again."""


class Spooled(NamedTuple, Generic[Value]):
    """A value in a spool."""

    spool: Spool[Value]
    start: int
    length: int

    def get(self) -> Value:
        """Return the value."""
        return self.spool.get(self.start, self.length)
