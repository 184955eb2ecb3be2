"""Where a build puts what it need not hold in memory: a file without a name, on disk."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar
from weakref import WeakValueDictionary, finalize

import msgspec

from site_builder.sequences import Lazy

Value = TypeVar("Value")


class Spool(Generic[Value]):
    """Values of one kind in a file that forked processes share, and that is gone when the last of
    them ends.

    What one of them put there another one gets: sent between them, a spool is its file's number.
    `told` and `made` turn what is no plain value into one, and back (msgspec's hooks).
    """

    _open: ClassVar[WeakValueDictionary[int, Spool[Any]]] = WeakValueDictionary()

    def __init__(
        self,
        folder: Path,
        kind: type[Value],
        told: Callable[[Any], Any] | None = None,
        made: Callable[[type, Any], Any] | None = None,
    ) -> None:
        self._encode = msgspec.msgpack.Encoder(enc_hook=told).encode
        self._decode = msgspec.msgpack.Decoder(kind, dec_hook=made).decode
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        finalize(self, self._file.close)
        # The processes share the place in the file, too, so one at a time writes.
        self._turn = multiprocessing.Lock()
        self._open[self._file.fileno()] = self

    def put(self, value: Value) -> int:
        """Write a value; return its place, which is one number for both its start and its size."""
        data = self._encode(value)
        if len(data) > _LARGEST:
            raise ValueError(f"{len(data)} bytes are too much for one value")
        rest = memoryview(data)
        with self._turn:
            start = self._file.seek(0, os.SEEK_END)
            while rest:  # a write may be cut short
                rest = rest[self._file.write(rest) :]
        return start << _SIZE | len(data)

    def get(self, place: int) -> Value:
        """Return the value at a place."""
        return self._decode(os.pread(self._file.fileno(), place & _LARGEST, place >> _SIZE))

    def walk(self, places: Iterable[int]) -> Iterator[Value]:
        """Yield the values at some places; neighbours are read together."""
        file, data, begin, end = self._file.fileno(), memoryview(b""), 0, -_NEAR
        for place in places:
            start, size = place >> _SIZE, place & _LARGEST
            if not begin <= start <= end - size:
                near = 0 <= start - end < _NEAR
                data = memoryview(os.pread(file, max(size, _AHEAD) if near else size, start))
                begin, end = start, start + len(data)
            yield self._decode(data[start - begin : start - begin + size])

    def __reduce__(self) -> tuple[Any, tuple[int]]:
        return _opened, (self._file.fileno(),)


def _opened(number: int) -> Spool[Any]:
    return Spool._open[number]


_SIZE: Final = 24
_LARGEST: Final = (1 << _SIZE) - 1
"""Bits of a place that are the value's size: up to 16 MiB, and the file up to a terabyte."""
_AHEAD: Final = 1 << 16
"""Bytes that a walk reads at once, when it has come from the one before: NEAR bytes or less."""
_NEAR: Final = 1 << 13


class Spooled(Lazy[Value]):
    """Values of a spool in an order; each is in memory only while somebody looks at it."""

    def __init__(self, spool: Spool[Value], places: Iterable[int]) -> None:
        self._spool, self._places = spool, array("Q", places)

    def __len__(self) -> int:
        return len(self._places)

    def each(self, numbers: Iterable[int]) -> Iterator[Value]:
        """Yield the values with some numbers."""
        return self._spool.walk(map(self._places.__getitem__, numbers))
