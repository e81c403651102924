"""What of an audience's view a client looks at: kinds of keys, a part of the map. Pure.

A key is in a selection by the key and its value alone, so a selection of a snapshot is a snapshot and a
selection of changes is changes (invariant 3): a value that moves out of sight is unset.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from stormops.core.area import Areas

KEYS_MAX = 16
"""Beginnings of keys in a selection; more is a bad hello."""

KEY_CHARACTERS_MAX = 64
"""Length of each; a longer one is a bad hello."""

GRID_DEGREES = 0.01
"""Boxes are widened to this grid (about a kilometre): who looks at nearly the same shares one channel."""

ALWAYS = ("city", "mode", "totals", "messages", "safety/", "refusal/", "silence/", "switch/", "unheard")
"""What everybody sees whatever is selected: how it stands, what is switched, and danger."""


class Box(NamedTuple):
    """Degrees."""

    west: float
    south: float
    east: float
    north: float


Where = Callable[[str, bytes], Box | None]
"""Where a key's value is on the map; None = nowhere in particular."""


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys`: beginnings of keys, none = all. `bbox`: west, south, east, north; what has no place is always in it."""

    keys: Annotated[tuple[Annotated[str, Meta(max_length=KEY_CHARACTERS_MAX)], ...], Meta(max_length=KEYS_MAX)] = ()
    bbox: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
                raise ValueError("a bbox is west, south, east, north in degrees")

    def normal(self) -> Selection:
        """The same for all who look at nearly the same."""
        keys = tuple(sorted(set(self.keys)))
        if self.bbox is None:
            return Selection(keys)
        west, south, east, north = (edge / GRID_DEGREES for edge in self.bbox)
        edges = (math.floor(west), math.floor(south), math.ceil(east), math.ceil(north))
        return Selection(keys, tuple(round(edge * GRID_DEGREES, 2) for edge in edges))  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """A short name of its own."""
        return blake2b(msgspec.json.encode(self), digest_size=6).hexdigest()

    def has(self, key: str, encoded: bytes, where: Where) -> bool:
        """Whether a key with this value is in it."""
        if key.startswith(ALWAYS):
            return True
        if self.keys and not key.startswith(self.keys):
            return False
        if self.bbox is None:
            return True
        box = where(key, encoded)
        if box is None:
            return True
        west, south, east, north = self.bbox
        return box.west <= east and box.east >= west and box.south <= north and box.north >= south


class _Placed(msgspec.Struct):
    """What says of a desk's value where it is."""

    lon: float | None = None
    lat: float | None = None
    hull: list[tuple[float, float]] | None = None


_PLACED = msgspec.json.Decoder(_Placed)
_ON_THE_MAP = ("incident/", "report/")


def place_on_desk(key: str, encoded: bytes) -> Box | None:
    """Where an incident or a report is; queues are everybody's, wherever their items are."""
    if not key.startswith(_ON_THE_MAP):
        return None
    placed = _PLACED.decode(encoded)
    if placed.hull:
        lons, lats = [lon for lon, _ in placed.hull], [lat for _, lat in placed.hull]
        return Box(min(lons), min(lats), max(lons), max(lats))
    if placed.lon is None or placed.lat is None:
        return None
    return Box(placed.lon, placed.lat, placed.lon, placed.lat)


def boxes_of(areas: Areas) -> dict[str, Box]:
    """The boxes of the public's areas, by their ids; those without a shape are nowhere in particular."""
    shapes = zip(areas.id, areas.polygon, strict=True)
    return {name: Box(*map(float, shape.bounds)) for name, shape in shapes if not shape.is_empty}


def place_of_areas(boxes: dict[str, Box]) -> Where:
    """Where the public's areas are, by their ids."""

    def where(key: str, _encoded: bytes) -> Box | None:
        return boxes.get(key.removeprefix("area/")) if key.startswith("area/") else None

    return where
