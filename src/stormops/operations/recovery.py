"""Bringing a situation to the journal's end: the newest snapshot, then the tail."""

from __future__ import annotations

import time
from typing import NamedTuple

from stormops.core.entry import Entry
from stormops.core.situation import Situation
from stormops.journal.port import Journal, Snapshots, follow
from stormops.telemetry import Log


class Recovered(NamedTuple):
    """What was found: where the snapshot stood (0 = none), and the news that nobody decided on yet."""

    snapshot: int
    undecided: list[Entry]


def recover(situation: Situation, journal: Journal, snapshots: Snapshots, log: Log) -> Recovered:
    """Fold everything into a fresh situation. Raises JournalUnavailable."""
    began = time.monotonic()
    last = journal.last()
    found = snapshots.newest(situation.schema, at_most=last)
    if found is not None:
        situation.restore(found[1])
    for entry in follow(journal, situation.position):
        situation.apply((entry,))
    undecided = [entry for entry in follow(journal, situation.through) if entry.door]
    position = 0 if found is None else found[0]
    log.info(
        "situation_restored",
        position=situation.position,
        snapshot=position,
        seconds=round(time.monotonic() - began, 3),
    )
    return Recovered(position, undecided)
