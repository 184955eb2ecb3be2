"""What is fetched only when somebody asks is found in the same places as in a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from site_builder.sequences import Joined, Lazy, Some


class Squares(Lazy[int]):
    """Numbers that are made when somebody asks; `asked` are those somebody asked for."""

    def __init__(self, count: int) -> None:
        self.length = count
        self.asked: list[int] = []

    def __len__(self) -> int:
        return self.length

    def each(self, numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            self.asked.append(number)
            yield number * number


PLACE = st.none() | st.integers(-8, 8)
CUTS = st.lists(st.builds(slice, PLACE, PLACE, st.sampled_from([None, 1, 2, -1])))
HELD = st.lists(st.integers(), max_size=5).map(tuple)
MADE = st.builds(Squares, st.integers(0, 5))


@given(st.lists(HELD | MADE, min_size=1), CUTS)
def test_parts_of_parts_are_those_of_a_list(parts: list[Sequence[int]], cuts: list[slice]) -> None:
    """Joined and then cut again and again, the items are those of a list, in its order."""
    some: Sequence[int] = Joined(*parts)
    same = [item for part in parts for item in part]
    for cut in cuts:
        some, same = some[cut], same[cut]
    assert list(some) == same
    assert [some[i] for i in range(-len(same), len(same))] == same + same
    assert len(some) == len(same)


def test_only_what_somebody_asks_for_is_made() -> None:
    """Joining, cutting and counting make nothing; a walk makes one item after the other."""
    squares = Squares(1000)
    some = Some(Joined((-1,), squares), range(1001))[500:]
    assert len(some) == 501
    assert squares.asked == []
    assert next(iter(some)) == 499 * 499
    assert squares.asked == [499]


def test_what_is_in_memory_is_told_without_the_rest() -> None:
    """`held` gives the items that are there with their numbers, and makes none of the others."""
    squares = Squares(3)
    assert list(Joined(("a",), squares, ("b", "c")).held()) == [(0, "a"), (4, "b"), (5, "c")]
    assert squares.asked == []
