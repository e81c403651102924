"""Explains open reports by the most probable failures of a hierarchy, as reports come and go.

Only the path from a changed premise to the top is worked out again, all changed nodes of a level at
once; then the answer is read from the top down where it can have changed. The state is a function of
the open reports, the held nodes and the last tick.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stormops.core.evidence import Beliefs, Floats, Table, per_ten_thousand
from stormops.core.grouping import Delta, Group
from stormops.core.hierarchy import Hierarchy
from stormops.core.network import Bools, Ints

Key = tuple[int, int]
Longs = npt.NDArray[np.int64]

HELD_PROBABILITY = 9_999
"""A person saw it: the probability of a held device."""


class Explainer:
    """The common grouper. With `devices`, groups are named by their node; else by their anchor."""

    def __init__(self, places: Hierarchy, beliefs: Beliefs, *, devices: bool) -> None:
        self.places = places
        self._devices = devices
        self._table = Table(beliefs)
        self._slot_ms, self._slots = beliefs.slot_ms, beliefs.slots
        self._prior = self._table.whole(places.prior)
        self._children, self._child_start = _children(places.parent)
        self._levels = int(places.level.max()) + 1
        self._reports: dict[int, list[int]] = {}
        self._touched: set[int] = set()
        self._held: set[int] = set()
        self._holds_changed = False
        self._holder = np.full(len(places.order), -1, np.int32)
        self._customers = (places.last - places.first).astype(np.float64)
        self._now_slot: int | None = None
        self._held_shown: set[int] = set()
        self._groups: dict[Key, Group] = {}
        self._reset()

    # --- the port -------------------------------------------------------------------------------

    def add(self, premise: int, at_ms: int) -> None:
        """One report that service is lost at a premise. A premise may report many times."""
        times = self._reports.get(premise)
        if times is None:
            self._reports[premise] = [at_ms]
        else:
            times.append(at_ms)
        self._touched.add(premise)

    def remove(self, premise: int, at_ms: int) -> None:
        """Take one such report back. Raises KeyError or ValueError when there is no such report."""
        times = self._reports[premise]
        times.remove(at_ms)
        if not times:
            del self._reports[premise]
        self._touched.add(premise)

    def hold(self, device: int, *, held: bool) -> None:
        """A person confirmed this device open, or took that back. Nothing happens for -1."""
        if device < 0 or held == (device in self._held):
            return
        (self._held.add if held else self._held.discard)(device)
        self._holds_changed = True

    def update(self, now_ms: int) -> Delta:
        """Work out what changed since the last update."""
        now_slot = now_ms // self._slot_ms
        rolled = now_slot != self._now_slot
        self._now_slot = now_slot
        gone: set[Key] = set()
        if rolled and self._groups:
            gone.update(self._groups)
            self._reset()
            self._touched.update(self._reports)
            self._holds_changed = True
        if not self._touched and not self._holds_changed:
            return self._publish(gone, {})
        touched = np.fromiter(self._touched, np.int64, len(self._touched))
        self._touched.clear()
        touched.sort()
        nodes, holders = self._take_in(self.places.position[touched])
        visited, lone = self._work_out(nodes)
        fresh: dict[Key, Group] = {}
        self._collect_events(visited, gone, fresh)
        self._collect_lone(lone, gone, fresh)
        self._collect_held(holders, gone, fresh)
        return self._publish(gone, fresh)

    def groups(self) -> list[Group]:
        """Every group now, ordered by key."""
        return [self._groups[key] for key in sorted(self._groups)]

    # --- taking reports in ----------------------------------------------------------------------

    def _reset(self) -> None:
        n, slots, premises = len(self.places), self._slots, len(self.places.order)
        self._counts = np.zeros((n + 1, slots))
        self._below = np.zeros((n + 1, slots + 1))
        self._best = np.zeros((n + 1, slots + 1))
        self._choice = np.full((self._table.rounds, n, slots + 1), -1, np.int8)
        self._bounds = np.full((n, self._table.rounds + 1), slots, np.int8)
        self._slot = np.full(premises, -1, np.int8)
        self._at = np.zeros(premises, np.int64)
        self._counted = np.zeros(premises, np.bool_)
        self._lone = np.zeros(premises, np.bool_)
        self._by_node: dict[Key, Key] = {}

    def _take_in(self, positions: Ints) -> tuple[Ints, set[int]]:
        """Bring counts up to date; gives the nodes and the holders to look at again."""
        moved = positions
        dirty = np.zeros(len(self.places) + 1, np.bool_)
        holders = {int(h) for h in np.unique(self._holder[positions]) if h >= 0}
        if self._holds_changed:
            self._holds_changed = False
            before, self._holder = self._holder, self._holders()
            switched = np.flatnonzero(before != self._holder)
            reporting = switched[(self._slot[switched] >= 0)]
            moved = np.union1d(positions, reporting).astype(np.int32)
            customers = self._live_customers()
            changed_customers = customers != self._customers
            self._customers = customers
            holders |= self._held | self._held_shown
        else:
            changed_customers = None
        premises = self.places.order[moved].tolist()
        at = np.array([min(self._reports.get(p, (-1,))) for p in premises], np.int64)
        assert self._now_slot is not None  # noqa: S101  update has set it; mypy cannot know
        slot = np.clip(at // self._slot_ms - self._now_slot + self._slots - 1, 0, self._slots - 1)
        slot = np.where([p in self._reports for p in premises], slot, -1).astype(np.int8)
        was = moved[self._counted[moved]]
        self._count(was, -1.0, dirty)
        self._slot[moved], self._at[moved] = slot, at
        self._counted[moved] = (slot >= 0) & (self._holder[moved] < 0)
        self._count(moved[self._counted[moved]], 1.0, dirty)
        if changed_customers is not None:
            dirty[:-1] |= changed_customers & (self._counts[:-1].sum(axis=1) > 0)
        self._moved = moved
        return np.flatnonzero(dirty[:-1]).astype(np.int32), holders

    def _count(self, positions: Ints, sign: float, dirty: Bools) -> None:
        leaf, slot = self.places.leaf[self.places.order[positions]], self._slot[positions]
        path = self.places.ancestors[leaf]
        np.add.at(self._counts, (path, slot[:, None]), sign)
        gain = (np.arange(self._slots + 1) > slot[:, None]) * (sign * self._table.single)
        np.add.at(self._below, leaf, gain)
        dirty[path] = True

    def _holders(self) -> Ints:
        """The nearest held node above each position, -1 for none."""
        holder = np.full(len(self.places.order), -1, np.int32)
        for node in sorted(self._held, key=lambda d: (int(self.places.level[d]), d)):
            holder[self.places.first[node] : self.places.last[node]] = node
        return holder

    def _live_customers(self) -> Floats:
        total = np.concatenate([[0], np.cumsum(self._holder < 0)]).astype(np.float64)
        live: Floats = total[self.places.last] - total[self.places.first]
        return live

    # --- working out ----------------------------------------------------------------------------

    def _work_out(self, nodes: Ints) -> tuple[Ints, Ints]:
        """Explain the dirty nodes bottom-up, then read out top-down.

        Gives the nodes visited and the positions right below them.
        """
        by_level = _split(nodes, self.places.level[nodes], self._levels)
        for level in range(self._levels - 1, -1, -1):
            for part in np.array_split(by_level[level], len(by_level[level]) // 1024 + 1):
                self._explain(part)
        visited: list[Ints] = []
        follow = np.empty(0, np.int32)
        for level in range(self._levels):
            here = np.union1d(by_level[level], follow).astype(np.int32)
            if not len(here):
                continue
            visited.append(here)
            follow = self._descend(here)
        seen = np.concatenate(visited) if visited else np.empty(0, np.int32)
        return seen, _ranges(self.places.first[seen], self.places.own[seen])

    def _explain(self, nodes: Ints) -> None:
        if not len(nodes):
            return
        best, choice = self._table.explain(
            self._counts[nodes], self._customers[nodes], self._prior[nodes], self._below[nodes]
        )
        np.add.at(self._below, self.places.parent[nodes], best - self._best[nodes])
        self._best[nodes] = best
        self._choice[:, nodes] = choice

    def _descend(self, nodes: Ints) -> Ints:
        """Settle the nodes' failures given what is above; gives the children to visit next."""
        parent = self.places.parent[nodes]
        cut = np.where(parent < 0, self._slots, self._bounds[parent, -1]).astype(np.int8)
        was = self._bounds[nodes, -1]
        bounds = np.empty((len(nodes), self._table.rounds + 1), np.int8)
        bounds[:, 0] = cut
        for r in range(self._table.rounds):
            start = self._choice[self._table.rounds - 1 - r, nodes, bounds[:, r]]
            bounds[:, r + 1] = np.where(start >= 0, start, bounds[:, r])
        self._bounds[nodes] = bounds
        changed = nodes[bounds[:, -1] != was]
        children = self._children[
            _ranges(self._child_start[changed], self._child_start[changed + 1] - self._child_start[changed])
        ]
        return children[self._counts[children].any(axis=1)]

    # --- reading out ----------------------------------------------------------------------------

    def _collect_events(self, visited: Ints, gone: set[Key], fresh: dict[Key, Group]) -> None:
        bounds = self._bounds[visited]
        happens = bounds[:, 1:] < bounds[:, :-1]
        known = self._by_node
        rounds = range(self._table.rounds)
        for node, row in zip(visited.tolist(), happens.tolist(), strict=True):
            for r in rounds:
                old = known.pop((node, r), None)
                if old is not None:
                    gone.add(old)
                if row[r]:
                    group = self._event(node, r)
                    known[node, r] = group.key
                    fresh[group.key] = group

    def _event(self, node: int, r: int) -> Group:
        first, last = self.places.first[node], self.places.last[node]
        ends = self._bounds[node]
        slot, counted = self._slot[first:last], self._counted[first:last]
        here = np.flatnonzero((slot >= ends[r + 1]) & (slot < ends[r]) & counted)
        premises = np.sort(self.places.order[first + here])
        margin = self._best[node, ends[0]] - self._below[node, ends[0]]
        members = tuple(premises.tolist())
        return Group(
            device=node if self._devices else -1,
            anchor=-1 if self._devices else members[0],
            premises=members,
            out=() if self._devices else self._out(node, r, first + here),
            since_ms=int(self._at[first + here].min()),
            probability=per_ten_thousand(margin),
        )

    def _out(self, node: int, r: int, reporting: Ints) -> tuple[int, ...]:
        """The premises believed out: the reporting ones, and the silent ones unless an earlier failure has them."""
        ends = self._bounds[node]
        if (ends[r + 1 :] < ends[r + 1]).any():
            return tuple(np.sort(self.places.order[reporting]).tolist())
        first, last = self.places.first[node], self.places.last[node]
        silent = ~self._counted[first:last]
        if self._counts[node, : ends[-1]].any():
            for inner, _ in self._nested(node):
                silent[self.places.first[inner] - first : self.places.last[inner] - first] = False
        mine = np.concatenate([first + np.flatnonzero(silent), reporting])
        return tuple(np.sort(self.places.order[mine]).tolist())

    def _nested(self, node: int) -> list[Key]:
        first, last = self.places.first[node], self.places.last[node]
        inside = np.flatnonzero((self.places.first >= first) & (self.places.last <= last))
        inside = inside[self.places.level[inside] > self.places.level[node]]
        bounds = self._bounds[inside]
        happens = (bounds[:, 1:] < bounds[:, :-1]).any(axis=1) & self._counts[inside].any(axis=1)
        return [(int(i), 0) for i in inside[happens]]

    def _collect_lone(self, positions: Ints, gone: set[Key], fresh: dict[Key, Group]) -> None:
        places = self.places
        cut = self._bounds[places.leaf[places.order[positions]], -1]
        lone = self._counted[positions] & (self._slot[positions] < cut)
        was = self._lone[positions]
        self._lone[positions] = lone
        gone.update((-1, p) for p in places.order[positions[was & ~lone]].tolist())
        moved = np.zeros(len(positions), np.bool_)
        moved[np.isin(positions, self._moved)] = True
        new = positions[lone & (moved | ~was)]
        probability = self._table.single_probability
        for premise, at in zip(places.order[new].tolist(), self._at[new].tolist(), strict=True):
            mine = (premise,)
            fresh[-1, premise] = Group(-1, premise, mine, mine, at, probability)

    def _collect_held(self, holders: set[int], gone: set[Key], fresh: dict[Key, Group]) -> None:
        for node in holders:
            if node not in self._held:
                gone.add((node, -1))
                continue
            first, last = self.places.first[node], self.places.last[node]
            here = first + np.flatnonzero((self._holder[first:last] == node) & (self._slot[first:last] >= 0))
            premises = tuple(np.sort(self.places.order[here]).tolist())
            since = int(self._at[here].min()) if len(here) else 0
            fresh[node, -1] = Group(node, -1, premises, (), since, HELD_PROBABILITY)
        self._held_shown = set(self._held)

    def _publish(self, gone: set[Key], fresh: dict[Key, Group]) -> Delta:
        left = sorted(key for key in gone if key not in fresh and key in self._groups)
        changed = [fresh[key] for key in sorted(fresh) if self._groups.get(key) != fresh[key]]
        for key in left:
            del self._groups[key]
        for group in changed:
            self._groups[group.key] = group
        return Delta(left, changed)


def _children(parent: Ints) -> tuple[Ints, Longs]:
    """Children by parent: `children[start[d]:start[d + 1]]`."""
    order = np.argsort(parent, kind="stable").astype(np.int32)
    start = np.searchsorted(parent[order], np.arange(len(parent) + 1)).astype(np.int64)
    return order, start


def _split(nodes: Ints, level: Ints, levels: int) -> list[Ints]:
    order = np.argsort(level, kind="stable")
    ends = np.searchsorted(level[order], np.arange(levels + 1))
    return [nodes[order[ends[i] : ends[i + 1]]] for i in range(levels)]


def _ranges(first: npt.NDArray[np.integer], count: npt.NDArray[np.integer]) -> Ints:
    """The numbers of all ranges [first, first + count), one after the other."""
    total = int(count.sum())
    if not total:
        return np.empty(0, np.int32)
    ahead = np.cumsum(count) - count
    whole: Ints = (np.repeat(first - ahead, count) + np.arange(total)).astype(np.int32)
    return whole
