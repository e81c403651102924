"""The network as a forest of buses: what the import needs to draw it and to find feeder heads.

Unlike `core.network.trace`, which answers for devices and customers, this keeps every bus and
gives the islands a root of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from stormops.core.network import Bools, EdgeKind, Ints, Network
from stormops.gis.importing.findings import Findings


@dataclass(slots=True)
class Forest:
    """Buses in breadth-first order from the roots (sources first reached, then one root an island).

    `before[b]` is the bus that feeds `b` and `via[b]` the edge between them, -1 for a root. `depth`
    counts edges from the root.
    """

    order: Ints
    before: Ints
    via: Ints
    depth: Ints


def forest(network: Network) -> Forest:
    """Follow the closed edges from the sources, then from the first bus of each island."""
    buses = len(network.bus_id)
    closed = np.flatnonzero(~network.edge_open)
    a, b = network.edge_from[closed], network.edge_to[closed]
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(buses, buses)).tocsr()
    _, part = connected_components(graph, directed=False)
    fed = np.zeros(part.max(initial=-1) + 1, np.bool_)
    fed[part[network.bus_source]] = True
    _, first = np.unique(part, return_index=True)
    roots = np.concatenate([np.flatnonzero(network.bus_source), first[~fed[part[first]]]])
    rows, cols = np.concatenate([a, np.full(len(roots), buses)]), np.concatenate([b, roots])
    rooted = coo_array((np.ones(len(rows), np.int8), (rows, cols)), shape=(buses + 1, buses + 1)).tocsr()
    order, before = breadth_first_order(rooted, buses, directed=False)
    via = np.full(buses + 1, -1, np.int32)
    for near, far in ((a, b), (b, a)):
        at = np.flatnonzero(before[far] == near)[::-1]
        via[far[at]] = closed[at]
    before[before == buses] = -1
    via[before == -1] = -1
    depth = np.zeros(buses + 1, np.int32)
    for bus in order[1:].tolist():
        if before[bus] >= 0:
            depth[bus] = depth[before[bus]] + 1
    return Forest(order[1:].astype(np.int32), before[:-1].astype(np.int32), via[:-1], depth[:-1])


def assume_breakers(network: Network, regulates: Bools, load_bus: Ints, findings: Findings) -> None:
    """Give each feeder without a breaker one, in place: a substation always has it.

    A feeder begins below a power transformer, or at a source when no power transformer is on the
    way. Where all loads stand behind reclosers there, those are the breakers; else the first line
    is, unless more than half of the loads below it have a breaker further out.
    """
    tree = forest(network)
    before, kind = tree.before.tolist(), network.edge_kind.tolist()
    kind_at = [kind[via] if via >= 0 else -1 for via in tree.via.tolist()]
    order = [bus for bus in tree.order.tolist() if before[bus] >= 0]
    loads = np.bincount(load_bus, minlength=len(before)).tolist()
    stations, open_air, no_breaker, below = [0] * len(loads), list(loads), list(loads), list(loads)
    breaker, recloser, station = int(EdgeKind.BREAKER), int(EdgeKind.RECLOSER), int(EdgeKind.POWER_TRANSFORMER)
    for bus in reversed(order):
        up, at = before[bus], kind_at[bus]
        below[up] += below[bus]
        stations[up] += stations[bus] + (at == station)
        no_breaker[up] += 0 if at == breaker else no_breaker[bus]
        open_air[up] += 0 if at in (breaker, recloser) else open_air[bus]
    fed, guarded = network.bus_source.tolist(), [False] * len(loads)
    plain = (int(EdgeKind.LINE), int(EdgeKind.SWITCH))
    for bus in order:
        up, at, via = before[bus], kind_at[bus], int(tree.via[bus])
        fed[bus] = fed[up]
        guarded[bus] = (guarded[up] or at == breaker) and at != station
        if guarded[bus] or not fed[bus] or stations[bus] or not below[bus] or regulates[via]:
            continue
        first_line = at in plain and open_air[bus] > 0 and no_breaker[bus] * 2 >= below[bus]
        if first_line or at == recloser:
            network.edge_kind[via] = breaker
            guarded[bus] = True
            findings.add("breaker-assumed", network.edge_id[via])
