"""Electrical and built places: which premises one answer may stand for, since the same device feeds them.

A report names a house, often not the flat. When all that it may mean hangs on one service (one
transformer), naming a representative is no guess; when not, it would be one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stormops.core.address import unit_number
from stormops.core.network import PROTECTIVE, City, Ints

SPAN_M = 150.0
"""Premises of one address that no network tells apart are one place when they lie within this."""


def electric_places(city: City) -> Ints:
    """For each premise the number of the stretch of network without a protective device that feeds it; -1 unknown.

    Premises of one stretch have the same nearest fuse, transformer or breaker: they lose service together.
    """
    network = city.network
    buses = len(network.bus_id)
    places = np.full(len(city.premises), -1, np.int32)
    if not buses:
        return places
    plain = ~network.edge_open & ~np.isin(network.edge_kind, [int(k) for k in PROTECTIVE])
    a, b = network.edge_from[plain], network.edge_to[plain]
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(buses, buses)).tocsr()
    _, labels = connected_components(graph, directed=False)
    known = city.premises.bus >= 0
    places[known] = labels[city.premises.bus[known]]
    return places


class Places:
    """Answers whether premises are one place, and which one stands for them. P premises."""

    def __init__(self, city: City) -> None:
        premises = city.premises
        x, y = city.metres(premises.lon, premises.lat)
        self.x: list[float] = x.tolist()
        self.y: list[float] = y.tolist()
        self.zone: list[int] = electric_places(city).tolist()
        self.building: list[int] = premises.building.tolist()
        same: dict[str, str] = {"": ""}
        self.unit: list[str] = [same[u] if u in same else same.setdefault(u, unit_number(u)) for u in premises.unit]
        order = np.argsort(premises.building, kind="stable")
        cuts = np.flatnonzero(np.diff(premises.building[order])) + 1
        bounds = [0, *cuts.tolist(), len(order)] if len(order) else [0]
        self._order: list[int] = order.tolist()
        self._at = {self.building[self._order[lo]]: lo for lo in bounds[:-1]}
        to = np.zeros(len(order), np.int32)
        to[bounds[:-1]] = bounds[1:]
        self._to: list[int] = to.tolist()

    def units(self, premise: int) -> list[int]:
        """The premises of the same building, ascending; the premise alone when its building is unknown."""
        building = self.building[premise]
        if building < 0:
            return [premise]
        lo = self._at[building]
        return self._order[lo : self._to[lo]]

    def representative(self, premise: int) -> tuple[int, int]:
        """The first premise of the same building on the same stretch of network, and how many units it stands for."""
        units = self.units(premise)
        if len(units) > 1:
            zone = self.zone[premise]
            units = [u for u in units if self.zone[u] == zone]
        return units[0], len(units)

    def from_point(self, premise: int, point: tuple[float, float]) -> float:
        """Metres from a premise to a point of the plane; NaN when the premise has no position."""
        return math.hypot(self.x[premise] - point[0], self.y[premise] - point[1])

    def together(self, rows: Sequence[int]) -> bool:
        """Whether these premises lose service together, as far as the city knows."""
        if len(rows) == 1:
            return True
        zones = {self.zone[r] for r in rows}
        if len(zones - {-1}) > 1:
            return False
        if -1 not in zones:
            return True
        return self.near(rows)

    def near(self, rows: Sequence[int]) -> bool:
        """Whether all of these lie within `SPAN_M` of each other along both axes.

        Without positions the building decides.
        """
        xs, ys = [self.x[r] for r in rows], [self.y[r] for r in rows]
        if math.isnan(sum(xs) + sum(ys)):
            return self.building[rows[0]] >= 0 and len({self.building[r] for r in rows}) == 1
        return max(xs) - min(xs) <= SPAN_M and max(ys) - min(ys) <= SPAN_M

    def distance(self, a: int, b: int) -> float:
        """Metres between two premises; NaN when one has no position."""
        return math.hypot(self.x[a] - self.x[b], self.y[a] - self.y[b])

    def same(self, a: int, b: int) -> bool:
        """Whether two premises are one place: one premise, one building or one stretch of network."""
        return (
            a == b
            or (self.building[a] >= 0 and self.building[a] == self.building[b])
            or (self.zone[a] >= 0 and self.zone[a] == self.zone[b])
        )
