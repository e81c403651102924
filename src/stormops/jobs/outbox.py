"""What is to be sent and what was granted, as a fold of the journal's facts about messages alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stormops.core.entry import (
    AnyFact,
    ContactPreference,
    Entry,
    MessagesDropped,
    MessagesDue,
    MessagesGranted,
)
from stormops.core.messages import Due


class Outbox:
    """For one sender, from a position on. `granted` are grants of its own claims that it has not begun with."""

    def __init__(self, position: int, due: dict[int, Due]) -> None:
        self.position = position
        self.due = dict(due)
        self.granted: list[MessagesGranted] = []
        self._claimed: dict[str, Sequence[int]] = {}
        self._flights = 0
        self._wanted: dict[int, str] = {}
        """By number: the claim whose message is under way and still to be sent."""
        self._stopped: set[str] = set()

    @property
    def waits(self) -> bool:
        """Whether a claim waits for its grant."""
        return bool(self._claimed)

    def ready(self, now_ms: int) -> list[int]:
        """Numbers that may be claimed now, the longest due first; what is too late is forgotten."""
        late = [number for number, due in self.due.items() if due.until_ms <= now_ms]
        for number in late:
            del self.due[number]
        return [number for number, due in self.due.items() if due.after_ms <= now_ms]

    def claim(self, name: str, numbers: Sequence[int]) -> None:
        """A claim is on its way to the journal."""
        self._claimed[name] = numbers

    def unclaim(self, name: str) -> None:
        """It did not get there."""
        self._claimed.pop(name, None)

    def wanted(self, claim: str, number: int, phone: str) -> bool:
        """Whether a message under way is still to be sent: nothing newer came, and its phone did not say stop."""
        return self._wanted.get(number) == claim and phone not in self._stopped

    def end(self, claim: str, number: int) -> None:
        """It is no longer under way."""
        self._flights -= 1
        if self._wanted.get(number) == claim:
            del self._wanted[number]
        if not self._flights:
            self._stopped.clear()

    def apply(self, entries: Iterable[Entry]) -> None:
        """Fold entries, in order."""
        for entry in entries:
            self.position = entry.position
            self._take(entry.fact)

    def _take(self, fact: AnyFact) -> None:
        if isinstance(fact, MessagesDue):
            for number in fact.numbers:
                self._wanted.pop(number, None)
                self.due.pop(number, None)  # it goes to the end
                self.due[number] = Due(fact.kind, fact.after_ms, fact.until_ms)
        elif isinstance(fact, MessagesDropped):
            for number in fact.numbers:
                self._wanted.pop(number, None)
                self.due.pop(number, None)
        elif isinstance(fact, MessagesGranted):
            mine = self._claimed.pop(fact.claim, None)
            for number in fact.numbers if mine is None else mine:  # what was claimed and not granted is due no more
                self.due.pop(number, None)
            if mine is not None:
                self._flights += len(fact.numbers)
                self._wanted |= dict.fromkeys(fact.numbers, fact.claim)
                self.granted.append(fact)
        elif isinstance(fact, ContactPreference) and self._flights:
            (self._stopped.add if fact.stopped else self._stopped.discard)(fact.phone)
