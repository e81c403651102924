"""The tree as the switches are now: who is fed by what, who is fed by nothing, what is fed from two sides.

The network is operated radially, so that its state is one spanning forest from the sources. Closed edges of the
normal tree come first, then other closed edges, the one closed first before the others; last, open ones that somebody
operated, the one opened last before the others: what no closed path feeds hangs below the device whose opening
took its service, and is dead. So whoever is fed moves only when his own path opens; a tie that closes a ring moves
nobody (fed from two sides: the normal path counts), and what is open is above what it left without service.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stormops.core.network import Bools, EdgeKind, Ints, Network, Premises, Tree, lay_out, protective
from stormops.core.radial import Walk, devices_on, walk_from
from stormops.core.summary import SwitchState

SWITCHABLE = (EdgeKind.SWITCH, EdgeKind.FUSE, EdgeKind.RECLOSER, EdgeKind.BREAKER)
"""Kinds of devices that people open and close."""

KEPT = 4
"""Trees remembered: the present one, the one just left, and what somebody asks about beforehand."""

Longs = npt.NDArray[np.int64]

States = Mapping[int, SwitchState]


class Switchgear:
    """What can be open or closed in a network. Rows are those of `normal`, the tree of the normal state.

    The devices of that tree come first, in its order; then, idle, everything else that protects or switches.
    """

    def __init__(self, network: Network, premises: Premises, tree: Tree) -> None:
        self._network, self._premises = network, premises
        self._guards = protective(network)
        listed = self._guards | network.edge_open | (network.edge_kind == EdgeKind.SWITCH)
        listed[tree.edge] = False
        self._edge = np.concatenate([tree.edge, np.flatnonzero(listed).astype(np.int32)])
        self._row = np.full(len(network.edge_id), -1, np.int32)
        self._row[self._edge] = np.arange(len(self._edge), dtype=np.int32)
        self.normally_open: Bools = network.edge_open[self._edge]
        walk = Walk(tree.edge[:0], tree.edge[:0], tree.edge[:0], tree.loop_edges, tree.island_of_bus)
        parent = np.append(tree.parent, np.full(len(self._edge) - len(tree), -1, np.int32))
        self.normal = self._lay_out(walk, (parent, tree.bus_device), np.arange(len(tree), dtype=np.int32))
        self._kept: OrderedDict[tuple[tuple[int, SwitchState], ...], Tree] = OrderedDict()

    def switchable(self, row: int) -> bool:
        """Whether people can open and close it."""
        return bool(self.normally_open[row]) or int(self.normal.kind[row]) in SWITCHABLE

    def is_open(self, states: States, row: int) -> bool:
        """Whether it is open: by the last word on it, else normally."""
        state = states.get(row)
        return bool(self.normally_open[row]) if state is None else state.opened

    def abnormal(self, states: States) -> list[int]:
        """Rows that are not as they normally are, ascending."""
        return sorted(row for row, state in states.items() if state.opened != self.normally_open[row])

    def parallel(self, tree: Tree, row: int) -> bool:
        """Whether it is closed and closes a ring."""
        return bool((tree.loop_edges == self._edge[row]).any())

    def trace(self, states: States) -> Tree:
        """The tree in this state of the switches. O(B + E + P log P), or O(1) for those traced lately."""
        if not self.abnormal(states):
            return self.normal
        key = tuple(sorted(states.items()))
        tree = self._kept.get(key)
        if tree is None:
            tree = self._kept[key] = self._trace(states)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return tree

    @cached_property
    def _normal_path(self) -> Bools:
        """(E): edges of the normal tree, and all normally closed edges of what it does not reach."""
        network = self._network
        closed = np.flatnonzero(~network.edge_open)
        walk = walk_from(network.bus_source, network.edge_from, network.edge_to, closed)
        mask = np.zeros(len(network.edge_id), np.bool_)
        mask[walk.feeding[walk.feeding >= 0]] = True
        island = (walk.island_of_bus[network.edge_from] >= 0) & (walk.island_of_bus[network.edge_to] >= 0)
        return mask | island & ~network.edge_open

    def _trace(self, states: States) -> Tree:
        network = self._network
        opened = network.edge_open.copy()
        since = np.zeros(len(opened), np.int64)
        for row, state in states.items():
            opened[self._edge[row]], since[self._edge[row]] = state.opened, state.since_ms
        said_open = self._edge[np.array([row for row, state in sorted(states.items()) if state.opened], np.intp)]
        joined = _joined(network, self._normal_path & ~opened, (opened, said_open, since))
        used = np.flatnonzero(joined.edges)
        walk = walk_from(network.bus_source, network.edge_from, network.edge_to, used)
        walk.loop_edges = np.flatnonzero(~opened & ~joined.edges & (walk.island_of_bus[network.edge_from] < 0)).astype(
            np.int32
        )
        edge, above, device_of_bus = devices_on(walk, self._guards | (opened & joined.edges))
        rows = self._row[edge]
        parent = np.full(len(self._edge), -1, np.int32)
        parent[rows] = _named(rows, above)
        tree = self._lay_out(walk, (parent, _named(rows, device_of_bus[:-1])), rows)
        bus = self._premises.bus
        tree.dead[:] = (tree.premise_device >= 0) & ~joined.live[bus]
        return tree

    def _lay_out(self, walk: Walk, devices: tuple[Ints, Ints], used: Ints) -> Tree:
        """The tree with all rows, those not `used` idle: their feeder is that of the ground they stand on."""
        parent, bus_device = devices
        tree = lay_out(self._network, self._premises, walk, (self._edge, parent, bus_device))
        idle = np.ones(len(self._edge), np.bool_)
        idle[used] = False
        rows = np.flatnonzero(idle).astype(np.int32)
        ends = np.stack([self._network.edge_from[self._edge[rows]], self._network.edge_to[self._edge[rows]]])
        above = bus_device[ends].max(axis=0, initial=-1)
        tree.feeder[rows] = np.where(above >= 0, tree.feeder[above], rows)
        return replace(tree, idle=rows)


class _Joined(NamedTuple):
    """`edges` (E) of the forest; `live` (B): which buses a closed path feeds."""

    edges: Bools
    live: Bools


def _joined(network: Network, first: Bools, others: tuple[Bools, Ints, Longs]) -> _Joined:
    """The forest of the edges `first` and of what joins them best (Kruskal): see the module.

    `others`: which edges are open (E), which of them somebody opened, and since when each is as it is (E).
    """
    opened, said_open, since = others
    a, b, root = network.edge_from, network.edge_to, len(network.bus_id)
    sources = np.flatnonzero(network.bus_source)
    inside = np.flatnonzero(first)
    rows = np.concatenate([a[inside], np.full(len(sources), root)])
    columns = np.concatenate([b[inside], sources])
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(root + 1, root + 1))
    count, part = connected_components(graph, directed=False)
    across = np.flatnonzero(~opened & ~first & (part[a] != part[b]))
    across = across[np.lexsort((across, since[across]))]
    apart = said_open[np.lexsort((said_open, -since[said_open]))]
    edges, heads = first.copy(), np.arange(count)

    def join(edge: int) -> None:
        one, other = _head(heads, int(part[a[edge]])), _head(heads, int(part[b[edge]]))
        if one != other:
            heads[max(one, other)] = min(one, other)
            edges[edge] = True

    for edge in across.tolist():
        join(edge)
    fed = np.array([_head(heads, number) for number in range(count)])
    live = fed[part[:root]] == fed[part[root]]
    for edge in apart.tolist():
        join(edge)
    return _Joined(edges, live)


def _head(heads: np.ndarray, number: int) -> int:
    while heads[number] != number:
        number = int(heads[number])
    return number


def _named(rows: Ints, devices: Ints) -> Ints:
    """Rows of the table for numbers of `rows`; -1 stays."""
    known = devices >= 0
    named = np.full(len(devices), -1, np.int32)
    named[known] = rows[devices[known]]
    return named
