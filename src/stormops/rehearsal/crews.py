"""The people of the storm: patrols and crews who see the truth where they stand and tell the desk.

They know only what they can see on the desk's screen and, at a place, what is broken there.
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


NEVER_MS = -(10**15)


class Order(NamedTuple):
    """What a crew tells the desk: an action on an incident and its body."""

    incident: str
    action: str
    body: dict[str, Any]


Premises = Callable[[str], Awaitable[list[str]]]
"""Who an incident without a device says is out, asked of the platform."""


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
        # Where each premise stands in the tree's order, so that "below" is an interval; unfed ones stand outside.
        self._place = np.full(len(truth.city.premises), -1, np.int32)
        self._place[truth.tree.order] = np.arange(len(truth.tree.order), dtype=np.int32)

    async def look(self, incidents: list[dict[str, Any]], start_ms: int, now_ms: int, most: int) -> list[Order]:
        """What is told now: at most `most` orders. Times in platform milliseconds."""
        at = now_ms - start_ms
        dark = self._truth.out(at)
        self._last_dark_ms[dark] = at
        active = np.array([f.device for f in self._truth.active(at) if f.device >= 0], np.int32)
        orders: list[Order] = []
        for incident in sorted(incidents, key=lambda i: (-i["customers_out"], i["id"])):
            if len(orders) >= most:
                break
            if now_ms - incident["opened_ms"] < PATROL_MINUTES * 60_000:
                continue
            order = await self._visit(incident, at, dark, active)
            if order:
                orders.append(order)
        return orders

    async def _visit(self, incident: dict[str, Any], at: int, dark: Bools, active: Ints) -> Order | None:
        name, device = incident["id"], self._device.get(incident["device"] or "", -1)
        if device >= 0:
            claimed = self._truth.tree.below(device)
        else:
            claimed = np.array([self._premise[p] for p in await self._ask(name)], np.int32)
        if not dark[claimed].any():
            return self._close(name, claimed, at)
        if device < 0:
            return None
        found = self._find(claimed, active)
        if incident["state"] != "predicted":
            # What was confirmed here is repaired; houses still dark below have another cause and will call again.
            repaired = found < 0 or self._truth.tree.customers[found] < self._truth.tree.customers[device]
            return Order(name, "restore", {"reason": "crew: repaired and energised"}) if repaired else None
        if found < 0 or self._chance.random() > CONFIRM_SHARE:
            return None
        edge = self._truth.city.network.edge_id[int(self._truth.tree.edge[found])]
        return Order(name, "confirm", {"reason": "patrol: found open", "device": edge})

    def _find(self, claimed: Ints, active: Ints) -> int:
        """The broken device that a patrol meets first: the largest that touches these customers, -1 if none does."""
        tree = self._truth.tree
        place = np.sort(self._place[claimed])
        touched = np.searchsorted(place, tree.last[active]) > np.searchsorted(place, tree.first[active])
        here = active[touched]
        return int(here[np.argmax(tree.customers[here])]) if len(here) else -1

    def _close(self, name: str, claimed: Ints, at: int) -> Order:
        if at - self._last_dark_ms[claimed].max(initial=NEVER_MS) < LOOK_BACK_HOURS * 3_600_000:
            return Order(name, "restore", {"reason": "crew: everyone here has power"})
        return Order(name, "cancel", {"reason": "patrol: no outage found"})
