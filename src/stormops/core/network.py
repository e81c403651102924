"""The city: premises with their service points, and the electric network that feeds them.

Columns, not objects: a city of a million customers is a few numpy arrays. The network is kept as
it is built (buses and edges, open switches included); `trace` derives, for the present state of
the switches, the radial tree of protective devices, and says what is rough (islands, loops,
premises without a path). Names follow IEC CIM where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from stormops.core.radial import Walk, by_depth, devices_on, first_premise, walk_from

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

METRES_PER_DEGREE = 111_320.0
"""Along a meridian, mean; good to 0.5 % anywhere, which is far below an address point's error."""


class EdgeKind(IntEnum):
    """What joins two buses."""

    LINE = 0
    SWITCH = 1
    FUSE = 2
    RECLOSER = 3
    BREAKER = 4
    TRANSFORMER = 5
    POWER_TRANSFORMER = 6


PROTECTIVE = (
    EdgeKind.FUSE,
    EdgeKind.RECLOSER,
    EdgeKind.BREAKER,
    EdgeKind.TRANSFORMER,
    EdgeKind.POWER_TRANSFORMER,
)
"""Edges that open by themselves on a fault: the devices that explain an outage."""


class PremiseKind(IntEnum):
    """What stands there. From HOSPITAL on they are critical facilities."""

    SINGLE_FAMILY = 0
    MULTI_FAMILY = 1
    MOBILE_HOME = 2
    COMMERCIAL = 3
    INDUSTRIAL = 4
    PUBLIC = 5
    OTHER = 6
    HOSPITAL = 7
    LIFT_STATION = 8
    SHELTER = 9
    SIGNAL = 10
    DIALYSIS = 11
    WATER_WELL = 12


SERVICE_BITS = {"electric": 1, "water": 2, "gas": 4, "sewer": 8}
"""Bit of each utility in `Premises.services`. A service point's id is its utility's letter, "-", premise id."""


@dataclass(slots=True)
class Premises:
    """One row a premise (CIM `ServiceLocation`): a house, a flat, a shop. All columns have its length.

    `street` and `locality` index the name lists. `lon`/`lat` WGS 84 degrees, NaN when missing.
    `building` is the same number for the units of one building. `bus` is the index of the bus that
    feeds it, -1 when the network does not know it. Empty string = none.
    """

    id: list[str]
    house_number: list[str]
    street: Ints
    unit: list[str]
    locality: Ints
    postcode: list[str]
    lon: Floats
    lat: Floats
    building: Ints
    kind: Bytes
    services: Bytes
    account: list[str]
    phone: list[str]
    meter: list[str]
    bus: Ints
    streets: list[str]
    localities: list[str]

    def __len__(self) -> int:
        return len(self.id)

    def address(self, premise: int) -> str:
        """The address in one line, for staff screens only (never for a public view)."""
        unit = f" {self.unit[premise]}" if self.unit[premise] else ""
        return f"{self.house_number[premise]} {self.streets[self.street[premise]]}{unit}"


@dataclass(slots=True)
class Network:
    """The electric network as built: buses, and the edges that join them.

    `edge_open` is the normal state (a tie is a switch that is normally open). Lengths in metres.
    """

    bus_id: list[str]
    bus_lon: Floats
    bus_lat: Floats
    bus_source: Bools
    edge_id: list[str]
    edge_from: Ints
    edge_to: Ints
    edge_kind: Bytes
    edge_open: Bools
    edge_length_m: Floats


@dataclass(slots=True)
class Landmarks:
    """Named places that people give instead of an address."""

    name: list[str] = field(default_factory=list)
    lon: Floats = field(default_factory=lambda: np.empty(0))
    lat: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(slots=True)
class City:
    """A city pack in memory. `street_lines` draws the basemap: one polyline of (lon, lat) a street part.

    `street_line_street[i]` is the index into `premises.streets` of `street_lines[i]`, -1 when unnamed;
    `street_line_class[i]` its rank, 0 local, 1 collector, 2 arterial (empty = all local). `water` and
    `parks` are closed rings of (lon, lat).
    """

    name: str
    title: str
    time_zone: str
    premises: Premises
    network: Network
    landmarks: Landmarks = field(default_factory=Landmarks)
    street_lines: list[Floats] = field(default_factory=list)
    street_line_street: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    street_line_class: Bytes = field(default_factory=lambda: np.empty(0, np.uint8))
    water: list[Floats] = field(default_factory=list)
    parks: list[Floats] = field(default_factory=list)
    note: str = ""
    hash: str = ""

    def metres(self, lon: Floats | float, lat: Floats | float) -> tuple[Floats, Floats]:
        """Local plane coordinates (x east, y north, metres) about the city's middle latitude."""
        lon0, lat0 = self.centre
        x = (np.asarray(lon, np.float64) - lon0) * METRES_PER_DEGREE * np.cos(np.radians(lat0))
        y = (np.asarray(lat, np.float64) - lat0) * METRES_PER_DEGREE
        return x, y

    @property
    def centre(self) -> tuple[float, float]:
        """Median longitude and latitude of the premises (degrees); (0, 0) for an empty city."""
        known = ~np.isnan(self.premises.lon)
        if not known.any():
            return 0.0, 0.0
        return float(np.median(self.premises.lon[known])), float(np.median(self.premises.lat[known]))


@dataclass(slots=True)
class Tree:
    """The radial tree of protective devices for one state of the switches.

    Device columns have one row a device, parents before children: `edge` (index in the network),
    `kind`, `parent` (-1 at the top), `depth`, `feeder` (device index of its feeder breaker, or of
    its topmost device), `lon`/`lat`, `customers` (premises below). `premise_device` is the nearest
    device above each premise, -1 when it has no path to a source. The premises below device `d`
    are `order[first[d]:last[d]]`. Roughness: `loop_edges` (closed edges that close a ring),
    `island_of_bus` (-1 = fed, else the island's number). `bus_device` (B,) is the nearest device
    above each bus, -1 at a source and in islands.

    Where switches are operated (`core.topology`) rows stay those of the normal state, so that parents may come
    after children; `idle` rows are not on the tree then; `dead` (P) marks premises that no closed path feeds:
    they are below an open device.
    """

    edge: Ints
    kind: Bytes
    parent: Ints
    depth: Ints
    feeder: Ints
    lon: Floats
    lat: Floats
    customers: Ints
    first: Ints
    last: Ints
    order: Ints
    premise_device: Ints
    loop_edges: Ints
    island_of_bus: Ints
    bus_device: Ints
    idle: Ints = field(default_factory=lambda: np.empty(0, np.int32))
    dead: Bools = field(default_factory=lambda: np.empty(0, np.bool_))

    def __len__(self) -> int:
        return len(self.edge)

    def below(self, device: int) -> Ints:
        """Indices of the premises below a device."""
        return self.order[self.first[device] : self.last[device]]

    def path(self, premise: int) -> list[int]:
        """Devices above a premise, nearest first."""
        found: list[int] = []
        device = int(self.premise_device[premise])
        while device >= 0:
            found.append(device)
            device = int(self.parent[device])
        return found


def trace(network: Network, premises: Premises, open_edges: Bools | None = None) -> Tree:
    """Follow the closed edges from the sources and build the tree of protective devices.

    Shapes: B buses, E edges, P premises. O(B + E + P log P). With rings the tree is the one of
    fewest edges from a source, so the answer does not depend on the order of rows beyond ties.
    """
    opened = network.edge_open if open_edges is None else open_edges
    walk = walk_from(network.bus_source, network.edge_from, network.edge_to, np.flatnonzero(~opened))
    edge, parent, device_of_bus = devices_on(walk, protective(network))
    return lay_out(network, premises, walk, (edge, parent, device_of_bus[:-1]))


def protective(network: Network) -> Bools:
    """(E): which edges open by themselves on a fault."""
    return np.isin(network.edge_kind, [int(kind) for kind in PROTECTIVE])


def lay_out(network: Network, premises: Premises, walk: Walk, devices: tuple[Ints, Ints, Ints]) -> Tree:
    """The tree of these devices: their edges, their parents, and the nearest one above each bus."""
    edge, parent, bus_device = devices
    levels = by_depth(parent)
    kind = network.edge_kind[edge]
    has_bus = premises.bus >= 0
    premise_device = np.full(len(premises), -1, np.int32)
    premise_device[has_bus] = bus_device[premises.bus[has_bus]]
    own = np.bincount(premise_device[premise_device >= 0], minlength=len(edge)).astype(np.int32)
    customers = own.copy()
    for level in levels[:0:-1]:
        np.add.at(customers, parent[level], customers[level])
    first = first_premise(parent, own, customers, levels)
    fed = np.flatnonzero(premise_device >= 0)
    order = fed[np.argsort(first[premise_device[fed]], kind="stable")].astype(np.int32)
    depth = np.zeros(len(edge), np.int32)
    for number, level in enumerate(levels):
        depth[level] = number
    a, b = network.edge_from[edge], network.edge_to[edge]
    return Tree(
        edge=edge,
        kind=kind,
        parent=parent,
        depth=depth,
        feeder=_feeder_of(kind, parent, levels),
        lon=(network.bus_lon[a] + network.bus_lon[b]) / 2,
        lat=(network.bus_lat[a] + network.bus_lat[b]) / 2,
        customers=customers,
        first=first,
        last=first + customers,
        order=order,
        premise_device=premise_device,
        loop_edges=walk.loop_edges,
        island_of_bus=walk.island_of_bus,
        bus_device=bus_device,
        dead=np.zeros(len(premises), np.bool_),
    )


def _feeder_of(kind: Bytes, parent: Ints, levels: list[npt.NDArray[np.int64]]) -> Ints:
    """Each device's feeder: its parent's, unless it begins one (a breaker, or the first below a power transformer)."""
    feeder = np.arange(len(kind), dtype=np.int32)
    for level in levels[1:]:
        above = feeder[parent[level]]
        stays = (kind[above] != EdgeKind.POWER_TRANSFORMER) & (kind[level] != EdgeKind.BREAKER)
        feeder[level] = np.where(stays, above, level)
    return feeder
