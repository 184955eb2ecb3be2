"""A sketch of each floor, drawn from the zones and their windows alone (no scale, no compass).

Zones stand along the two long walls in the order of their windows: down the left wall, up the
right one. A floor with a single zone is one room. Units are those of the SVG's viewBox, which is
as wide as a small phone, so that its text is readable there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from site_builder.model import Zone

WIDTH = 340
CORRIDOR = 36
MARGIN = 8
HEIGHT_PER_WINDOW = 8
SMALLEST = 72
COUNTER = 8
"""Depth of a window's counter, drawn along the wall."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One window."""

    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Room:
    """A zone on the plan."""

    zone: Zone
    x: float
    y: float
    width: float
    height: float
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor: its number, name and remark from the hall's file, and its rooms."""

    number: int
    name: str
    remark: str
    rooms: tuple[Room, ...]
    width: int
    height: float

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The floor's zones in the order of their windows."""
        return tuple(room.zone for room in self.rooms)


def floors(zones: Sequence[Zone], hall: Mapping[str, Any]) -> tuple[Floor, ...]:
    """Draw every floor that has zones, lowest first."""
    told = {int(floor["楼层"]): floor for floor in hall.get("楼层", ())}
    ordered = sorted(zones, key=lambda zone: (zone.floor, zone.first_window or 0))
    return tuple(
        _floor(number, told.get(number, {}), list(group))
        for number, group in groupby(ordered, key=lambda zone: zone.floor)
    )


def _floor(number: int, told: Mapping[str, str], zones: list[Zone]) -> Floor:
    left, right = _walls(zones)
    height = max(sum(map(_height, left)), sum(map(_height, right)))
    room_width = (WIDTH - 2 * MARGIN - CORRIDOR) / 2 if right else WIDTH - 2 * MARGIN
    far = WIDTH - MARGIN - room_width
    rooms = [
        *_column(left, MARGIN, room_width, height, MARGIN),
        *reversed([*_column(right[::-1], far, room_width, height, WIDTH - MARGIN - COUNTER)]),
    ]
    name, remark = told.get("名称", ""), told.get("说明", "")
    return Floor(number, name, remark, tuple(rooms), WIDTH, height + 2 * MARGIN)


def _walls(zones: list[Zone]) -> tuple[list[Zone], list[Zone]]:
    """Split a floor's zones into two walls of about the same length."""
    if len(zones) == 1:
        return zones, []
    total = sum(map(_height, zones))
    split = min(range(1, len(zones)), key=lambda i: abs(2 * sum(map(_height, zones[:i])) - total))
    return zones[:split], zones[split:]


def _height(zone: Zone) -> float:
    return max(SMALLEST, HEIGHT_PER_WINDOW * (len(zone.windows) if zone.windows else 0))


def _column(
    zones: list[Zone], x: float, width: float, height: float, counters_x: float
) -> Iterator[Room]:
    stretch = height / sum(map(_height, zones)) if zones else 1
    y = float(MARGIN)
    for zone in zones:
        tall = _height(zone) * stretch
        yield Room(zone, x, y, width, tall, tuple(_counters(zone, counters_x, y, tall)))
        y += tall


def _counters(zone: Zone, x: float, y: float, height: float) -> Iterator[Counter]:
    count = len(zone.windows) if zone.windows else 0
    for i in range(count):
        step = (height - 8) / count
        yield Counter(x, round(y + 4 + i * step, 1), round(step * 0.7, 1))
