"""Who is out because of which incident: every customer in at most one open interruption (invariant 5).

A premise belongs to the deepest claim on it: a claim on the premise itself, else the claim on the
deepest device above it, else the oldest of equals. Columns are kept by slices below a device, so
an entry costs what it touches, never the city.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stormops.core.distinct import distinct
from stormops.core.incident import ELECTRIC, UTILITIES, Incident
from stormops.core.network import Bytes, Ints, Tree

Longs = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int16]

NOBODY = -1
ITSELF = 32_000
"""Rank of a claim on the premise itself: deeper than any device (those rank depth + 1)."""


def _tallied(owners: Ints) -> Iterable[tuple[int, int]]:
    """How many of these (at least one) are each one's: mostly all are of one."""
    first = owners.item(0)
    if (owners == first).all():
        return ((first, len(owners)),)
    return Counter(owners.tolist()).items()


_BITS = tuple(np.uint8(1 << utility) for utility in range(len(UTILITIES)))
"""Of `bits`, by utility."""


class Coverage:
    """Claims of open incidents, and for each premise and utility whose it is.

    Columns have one row a premise; those of a utility are made when it has its first incident.
    """

    def __init__(self, tree: Tree, premises: int) -> None:
        self._tree = tree
        self._premises = premises
        self._owner: list[Ints | None] = [None] * len(UTILITIES)
        self._rank: list[Shorts | None] = [None] * len(UTILITIES)
        self._answered_ms: list[Longs | None] = [None] * len(UTILITIES)
        self._answered_by: list[Ints | None] = [None] * len(UTILITIES)
        self._at_device: dict[int, list[int]] = {}
        self._waiting: list[dict[int, list[int]]] = [{} for _ in UTILITIES]
        self._back: dict[int, tuple[int, ...]] = {}
        self.bits: Bytes = np.zeros(premises, np.uint8)
        self.counts: dict[int, int] = {}
        self.recounted: set[int] = set()
        """Incidents whose count changed; the situation empties it after each entry."""
        self.customers_out = 0

    # --- questions --------------------------------------------------------------------------------

    def owner(self, utility: int, premise: int) -> int:
        """Key of the incident that has the premise out, -1 = none."""
        column = self._owner[utility]
        return NOBODY if column is None else column.item(premise)

    def owners(self, utility: int) -> Ints | None:
        """The whole column of `owner` (do not write), None while the utility never had an incident."""
        return self._owner[utility]

    def holders(self, device: int) -> list[int]:
        """Keys of the open incidents at exactly this device, the oldest claim first."""
        return list(self._at_device.get(device, ()))

    def owned(self, incident: Incident) -> Ints:
        """Premises that are out because of this incident, ascending."""
        column = self._owner[incident.key % 4]
        if column is None or not self.counts.get(incident.key):
            return np.empty(0, np.int32)
        parts = [self._tree.below(device) for device in incident.devices]
        parts.append(np.fromiter(incident.premises, np.int32, len(incident.premises)))
        reach = np.concatenate(parts)
        mine: Ints = distinct(reach[column[reach] == incident.key])
        return mine

    def answered(self, utility: int, premise: int) -> tuple[int, int]:
        """When (platform ms) reports from here were last answered, and by which incident; (0, -1) = never."""
        times, by = self._answered_ms[utility], self._answered_by[utility]
        if times is None or by is None:
            return 0, NOBODY
        return times.item(premise), by.item(premise)

    def answered_column(self, utility: int) -> Longs | None:
        """The whole column of times of `answered` (do not write), None while nothing was ever answered."""
        return self._answered_ms[utility]

    # --- changes: each gives the premises that may have changed ---------------------------------------

    def claim_device(self, key: int, device: int, back: tuple[int, ...]) -> Ints:
        """The incident claims everything below a device, but not below `back`."""
        self._back[key] = back
        self._at_device.setdefault(device, []).append(key)
        reach = self._without(self._tree.below(device), back)
        self._take(key, reach, int(self._tree.depth[device]) + 1)
        return reach

    def release_device(self, key: int, device: int) -> Ints:
        """The incident gives up a device; its customers fall to the next claim, or are back."""
        holders = self._at_device[device]
        holders.remove(key)
        if not holders:
            del self._at_device[device]
        return self._release_below(key, device)

    def restore_below(self, incident: Incident, device: int) -> Ints:
        """Service is back below a device, which the incident's list of those says by now."""
        self._back[incident.key] = incident.back
        # Next in turn are claims above the incident's own device, also where those lie below what is back.
        inside = [mine for mine in incident.devices if self._lies_below(mine, device)]
        freed: Ints = np.concatenate([self._release_below(incident.key, mine) for mine in inside or [device]])
        return freed

    def claim_premises(self, key: int, premises: Iterable[int]) -> Ints:
        """The incident claims these premises themselves; what another has so claimed waits its turn."""
        reach = np.fromiter(sorted(premises), np.int32)
        owner, rank = self._columns(key % 4)
        theirs = reach[(rank[reach] == ITSELF) & (owner[reach] != key)]
        for premise in theirs.tolist():
            self._waiting[key % 4].setdefault(premise, []).append(key)
        self._take(key, reach, ITSELF)
        return reach

    def release_premises(self, key: int, premises: Iterable[int]) -> Ints:
        """The incident gives up these premises."""
        utility = key % 4
        owner, _ = self._columns(utility)
        reach = np.fromiter(sorted(premises), np.int32)
        mine = owner[reach] == key
        waiting = self._waiting[utility]
        for premise in reach[~mine].tolist():
            queue = waiting[premise]
            queue.remove(key)
            if not queue:
                del waiting[premise]
        freed = reach[mine]
        self._free(key, freed)
        for premise in freed.tolist():
            self._refill_premise(utility, premise)
        return reach

    def forget(self, key: int) -> None:
        """The incident claims nothing any more (after its releases)."""
        self._back.pop(key, None)
        self.counts.pop(key, None)

    def answer(self, key: int, premises: Ints, at_ms: int) -> None:
        """Reports received up to this time from these premises are answered by this incident."""
        utility = key % 4
        times, by = self._answered_ms[utility], self._answered_by[utility]
        if times is None or by is None:
            times = self._answered_ms[utility] = np.zeros(self._premises, np.int64)
            by = self._answered_by[utility] = np.full(self._premises, NOBODY, np.int32)
        later = premises[times[premises] <= at_ms]
        times[later] = at_ms
        by[later] = key

    def rewire(self, tree: Tree) -> tuple[Ints, Ints]:
        """What is below each device is another: who is out because of which incident is worked out anew.

        Gives the premises (ascending) whose incident is another, and which it was (-1 = none).
        """
        self._tree = tree
        owner, rank = self._owner[ELECTRIC], self._rank[ELECTRIC]
        if owner is None or rank is None:
            return np.empty(0, np.int32), np.empty(0, np.int32)
        before = owner.copy()
        claimed = np.flatnonzero((owner != NOBODY) & (rank != ITSELF))
        for key in distinct(before[claimed]).tolist():
            self._free(key, claimed[before[claimed] == key].astype(np.int32))
        # A deeper claim outweighs one above it; of two at one device the older one goes first.
        for device in sorted(self._at_device, key=lambda row: (-int(tree.depth[row]), row)):
            for key in self._at_device[device]:
                reach = self._without(tree.below(device), self._back[key])
                self._take(key, reach, int(tree.depth[device]) + 1)
        changed = np.flatnonzero(owner != before).astype(np.int32)
        return changed, before[changed]

    # --- inside -----------------------------------------------------------------------------------

    def _columns(self, utility: int) -> tuple[Ints, Shorts]:
        owner, rank = self._owner[utility], self._rank[utility]
        if owner is None or rank is None:
            owner = self._owner[utility] = np.full(self._premises, NOBODY, np.int32)
            rank = self._rank[utility] = np.zeros(self._premises, np.int16)
        return owner, rank

    def _lies_below(self, device: int, above: int) -> bool:
        while device >= 0 and device != above:
            device = int(self._tree.parent[device])
        return device >= 0

    def _without(self, reach: Ints, devices: Sequence[int]) -> Ints:
        """What of these premises is below none of the devices; O((n + d) log d), whatever the devices hold."""
        if not devices or not len(reach):
            return reach
        tree, rows = self._tree, np.array(devices, np.intp)
        # A premise is below a device where its own device begins within that one's range of the tree's order.
        at = tree.first[tree.premise_device[reach]]
        begun = np.searchsorted(np.sort(tree.first[rows]), at, side="right")
        ended = np.searchsorted(np.sort(tree.last[rows]), at, side="right")
        left: Ints = reach[begun == ended]
        return left

    def _take(self, key: int, reach: Ints, depth: int) -> None:
        """Give the premises to the incident where its claim is deeper than the present one."""
        owner, rank = self._columns(key % 4)
        rows = reach.astype(np.intp)  # numpy takes five times as long to pick and to write by numbers of any other type
        won = rows[rank[rows] < depth]
        self.recounted.add(key)
        if not len(won):
            self.counts.setdefault(key, 0)
            return
        for loser, count in _tallied(owner[won]):
            if loser != NOBODY:
                self.counts[loser] -= count
                self.recounted.add(loser)
        owner[won] = key
        rank[won] = depth
        self.counts[key] = self.counts.get(key, 0) + len(won)
        before = self.bits[won]
        self.customers_out += len(won) - int(np.count_nonzero(before))
        self.bits[won] = before | _BITS[key % 4]

    def _free(self, key: int, freed: Ints) -> None:
        owner, rank = self._columns(key % 4)
        self.recounted.add(key)
        if not len(freed):
            self.counts.setdefault(key, 0)
            return
        rows = freed.astype(np.intp)
        owner[rows] = NOBODY
        rank[rows] = 0
        self.counts[key] = self.counts.get(key, 0) - len(rows)
        left = self.bits[rows] & ~_BITS[key % 4]
        self.bits[rows] = left
        self.customers_out -= len(rows) - int(np.count_nonzero(left))

    def _release_below(self, key: int, device: int) -> Ints:
        """Free what the incident has below a device by devices, then let the claims above have it."""
        owner, rank = self._columns(key % 4)
        reach = self._tree.below(device)
        rows = reach.astype(np.intp)
        freed: Ints = reach[(owner[rows] == key) & (rank[rows] != ITSELF)]
        self._free(key, freed)
        self._refill_above(device, freed)
        return freed

    def _refill_above(self, device: int, free: Ints) -> None:
        while device >= 0 and len(free):
            for key in self._at_device.get(device, ()):
                reach = self._without(free, self._back[key])
                self._take(key, reach, int(self._tree.depth[device]) + 1)
                free = free[:0] if len(reach) == len(free) else np.setdiff1d(free, reach, assume_unique=True)
            device = int(self._tree.parent[device])

    def _refill_premise(self, utility: int, premise: int) -> None:
        one = np.array([premise], np.int32)
        queue = self._waiting[utility].get(premise)
        if queue:
            key = queue.pop(0)
            if not queue:
                del self._waiting[utility][premise]
            self._take(key, one, ITSELF)
        elif utility == 0:
            self._refill_above(int(self._tree.premise_device[premise]), one)

    # --- snapshots ---------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything as plain values, the same for the same claims in the same order."""
        columns: dict[str, list[bytes | None]] = {}
        for name in ("_owner", "_rank", "_answered_ms", "_answered_by"):
            columns[name] = [None if column is None else column.tobytes() for column in getattr(self, name)]
        return {
            "columns": columns,
            "at_device": sorted((device, list(keys)) for device, keys in self._at_device.items()),
            "waiting": [sorted((p, list(q)) for p, q in waiting.items()) for waiting in self._waiting],
            "back": sorted((key, list(back)) for key, back in self._back.items()),
            "bits": self.bits.tobytes(),
            "counts": sorted(self.counts.items()),
            "customers_out": self.customers_out,
        }

    def load(self, state: dict[str, Any], tree: Tree) -> None:
        """Take over what `state` gave, made with the same city and this tree."""
        self._tree = tree
        kinds = {"_owner": np.int32, "_rank": np.int16, "_answered_ms": np.int64, "_answered_by": np.int32}
        for name, kind in kinds.items():
            column = [None if raw is None else np.frombuffer(raw, kind).copy() for raw in state["columns"][name]]
            setattr(self, name, column)
        self._at_device = {device: list(keys) for device, keys in state["at_device"]}
        self._waiting = [{premise: list(queue) for premise, queue in waiting} for waiting in state["waiting"]]
        self._back = {key: tuple(back) for key, back in state["back"]}
        self.bits = np.frombuffer(state["bits"], np.uint8).copy()
        self.counts = dict(state["counts"])
        self.customers_out = state["customers_out"]
