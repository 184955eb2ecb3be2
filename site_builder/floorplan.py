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
    rooms, height = _hall(zones) if len(zones) == 1 else _walls(zones)
    name, remark = told.get("名称", ""), told.get("说明", "")
    return Floor(number, name, remark, rooms, WIDTH, height + 2 * MARGIN)


def _hall(zones: list[Zone]) -> tuple[tuple[Room, ...], float]:
    """Draw a floor that is one room, with windows along both walls."""
    (zone,) = zones
    left = (_windows(zone) + 1) // 2
    height = max(SMALLEST, HEIGHT_PER_WINDOW * left)
    counters = (
        *_counters(left, MARGIN, MARGIN, height),
        *_counters(_windows(zone) - left, WIDTH - MARGIN - COUNTER, MARGIN, height),
    )
    return (Room(zone, MARGIN, MARGIN, WIDTH - 2 * MARGIN, height, counters),), height


def _walls(zones: list[Zone]) -> tuple[tuple[Room, ...], float]:
    """Draw a floor as two walls of about the same length with a corridor between them."""
    total = sum(map(_height, zones))
    split = min(range(1, len(zones)), key=lambda i: abs(2 * sum(map(_height, zones[:i])) - total))
    left, right = zones[:split], zones[split:]
    height = max(sum(map(_height, left)), sum(map(_height, right)))
    width = (WIDTH - 2 * MARGIN - CORRIDOR) / 2
    far = WIDTH - MARGIN
    down = _column(left, MARGIN, MARGIN, width, height)
    up = _column(right[::-1], far - width, far - COUNTER, width, height)
    return (*down, *reversed([*up])), height


def _column(
    zones: list[Zone], x: float, counters_x: float, width: float, height: float
) -> Iterator[Room]:
    stretch = height / sum(map(_height, zones))
    y = float(MARGIN)
    for zone in zones:
        tall = _height(zone) * stretch
        counters = tuple(_counters(_windows(zone), counters_x, y, tall))
        yield Room(zone, x, y, width, tall, counters)
        y += tall


def _counters(count: int, x: float, y: float, height: float) -> Iterator[Counter]:
    for i in range(count):
        step = (height - MARGIN) / count
        yield Counter(x, round(y + MARGIN / 2 + i * step, 1), round(step * 0.7, 1))


def _windows(zone: Zone) -> int:
    return len(zone.windows) if zone.windows else 0


def _height(zone: Zone) -> float:
    return max(SMALLEST, HEIGHT_PER_WINDOW * _windows(zone))
