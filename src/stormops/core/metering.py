"""Deciding about meters: which losses are evidence by now, and which meters are on again."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from stormops.core.actions import close_when_bare
from stormops.core.distinct import distinct
from stormops.core.draft import Draft
from stormops.core.entry import AnyFact, CityAdopted, Entry, IncidentClosed, MeterEventsReceived, MetersChanged
from stormops.core.incident import ELECTRIC
from stormops.core.meters import HOLD_MS, Turned, meter_receipt
from stormops.core.network import Ints

if TYPE_CHECKING:
    from stormops.core.decide import Decider


class Metering:
    """The part of a decider that turns events of meters into evidence, after the momentary hold (platform ms)."""

    def __init__(self, decider: Decider, hold_ms: int = HOLD_MS) -> None:
        self._decider = decider
        self._hold_ms = hold_ms
        self._due: list[tuple[int, int]] = []
        self._all = True
        """Whether every meter is to be looked at: after a start, and in another city."""

    def next_due_ms(self) -> int | None:
        """When the next loss will have outlived the hold, if it is not over by then; None = none waits."""
        return self._due[0][0] if self._due else None

    def adopting(self, first: Iterable[AnyFact]) -> bool:
        """Whether another city is about to be adopted. What meters said of the old one explains nothing then."""
        situation = self._decider.situation
        others = [f for f in first if isinstance(f, CityAdopted) and situation.city_hash not in ("", f.hash)]
        if others:
            self._all = True
            for receipt in [receipt for receipt in situation.reports.row_of if receipt < 0]:
                self._decider.take_out(receipt)
        return bool(others)

    def adopted(self, draft: Draft) -> None:
        """Predicted incidents that had nothing but meters of the old city are nobody's any more."""
        for key, incident in sorted(draft.situation.incidents.items()):
            if incident.live and not incident.held and not incident.reports:
                draft.add(IncidentClosed(incident=draft.situation.incidents[key].id, outcome="withdrawn"))

    def decide(self, draft: Draft, news: Iterable[Entry]) -> None:
        """Tell what turned since the last tick: O(events and losses that became due), never the city."""
        situation = draft.situation
        premises = self._to_look_at(draft, news)
        if situation.meters.heard and len(premises):
            self._decider.network.grouper.heard_on(premises, situation.meters.on_ms[premises])
        if not len(premises):
            return
        turned = situation.meters.turned(
            premises, situation.coverage.answered_column(ELECTRIC), draft.tick.at_ms, self._hold_ms
        )
        for premise, due in zip(turned.waiting.tolist(), turned.due.tolist(), strict=True):
            heapq.heappush(self._due, (due, premise))
        if len(turned.on) or len(turned.off):
            self._tell(draft, turned)
        self._tell_unheard(premises)

    def presume(self, draft: Draft) -> bool:
        """Meters that did not come back where the network says why: their loss went on. Gives whether there are any.

        After groups were made: what they say is in those that are made next.
        """
        premises = self._decider.network.grouper.still_dark()
        if not len(premises):
            return False
        answered = draft.situation.coverage.answered_column(ELECTRIC)
        if answered is None:
            raise RuntimeError("nobody was said to have service again")
        none = np.empty(0, np.int32)
        off_ms = answered[premises] + 1
        self._tell(draft, Turned(none, off_ms[:0], premises, off_ms, none, off_ms[:0]))
        self._tell_unheard(premises)
        return True

    def _tell_unheard(self, premises: Ints) -> None:
        situation = self._decider.situation
        unheard = situation.meters.unheard(premises, situation.coverage.answered_column(ELECTRIC))
        self._decider.network.grouper.unheard(premises, unheard)

    def _to_look_at(self, draft: Draft, news: Iterable[Entry]) -> Ints:
        """Premises of meters that were heard of, of losses that became due, and where people just decided something.

        Ascending, each once.
        """
        meters = self._decider.situation.meters
        if self._all:
            self._all = False
            self._due.clear()
            return np.flatnonzero((meters.since_ms > 0) | (meters.told_ms > 0) | (meters.on_ms > 0)).astype(np.int32)
        due: list[int] = []
        while self._due and self._due[0][0] <= draft.tick.at_ms:
            due.append(heapq.heappop(self._due)[1])
        parts = [meters.rows(e.fact.meters) for e in news if isinstance(e.fact, MeterEventsReceived)]
        decided = draft.touched.premises
        if meters.heard:  # What people said of a premise also tells which of its losses counts.
            parts.append(decided[(meters.told_ms[decided] > 0) | (meters.since_ms[decided] > 0)])
        every = distinct(np.concatenate([*parts, np.array(due, np.int32)]))
        return every[every >= 0]

    def _tell(self, draft: Draft, turned: Turned) -> None:
        situation, decider = draft.situation, self._decider
        on, off = turned.on.tolist(), turned.off.tolist()
        bare: set[int] = set()
        for premise in {*on, *off}:
            row = situation.reports.row_of.get(meter_receipt(premise))
            if row is not None:
                bare.add(situation.reports.incident[row])
                decider.take_out(meter_receipt(premise))
        draft.add(MetersChanged(on=on, off=off, on_ms=turned.on_ms.tolist(), off_ms=turned.off_ms.tolist()))
        for premise in off:
            if meter_receipt(premise) in situation.reports:
                decider.route(draft, meter_receipt(premise))
        draft.settle()
        for key in sorted(bare):
            close_when_bare(decider, draft, key)
