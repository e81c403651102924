"""A small radial city for tests of grouping: feeders, fused laterals along streets, transformers, houses."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from stormops.core.network import METRES_PER_DEGREE, City, EdgeKind, Network, Premises

LATITUDE = 30.0


@dataclass(slots=True)
class _Plan:
    bus: list[tuple[float, float]] = field(default_factory=list)
    edge: list[tuple[int, int, EdgeKind]] = field(default_factory=list)
    house: list[tuple[float, float, int, int]] = field(default_factory=list)

    def join(self, above: int, x: float, y: float, kind: EdgeKind) -> int:
        self.bus.append((x, y))
        self.edge.append((above, len(self.bus) - 1, kind))
        return len(self.bus) - 1


def radial_city(
    feeders: int = 2, laterals: int = 6, transformers: int = 4, houses: int = 6, *, ties: bool = False
) -> City:
    """Feeders side by side; each lateral is a street 120 m from the next, its houses 15 m apart.

    With `ties` there is a switch in the middle of each trunk, and normally open ones join the ends of neighbours.
    Premises are numbered feeder by feeder, street by street, transformer by transformer.
    """
    plan = _Plan(bus=[(0.0, 0.0)])
    ends: list[int] = []
    for f in range(feeders):
        x = f * 1_000.0
        trunk = plan.join(0, x, 0.0, EdgeKind.BREAKER)
        for street in range(laterals):
            y = 120.0 * street
            middle = ties and street == laterals // 2
            trunk = plan.join(trunk, x, y, EdgeKind.SWITCH if middle else EdgeKind.LINE)
            lateral = plan.join(trunk, x, y, EdgeKind.FUSE)
            for t in range(transformers):
                at = x + 15.0 * houses * (t + 0.5)
                lateral = plan.join(lateral, at, y, EdgeKind.LINE)
                low = plan.join(lateral, at, y, EdgeKind.TRANSFORMER)
                for house in range(houses):
                    plan.house.append((x + 15.0 * (houses * t + house), y + 15.0, low, f * laterals + street))
        ends.append(trunk)
    joined = list(pairwise(ends)) if ties else []
    plan.edge += [(one, other, EdgeKind.SWITCH) for one, other in joined]
    return _city(plan, feeders * laterals, len(joined))


def _degrees(xy: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> tuple[np.ndarray, np.ndarray]:
    lon = xy[:, 0] / METRES_PER_DEGREE / np.cos(np.radians(LATITUDE))
    return lon, LATITUDE + xy[:, 1] / METRES_PER_DEGREE


def _city(plan: _Plan, streets: int, ties: int) -> City:
    n, buses = len(plan.house), len(plan.bus)
    lon, lat = _degrees(np.array([(x, y) for x, y, _, _ in plan.house]))
    bus_lon, bus_lat = _degrees(np.array(plan.bus))
    blank = [""] * n
    premises = Premises(
        id=[f"P{i}" for i in range(n)],
        house_number=[str(i) for i in range(n)],
        street=np.array([s for *_, s in plan.house], np.int32),
        unit=blank,
        locality=np.zeros(n, np.int32),
        postcode=blank,
        lon=lon,
        lat=lat,
        building=np.arange(n, dtype=np.int32),
        kind=np.zeros(n, np.uint8),
        services=np.full(n, 15, np.uint8),
        account=blank,
        phone=blank,
        meter=[f"M-{1000 + i}" for i in range(n)],
        bus=np.array([b for _, _, b, _ in plan.house], np.int32),
        streets=[f"{s} St" for s in range(streets)],
        localities=["Here"],
    )
    network = Network(
        bus_id=[str(i) for i in range(buses)],
        bus_lon=bus_lon,
        bus_lat=bus_lat,
        bus_source=np.arange(buses) == 0,
        edge_id=[str(i) for i in range(len(plan.edge))],
        edge_from=np.array([a for a, _, _ in plan.edge], np.int32),
        edge_to=np.array([b for _, b, _ in plan.edge], np.int32),
        edge_kind=np.array([k for *_, k in plan.edge], np.uint8),
        edge_open=np.arange(len(plan.edge)) >= len(plan.edge) - ties,
        edge_length_m=np.ones(len(plan.edge)),
    )
    return City("radial", "Radial", "UTC", premises, network)
