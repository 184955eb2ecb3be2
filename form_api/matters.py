"""The catalogue's matters: by id, and by what people call them, in either script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import NamedTuple

import opencc

_COMPARED = 12
"""So many characters tell what is meant; whoever writes more must not cost more."""
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Matter:
    """What the API needs to know of a matter."""

    id: str
    name: str
    windows: str
    devolved: bool
    theme: str = ""
    aliases: tuple[str, ...] = ()
    """What else people call it."""


class _Name(NamedTuple):
    plain: str
    id: str


class Matters(dict[str, Matter]):
    """All matters by their ids. What finds them by name is made when somebody first asks."""

    def __init__(self, matters: Iterable[Matter]) -> None:
        super().__init__((matter.id, matter) for matter in matters)

    def called(self, text: str) -> Matter | None:
        """Return the one matter with this id, with this name, or else with this alias."""
        if found := self.get(text.strip()):
            return found
        plain = _plain([text])[0]
        ids = self._ids_by_name.get(plain) or self._ids_by_alias.get(plain) or []
        return self[ids[0]] if len(ids) == 1 else None

    def like(self, text: str) -> list[Matter]:
        """Return the matters with this text in a name, or else with much of it; best first."""
        plain = _plain([text])[0][:_COMPARED]
        if not plain:
            return []
        within = (name.id for name in self._names if plain in name.plain)
        return [self[id_] for id_ in dict.fromkeys(within) or self._sharing(plain)]

    def _sharing(self, plain: str) -> Iterable[str]:
        """Return the ids of names with at least half of a text's pairs of neighbours."""
        pairs = set(map("".join, pairwise(plain)))
        shared = Counter(chain.from_iterable(self._places.get(pair, ()) for pair in pairs))
        best = (place for place, count in shared.most_common() if 2 * count >= len(pairs))
        return dict.fromkeys(self._names[place].id for place in best)

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """Where a pair of neighbours is, among all names."""
        places: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            for pair in set(map("".join, pairwise(name.plain))):
                places.setdefault(pair, []).append(place)
        return places

    @cached_property
    def _names(self) -> list[_Name]:
        """All names, short ones first: they say little else than what was typed."""
        named = chain(self._ids_by_name.items(), self._ids_by_alias.items())
        names = [_Name(plain, id_) for plain, ids in named for id_ in ids]
        return sorted(names, key=lambda name: len(name.plain))

    @cached_property
    def _ids_by_name(self) -> Mapping[str, list[str]]:
        return _ids(self, (matter.name for matter in self.values()))

    @cached_property
    def _ids_by_alias(self) -> Mapping[str, list[str]]:
        ids = [matter.id for matter in self.values() for _ in matter.aliases]
        return _ids(ids, (alias for matter in self.values() for alias in matter.aliases))


def _ids(ids: Iterable[str], names: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, plain in zip(ids, _plain(names), strict=True):
        same = found.setdefault(plain, [])
        if id_ not in same:
            same.append(id_)
    return found


def _plain(texts: Iterable[str]) -> list[str]:
    """Bring texts to one script and width, without signs; all in one go, which is quick."""
    lines = "".join(text.replace("\n", " ") + "\n" for text in texts)
    hans = _to_hans().convert(unicodedata.normalize("NFKC", lines).casefold())
    return [_NO_WORD.sub("", line) for line in hans.split("\n")[:-1]]


@cache
def _to_hans() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
