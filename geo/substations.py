"""Substations, the express lines from their breakers to where feeders begin to serve, and ties between feeders."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.circuits import Circuits
from stormops.core.network import EdgeKind, Floats

PER_BANK = 4
"""Feeders on one power transformer, at most."""
MOST_TIES, MOST_TIES_OF_PAIR = 6, 3


def build_substations(circuits: Circuits) -> None:
    """Source, power transformers, bars and feeder breakers of every substation."""
    wires, feeders = circuits.wires, circuits.feeders
    for number, root in enumerate(feeders.roots.tolist()):
        mine = np.flatnonzero(feeders.substation == number)
        name, turn = f"{number + 1:02d}", circuits.rng.uniform(0, 2 * np.pi)
        station = circuits.streets.node_xy[root] + 45 * np.array([np.cos(turn), np.sin(turn)])
        source = wires.buses(station[None], f"SUB{name}-HV")
        wires.source.extend(source.tolist())
        banks = max(1, -(-len(mine) // PER_BANK))
        bars = wires.buses(np.tile(station, (banks, 1)) + 8.0, f"SUB{name}-MV")
        ids = [f"PT-{name}{k + 1}" for k in range(banks)]
        wires.join(np.repeat(source, banks), bars, EdgeKind.POWER_TRANSFORMER, np.ones(banks), ids=ids)
        if banks > 1:
            ids = [f"BT-{name}{k + 1}" for k in range(banks - 1)]
            wires.join(bars[:-1], bars[1:], EdgeKind.SWITCH, np.ones(banks - 1), ids=ids, opened=True)
        outs = wires.buses(np.tile(station, (len(mine), 1)) + 14.0, f"SUB{name}-F")
        ids = [f"BRK-{name}{k + 1:02d}" for k in range(len(mine))]
        wires.join(bars[np.arange(len(mine)) % banks], outs, EdgeKind.BREAKER, np.full(len(mine), 2.0), ids=ids)
        for k, feeder in enumerate(mine.tolist()):
            _express(circuits, feeder, int(outs[k]), station + 14.0)


def _express(circuits: Circuits, feeder: int, out: int, station: Floats) -> None:
    """The line from the breaker along the streets to where the feeder begins to serve."""
    spans, up = circuits.feeders.spans, circuits.feeders.up
    node = int(circuits.feeders.head[feeder])
    head_bus = circuits.bus_of(np.array([node]), np.array([feeder]))
    path: list[int] = []
    while up[node] >= 0:
        path.append(int(up[node]))
        node = int(spans.feed[path[-1]])
    legs = np.array(path[::-1], np.int64)
    reach = np.abs(spans.far - spans.near)[legs]
    points = circuits.on_street(np.repeat(legs, 4), (reach[:, None] * np.array([0.0, 0.25, 0.5, 0.75])).ravel())
    first = points[0] if len(points) else circuits.streets.node_xy[node]
    chain = np.concatenate([[out], circuits.wires.buses(points, "X"), head_bus])
    length = np.concatenate([[np.hypot(*(first - station))], np.repeat(reach / 4, 4)])
    circuits.wires.join(chain[:-1], chain[1:], EdgeKind.LINE, length, ids="L")


def build_ties(circuits: Circuits) -> None:
    """Normally open switches where two feeders meet: at a feeder's head first, then on the widest streets."""
    spans, feeders, bus_of = circuits.feeders.spans, circuits.feeders, circuits.bus_of
    loose = np.flatnonzero(spans.end < 0)
    half = len(loose) // 2
    ends = []
    for side in (loose[:half], loose[half:]):
        node_bus = bus_of(spans.feed[side], spans.feeder[side])
        ends.append(np.where(circuits.plan.used[side], circuits.tail[side], node_bus))
    over = np.flatnonzero(feeders.up[feeders.head] >= 0)
    above = spans.feeder[feeders.up[feeders.head[over]]]
    one = np.concatenate([bus_of(feeders.head[over], over), ends[0]])
    two = np.concatenate([bus_of(feeders.head[over], above), ends[1]])
    f = np.concatenate([over, spans.feeder[loose[:half]]])
    g = np.concatenate([above, spans.feeder[loose[half:]]])
    street = spans.edge[loose[:half]]
    length = np.concatenate([np.ones(len(over)), circuits.streets.length[street]])
    rank = np.concatenate([np.full(len(over), 3), circuits.streets.rank[street].astype(np.int64)])
    ok = np.flatnonzero((one >= 0) & (two >= 0) & (f != g))
    kept = _few(f, g, ok[np.lexsort((length[ok], -rank[ok]))], circuits.count)
    ids = [f"TIE-{k:04d}" for k in range(1, len(kept) + 1)]
    circuits.wires.join(one[kept], two[kept], EdgeKind.SWITCH, length[kept], ids=ids, opened=True)


def _few(
    f: npt.NDArray[np.int64], g: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64], count: int
) -> list[int]:  # fmt: skip
    """The wanted ties in their order, but only so many a pair of feeders and a feeder."""
    of_pair: dict[tuple[int, int], int] = {}
    each = [0] * count
    kept = []
    for k in wanted.tolist():
        low, high = sorted((int(f[k]), int(g[k])))
        if of_pair.get((low, high), 0) < MOST_TIES_OF_PAIR and min(each[low], each[high]) < MOST_TIES:
            of_pair[low, high] = of_pair.get((low, high), 0) + 1
            each[low] += 1
            each[high] += 1
            kept.append(k)
    return kept
