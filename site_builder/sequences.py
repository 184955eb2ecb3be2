"""Sequences that hold no items, for what is too much to have in memory at once."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, groupby
from typing import TypeVar, overload

Item = TypeVar("Item")


class Lazy(Sequence[Item]):
    """Items that are fetched or made one by one, whenever somebody asks for them."""

    @abstractmethod
    def each(self, numbers: Iterable[int]) -> Iterator[Item]:
        """Yield the items with some numbers."""

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> Some[Item]: ...
    def __getitem__(self, at: int | slice) -> Item | Some[Item]:
        numbers = range(len(self))[at]
        return next(self.each((numbers,))) if isinstance(numbers, int) else Some(self, numbers)

    def __iter__(self) -> Iterator[Item]:
        return self.each(range(len(self)))


def each(items: Sequence[Item], numbers: Iterable[int]) -> Iterator[Item]:
    """Yield the items of any sequence with some numbers."""
    return items.each(numbers) if isinstance(items, Lazy) else map(items.__getitem__, numbers)


class Some(Lazy[Item]):
    """Some items of a sequence, by their numbers in it."""

    def __init__(self, items: Sequence[Item], numbers: Sequence[int]) -> None:
        self._items, self._numbers = items, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def each(self, numbers: Iterable[int]) -> Iterator[Item]:
        """Yield the items with some numbers."""
        return each(self._items, map(self._numbers.__getitem__, numbers))


class Joined(Lazy[Item]):
    """Sequences one behind the other."""

    def __init__(self, *parts: Sequence[Item]) -> None:
        self._parts = parts
        self._ends = [*accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._ends[-1]

    def each(self, numbers: Iterable[int]) -> Iterator[Item]:
        """Yield the items with some numbers."""
        for part, some in groupby(numbers, partial(bisect_right, self._ends)):
            items = self._parts[part]
            start = self._ends[part] - len(items)
            yield from each(items, (number - start for number in some))

    def held(self) -> Iterator[tuple[int, Item]]:
        """Yield the items that are in memory, with their numbers."""
        for part, end in zip(self._parts, self._ends, strict=True):
            if not isinstance(part, Lazy):
                yield from enumerate(part, end - len(part))
