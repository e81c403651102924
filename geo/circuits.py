"""The electric network as built: lines along the streets, from substations to the drop of every building."""

from __future__ import annotations

import numpy as np

from geo.banks import Banks, hang_banks
from geo.feeders import Feeders
from geo.lots import Lots
from geo.protection import protect
from geo.streets import Streets
from geo.wires import Index, Wires
from stormops.core.network import EdgeKind, Floats, Ints

SPARE_SWITCHES = 0.08
"""Share of the main spans with a closed load-break switch at their fed end."""
BEND = 0.05
"""Sine of the turn at which a line needs a pole."""


class Circuits:
    """One city's lines in the making; `substations.py` adds what feeds them."""

    def __init__(self, streets: Streets, feeders: Feeders, lots: Lots, rng: np.random.Generator) -> None:
        self.streets, self.feeders, self.lots, self.rng = streets, feeders, lots, rng
        self.plan = protect(feeders, rng)
        self.wires = Wires()
        self.count = len(feeders.head)
        self._node_buses()
        self._starts()

    def on_street(self, span: Index, away: Floats) -> Floats:
        """(n, 2) metres of points on spans, by their distance from the fed end."""
        spans = self.feeders.spans
        way = np.sign(spans.far[span] - spans.near[span])
        return np.stack(self.streets.along(spans.edge[span], spans.near[span] + way * away), axis=1)

    def _node_buses(self) -> None:
        """A bus wherever a feeder passes a junction."""
        spans, plan, n = self.feeders.spans, self.plan, np.int64(self.count)
        fed = spans.feed[plan.used] * n + spans.feeder[plan.used]
        on = spans.end[plan.goes_on] * n + spans.feeder[plan.goes_on]
        heads = self.feeders.head * n + np.arange(self.count)
        self.keys = np.unique(np.concatenate([fed, on, heads]))
        self.at_node = self.wires.buses(self.streets.node_xy[self.keys // n], "N")

    def bus_of(self, node: Index, feeder: Index) -> Ints:
        """Bus of a feeder at a node, -1 where it has none."""
        key = node * np.int64(self.count) + feeder
        slot = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        return np.where(self.keys[slot] == key, self.at_node[slot], -1).astype(np.int32)

    def _starts(self) -> None:
        """First bus of every used span: behind its fuse, recloser or switch when it has one."""
        spans, plan = self.feeders.spans, self.plan
        self.start = np.where(plan.used, self.bus_of(spans.feed, spans.feeder), -1).astype(np.int32)
        spare = plan.main & ~plan.recloser & ~spans.head & (self.rng.random(len(plan.main)) < SPARE_SWITCHES)
        for rows, kind, name in (
            (plan.fuse, EdgeKind.FUSE, "FUS-"),
            (plan.recloser, EdgeKind.RECLOSER, "RCL-"),
            (spare, EdgeKind.SWITCH, "SWI-"),
        ):
            some = np.flatnonzero(rows)
            bus = self.wires.buses(self.on_street(some, np.full(len(some), 2.0)), "D")
            ids = [f"{name}{k:05d}" for k in range(1, len(some) + 1)]
            self.wires.join(self.start[some], bus, kind, np.full(len(some), 2.0), ids=ids)
            self.start[some] = bus

    def _bends(self, reach: Floats) -> tuple[Index, Floats]:
        """Poles where a street bends: span and metres from its fed end."""
        streets, spans = self.streets, self.feeders.spans
        sizes = (streets.last - streets.first).astype(np.int64)
        edge = np.repeat(np.arange(len(sizes)), sizes)
        within = np.arange(len(edge)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        inner = (within > 0) & (within < sizes[edge] - 1) & (within % 2 == 0)
        edge, row = edge[inner], within[inner] + streets.first[edge[inner]]
        before = streets.points[row] - streets.points[row - 1]
        after = streets.points[row + 1] - streets.points[row]
        turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        sharp = np.abs(turn) > BEND * np.hypot(*before.T) * np.hypot(*after.T)
        edge, row = edge[sharp], row[sharp]
        at = streets.mark[row] - streets.mark[streets.first[edge]]
        # An edge has one span, or two that meet in its middle.
        by_edge = np.argsort(spans.edge, kind="stable")
        low = np.searchsorted(spans.edge[by_edge], edge)
        slots = np.minimum(np.concatenate([low, low + 1]), len(by_edge) - 1)
        span, edge, at = by_edge[slots], np.tile(edge, 2), np.tile(at, 2)
        away = np.abs(at - spans.near[span])
        ok = (spans.edge[span] == edge) & (away > 6) & (away < reach[span] - 4)
        return span[ok], away[ok]

    def primaries(self, banks: Banks) -> Ints:
        """Lines along every used span, from transformer to transformer; gives the transformers' primary buses."""
        spans, plan = self.feeders.spans, self.plan
        count = len(spans.edge)
        last = np.zeros(count)
        np.maximum.at(last, banks.span, banks.away)
        reach = np.where(plan.goes_on, np.abs(spans.far - spans.near), last)
        reach[~plan.used] = 0
        bend_span, bend_away = self._bends(reach)
        span, away = np.concatenate([banks.span, bend_span]), np.concatenate([banks.away, bend_away])
        bus = self.wires.buses(self.on_street(span, away), "P")
        order = np.lexsort((away, span))
        s, d, b = span[order], away[order], bus[order]
        fresh = np.append(True, s[1:] != s[:-1])
        before = np.where(fresh, self.start[s], np.append(-1, b[:-1]))
        self.wires.join(before, b, EdgeKind.LINE, d - np.where(fresh, 0.0, np.append(0.0, d[:-1])), ids="L")
        ends = np.flatnonzero(np.append(s[1:] != s[:-1], True))
        self.tail, done = self.start.copy(), np.zeros(count)
        self.tail[s[ends]], done[s[ends]] = b[ends], d[ends]
        on = np.flatnonzero(plan.goes_on)
        beyond = self.bus_of(spans.end[on], spans.feeder[on])
        self.wires.join(self.tail[on], beyond, EdgeKind.LINE, np.maximum(reach[on] - done[on], 0.5), ids="L")
        return bus[: len(banks.span)]

    def secondaries(self, banks: Banks, primary: Ints) -> Ints:
        """Transformers, and a service drop to every building on each; gives the bus of every premise."""
        xy = self.on_street(banks.span, banks.away)
        low = self.wires.buses(xy + 1.0, "V")
        ids = [f"TR-{k:06d}" for k in range(1, len(low) + 1)]
        self.wires.join(primary, low, EdgeKind.TRANSFORMER, np.full(len(low), 1.0), ids=ids)
        lots = self.lots
        lot_of = np.repeat(np.arange(len(lots), dtype=np.int64), lots.units)
        keys, drop = np.unique(banks.premise * np.int64(len(lots)) + lot_of, return_inverse=True)
        bank, lot = keys // len(lots), keys % len(lots)
        door = np.stack([lots.x[lot], lots.y[lot]], axis=1)
        bus = self.wires.buses(door, "C")
        self.wires.join(low[bank], bus, EdgeKind.LINE, np.hypot(*(door - xy[bank]).T), ids="V")
        return bus[drop]


def lay_lines(streets: Streets, feeders: Feeders, lot_span: Ints, lots: Lots, rng: np.random.Generator) -> tuple[
    Circuits, Ints
]:  # fmt: skip
    """Lines, devices, transformers and drops; and the bus of every premise, in the order of lots and units."""
    circuits = Circuits(streets, feeders, lots, rng)
    banks = hang_banks(feeders.spans, lot_span, lots, rng)
    primary = circuits.primaries(banks)
    return circuits, circuits.secondaries(banks, primary)
