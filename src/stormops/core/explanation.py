"""The common grouper: open reports in, groups out, by the most probable causes of a hierarchy.

The answer is a function of the open reports, the held nodes and the last tick, whatever the order in
which they came. A cause with the reporting premises that it explains is a *fragment*; where the
network is known a fragment is a group (`Explainer`), else fragments that touch may be one (`core.clustering`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from stormops.core.arguing import Argument
from stormops.core.beliefs import Beliefs
from stormops.core.causes import Causes, Longs
from stormops.core.distinct import distinct
from stormops.core.entry import RatesLearned
from stormops.core.evidence import Table
from stormops.core.grouping import Delta, Group
from stormops.core.hierarchy import Hierarchy, ranges
from stormops.core.mislinks import Doubt
from stormops.core.network import Ints, Tree

Key = tuple[int, int]

STORM_SHARE, STORM_LEAST = 0.002, 20
"""Premises reporting from which on one report may stand for more than itself: a share, and a number.

On a quiet day nearly every single report is a fault of one house, or none.
"""

HELD_PROBABILITY = 9_999
"""A person saw it: the probability of a held device."""


class Explainer:
    """Groups named by their node; a report that nothing explains is a group of its own.

    Fragments are numbered: node * rounds + round; then one for each position (a lone report); then one
    for each held node.
    """

    def __init__(self, places: Hierarchy, beliefs: Beliefs, *, silent: bool = False) -> None:
        table = Table(beliefs, int((places.last - places.first).max()))
        self._places = places
        self._slot_ms, self._step, self._by_age = beliefs.slot_ms, beliefs.step, beliefs.by_age()
        self._lone_probability = table.single_probability
        self._causes = Causes(places, table, silent=silent)
        self._silent = silent
        self._leaf = places.leaf[places.order]
        self._lone_from = len(places) * table.rounds
        self._held_from = self._lone_from + len(places.order)
        self._reports: dict[int, list[int]] = {}
        self._touched: set[int] = set()
        self._held: set[int] = set()
        self._hold_news: set[int] = set()
        self._holder = np.full(len(places.order), -1, np.int32)
        self._customers = (places.last - places.first).astype(np.int64)
        self._top = -1
        self._quiet = True
        self._shown: dict[Key, Group] = {}
        self._by_root: dict[int, Group] = {}
        self._clear()

    # --- the port ---------------------------------------------------------------------------------

    def add(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        """One report that service is lost at a premise, whoever says it. A premise may report many times."""
        del meter
        times = self._reports.get(premise)
        if times is None:
            self._reports[premise] = [at_ms]
        else:
            times.append(at_ms)
        self._touched.add(premise)

    def remove(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        """Take one such report back. Raises KeyError or ValueError when there is no such report."""
        del meter
        times = self._reports[premise]
        times.remove(at_ms)
        if not times:
            del self._reports[premise]
        self._touched.add(premise)

    def hold(self, device: int, *, held: bool) -> None:
        """A person confirmed this node open, or took that back: what is below it is explained by it."""
        if held != (device in self._held):
            (self._held.add if held else self._held.discard)(device)
            self._hold_news.add(device)

    def remember(self, devices: Iterable[int]) -> None:
        """What was predicted before is of no matter here."""

    def restored(self, premises: Ints, at_ms: Longs) -> None:
        """What people restored is told by taking its reports back."""

    def seen_closed(self, devices: Ints, at_ms: Longs) -> None:
        """No device explains anything here."""

    def sighted(self, devices: Ints, at_ms: Longs) -> None:
        """No device explains anything here."""

    def heard_on(self, premises: Ints, at_ms: Longs) -> None:
        """A meter that is on says nothing of its neighbours here."""

    def unheard(self, premises: Ints, since_ms: Longs) -> None:
        """Nor does one that does not come back."""

    def still_dark(self) -> Ints:
        """None: no network says so."""
        return np.empty(0, np.int32)

    def listen(self, silence: Ints, spans_ms: Longs, every_ms: int) -> None:
        """Silent meters count for nothing here, heard or not."""

    def switched(self, device: int, *, opened: bool | None, at_ms: int) -> None:
        """No device explains anything here."""

    def rewire(self, tree: Tree) -> None:
        """Nothing: who is near whom is no matter of switches."""

    def learn(self, now_ms: int, *, due: bool) -> RatesLearned | None:
        """Nothing: each cause has a rate of its own here (`core.evidence`)."""

    def believe(self, learned: RatesLearned) -> None:
        """The network's rates are of no matter here."""

    def update(self, now_ms: int) -> Delta:
        """Work out what changed since the last update."""
        gone: set[Key] = set()
        fresh: dict[Key, Group] = {}
        now_slot = now_ms // self._slot_ms
        top = (now_slot // self._step + 1) * self._step
        if top != self._top:
            self._top = top
            gone.update(self._shown)
            self._clear()
        moved, before = self._take_in(now_slot)
        rows, surer = self._causes.settle(self._customers, int(self._by_age[top - 1 - now_slot]) + 1)
        seen = ranges(self._places.first[rows], self._places.own[rows])
        looked_at = np.zeros(len(self._slot), np.bool_)
        looked_at[moved] = looked_at[seen] = True
        touched, redrawn = self._sort_out(np.flatnonzero(looked_at), moved, before)
        rounds = self._causes.rounds
        touched.update(f for node in surer.tolist() for f in range(node * rounds, node * rounds + rounds))
        touched.update(self._held_from + device for device in self._hold_news)
        self._hold_news.clear()
        quiet = len(self._reports) < max(STORM_LEAST, STORM_SHARE * len(self._slot))
        if quiet != self._quiet:
            self._quiet = quiet
            touched.update(fragment for fragment, members in self._members.items() if len(members) == 1)
        self._assemble(touched, redrawn, gone, fresh)
        return self._publish(gone, fresh)

    def argue(self, devices: Sequence[int]) -> list[Argument | None]:
        """Nothing but the reports is known."""
        return [None] * len(devices)

    def doubts(self) -> list[Doubt]:
        """Nobody hangs on anything here."""
        return []

    def groups(self) -> list[Group]:
        """Every group now, ordered by key."""
        return [self._shown[key] for key in sorted(self._shown)]

    # --- taking reports in ------------------------------------------------------------------------

    def _clear(self) -> None:
        """Count from nothing: all open reports are taken in at the next step."""
        premises = len(self._places.order)
        self._causes.clear()
        self._slot = np.full(premises, -1, np.int8)
        self._at = np.zeros(premises, np.int64)
        self._owner = np.full(premises, -1, np.int32)
        self._members: dict[int, list[int]] = {}
        self._since: dict[int, int] = {}
        self._by_root.clear()
        self._touched.update(self._reports)
        self._hold_news.update(self._held)

    def _take_in(self, now_slot: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        """Count what is new. Gives the positions whose time or holder changed, and the times before."""
        premises = np.fromiter(self._touched, np.int64, len(self._touched))
        self._touched.clear()
        moved = np.sort(self._places.position[premises]).astype(np.intp)
        was_held = self._holder
        if self._hold_news:
            moved = distinct(np.concatenate((moved, self._switch_holds())))
        reports = self._reports
        at = np.array([min(reports.get(p, (-1,))) for p in self._places.order[moved].tolist()], np.int64)
        # What comes from ahead of the tick counts as of now, and is placed again at the next one.
        self._touched.update(self._places.order[moved[at // self._slot_ms > now_slot]].tolist())
        age = np.clip(self._top - 1 - np.minimum(at // self._slot_ms, now_slot), 0, len(self._by_age) - 1)
        slot = np.where(at < 0, -1, self._by_age[age]).astype(np.int8)
        news = (slot != self._slot[moved]) | (at != self._at[moved]) | (was_held != self._holder)[moved]
        moved, at, slot = moved[news], at[news], slot[news]
        counted = (self._slot[moved] >= 0) & (was_held[moved] < 0)
        self._causes.count(self._leaf[moved[counted]], self._slot[moved[counted]], -1)
        before = np.where(self._slot[moved] >= 0, self._at[moved], -1)
        self._slot[moved], self._at[moved] = slot, at
        counts = (slot >= 0) & (self._holder[moved] < 0)
        self._causes.count(self._leaf[moved[counts]], slot[counts], 1)
        return moved, before

    def _switch_holds(self) -> npt.NDArray[np.intp]:
        """Bring holders up to date; gives the reporting positions that have another holder."""
        before = self._holder
        holder = np.full(len(before), -1, np.int32)
        for node in sorted(self._held, key=lambda d: (int(self._places.level[d]), d)):
            holder[self._places.first[node] : self._places.last[node]] = node
        self._holder = holder
        live = np.concatenate([[0], np.cumsum(holder < 0)]).astype(np.int64)
        customers = live[self._places.last] - live[self._places.first]
        self._causes.distrust(customers != self._customers)
        self._customers = customers
        return np.flatnonzero((before != holder) & (self._slot >= 0))

    # --- fragments --------------------------------------------------------------------------------

    def _owners(self, positions: npt.NDArray[np.intp]) -> Ints:
        """The fragment of each reporting position; for a silent one the cause that would explain it now or -1."""
        slot, leaf = self._slot[positions], self._leaf[positions]
        reporting = slot >= 0
        cause = self._causes.row[leaf, np.maximum(slot, 0)]
        own = np.where(cause >= 0, cause, self._lone_from + positions)
        holder = self._holder[positions]
        own = np.where(holder >= 0, self._held_from + holder, own)
        owners: Ints = np.where(reporting, own, self._causes.now(leaf) if self._silent else -1).astype(np.int32)
        return owners

    def _sort_out(
        self, positions: npt.NDArray[np.intp], moved: npt.NDArray[np.intp], before: Longs
    ) -> tuple[set[int], set[int]]:
        """Give each position to its fragment.

        `positions` (ascending) contains `moved`, whose times were `before`. Gives the fragments whose
        members changed, and those that gained or lost any premise at all.
        """
        owner, old = self._owners(positions), self._owner[positions]
        was_at = np.where(self._slot[positions] >= 0, self._at[positions], -1)
        now_at = was_at.copy()
        at = np.searchsorted(positions, moved)
        was_at[at] = before
        news = owner != old
        self._owner[positions] = owner
        redrawn = {*owner[news].tolist(), *old[news].tolist()}
        news[at] = True
        premises = self._places.order[positions]
        leave, join = news & (was_at >= 0), news & (now_at >= 0)
        left = self._leave(old[leave].tolist(), premises[leave].tolist())
        touched = self._join(owner[join].tolist(), premises[join].tolist(), now_at[join].tolist())
        for fragment in touched:
            self._members[fragment].sort()
        for fragment in left:
            self._tidy(fragment)
        return touched | left, redrawn

    def _leave(self, fragments: list[int], premises: list[int]) -> set[int]:
        for fragment, premise in zip(fragments, premises, strict=True):
            members = self._members[fragment]
            del members[bisect_left(members, premise)]
        return set(fragments)

    def _join(self, fragments: list[int], premises: list[int], times: list[int]) -> set[int]:
        for fragment, premise, at_ms in zip(fragments, premises, times, strict=True):
            members = self._members.get(fragment)
            if members is None:
                self._members[fragment], self._since[fragment] = [premise], at_ms
            else:
                members.append(premise)
                self._since[fragment] = min(self._since[fragment], at_ms)
        return set(fragments)

    def _tidy(self, fragment: int) -> None:
        """After some left: whoever is still there says since when."""
        members = self._members[fragment]
        if members:
            self._since[fragment] = int(self._at[self._places.position[members]].min())
        else:
            del self._members[fragment], self._since[fragment]

    # --- groups -----------------------------------------------------------------------------------

    def _assemble(self, touched: set[int], redrawn: set[int], gone: set[Key], fresh: dict[Key, Group]) -> None:
        """Make the groups of the touched fragments again: each fragment is a group."""
        del redrawn
        for fragment in touched:
            old = self._by_root.pop(fragment, None)
            if old is not None:
                gone.add(old.key)
            if fragment in self._members or fragment - self._held_from in self._held:
                group = self._by_root[fragment] = self._group(fragment)
                fresh[group.key] = group

    def _group(self, fragment: int) -> Group:
        members = tuple(self._members.get(fragment, ()))
        since = self._since.get(fragment, 0)
        if fragment >= self._held_from:
            return Group(fragment - self._held_from, -1, members, (), since, HELD_PROBABILITY)
        if fragment >= self._lone_from or (self._quiet and len(members) == 1):
            return Group(-1, members[0], members, members, since, self._lone_probability)
        node = fragment // self._causes.rounds
        return Group(node, -1, members, (), since, int(self._causes.chance[node]))

    def _publish(self, gone: set[Key], fresh: dict[Key, Group]) -> Delta:
        left = sorted(key for key in gone if key not in fresh and key in self._shown)
        changed = [fresh[key] for key in sorted(fresh) if self._shown.get(key) != fresh[key]]
        for key in left:
            del self._shown[key]
        for group in changed:
            self._shown[group.key] = group
        return Delta(left, changed)
