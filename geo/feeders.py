"""Substations and feeders: which streets hang on which breaker, along the tree of shortest street paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.lots import Lots
from geo.plan import StreetClass
from geo.streets import Streets
from stormops.core.network import Bools, Floats, Ints

PER_SUBSTATION = 3300
PER_FEEDER = 1000
DETOUR = np.array([1.0, 0.75, 0.55])
"""Cost of a metre of line by street rank: mains keep to the wide roads."""


@dataclass(slots=True)
class Spans:
    """A span is a stretch of street fed from one end. Columns have one row a span.

    `feed` is the node it is fed from, `end` the node it goes on to (-1: a spur). `near`/`far` metres
    along `edge` of the fed and the other end. `load` customers on it, `down` customers on and beyond it in
    its feeder. `head` true when it hangs on its feeder's first bus at `feed`.
    """

    edge: Ints
    feed: Ints
    end: Ints
    near: Floats
    far: Floats
    load: Ints
    down: Ints
    feeder: Ints
    head: Bools


@dataclass(slots=True)
class Feeders:
    """`root` node of each substation; `substation` and `head` node of each feeder; `up` the span into a node."""

    roots: Ints
    substation: Ints
    head: Ints
    spans: Spans
    up: Ints


def _sites(streets: Streets, load: Floats) -> Ints:
    """Nodes of the substations: the middles of equal shares of customers, on main roads."""
    count = max(1, round(load.sum() / PER_SUBSTATION))
    main = np.flatnonzero(np.bincount(streets.start, streets.rank == StreetClass.ARTERIAL, len(load)) > 0)
    busy = np.flatnonzero(load > 0)
    xy, weight = streets.node_xy[busy], load[busy]
    # Begin with equal shares: strips from west to east, each cut from south to north; then let them settle.
    strips = max(1, round(np.sqrt(count)))
    strip = _shares(xy[:, 0], weight, strips)
    part = np.zeros(len(xy), np.int64)
    for k in range(strips):
        low, high = k * count // strips, (k + 1) * count // strips
        rows = np.flatnonzero(strip == k)
        part[rows] = low + _shares(xy[rows, 1], weight[rows], high - low)
    share = np.maximum(np.bincount(part, weight, count), 1e-9)
    places = np.stack([np.bincount(part, weight * xy[:, k], count) / share for k in (0, 1)], axis=1)
    for _ in range(12):
        _, near = cKDTree(places).query(xy)
        share = np.maximum(np.bincount(near, weight, count), 1e-9)
        places = np.stack([np.bincount(near, weight * xy[:, k], count) / share for k in (0, 1)], axis=1)
    _, pick = cKDTree(streets.node_xy[main]).query(places)
    return np.unique(main[pick]).astype(np.int32)


def _shares(along: Floats, weight: Floats, count: int) -> npt.NDArray[np.int64]:
    """Part of every row when rows are cut, in their order along a line, into `count` parts of equal weight."""
    order = np.argsort(along, kind="stable")
    part = np.empty(len(along), np.int64)
    middle = np.cumsum(weight[order]) - weight[order] / 2
    part[order] = np.minimum((middle / max(float(weight.sum()), 1e-9) * count).astype(np.int64), count - 1)
    return part


def _tree(streets: Streets, roots: Ints) -> tuple[Ints, Ints, Floats]:
    """Parent edge and parent node of every node (-1 at roots), and its cost from the root."""
    nodes = len(streets.node_xy)
    cost = streets.length * DETOUR[streets.rank]
    low, high = np.minimum(streets.start, streets.end), np.maximum(streets.start, streets.end)
    order = np.lexsort((cost, high, low))
    order = order[low[order] != high[order]]
    fresh = np.append(True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0))
    edges = order[fresh]
    a, b = low[edges], high[edges]
    graph = csr_array((cost[edges], (a, b)), shape=(nodes, nodes))
    dist, before, _ = dijkstra(graph, directed=False, indices=roots, min_only=True, return_predecessors=True)
    parent = np.where(before < 0, -1, before).astype(np.int32)
    child = np.flatnonzero(parent >= 0)
    pair = a.astype(np.int64) * nodes + b
    want = np.minimum(child, parent[child]).astype(np.int64) * nodes + np.maximum(child, parent[child])
    up = np.full(nodes, -1, np.int32)
    up[child] = edges[np.searchsorted(pair, want)]
    return up, parent, dist


def _spans(streets: Streets, up: Ints, parent: Ints, lots: Lots) -> tuple[Spans, Ints]:
    """Spans of tree edges (whole) and of the others (two halves); and the span of every lot."""
    edges = len(streets.length)
    on_tree = np.zeros(edges, np.bool_)
    on_tree[up[up >= 0]] = True
    child = np.full(edges, -1, np.int32)
    nodes = np.flatnonzero(up >= 0)
    child[up[nodes]] = nodes
    tree, loose = np.flatnonzero(on_tree), np.flatnonzero(~on_tree)
    forward = parent[child[tree]] == streets.start[tree]
    zero, full, half = np.zeros(edges), streets.length, streets.length / 2
    edge = np.concatenate([tree, loose, loose]).astype(np.int32)
    feed = np.concatenate([parent[child[tree]], streets.start[loose], streets.end[loose]]).astype(np.int32)
    end = np.concatenate([child[tree], np.full(2 * len(loose), -1)]).astype(np.int32)
    near = np.concatenate([np.where(forward, 0.0, full[tree]), zero[loose], full[loose]])
    far = np.concatenate([np.where(forward, full[tree], 0.0), half[loose], half[loose]])
    first_span = np.full(edges, -1, np.int32)
    first_span[tree] = np.arange(len(tree))
    first_span[loose] = len(tree) + np.arange(len(loose))
    second = ~on_tree[lots.edge] & (lots.at > half[lots.edge])
    lot_span = (first_span[lots.edge] + np.where(second, len(loose), 0)).astype(np.int32)
    load = np.bincount(lot_span, weights=lots.units, minlength=len(edge)).astype(np.int32)
    count = len(edge)
    feeder, head = np.full(count, -1, np.int32), np.zeros(count, np.bool_)
    return Spans(edge, feed, end, near, far, load, load.copy(), feeder, head), lot_span


@dataclass(slots=True)
class _Cut:
    """Bottom-up partition of the forest into feeders of at most `cap` customers."""

    cap: float
    low: float
    down: list[int]
    feeder: list[int]
    heads: list[int]

    def at_node(self, node: int, items: list[int], *, root: bool) -> int:
        """Pack the branches at a node; give what stays on the branch above (0 at a root)."""
        live = sorted((s for s in items if self.down[s] > 0), key=lambda s: (-self.down[s], s))
        total = sum(self.down[s] for s in live)
        if total <= self.cap and not root:
            return total
        bins, sizes = self._packed(live)
        if root and len(bins) > 1 and min(sizes) < self.low:
            # Better one feeder a little over its size than another of a few houses.
            small = sizes.index(min(sizes))
            into = min((k for k in range(len(bins)) if k != small), key=sizes.__getitem__)
            if sizes[into] + sizes[small] <= self.cap + self.low:
                bins[into] += bins[small]
                sizes[into] += sizes[small]
                del bins[small], sizes[small]
        rest = 0
        keep = -1 if root else min(range(len(bins)), key=lambda k: sizes[k])
        for k, members in enumerate(bins):
            if k == keep or (not root and sizes[k] < self.low and rest + sizes[k] + sizes[keep] <= self.cap):
                rest += sizes[k]
                continue
            for span in members:
                self.feeder[span] = len(self.heads)
            self.heads.append(node)
        return rest

    def _packed(self, live: list[int]) -> tuple[list[list[int]], list[int]]:
        """Branches in as few bins as come out of best fit, heaviest first; and the bins' customers."""
        bins: list[list[int]] = []
        sizes: list[int] = []
        for span in live:
            weight = self.down[span]
            fits = [k for k, size in enumerate(sizes) if size + weight <= self.cap]
            if fits:
                best = max(fits, key=sizes.__getitem__)
                bins[best].append(span)
                sizes[best] += weight
            else:
                bins.append([span])
                sizes.append(weight)
        return bins, sizes


def build_feeders(streets: Streets, lots: Lots) -> tuple[Feeders, Ints]:
    """Substations, feeders and spans; and the span of every lot."""
    nodes = len(streets.node_xy)
    edge_load = np.zeros(len(streets.length))
    np.add.at(edge_load, lots.edge, lots.units)
    weight = np.zeros(nodes)
    np.add.at(weight, streets.start, edge_load / 2)
    np.add.at(weight, streets.end, edge_load / 2)
    roots = _sites(streets, weight)
    up, parent, dist = _tree(streets, roots)
    spans, lot_span = _spans(streets, up, parent, lots)
    items: list[list[int]] = [[] for _ in range(nodes)]
    for span, node in enumerate(spans.feed.tolist()):
        items[node].append(span)
    into = np.full(nodes, -1, np.int32)
    inner = np.flatnonzero(spans.end >= 0)
    into[spans.end[inner]] = inner
    inwards = np.argsort(dist, kind="stable")[::-1].tolist()
    cut = _partition(spans, items, into, set(roots.tolist()), inwards)
    spans.down = np.array(cut.down, np.int32)
    spans.head = np.array(cut.feeder) >= 0
    feeder = cut.feeder
    root_of = np.full(nodes, -1, np.int32)
    root_of[roots] = np.arange(len(roots))
    for node in inwards[::-1]:
        above = int(into[node])
        if above >= 0:
            root_of[node] = root_of[spans.feed[above]]
        for span in items[node]:
            if feeder[span] < 0 and above >= 0:
                feeder[span] = feeder[above]
    spans.feeder = np.maximum(np.array(feeder, np.int32), 0)  # a branch with nobody on it belongs to no feeder
    heads = np.array(cut.heads, np.int32)
    return Feeders(roots, root_of[heads], heads, spans, into), lot_span


def _partition(spans: Spans, items: list[list[int]], into: Ints, roots: set[int], inwards: list[int]) -> _Cut:
    """Go from the ends of the trees to their roots and cut off feeders on the way."""
    total = int(spans.load.sum())
    target = total / max(2, round(total / PER_FEEDER))
    cut = _Cut(1.3 * target, 0.45 * target, spans.down.tolist(), [-1] * len(spans.edge), [])
    for node in inwards:
        rest = cut.at_node(node, items[node], root=node in roots)
        if into[node] >= 0:
            cut.down[into[node]] += rest
    return cut
