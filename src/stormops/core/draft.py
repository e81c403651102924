"""What is being decided at one tick: facts, each part of the situation as soon as it is decided.

The journal has one writer, so the positions that these facts will get are known. Whoever asks for a
decision must append exactly these facts next, or end.
"""

from __future__ import annotations

from collections.abc import Sequence

from stormops.core.entry import AnyFact, Decided, Entry, IncidentChanged, Tick
from stormops.core.incident import incident_id
from stormops.core.receipt_number import receipt_text
from stormops.core.situation import Situation
from stormops.core.summary import Touched


class Draft:
    """The facts of one tick in the making. Reports that join an incident as they come are gathered into one fact."""

    def __init__(self, situation: Situation, tick: Tick) -> None:
        self.situation = situation
        self.tick = tick
        self.through = situation.position
        self.facts: list[AnyFact] = []
        self.touched = Touched()
        self._joining: dict[int, list[int]] = {}
        self.add(tick)

    def add(self, fact: AnyFact, rows: Sequence[int] | None = None) -> None:
        """Decide one fact; it is part of the situation from here on.

        `rows`: of the reports that it adds to an incident, where the caller has them.
        """
        entry = Entry(self.situation.position + 1, self.tick.at_ms, "", 0, self.tick.number, len(self.facts), fact)
        self.situation.take(entry, self.touched, rows)
        self.facts.append(fact)

    def join(self, incident: int, receipt: int) -> None:
        """The report joins the incident, by the next `settle`."""
        self._joining.setdefault(incident, []).append(receipt)

    def settle(self) -> None:
        """Make facts of what joined."""
        joining, self._joining = self._joining, {}
        row_of = self.situation.reports.row_of
        for incident, receipts in sorted(joining.items()):
            added = list(map(receipt_text, receipts))
            rows = [row for row in map(row_of.get, receipts) if row is not None]
            self.add(IncidentChanged(incident=incident_id(incident), receipts_added=added), rows)

    def close(self) -> list[AnyFact]:
        """The last word: everything up to where the tick began is decided on. Gives all facts."""
        self.settle()
        self.add(Decided(tick=self.tick.number, through=self.through))
        return self.facts
