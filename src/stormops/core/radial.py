"""Graph work of the trace, on plain columns: the walk from the sources, the devices on it, their order.

`core.network.trace` puts it together; nothing else should need it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

Ints = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Walk:
    """Breadth-first walk from the sources: buses in order, the bus before each, the edge that feeds each (-1 none)."""

    visit: Ints
    before: Ints
    feeding: Ints
    loop_edges: Ints
    island_of_bus: Ints


def walk_from(source: Bools, edge_from: Ints, edge_to: Ints, closed: Rows) -> Walk:
    """Walk the closed edges (rows) from a root that stands for all sources; the root's number is the count of buses."""
    root = len(source)
    a, b = edge_from[closed], edge_to[closed]
    sources = np.flatnonzero(source)
    rows = np.concatenate([a, np.full(len(sources), root, np.int32)])
    cols = np.concatenate([b, sources.astype(np.int32)])
    graph = coo_array((np.ones(len(rows), np.int8), (rows, cols)), shape=(root + 1, root + 1)).tocsr()
    visit, before = breadth_first_order(graph, root, directed=False)

    # The edge that feeds each bus: the first closed edge (by row) between it and its predecessor.
    feeding = np.full(root + 1, -1, np.int32)
    for near, far in ((a, b), (b, a)):
        fed = np.flatnonzero(before[far] == near)[::-1]
        feeding[far[fed]] = closed[fed]
    feeding[sources[before[sources] == root]] = -1
    on_tree = np.zeros(len(edge_from), np.bool_)
    on_tree[feeding[feeding >= 0]] = True
    reached = np.zeros(root + 1, np.bool_)
    reached[visit] = True
    island_of_bus = np.full(root, -1, np.int32)
    dark = np.flatnonzero(~reached[:root])
    if len(dark):
        _, labels = connected_components(graph, directed=False)
        _, numbers = np.unique(labels[dark], return_inverse=True)
        island_of_bus[dark] = numbers
    loop_edges = closed[~on_tree[closed] & reached[a]].astype(np.int32)
    return Walk(visit, before, feeding, loop_edges, island_of_bus)


def devices_on(walk: Walk, protective: Bools) -> tuple[Ints, Ints, Ints]:
    """Protective edges of the walk, parents before children; their parents; the nearest device above each bus.

    Buses joined by other edges form a zone; every zone but the root's is fed by one device.
    """
    total = len(walk.feeding)
    buses = walk.visit[1:]
    via = walk.feeding[buses]
    guarded = np.append(protective, False)[via]  # via -1 (a source) reads the last row, which is false
    plain = buses[~guarded]
    inside = coo_array((np.ones(len(plain), np.int8), (walk.before[plain], plain)), shape=(total, total))
    zones, zone = connected_components(inside, directed=False)
    below = buses[guarded]
    device_of_zone = np.full(zones, -1, np.int32)
    device_of_zone[zone[below]] = np.arange(len(below), dtype=np.int32)
    device_of_bus = device_of_zone[zone]
    return via[guarded], device_of_bus[walk.before[below]], device_of_bus


def by_depth(parent: Ints) -> list[Rows]:
    """Devices by their depth, each level ascending; one (empty) level when there is none."""
    order = np.argsort(parent, kind="stable")
    sorted_parent = parent[order]
    level = np.flatnonzero(parent < 0)
    levels = [level]
    while len(level):
        low, high = np.searchsorted(sorted_parent, level), np.searchsorted(sorted_parent, level, side="right")
        sizes = high - low
        slots = np.repeat(low - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        level = np.sort(order[slots])
        if len(level):
            levels.append(level)
    return levels


def first_premise(parent: Ints, own: Ints, customers: Ints, levels: list[Rows]) -> Ints:
    """Where each device's premises begin in Euler order: its own first, then its children's, in device order."""
    order = np.argsort(parent, kind="stable")
    running = np.cumsum(customers[order]) - customers[order]
    begins = np.flatnonzero(np.append(True, parent[order][1:] != parent[order][:-1])) if len(order) else order
    running -= np.repeat(running[begins], np.diff(np.append(begins, len(order))))
    first = np.zeros(len(parent), np.int32)
    first[order] = running
    for level in levels[1:]:
        first[level] += first[parent[level]] + own[parent[level]]
    return first
