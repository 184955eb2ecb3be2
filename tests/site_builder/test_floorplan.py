"""Floor plans drawn from zones and windows."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from site_builder.floorplan import MARGIN, WIDTH, Room, floors
from site_builder.model import Zone


def zones(*sizes: int, floor: int = 2) -> list[Zone]:
    """Return zones with so many windows each; 0 is a zone without windows."""
    found, first = [], 1
    for i, size in enumerate(sizes):
        start, end = (first, first + size - 1) if size else (None, None)
        found.append(Zone(f"z{i}", floor, "区", f"分区{i}", start, end, "办事"))
        first += size
    return found


def overlap(one: Room, other: Room) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 0.01 and down > 0.01


@given(st.lists(st.integers(min_value=0, max_value=40), min_size=1, max_size=14))
def test_rooms_never_overlap_and_stay_inside(sizes: list[int]) -> None:
    """However many zones a floor has, each can be seen and touched on its own."""
    (floor,) = floors(zones(*sizes), {})
    for one, other in combinations(floor.rooms, 2):
        assert not overlap(one, other)
    for room in floor.rooms:
        assert MARGIN <= room.x <= room.x + room.width <= WIDTH - MARGIN
        assert room.y + room.height <= floor.height
        assert min(room.width, room.height) >= 60


@given(st.lists(st.integers(min_value=0, max_value=40), min_size=1, max_size=14))
def test_every_window_is_drawn_in_its_room(sizes: list[int]) -> None:
    """The plan shows as many counters as the hall has windows, each in its zone's room."""
    (floor,) = floors(zones(*sizes), {})
    drawn = {room.zone.id: len(room.counters) for room in floor.rooms}
    assert drawn == {f"z{i}": size for i, size in enumerate(sizes)}
    for room in floor.rooms:
        for counter in room.counters:
            assert room.y <= counter.y <= counter.y + counter.height <= room.y + room.height


def test_zones_come_in_the_order_of_their_windows() -> None:
    """Keyboard and screen reader meet the zones in the order of the numbers on the wall."""
    shuffled = list(reversed(zones(6, 16, 6, 4, 14)))
    (floor,) = floors(shuffled, {})
    assert [zone.id for zone in floor.zones] == ["z0", "z1", "z2", "z3", "z4"]


def test_floors_take_their_names_from_the_hall_file() -> None:
    """Floors come lowest first, with the name and remark that staff wrote."""
    hall = {"楼层": [{"楼层": "2", "名称": "综合服务", "说明": "都能办"}]}
    found = floors([*zones(4), *zones(4, floor=1)], hall)
    assert [(f.number, f.name, f.remark) for f in found] == [(1, "", ""), (2, "综合服务", "都能办")]
