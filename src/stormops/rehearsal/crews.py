"""The people of the storm: patrols and crews who see the truth where they stand and tell the desk.

They know only what they can see on the desk's screen and, at a place, what is broken and what is lit there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stormops.rehearsal.callers import Call
from stormops.rehearsal.truth import Truth

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]

PATROL_MINUTES = 20
"""From an incident's opening until somebody has looked at it; who repairs something there tells of it at once."""

CONFIRM_SHARE = 0.5
"""Chance that a patrol finds the open device on one visit."""

PATROL_EVERY_MINUTES = 4
"""Between two visits of a patrol to one incident."""

LOOK_BACK_HOURS = 6
"""An incident where somebody was out this recently was an outage; else it was a false alarm."""

PARTS_PER_VISIT = 20
"""Branches that a crew tells of at one time, the largest first."""

TELL_AGAIN_MINUTES = 12 * 60
"""A branch told of is not told of again before this, unless the desk did not take it."""

ORDER_AGAIN_MINUTES = 10
"""What was told of a whole incident is told again after this, if the screen has not followed."""

HELD = ("confirmed", "partly_restored")
"""States of an incident that people stand behind."""

NEVER_MS = -(10**15)


class Order(NamedTuple):
    """What a crew tells the desk: an action on an incident and its body.

    `house`: the one premise there that called and whose own service is down; it is reported once the action was taken.
    """

    incident: str
    action: str
    body: dict[str, Any]
    house: str = ""


class Scene(NamedTuple):
    """What is to be seen in the field at one time, `at` milliseconds after the storm's start at `start_ms`.

    For every premise: `dark`, whether a broken device keeps it out; `down`, whether only its own service does. In the
    tree's order: `dark_order`, the same as `dark`; `seen_before`, how many before each place are seen to be out:
    who is dark, and who is down and called. `active` are the broken devices; `known` the devices that incidents hold,
    `holders` the names of those.
    """

    at: int
    start_ms: int
    dark: Bools
    down: Bools
    dark_order: Bools
    seen_before: npt.NDArray[np.int64]
    active: Ints
    known: Ints
    holders: list[str]


Premises = Callable[[str], Awaitable[list[str] | None]]
"""Who an incident without a device says is out, asked of the platform; None when it does not answer just now."""


class Crews:
    """Decides what the people in the field report, from the truth and the desk's screen."""

    def __init__(self, truth: Truth, calls: list[Call], premises: Premises, seed: int) -> None:
        self._truth = truth
        self._ask = premises
        self._chance = np.random.default_rng([seed, 3])
        edges = truth.city.network.edge_id
        self._device = {edges[int(edge)]: row for row, edge in enumerate(truth.tree.edge)}
        self._premise = {name: row for row, name in enumerate(truth.city.premises.id)}
        self._last_dark_ms = np.full(len(truth.city.premises), NEVER_MS, np.int64)
        self._told: dict[tuple[str, str, int], int] = {}
        self._visited: dict[str, int] = {}
        self._claimed: dict[str, tuple[int, Ints]] = {}
        self._called_ms = np.full(len(truth.city.premises), -NEVER_MS, np.int64)
        for call in reversed(calls):
            self._called_ms[call.of] = call.at_ms
        repairs = sorted((f.repaired_ms, int(truth.tree.first[f.device])) for f in truth.failures if f.device >= 0)
        self._repaired_ms = np.array([at for at, _ in repairs], np.int64)
        self._repaired_at = np.array([place for _, place in repairs], np.int64)

    async def look(self, incidents: list[dict[str, Any]], start_ms: int, now_ms: int) -> list[Order]:
        """What is told now. Times in platform milliseconds."""
        scene = self._scene(incidents, start_ms, now_ms)
        orders: list[Order] = []
        for incident in sorted(incidents, key=lambda i: (-i["customers_out"], i["id"])):
            if self._looks(incident, scene, now_ms):
                for order in await self._visit(incident, scene):
                    if self._due(order, scene.at):
                        self._told[self._key(order)] = scene.at
                        orders.append(order)
        return orders

    def unheard(self, order: Order) -> None:
        """The desk did not take this: it is told again at the next look."""
        self._told.pop(self._key(order), None)

    def _scene(self, incidents: list[dict[str, Any]], start_ms: int, now_ms: int) -> Scene:
        at = now_ms - start_ms
        broken = self._truth.active(at)
        dark = np.zeros(len(self._premise), np.bool_)
        down = np.zeros_like(dark)
        for failure in broken:
            (dark if failure.device >= 0 else down)[self._truth.below(failure)] = True
        down &= ~dark
        self._last_dark_ms[dark | down] = at
        held = {i["id"]: self._device.get(i["device"] or "", -1) for i in incidents if i["state"] in HELD}
        held = {name: row for name, row in held.items() if row >= 0}
        order = self._truth.tree.order
        seen = dark | (down & (self._called_ms <= at))
        return Scene(
            at,
            start_ms,
            dark,
            down,
            dark[order],
            np.append(0, np.cumsum(seen[order])),
            np.array([f.device for f in broken if f.device >= 0], np.int32),
            np.array(list(held.values()), np.int32),
            list(held),
        )

    def _looks(self, incident: dict[str, Any], scene: Scene, now_ms: int) -> bool:
        """Whether somebody is at this incident: a patrol on its way, or a crew that has just repaired something."""
        before = self._visited.get(incident["id"], incident["opened_ms"] - scene.start_ms)
        due = now_ms - incident["opened_ms"] >= PATROL_MINUTES * 60_000
        if (due and scene.at - before >= PATROL_EVERY_MINUTES * 60_000) or self._repaired(incident, before, scene.at):
            self._visited[incident["id"]] = scene.at
            return True
        return False

    def _repaired(self, incident: dict[str, Any], since: int, until: int) -> bool:
        """Whether a device at or below the incident's was repaired in a time."""
        device = self._device.get(incident["device"] or "", -1)
        if device < 0:
            return False
        first, last = np.searchsorted(self._repaired_ms, [since, until], side="right")
        places = self._repaired_at[first:last]
        tree = self._truth.tree
        return bool(((places >= tree.first[device]) & (places < tree.last[device])).any())

    async def _visit(self, incident: dict[str, Any], scene: Scene) -> list[Order]:
        device = self._device.get(incident["device"] or "", -1)
        if device >= 0:
            return self._at_device(incident, device, scene)
        claimed = await self._claim(incident)
        if claimed is None or (scene.dark | scene.down)[claimed].any():
            return []
        return [self._close(incident["id"], claimed, scene)]

    def _at_device(self, incident: dict[str, Any], device: int, scene: Scene) -> list[Order]:
        name, tree = incident["id"], self._truth.tree
        first, last = int(tree.first[device]), int(tree.last[device])
        own = scene.dark_order[first:last].copy()
        if not own.any():
            houses = self._houses(tree.below(device), scene)
            if len(houses) > 1:
                return self._parts(name, device, scene)
            return [self._close(name, tree.below(device), scene, *houses)]
        # What other crews hold further down is theirs; this one sees to the rest.
        inside = (tree.first[scene.known] >= first) & (tree.last[scene.known] <= last)
        inside &= tree.depth[scene.known] > tree.depth[device]
        for at in np.flatnonzero(inside).tolist():
            if scene.holders[at] != name:
                row = scene.known[at]
                own[int(tree.first[row]) - first : int(tree.last[row]) - first] = False
        places = first + np.flatnonzero(own)
        if not len(places):
            return [Order(name, "restore", {"reason": "crew: what is still dark here belongs to other incidents"})]
        found = self._find(places, scene.active)
        lit = ~scene.dark_order[first:last]
        was_dark = self._last_dark_ms[tree.order[first:last]] >= incident["opened_ms"] - scene.start_ms
        several = found < 0 or tree.first[found] > places[0] or places[-1] >= tree.last[found]
        if several and (incident["state"] in HELD or 2 * int((lit & was_dark).sum()) >= int(lit.sum())):
            return self._parts(name, device, scene)
        return self._one_device(incident, device, found)

    async def _claim(self, incident: dict[str, Any]) -> Ints | None:
        """Premises of an incident without a device, asked for again only when it has changed."""
        name, updated_ms = incident["id"], incident["updated_ms"]
        if name not in self._claimed or self._claimed[name][0] != updated_ms:
            said = await self._ask(name)
            if said is None:
                return None
            self._claimed[name] = updated_ms, np.array([self._premise[p] for p in said], np.int32)
        return self._claimed[name][1]

    def _one_device(self, incident: dict[str, Any], device: int, found: int) -> list[Order]:
        """The desk is told which device is open, if it has another: the only one, or the largest where several are."""
        if incident["state"] in HELD and (
            found == device or self._truth.tree.customers[found] > self._truth.tree.customers[device]
        ):
            return []  # known, and not repaired yet
        if self._chance.random() > CONFIRM_SHARE:
            return []
        return [Order(incident["id"], "confirm", {"reason": "patrol: found open", "device": self._edge(found)})]

    def _parts(self, name: str, device: int, scene: Scene) -> list[Order]:
        """Several things are broken here: what has power is told branch by branch, the largest first."""
        tree = self._truth.tree
        first = int(tree.first[device])
        inside = (tree.first >= first) & (tree.last <= tree.last[device]) & (tree.customers > 0)
        lit = inside & (scene.seen_before[tree.last] == scene.seen_before[tree.first])
        whole = np.flatnonzero(lit & ~lit[tree.parent])
        orders = [
            Order(name, "restore", {"reason": "crew: this branch has power again", "device": self._edge(row)})
            for row in sorted(whole.tolist(), key=lambda row: (-int(tree.customers[row]), row))
        ]
        return [order for order in orders if self._due(order, scene.at)][:PARTS_PER_VISIT]

    def _houses(self, premises: Ints, scene: Scene) -> list[str]:
        """Of these, the houses that called and whose own service is down."""
        houses = premises[scene.down[premises] & (self._called_ms[premises] <= scene.at)]
        return [self._truth.city.premises.id[row] for row in houses.tolist()]

    def _key(self, order: Order) -> tuple[str, str, int]:
        return order.incident, order.action, self._device.get(order.body.get("device", ""), -1)

    def _due(self, order: Order, at: int) -> bool:
        """Whether this was not told lately."""
        key = self._key(order)
        again = TELL_AGAIN_MINUTES if order.action == "restore" and key[2] >= 0 else ORDER_AGAIN_MINUTES
        return self._told.get(key, NEVER_MS) < at - again * 60_000

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

    def _close(self, name: str, claimed: Ints, scene: Scene, house: str = "") -> Order:
        if scene.at - self._last_dark_ms[claimed].max(initial=NEVER_MS) < LOOK_BACK_HOURS * 3_600_000:
            return Order(name, "restore", {"reason": "crew: there is power here"}, house)
        return Order(name, "cancel", {"reason": "patrol: no outage found"})
