"""What the control system tells of telemetered devices: what opens and closes in the truth, where it hears them.

How many devices are telemetered, and how many links are lost in the storm, is data of the storm (`core.network` does
not know it); when a link is lost and how long a word takes are the rehearsal's own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stormops.core.network import EdgeKind
from stormops.rehearsal.storm import Storm
from stormops.rehearsal.truth import HOUR_MS, Truth

WORD_MS = 4_000
"""From a change in the field to its word."""


class Word(NamedTuple):
    """One word, told at `at_ms`: the device (row of the tree) is `state` since `since_ms` (after the storm's start)."""

    at_ms: int
    device: int
    state: str
    since_ms: int


def make_words(truth: Truth, storm: Storm, seed: int) -> list[Word]:
    """Every word of the storm, in order of time. The same truth, storm and seed give the same words.

    Whatever is telemetered is asked once at the beginning. A link that is lost is told as unknown, says nothing
    of what changes, and tells how its device stands when it comes back.
    """
    chance = np.random.default_rng([seed, 4])
    tree = truth.tree
    words: list[Word] = []
    changes: dict[int, list[tuple[int, str]]] = {}
    for failure in truth.failures:
        if failure.device >= 0:
            changes.setdefault(failure.device, []).extend([(failure.fails_ms, "open"), (failure.repaired_ms, "closed")])
    begun, over = storm.onset[0][0] * HOUR_MS, storm.repairs[-1][0] * HOUR_MS
    for kind in EdgeKind:
        rows = np.flatnonzero((tree.kind == kind) & (tree.customers > 0))
        share = storm.telemetered.get(kind.name.lower(), 0.0)
        for device in rows[chance.random(len(rows)) < share].tolist():
            lost = back = over
            if chance.random() < storm.telemetry_lost:
                lost, back = np.sort(chance.uniform(begun, over, 2)).tolist()
            words += _told(device, sorted(changes.get(device, [])), int(lost), int(back))
    return sorted(words)


def _told(device: int, changes: list[tuple[int, str]], lost_ms: int, back_ms: int) -> list[Word]:
    """What is told of one device whose link is lost for a time (never, where that time is empty)."""
    words = [Word(0, device, "closed", 0)]
    words += [Word(at + WORD_MS, device, state, at) for at, state in changes if not lost_ms <= at + WORD_MS < back_ms]
    if lost_ms < back_ms:
        since, state = max([(0, "closed"), *(change for change in changes if change[0] < back_ms)])
        found = Word(back_ms, device, state, since if since >= lost_ms else back_ms)
        words += [Word(lost_ms, device, "unknown", lost_ms), found]
    return words
