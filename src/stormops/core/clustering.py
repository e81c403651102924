"""Reports grouped without any network: water, gas, sewer, and where the electric network does not reach.

Neighbourhoods of service points stand in for devices. What a neighbourhood explains depends on how
many of *its own* service points report, and when: ten reports among twelve houses are a block that is
out, ten among ten thousand are not; two bursts hours apart are two. Neighbourhoods that touch and
began to report together are one group.
"""

from __future__ import annotations

import numpy as np

from stormops.core.beliefs import Beliefs
from stormops.core.explanation import Explainer, Key
from stormops.core.grouping import Group
from stormops.core.neighbourhoods import MOST, neighbourhoods
from stormops.core.network import Bools, City, Ints
from stormops.core.touching import Timing, Touching, join, one_cause


class Clusters(Explainer):
    """Groups named by their anchor. `mask` (bool, one a premise) says which premises count; default all.

    Premises outside the mask or without coordinates are lone when they report.
    """

    def __init__(
        self, city: City, mask: Bools | None = None, beliefs: Beliefs | None = None, timing: Timing | None = None
    ) -> None:
        x, y = city.metres(city.premises.lon, city.premises.lat)
        places = neighbourhoods(x, y, city.premises.street, np.zeros(len(x), np.bool_) if mask is None else ~mask)
        self._touching = Touching(places, x, y)
        self._timing = timing or Timing()
        super().__init__(places, beliefs or Beliefs(again=2, fewest=2), silent=True)

    def hold(self, device: int, *, held: bool) -> None:
        """Nothing: a cluster has no device."""

    def _clear(self) -> None:
        super()._clear()
        self._root: dict[int, int] = {}
        self._since_of = np.zeros(self._held_from, np.int64)
        self._size_of = np.zeros(self._held_from, np.int32)
        self._extent: dict[int, Ints] = {}

    def _assemble(self, touched: set[int], redrawn: set[int], gone: set[Key], fresh: dict[Key, Group]) -> None:
        """Make the groups again whose fragments changed, or hang together otherwise than before."""
        redrawn.discard(-1)
        if not touched and not redrawn:
            return
        for fragment in redrawn:
            self._extent.pop(fragment, None)
        for fragment in touched:
            self._since_of[fragment] = self._since.get(fragment, 0)
            self._size_of[fragment] = len(self._members.get(fragment, ()))
        before, together = self._hang()
        now = {fragment: self._root.get(fragment, fragment) for fragment in touched | redrawn | before.keys()}
        moved = {root for f, root in before.items() if root != now[f]} | {now[f] for f in before if before[f] != now[f]}
        for root in moved | {root for f in touched | redrawn for root in (before.get(f, f), now[f])}:
            old = self._by_root.pop(root, None)
            if old is not None:
                gone.add(old.key)
            alone = root in self._members and root not in self._root
            parts = together.get(root) or ([root] if alone else [])
            if parts:
                same = old is not None and root not in moved and redrawn.isdisjoint(parts)
                group = self._merged(parts, old.out if old is not None and same else None)
                self._by_root[root] = group
                fresh[group.key] = group

    def _hang(self) -> tuple[dict[int, int], dict[int, list[int]]]:
        """Work out afresh which fragments are one cause.

        Gives the root of each fragment that hung together before or does now, as it was before (itself
        when alone), and the fragments of each root.
        """
        lone = np.flatnonzero(self._owner >= self._lone_from).astype(np.int32)
        pairs = self._touching.pairs(self._owner, lone, self._lone_from)
        nats = one_cause(pairs, self._since_of, self._size_of, self._timing)
        extent = np.bincount(self._owner + 1, minlength=self._held_from + 1)[1:]
        together = {parts[0]: parts for parts in join(pairs, nats, extent, MOST)}
        before, self._root = self._root, {part: root for root, parts in together.items() for part in parts}
        return {part: part for part in self._root} | before, together

    def _merged(self, parts: list[int], out: tuple[int, ...] | None) -> Group:
        members: list[int] = []
        for part in parts:
            members += self._members[part]
        members.sort()
        if out is None:
            out = tuple(np.sort(np.concatenate([self._reach(part) for part in parts])).tolist())
        since = min(self._since[part] for part in parts)
        return Group(-1, members[0], tuple(members), out, since, max(self._surety(part) for part in parts))

    def _surety(self, fragment: int) -> int:
        if fragment >= self._lone_from:
            return self._lone_probability
        return int(self._causes.chance[fragment // self._causes.rounds])

    def _reach(self, fragment: int) -> Ints:
        """The premises that belong to a fragment, reporting or silent."""
        found = self._extent.get(fragment)
        if found is None:
            places = self._places
            if fragment >= self._lone_from:
                first, last = fragment - self._lone_from, fragment - self._lone_from + 1
            else:
                node = fragment // self._causes.rounds
                first, last = int(places.first[node]), int(places.last[node])
            here = first + np.flatnonzero(self._owner[first:last] == fragment)
            found = self._extent[fragment] = places.order[here]
        return found
