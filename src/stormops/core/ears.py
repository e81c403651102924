"""Deciding which areas of the meter network are heard: an area gone silent is unknown until it speaks again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stormops.core.distinct import numbered
from stormops.core.draft import Draft
from stormops.core.entry import Entry, MetersListened
from stormops.core.incident import ELECTRIC
from stormops.core.listening import Listening, pace
from stormops.core.network import Bools
from stormops.core.summary import Silence

if TYPE_CHECKING:
    from stormops.core.decide import Decider
    from stormops.core.situation import Situation

LISTEN_MS = 60_000
"""How often (platform time) all areas are judged."""

LATE_MS = 60_000
"""A read may come so much later than it is due before it is missed: bodies are made up and sent now and then."""

BEHIND_MS = 30_000
"""While the newest of the news is older than this, the platform is catching up: what has not come may yet be there."""

BORNE_OUT_FROM = 0.2
"""A predicted outage is borne out where so many of its meters gasped: a third of `Rates.gasp` at the start. What is
learned of that share must not decide it: it is learned from such predictions.
"""

PACE_STEP = 0.1
"""The interval of reads is written anew when it differs by this share."""


class Ears:
    """The part of a decider that listens whether the meter network can be heard."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._judged_ms = 0
        if decider.situation.reads_ms:
            self._listen()

    def decide(self, draft: Draft, news: Sequence[Entry]) -> None:
        """Once a minute: what areas fell silent, and which are heard again. O(premises)."""
        situation, now_ms = draft.situation, draft.tick.at_ms
        newest = max((entry.recorded_ms for entry in news), default=now_ms)
        if now_ms - self._judged_ms < LISTEN_MS or now_ms - newest > BEHIND_MS or not len(situation.meters.read_ms):
            return
        self._judged_ms = now_ms
        meters, areas = situation.meters, situation.meter_areas
        every_ms = pace(meters.read_ms, meters.gap_ms)
        if not every_ms or abs(every_ms - situation.reads_ms) < PACE_STEP * every_ms:
            every_ms = situation.reads_ms
        before = [situation.silences.get(name, Silence(0)) for name in areas.id]
        listening = Listening(areas.of_premise, every_ms + LATE_MS if every_ms else 0, before)
        heard = np.maximum(meters.read_ms, np.maximum(meters.on_ms, meters.off_ms))
        if not listening.update(now_ms, meters.read_ms, _excused(situation), heard) and every_ms == situation.reads_ms:
            return
        after = [Silence(*spans) for spans in listening.silent.tolist()]
        changed = [(name, new) for name, old, new in zip(areas.id, before, after, strict=True) if old != new]
        draft.add(
            MetersListened(
                every_ms=every_ms,
                silent=[name for name, new in changed if not new.until_ms],
                silent_ms=[new.since_ms for _, new in changed if not new.until_ms],
                heard=[name for name, new in changed if new.until_ms],
                heard_ms=[new.until_ms for _, new in changed if new.until_ms],
            )
        )
        self._listen()

    def _listen(self) -> None:
        """The network's inference takes the silence of meters for what it is there."""
        situation = self._decider.situation
        areas = situation.meter_areas
        known = [situation.silences.get(name, Silence(0)) for name in areas.id]
        silence, spans = Listening(areas.of_premise, 0, known).deaf()
        self._decider.network.grouper.listen(silence, spans, situation.reads_ms)


def _excused(situation: Situation) -> Bools:
    """(P): of whose meters no read is expected: they said off, or they are out of what is known, or well borne out.

    A prediction may itself rest on the reads that stay away. If it excused them, an ear that fails would be
    taken for a larger outage and never be found out: so it has to be borne out by last gasps.
    """
    meters, owners = situation.meters, situation.coverage.owners(ELECTRIC)
    off = meters.since_ms > 0
    if owners is None:
        return off
    out = np.flatnonzero(owners >= 0)
    owner = owners[out].astype(np.int64)
    one, row = numbered(owner)
    keys = owner[one]
    read = meters.read_ms[out] > 0
    gasped = np.bincount(row, off[out] & read, len(keys))
    borne_out = gasped >= BORNE_OUT_FROM * np.bincount(row, read, len(keys))
    for at in np.flatnonzero(~borne_out).tolist():
        borne_out[at] = _known(situation, int(keys[at]))
    excused = off.copy()
    excused[out] |= borne_out[row]
    return excused


def _known(situation: Situation, key: int) -> bool:
    """Whether people hold this incident, or telemetry says that its device is open."""
    incident = situation.incidents[key]
    states = (situation.telemetry.get(device) for device in incident.devices)
    return incident.held or any(state is not None and state.opened for state in states)
