"""What operating a switch does, worked out beforehand: who moves to another feeder, who goes dark, who is fed again.

An incident that people confirmed says that its device is open; on the tree that changes nothing, until somebody closes
a device that feeds the customers below it from elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.distinct import distinct
from stormops.core.incident import ELECTRIC, State
from stormops.core.network import Ints, Tree
from stormops.core.sentence import say
from stormops.core.situation import Situation
from stormops.core.summary import SwitchState

SEEN_OPEN = (State.CONFIRMED, State.PARTLY_RESTORED)
"""States of an incident in which somebody has seen that its device is open."""


class Effect(NamedTuple):
    """Customers that change, by what the network does: fed by another feeder, no longer fed, fed again.

    `feeders` (devices) are those who feed the customers that move, or are fed again, afterwards. `parallel`: the device
    closes a ring, so that what is on it is fed from two sides until something opens.
    """

    moved: int
    dark: int
    fed: int
    feeders: list[int]
    parallel: bool


def effect(situation: Situation, row: int, *, opened: bool, at_ms: int) -> Effect:
    """What opening or closing a device at a moment would do. O(B + E + P log P)."""
    gear = situation.switchgear
    states = dict(situation.switches)
    if not opened:
        states |= confirmed_open(situation, row, at_ms)
    before = gear.trace(states)
    states[row] = SwitchState(opened, at_ms, "", "", "", "person")
    after = gear.trace(states)
    dead_before, dead_after = _unfed(before), _unfed(after)
    lit = ~dead_after
    moves = lit & ~dead_before & (_feeders(before) != _feeders(after))
    fed = lit & dead_before
    feeders = distinct(_feeders(after)[moves | fed])
    return Effect(
        int(moves.sum()),
        int((dead_after & ~dead_before).sum()),
        int(fed.sum()),
        feeders[feeders >= 0].tolist(),
        not opened and gear.parallel(after, row),
    )


def confirmed_open(situation: Situation, row: int, at_ms: int) -> dict[int, SwitchState]:
    """Devices that people confirmed open and that closing `row` goes round: from then on they are open for the tree."""
    tree, states = situation.tree, situation.switches
    seen: dict[int, SwitchState] = {}
    for key in sorted(situation.incidents):
        incident = situation.incidents[key]
        if key % 4 != ELECTRIC or incident.state not in SEEN_OPEN:
            continue
        for device in incident.devices:
            if device != row and tree.customers[device] and not situation.switchgear.is_open(states, device):
                reason = say("confirmed_in", incident=incident.id)
                seen[device] = SwitchState(True, at_ms, incident.confirmed_by, reason, "", "confirmed")
    if not seen:
        return seen
    before = situation.switchgear.trace({**states, **seen})
    closed = SwitchState(False, at_ms, "", "", "", "person")
    after = situation.switchgear.trace({**states, **seen, row: closed})
    gains = before.dead & ~after.dead
    return {device: state for device, state in seen.items() if gains[tree.below(device)].any()}


def _unfed(tree: Tree) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(P): without a closed path to a source."""
    return tree.dead | (tree.premise_device < 0)


def _feeders(tree: Tree) -> Ints:
    """(P): the feeder of each premise, -1 = none."""
    found = np.full(len(tree.premise_device), -1, np.int32)
    known = tree.premise_device >= 0
    found[known] = tree.feeder[tree.premise_device[known]]
    return found
