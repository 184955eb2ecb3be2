"""Where a build keeps matters, so that memory does not grow with the site.

Each is written down as soon as it is judged, by the process that read it: what lists and rules need
of it in one spool, what stands inside its guide in another. In memory is its place alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from site_builder.model import Inside, Kept, Matter, Source
from site_builder.spool import Spool, Spooled


class Store:
    """The matters of one build. `source` says where a file's values stand, when somebody asks."""

    def __init__(self, folder: Path, source: Callable[[str], Source]) -> None:
        self.source, self.insides = source, Spool(folder, Inside)
        self._matters = Spool(folder, Matter, self._told, self._kept)

    def put(self, matter: Matter) -> int:
        """Keep a matter and return its place."""
        return self._matters.put(matter)

    def matters(self, places: Iterable[int]) -> Sequence[Matter]:
        """Return the matters at some places."""
        return Spooled(self._matters, places)

    def _told(self, kept: Kept) -> tuple[str, int]:
        return kept.source.file, self.insides.put(kept.inside)

    def _kept(self, _: type, told: tuple[str, int]) -> Kept:
        return _Stored(self, *told)


class _Stored(Kept):
    """What is fetched from a store when somebody asks for it."""

    __slots__ = ("_file", "_place", "_store")

    def __init__(self, store: Store, file: str, place: int) -> None:
        self._store, self._file, self._place, self._inside = store, file, place, None

    @property
    def source(self) -> Source:
        return self._store.source(self._file)

    @property
    def inside(self) -> Inside:
        if self._inside is None:
            self._inside = self._store.insides.get(self._place)
        return self._inside
