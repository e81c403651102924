"""The most probable causes of a hierarchy, kept up to date as counts change.

Values are worked out bottom-up along the paths that changed, all changed nodes of a level at once, and
read out top-down where the answer can differ. Nothing here knows of groups, or of who reported.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stormops.core.distinct import distinct
from stormops.core.evidence import SMALL, Table, chances, whole
from stormops.core.hierarchy import Hierarchy, ranges
from stormops.core.network import Bools, Ints

Longs = npt.NDArray[np.int64]

PART = 1_024
"""Nodes worked out at once: bounds the memory of one step to a few tens of megabytes."""


class Causes:
    """N nodes, S slots, R rounds (failures of one node that are told apart).

    `row` (N, S): for a report right below a node in a slot, the cause that explains it: node * R + round,
    -1 for none. `chance` (N): per 10,000, how sure the node's failures are. With `silent`, rows are kept
    of nodes without reports too.
    """

    def __init__(self, places: Hierarchy, table: Table, *, silent: bool) -> None:
        self._places, self._table, self._silent = places, table, silent
        self._slots, self.rounds = table.slots, table.rounds
        self._prior = whole(places.prior)
        self._levels = int(places.level.max()) + 1
        self._children = np.argsort(places.parent, kind="stable").astype(np.int32)
        above = places.parent[self._children]
        self._child_start = np.searchsorted(above, np.arange(len(places) + 1))
        self.clear()

    def clear(self) -> None:
        """No reports at all."""
        n, slots = len(self._places), self._slots
        self._counts = np.zeros((n + 1, slots))
        self._below = np.zeros((n + 1, slots + 1))
        self._best = np.zeros((n, slots + 1))
        self._choice = np.full((self.rounds, n, slots + 1), -1, np.int8)
        self._bounds = np.full((n, self.rounds + 1), -1, np.int8)
        self._dirty = np.zeros(n + 1, np.bool_)
        self._final = 0
        self.row = np.full((n + 1, slots), -1, np.int32)
        self.chance = np.zeros(n, np.int32)

    def now(self, leaf: Ints) -> Ints:
        """The cause that would explain a report from right below each node in the last slot, -1 for none."""
        causes: Ints = self.row[leaf, self._final - 1]
        return causes

    def count(self, leaf: Ints, slot: npt.NDArray[np.int8], sign: int) -> None:
        """One reporting premise more (+1) or less (-1) right below each node of `leaf`, in its slot."""
        path = self._places.ancestors[leaf]
        np.add.at(self._counts, (path, slot[:, None]), sign)
        np.add.at(self._below, leaf, (np.arange(self._slots + 1) > slot[:, None]) * (sign * self._table.single))
        self._dirty[path] = True

    def distrust(self, nodes: Bools) -> None:
        """Work these nodes (a mask, closed towards the top) out again: their customers changed."""
        self._dirty[:-1] |= nodes & self._counts[:-1].any(axis=1)

    def settle(self, customers: Longs, final: int) -> tuple[Ints, Ints]:
        """Bring everything up to date; `customers` (N) below each node, `final` the slot after the last.

        Gives the nodes whose `row` changed, and those whose `chance` did.
        """
        self._dirty[-1] = False
        nodes = np.flatnonzero(self._dirty[:-1]).astype(np.int32)
        self._dirty[nodes] = False
        by_level = self._split(nodes)
        for level in range(self._levels - 1, -1, -1):
            small = customers[by_level[level]] <= SMALL
            for here in (by_level[level][small], by_level[level][~small]):
                for begin in range(0, len(here), PART):
                    self._explain(here[begin : begin + PART], customers)
        if final != self._final:
            self._final = final
            roots = np.flatnonzero(self._places.level == 0)
            spoken = roots[self._counts[roots].any(axis=1)]
            by_level[0] = distinct(np.concatenate((by_level[0], spoken))).astype(np.int32)
        return self._read_out(by_level)

    def _split(self, nodes: Ints) -> list[Ints]:
        level = self._places.level[nodes]
        order = np.argsort(level, kind="stable")
        ends = np.searchsorted(level[order], np.arange(self._levels + 1))
        return [nodes[order[ends[i] : ends[i + 1]]] for i in range(self._levels)]

    def _explain(self, nodes: Ints, customers: Longs) -> None:
        best, choice = self._table.explain(
            self._counts[nodes], customers[nodes], self._prior[nodes], self._below[nodes]
        )
        parent = self._places.parent[nodes]
        order = np.argsort(parent, kind="stable")
        begins = np.flatnonzero(np.diff(parent[order], prepend=-2))
        self._below[parent[order[begins]]] += np.add.reduceat((best - self._best[nodes])[order], begins)
        self._best[nodes] = best
        self._choice[:, nodes] = choice

    def _read_out(self, by_level: list[Ints]) -> tuple[Ints, Ints]:
        changed, surer = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        follow = changed[0]
        for level in range(self._levels):
            self._dirty[by_level[level]] = self._dirty[follow] = True
            nodes = np.flatnonzero(self._dirty[:-1]).astype(np.int32)
            self._dirty[nodes] = False
            follow = changed[0]
            if len(nodes):
                differs, chance = self._descend(nodes)
                follow = self._below_of(nodes[differs])
                changed.append(nodes[differs])
                surer.append(nodes[chance])
        return np.concatenate(changed), np.concatenate(surer)

    def _descend(self, nodes: Ints) -> tuple[Bools, Bools]:
        """Settle the nodes' failures given what is above; gives which rows and which chances changed."""
        parent = self._places.parent[nodes]
        cut = np.where(parent < 0, self._final, self._bounds[parent, -1]).astype(np.int8)
        bounds = np.empty((len(nodes), self.rounds + 1), np.int8)
        bounds[:, 0] = cut
        row = np.where(parent[:, None] < 0, -1, self.row[parent])
        slot = np.arange(self._slots)
        for r in range(self.rounds):
            start = self._choice[self.rounds - 1 - r, nodes, bounds[:, r]]
            bounds[:, r + 1] = np.where(start >= 0, start, bounds[:, r])
            inside = (slot >= bounds[:, r + 1, None]) & (slot < bounds[:, r, None])
            row = np.where(inside, nodes[:, None] * self.rounds + r, row)
        differs = (row != self.row[nodes]).any(axis=1) | (bounds[:, -1] != self._bounds[nodes, -1])
        self.row[nodes], self._bounds[nodes] = row, bounds
        chance = chances(self._best[nodes, cut] - self._below[nodes, cut])
        surer: Bools = (chance != self.chance[nodes]) & (bounds[:, -1] < cut)
        self.chance[nodes] = chance
        return differs, surer

    def _below_of(self, nodes: Ints) -> Ints:
        """Children to look at: all where silent premises count, else those with reports."""
        start = self._child_start[nodes]
        children = self._children[ranges(start, self._child_start[nodes + 1] - start)]
        return children if self._silent else children[self._counts[children].any(axis=1)]
