"""A network under import: rows in, `core.network.Network` and its loads out.

Both readers (flat tables, OpenDSS) fill a `GridBuilder`; everything that does not depend on the
format happens here once: ids made unique, banks of single-phase elements joined, missing
coordinates borrowed from neighbours, feeder heads found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stormops.core.network import METRES_PER_DEGREE, EdgeKind, Floats, Ints, Network
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.radial import assume_breakers


@dataclass(slots=True)
class Grid:
    """A network with its loads: `load_bus[i]` is the bus (index) of load `load_id[i]`."""

    network: Network
    load_id: list[str]
    load_bus: Ints
    load_phases: Ints


class Edge(NamedTuple):
    """One element between two buses (indices). `phases` is a bit set of nodes 1, 2, 3; 0 = not stated."""

    name: str
    a: int
    b: int
    kind: EdgeKind
    is_open: bool = False
    length_m: float = float("nan")
    phases: int = 0
    regulates: bool = False


def phase_bits(nodes: str) -> int:
    """Bit set of the phases in node text such as `1.2.3` or `.2.0` (0, the neutral, is none)."""
    bits = 0
    for node in nodes.split("."):
        if node in ("1", "2", "3"):
            bits |= 1 << int(node)
    return bits


class GridBuilder:
    """Takes buses, edges, loads and sources in any order and makes the grid. Bus names ignore case."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.bus_name: list[str] = []
        self.edges: list[Edge] = []
        self._bus: dict[str, int] = {}
        self._xy: dict[int, tuple[float, float]] = {}
        self._loads: list[tuple[str, int, int]] = []
        self._sources: set[int] = set()

    def bus(self, name: str) -> int:
        """The bus's index, made when it is new."""
        key = name.lower()
        index = self._bus.get(key)
        if index is None:
            index = self._bus[key] = len(self.bus_name)
            self.bus_name.append(name)
        return index

    def known(self, name: str) -> int | None:
        """The bus's index, None when there is no such bus."""
        return self._bus.get(name.lower())

    def place(self, bus: int, x: float, y: float) -> None:
        """Coordinates of a bus, in the source's own system; later ones replace earlier ones."""
        self._xy[bus] = (x, y)

    def edge(self, edge: Edge) -> None:
        """An element; one that joins a bus to itself is left out and reported."""
        if edge.a == edge.b:
            self.findings.add("edge-to-itself", edge.name)
        else:
            self.edges.append(edge)

    def load(self, name: str, bus: int, phases: int) -> None:
        """A load at a bus."""
        self._loads.append((name, bus, phases))

    def source(self, bus: int) -> None:
        """A bus that feeds the network from outside."""
        self._sources.add(bus)

    def coordinates(self) -> tuple[Floats, Floats]:
        """Coordinates (x, y) of each bus as placed, NaN where not."""
        xy = np.full((len(self.bus_name), 2), np.nan)
        if self._xy:
            xy[list(self._xy)] = list(self._xy.values())
        return xy[:, 0], xy[:, 1]

    def build(self, lon: Floats, lat: Floats) -> Grid:
        """The grid. `lon`/`lat` are the placed coordinates as degrees (WGS 84), NaN where missing."""
        rows = _join_banks(self.edges, self.findings)
        names = unique_ids([e.name for e in rows], "edge-duplicate", self.findings)
        a = np.array([e.a for e in rows], np.int32)
        b = np.array([e.b for e in rows], np.int32)
        lon, lat = lon.copy(), lat.copy()
        missing = np.isnan(lon) | np.isnan(lat)
        self.findings.add_all("bus-no-coordinates", (self.bus_name[i] for i in np.flatnonzero(missing)))
        borrow_coordinates(lon, lat, a, b)
        self.findings.add_all("bus-nowhere", (self.bus_name[i] for i in np.flatnonzero(np.isnan(lon))))
        length = np.array([e.length_m for e in rows], np.float64)
        unknown = np.isnan(length)
        length[unknown] = np.nan_to_num(distance_m(lon[a], lat[a], lon[b], lat[b])[unknown])
        source = np.zeros(len(self.bus_name), np.bool_)
        source[list(self._sources)] = True
        network = Network(
            bus_id=self.bus_name,
            bus_lon=lon,
            bus_lat=lat,
            bus_source=source,
            edge_id=names,
            edge_from=a,
            edge_to=b,
            edge_kind=np.array([int(e.kind) for e in rows], np.uint8),
            edge_open=np.array([e.is_open for e in rows], np.bool_),
            edge_length_m=length,
        )
        load_bus = np.array([bus for _, bus, _ in self._loads], np.int32)
        assume_breakers(network, np.array([e.regulates for e in rows], np.bool_), load_bus, self.findings)
        return Grid(
            network=network,
            load_id=unique_ids([name for name, _, _ in self._loads], "load-duplicate", self.findings),
            load_bus=load_bus,
            load_phases=np.array([phases for _, _, phases in self._loads], np.int32),
        )


def unique_ids(names: list[str], code: str, findings: Findings) -> list[str]:
    """The names, a repeated one with `#2`, `#3` … behind it; each repetition is reported under `code`."""
    seen: set[str] = set()
    out: list[str] = []
    for name in names:
        one, n = name, 1
        while one in seen:
            n += 1
            one = f"{name}#{n}"
        if n > 1:
            findings.add(code, name)
        seen.add(one)
        out.append(one)
    return out


def _join_banks(edges: list[Edge], findings: Findings) -> list[Edge]:
    """One edge for single-phase elements of one kind side by side on different phases.

    Without this a bank of three regulators would be reported as two rings. Elements on the same
    phase stay apart: they are a true ring.
    """
    at: dict[tuple[int, int, EdgeKind, bool], list[int]] = {}
    joined: list[Edge] = []
    for edge in edges:
        key = (min(edge.a, edge.b), max(edge.a, edge.b), edge.kind, edge.is_open)
        for i in at.get(key, ()):
            if edge.phases and joined[i].phases and not edge.phases & joined[i].phases:
                joined[i] = joined[i]._replace(phases=joined[i].phases | edge.phases)
                findings.add("bank-joined", edge.name)
                break
        else:
            at.setdefault(key, []).append(len(joined))
            joined.append(edge)
    return joined


def distance_m(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Distances in metres on the local plane of each pair; NaN where a coordinate is missing."""
    dx = (lon2 - lon1) * np.cos(np.radians((lat1 + lat2) / 2))
    out: Floats = np.hypot(dx, lat2 - lat1) * METRES_PER_DEGREE
    return out


def borrow_coordinates(lon: Floats, lat: Floats, a: Ints, b: Ints) -> None:
    """Give each bus without coordinates (NaN) those of its nearest located neighbour by hops, in place."""
    missing = np.isnan(lon) | np.isnan(lat)
    lon[missing] = lat[missing] = np.nan
    ends, others = np.concatenate([a, b]), np.concatenate([b, a])
    while True:
        ready = np.isnan(lon[ends]) & ~np.isnan(lon[others])
        if not ready.any():
            break
        to, of = ends[ready][::-1], others[ready][::-1]  # the first row wins
        lon[to], lat[to] = lon[of], lat[of]
