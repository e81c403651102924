"""The people of the storm: patrols and crews who see the truth where they stand and tell the desk.

They know only what they can see on the desk's screen and, at a place, what is broken and what is lit there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.rehearsal.truth import Truth

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

PATROL_MINUTES = 20
"""From an incident's opening until somebody has looked at it."""

CONFIRM_SHARE = 0.5
"""Chance that a patrol finds the open device on one visit."""

LOOK_BACK_HOURS = 6
"""An incident where somebody was out this recently was an outage; else it was a false alarm."""


PARTS_PER_VISIT = 20
"""Branches that a crew tells of at one time, the largest first."""

TELL_AGAIN_MINUTES = 12 * 60
"""A branch told of is not told of again before this, unless the desk did not take it."""

HELD = ("confirmed", "partly_restored")
"""States of an incident that people stand behind."""

NEVER_MS = -(10**15)


class Order(NamedTuple):
    """What a crew tells the desk: an action on an incident and its body."""

    incident: str
    action: str
    body: dict[str, Any]


class Scene(NamedTuple):
    """What is to be seen in the field at one time, `at` milliseconds after the storm's start at `start_ms`.

    `dark` for every premise; `dark_order` the same in the tree's order, and `dark_before` how many are dark before
    each place of it; `active` the broken devices; `known` the devices that incidents hold, and which incident.
    """

    at: int
    start_ms: int
    dark: Bools
    dark_order: Bools
    dark_before: npt.NDArray[np.int64]
    active: Ints
    known: dict[int, str]


Premises = Callable[[str], Awaitable[list[str] | None]]
"""Who an incident without a device says is out, asked of the platform; None when it does not answer just now."""


class Crews:
    """Decides what the people in the field report, from the truth and the desk's screen."""

    def __init__(self, truth: Truth, premises: Premises, seed: int) -> None:
        self._truth = truth
        self._ask = premises
        self._chance = np.random.default_rng([seed, 3])
        edges = truth.city.network.edge_id
        self._device = {edges[int(edge)]: row for row, edge in enumerate(truth.tree.edge)}
        self._premise = {name: row for row, name in enumerate(truth.city.premises.id)}
        self._last_dark_ms = np.full(len(truth.city.premises), NEVER_MS, np.int64)
        self._told: dict[tuple[str, int], int] = {}

    async def look(self, incidents: list[dict[str, Any]], start_ms: int, now_ms: int, most: int) -> list[Order]:
        """What is told now: at most `most` orders. Times in platform milliseconds."""
        at = now_ms - start_ms
        dark = self._truth.out(at)
        self._last_dark_ms[dark] = at
        tree = self._truth.tree
        active = np.array([f.device for f in self._truth.active(at) if f.device >= 0], np.int32)
        known = {self._device.get(i["device"] or "", -1): i["id"] for i in incidents if i["state"] in HELD}
        dark_order = dark[tree.order]
        scene = Scene(at, start_ms, dark, dark_order, np.append(0, np.cumsum(dark_order)), active, known)
        orders: list[Order] = []
        for incident in sorted(incidents, key=lambda i: (-i["customers_out"], i["id"])):
            if len(orders) >= most:
                break
            if now_ms - incident["opened_ms"] < PATROL_MINUTES * 60_000:
                continue
            orders += await self._visit(incident, scene, most - len(orders))
        return orders

    def unheard(self, order: Order) -> None:
        """The desk did not take this: a branch is told of again at the next look."""
        self._told.pop((order.incident, self._device.get(order.body.get("device", ""), -1)), None)

    async def _visit(self, incident: dict[str, Any], scene: Scene, most: int) -> list[Order]:
        name, device = incident["id"], self._device.get(incident["device"] or "", -1)
        if device < 0:
            said = await self._ask(name)
            claimed = np.array([self._premise[p] for p in said or ()], np.int32)
            return [] if said is None or scene.dark[claimed].any() else [self._close(name, claimed, scene.at)]
        tree = self._truth.tree
        first, last = int(tree.first[device]), int(tree.last[device])
        own = scene.dark_order[first:last].copy()
        if not own.any():
            return [self._close(name, tree.below(device), scene.at)]
        # What other crews hold further down is theirs; this one sees to the rest.
        for row, holder in scene.known.items():
            if holder != name and self._inside(row, device):
                own[int(tree.first[row]) - first : int(tree.last[row]) - first] = False
        places = first + np.flatnonzero(own)
        if not len(places):
            return [Order(name, "restore", {"reason": "crew: what is still dark here belongs to other incidents"})]
        found = self._find(places, scene.active)
        if found >= 0 and tree.first[found] <= places[0] and places[-1] < tree.last[found]:
            return self._one_device(incident, device, found)
        since = self._last_dark_ms[tree.order[first:last]] >= incident["opened_ms"] - scene.start_ms
        return self._parts(name, device, scene, since, min(most, PARTS_PER_VISIT))

    def _one_device(self, incident: dict[str, Any], device: int, found: int) -> list[Order]:
        """One open device explains all that is dark here: the desk is told which, if it has another."""
        if incident["state"] in HELD and (
            found == device or self._truth.tree.customers[found] > self._truth.tree.customers[device]
        ):
            return []  # known, and not repaired yet
        if self._chance.random() > CONFIRM_SHARE:
            return []
        return [Order(incident["id"], "confirm", {"reason": "patrol: found open", "device": self._edge(found)})]

    def _parts(self, name: str, device: int, scene: Scene, was_dark: Bools, most: int) -> list[Order]:
        """Several things are broken here: what has power again is told branch by branch, the largest first.

        `was_dark`: for each place below the device, whether it was dark since the incident was opened. A branch
        that never was has nothing to be told of: it may yet fail.
        """
        tree = self._truth.tree
        first = int(tree.first[device])
        inside = (tree.first >= first) & (tree.last <= tree.last[device]) & (tree.customers > 0)
        lit = inside & (scene.dark_before[tree.last] == scene.dark_before[tree.first])
        whole = np.flatnonzero(lit & ~lit[tree.parent])
        before = np.append(0, np.cumsum(was_dark))
        again = 2 * (before[tree.last[whole] - first] - before[tree.first[whole] - first]) >= tree.customers[whole]
        due = scene.at - TELL_AGAIN_MINUTES * 60_000
        new = [row for row in whole[again].tolist() if self._told.get((name, row), NEVER_MS) < due]
        new.sort(key=lambda row: (-int(tree.customers[row]), row))
        for row in new[:most]:
            self._told[name, row] = scene.at
        return [
            Order(name, "restore", {"reason": "crew: this branch has power again", "device": self._edge(row)})
            for row in new[:most]
        ]

    def _inside(self, row: int, device: int) -> bool:
        """Whether a device lies below another."""
        tree = self._truth.tree
        within = row >= 0 and tree.first[device] <= tree.first[row] and tree.last[row] <= tree.last[device]
        return bool(within and tree.depth[row] > tree.depth[device])

    def _edge(self, device: int) -> str:
        """The device's name."""
        return str(self._truth.city.network.edge_id[int(self._truth.tree.edge[device])])

    def _find(self, places: npt.NDArray[np.int64], active: Ints) -> int:
        """The broken device that a patrol meets first: the largest above any of these places, -1 if none is.

        `places` are positions in the tree's order, ascending.
        """
        tree = self._truth.tree
        touched = np.searchsorted(places, tree.last[active]) > np.searchsorted(places, tree.first[active])
        here = active[touched]
        return int(here[np.argmax(tree.customers[here])]) if len(here) else -1

    def _close(self, name: str, claimed: Ints, at: int) -> Order:
        if at - self._last_dark_ms[claimed].max(initial=NEVER_MS) < LOOK_BACK_HOURS * 3_600_000:
            return Order(name, "restore", {"reason": "crew: everyone here has power"})
        return Order(name, "cancel", {"reason": "patrol: no outage found"})
