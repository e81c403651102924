"""The electric network as built: from substations to the service drop of every building."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.feeders import Feeders, Spans
from geo.lots import Lots
from geo.plan import Use
from geo.streets import Streets
from stormops.core.network import Bools, EdgeKind, Floats, Ints

MOST_ON_TRANSFORMER = 19
GROUP_OF_USE = np.array([1.0, 5.5, 5.0, 2.2, 1.6, 12.0, 7.0, 5.0, 1.0, 1.6])
"""Customers that share a transformer, on average, by `Use`."""
BIG_BUILDING = 8
PER_BANK = 4


@dataclass(slots=True)
class Wires:
    """Buses and edges, gathered in blocks. Positions are metres until the city places them."""

    bus_xy: list[Floats] = field(default_factory=list)
    bus_id: list[str] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    edge_id: list[str] = field(default_factory=list)
    ends: list[Ints] = field(default_factory=list)
    kind: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    opened: list[Bools] = field(default_factory=list)
    length: list[Floats] = field(default_factory=list)

    def buses(self, xy: Floats, prefix: str) -> Ints:
        """Add buses at (n, 2) metres; give their numbers."""
        begin, count = len(self.bus_id), len(xy)
        self.bus_xy.append(np.asarray(xy, np.float64).reshape(count, 2))
        self.bus_id.extend(f"{prefix}{k:06d}" for k in range(begin, begin + count))
        return np.arange(begin, begin + count, dtype=np.int32)

    def join(
        self, a: Ints, b: Ints, kind: EdgeKind, length: Floats, ids: list[str] | str, *, opened: bool = False
    ) -> None:
        """Add edges; `ids` one name each, or a prefix to be numbered."""
        count = len(a)
        if isinstance(ids, str):
            begin = len(self.edge_id)
            ids = [f"{ids}{k:06d}" for k in range(begin, begin + count)]
        self.edge_id.extend(ids)
        self.ends.append(np.stack([a, b], axis=1).astype(np.int32).reshape(count, 2))
        self.kind.append(np.full(count, kind, np.uint8))
        self.opened.append(np.full(count, opened, np.bool_))
        self.length.append(np.asarray(length, np.float64).reshape(count))


@dataclass(slots=True)
class Plan:
    """What each span carries, before any bus exists."""

    used: Bools
    main: Bools
    fuse: Bools
    recloser: Bools
    goes_on: Bools


def _plan(feeders: Feeders) -> Plan:
    spans = feeders.spans
    total = np.bincount(spans.feeder, weights=spans.load, minlength=len(feeders.head))
    used = spans.down > 0
    limit = np.clip(0.06 * total, 10, 62)
    main = used & (spans.down > limit[spans.feeder])
    above = np.where(spans.head, -1, feeders.up[spans.feed])
    share = spans.down / np.maximum(total[spans.feeder], 1)
    share_above = np.where(above >= 0, share[above], 1.0)
    main_above = np.where(above >= 0, main[above], True)
    fuse = used & ~main & main_above
    recloser = np.zeros(len(used), np.bool_)
    crossing = np.zeros(len(used), np.bool_)
    for level in (0.62, 0.33):
        crossing |= main & (share <= level) & (share_above > level) & (share > 0.1)
    taken = np.zeros(len(total), np.int64)
    for s in np.flatnonzero(crossing)[np.argsort(-share[crossing], kind="stable")].tolist():
        f = spans.feeder[s]
        if taken[f] < 3:
            taken[f] += 1
            recloser[s] = True
    rest = np.flatnonzero(main & ~spans.head & (taken[spans.feeder] == 0))
    for s in rest[np.argsort(-share[rest], kind="stable")].tolist():
        f = spans.feeder[s]
        if taken[f] == 0 and share[s] < 0.95:
            taken[f] += 1
            recloser[s] = True
    return Plan(used, main, fuse, recloser, used & (spans.end >= 0) & (spans.down > spans.load))


@dataclass(slots=True)
class Banks:
    """Distribution transformers: span and metres from its fed end; transformer and lot of every premise."""

    span: Ints
    away: Floats
    premise: Ints


def _runs(sorted_keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rank of each row in its run of equal keys, and the run's size at each row."""
    begin = np.flatnonzero(np.append(True, sorted_keys[1:] != sorted_keys[:-1]))
    sizes = np.diff(np.append(begin, len(sorted_keys)))
    return np.arange(len(sorted_keys)) - np.repeat(begin, sizes), np.repeat(sizes, sizes)


def _banks(spans: Spans, lot_span: Ints, lots: Lots, rng: np.random.Generator) -> Banks:
    """Neighbours along a span share a transformer; a big building has its own, several when it must."""
    away = np.abs(lots.at - spans.near[lot_span])
    big = (lots.units >= BIG_BUILDING) | (lots.use == Use.INDUSTRIAL)
    goal = np.maximum(1.0, GROUP_OF_USE[lots.use] * np.exp(rng.normal(0, 0.45, len(spans.edge)))[lot_span])
    goal = np.minimum(goal, MOST_ON_TRANSFORMER - BIG_BUILDING + 1)
    order = np.lexsort((lots.side, away, lot_span))
    share = np.where(big, 0.0, lots.units / goal)[order]
    running = np.cumsum(share) - share
    span_sorted = lot_span[order]
    begin = np.flatnonzero(np.append(True, span_sorted[1:] != span_sorted[:-1]))
    running -= np.repeat(running[begin], np.diff(np.append(begin, len(order))))
    group = np.empty(len(lots), np.int64)
    group[order] = np.floor(running + 1e-9)
    group[big] = 1_000_000 + np.flatnonzero(big)
    _, group = np.unique(lot_span * np.int64(10_000_000) + group, return_inverse=True)
    # Premises of a group, in order along the span, cut where a transformer would be too big.
    lot_rank = np.empty(len(lots), np.int64)
    lot_rank[order] = np.arange(len(order))
    lot_of = np.repeat(np.arange(len(lots)), lots.units)
    row = np.lexsort((np.arange(len(lot_of)), lot_rank[lot_of], group[lot_of]))
    rank, size = _runs(group[lot_of][row])
    pieces = -(-size // MOST_ON_TRANSFORMER)
    piece = rank * pieces // size
    key = group[lot_of][row] * np.int64(1000) + piece
    _, number = np.unique(key, return_inverse=True)
    premise = np.empty(len(lot_of), np.int32)
    premise[row] = number
    count = int(number.max()) + 1
    weight = np.bincount(premise, minlength=count)
    where = np.bincount(premise, weights=away[lot_of], minlength=count) / weight
    span = np.zeros(count, np.int32)
    span[premise] = lot_span[lot_of]
    where += 3.0 * np.bincount(number, weights=piece, minlength=count) / weight
    reach = np.abs(spans.far - spans.near)[span]
    return Banks(span, np.clip(where, 4.0, np.maximum(reach - 1.0, 4.0)), premise)


class _Build:
    """One city's circuits in the making."""

    def __init__(self, streets: Streets, feeders: Feeders, lots: Lots, rng: np.random.Generator) -> None:
        self.streets, self.feeders, self.lots, self.rng = streets, feeders, lots, rng
        self.plan = _plan(feeders)
        self.wires = Wires()
        self.count = len(feeders.head)

    def on_street(self, span: Ints, away: Floats) -> Floats:
        """(n, 2) metres of points on spans, by their distance from the fed end."""
        spans = self.feeders.spans
        way = np.sign(spans.far[span] - spans.near[span])
        return np.stack(self.streets.along(spans.edge[span], spans.near[span] + way * away), axis=1)

    def node_buses(self) -> None:
        """A bus wherever a feeder passes a junction."""
        spans, plan, n = self.feeders.spans, self.plan, np.int64(self.count)
        fed = spans.feed[plan.used] * n + spans.feeder[plan.used]
        on = spans.end[plan.goes_on] * n + spans.feeder[plan.goes_on]
        heads = self.feeders.head * n + np.arange(self.count)
        self.keys = np.unique(np.concatenate([fed, on, heads]))
        self.at_node = self.wires.buses(self.streets.node_xy[self.keys // n], "N")

    def bus_of(self, node: Ints, feeder: Ints) -> Ints:
        """Bus of a feeder at a node, -1 where it has none."""
        key = node * np.int64(self.count) + feeder
        slot = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        return np.where(self.keys[slot] == key, self.at_node[slot], -1).astype(np.int32)

    def starts(self) -> None:
        """First bus of every used span: behind its fuse, recloser or switch when it has one."""
        spans, plan = self.feeders.spans, self.plan
        self.start = np.where(plan.used, self.bus_of(spans.feed, spans.feeder), -1).astype(np.int32)
        spare = plan.main & ~plan.recloser & ~spans.head & (self.rng.random(len(plan.main)) < 0.08)
        for rows, kind, name in (
            (plan.fuse, EdgeKind.FUSE, "FUS-"),
            (plan.recloser, EdgeKind.RECLOSER, "RCL-"),
            (spare, EdgeKind.SWITCH, "SWI-"),
        ):
            some = np.flatnonzero(rows)
            bus = self.wires.buses(self.on_street(some, np.full(len(some), 2.0)), "D")
            ids = [f"{name}{k:05d}" for k in range(1, len(some) + 1)]
            self.wires.join(self.start[some], bus, kind, np.full(len(some), 2.0), ids)
            self.start[some] = bus

    def _bends(self, reach: Floats) -> tuple[Ints, Floats]:
        """Poles where a street bends: span and metres from its fed end."""
        streets, spans = self.streets, self.feeders.spans
        sizes = (streets.last - streets.first).astype(np.int64)
        edge = np.repeat(np.arange(len(sizes)), sizes)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(streets.first, sizes)
        inner = (row > streets.first[edge]) & (row < streets.last[edge] - 1) & ((row - streets.first[edge]) % 2 == 0)
        edge, row = edge[inner], row[inner]
        before = streets.points[row] - streets.points[row - 1]
        after = streets.points[row + 1] - streets.points[row]
        turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        sharp = np.abs(turn) > 0.05 * np.hypot(*before.T) * np.hypot(*after.T)
        edge, row = edge[sharp], row[sharp]
        at = streets.mark[row] - streets.mark[streets.first[edge]]
        by_edge = np.argsort(spans.edge, kind="stable")
        lo = np.searchsorted(spans.edge[by_edge], edge)
        found_span, found_away = [], []
        for k in (0, 1):
            slot = np.minimum(lo + k, len(by_edge) - 1)
            span = by_edge[slot]
            away = np.abs(at - spans.near[span])
            ok = (spans.edge[span] == edge) & (away > 6) & (away < reach[span] - 4)
            found_span.append(span[ok])
            found_away.append(away[ok])
        return np.concatenate(found_span).astype(np.int32), np.concatenate(found_away)

    def primaries(self, banks: Banks) -> Ints:
        """Lines along every used span, from transformer to transformer; gives the transformers' primary buses."""
        spans, plan = self.feeders.spans, self.plan
        count = len(spans.edge)
        last = np.zeros(count)
        np.maximum.at(last, banks.span, banks.away)
        reach = np.where(plan.goes_on, np.abs(spans.far - spans.near), last)
        reach[~plan.used] = 0
        bend_span, bend_away = self._bends(reach)
        span = np.concatenate([banks.span, bend_span])
        away = np.concatenate([banks.away, bend_away])
        bus = self.wires.buses(self.on_street(span, away), "P")
        order = np.lexsort((away, span))
        s, d, b = span[order], away[order], bus[order]
        fresh = np.append(True, s[1:] != s[:-1])
        before = np.where(fresh, self.start[s], np.append(-1, b[:-1]))
        self.wires.join(before, b, EdgeKind.LINE, d - np.where(fresh, 0.0, np.append(0.0, d[:-1])), "L")
        tail = self.start.copy()
        ends = np.flatnonzero(np.append(s[1:] != s[:-1], True))
        tail[s[ends]] = b[ends]
        done = np.zeros(count)
        done[s[ends]] = d[ends]
        on = np.flatnonzero(plan.goes_on)
        beyond = self.bus_of(spans.end[on], spans.feeder[on])
        self.wires.join(tail[on], beyond, EdgeKind.LINE, np.maximum(reach[on] - done[on], 0.5), "L")
        self.tail = tail
        return bus[: len(banks.span)]

    def secondaries(self, banks: Banks, primary: Ints) -> Ints:
        """Transformers, and a service drop to every building on each; gives the bus of every premise."""
        xy = self.on_street(banks.span, banks.away)
        low = self.wires.buses(xy + 1.0, "V")
        ids = [f"TR-{k:06d}" for k in range(1, len(low) + 1)]
        self.wires.join(primary, low, EdgeKind.TRANSFORMER, np.full(len(low), 1.0), ids)
        lot_of = np.repeat(np.arange(len(self.lots), dtype=np.int64), self.lots.units)
        keys, drop = np.unique(banks.premise * np.int64(len(self.lots)) + lot_of, return_inverse=True)
        bank, lot = keys // len(self.lots), keys % len(self.lots)
        door = np.stack([self.lots.x[lot], self.lots.y[lot]], axis=1)
        bus = self.wires.buses(door, "C")
        self.wires.join(low[bank], bus, EdgeKind.LINE, np.hypot(*(door - xy[bank]).T), "V")
        return bus[drop]

    def _express(self, feeder: int, out: int, station: Floats) -> None:
        """The line from the breaker along the streets to where the feeder begins to serve."""
        spans, up = self.feeders.spans, self.feeders.up
        path = []
        node = int(self.feeders.head[feeder])
        head_bus = self.bus_of(np.array([node]), np.array([feeder]))
        while up[node] >= 0:
            path.append(int(up[node]))
            node = int(spans.feed[path[-1]])
        legs = np.array(path[::-1], np.int32)
        if not len(legs):
            length = np.hypot(*(self.streets.node_xy[node] - station))
            self.wires.join(np.array([out]), head_bus, EdgeKind.LINE, np.array([length]), "L")
            return
        reach = np.abs(spans.far - spans.near)[legs]
        parts = np.array([0.0, 0.25, 0.5, 0.75])
        span, away = np.repeat(legs, 4), (reach[:, None] * parts).ravel()
        points = self.on_street(span, away)
        bus = self.wires.buses(points, "N")
        chain = np.concatenate([[out], bus, head_bus])
        first = np.hypot(*(points[0] - station))
        self.wires.join(chain[:-1], chain[1:], EdgeKind.LINE, np.concatenate([[first], np.repeat(reach / 4, 4)]), "L")

    def substations(self) -> None:
        """Source, power transformers, bars and feeder breakers of every substation."""
        wires = self.wires
        for number, root in enumerate(self.feeders.roots.tolist()):
            mine = np.flatnonzero(self.feeders.substation == number)
            turn = self.rng.uniform(0, 2 * np.pi)
            station = self.streets.node_xy[root] + 45 * np.array([np.cos(turn), np.sin(turn)])
            source = wires.buses(station[None], f"SUB{number + 1:02d}-HV")
            wires.source.extend(source.tolist())
            banks = max(1, -(-len(mine) // PER_BANK))
            bars = wires.buses(np.repeat(station[None], banks, axis=0) + 8.0, f"SUB{number + 1:02d}-MV")
            ids = [f"PT-{number + 1:02d}{'ABCDEFGH'[k % 8]}" for k in range(banks)]
            wires.join(np.repeat(source, banks), bars, EdgeKind.POWER_TRANSFORMER, np.ones(banks), ids)
            if banks > 1:
                names = [f"BT-{number + 1:02d}{k + 1}" for k in range(banks - 1)]
                wires.join(bars[:-1], bars[1:], EdgeKind.SWITCH, np.ones(banks - 1), names, opened=True)
            outs = wires.buses(np.repeat(station[None], len(mine), axis=0) + 14.0, "B")
            names = [f"BRK-{number + 1:02d}{k + 1:02d}" for k in range(len(mine))]
            wires.join(bars[np.arange(len(mine)) % banks], outs, EdgeKind.BREAKER, np.full(len(mine), 2.0), names)
            for k, feeder in enumerate(mine.tolist()):
                self._express(feeder, int(outs[k]), station)

    def ties(self) -> None:
        """Normally open switches where two feeders meet, on the widest streets first."""
        spans, feeders = self.feeders.spans, self.feeders
        loose = np.flatnonzero(spans.end < 0)
        half = len(loose) // 2
        a, b = loose[:half], loose[half:]
        from_a, from_b = spans.feeder[a], spans.feeder[b]
        bus_a = np.where(self.plan.used[a], self.tail[a], self.bus_of(spans.feed[a], from_a))
        bus_b = np.where(self.plan.used[b], self.tail[b], self.bus_of(spans.feed[b], from_b))
        gap = self.streets.length[spans.edge[a]]
        over = np.flatnonzero(feeders.up[feeders.head] >= 0)
        above = spans.feeder[feeders.up[feeders.head[over]]]
        head_bus = self.bus_of(feeders.head[over], over)
        node_bus = self.bus_of(feeders.head[over], above)
        one = np.concatenate([head_bus, bus_a])
        two = np.concatenate([node_bus, bus_b])
        f, g = np.concatenate([over, from_a]), np.concatenate([above, from_b])
        length = np.concatenate([np.ones(len(over)), gap])
        rank = np.concatenate([np.full(len(over), 3), self.streets.rank[spans.edge[a]].astype(np.int64)])
        ok = np.flatnonzero((one >= 0) & (two >= 0) & (f != g))
        pairs: dict[tuple[int, int], int] = {}
        each = np.zeros(self.count, np.int64)
        kept = []
        for k in ok[np.lexsort((length[ok], -rank[ok]))].tolist():
            pair = (int(min(f[k], g[k])), int(max(f[k], g[k])))
            if pairs.get(pair, 0) < 3 and min(each[f[k]], each[g[k]]) < 6:
                pairs[pair] = pairs.get(pair, 0) + 1
                each[f[k]] += 1
                each[g[k]] += 1
                kept.append(k)
        ids = [f"TIE-{k:04d}" for k in range(1, len(kept) + 1)]
        self.wires.join(one[kept], two[kept], EdgeKind.SWITCH, length[kept], ids, opened=True)


def build_circuits(
    streets: Streets, feeders: Feeders, lot_span: Ints, lots: Lots, rng: np.random.Generator
) -> tuple[Wires, Ints]:
    """The network in metres, and the bus of every premise (in the order of the lots and their units)."""
    build = _Build(streets, feeders, lots, rng)
    banks = _banks(feeders.spans, lot_span, lots, rng)
    build.node_buses()
    build.starts()
    primary = build.primaries(banks)
    bus = build.secondaries(banks, primary)
    build.substations()
    build.ties()
    return build.wires, bus
