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
        self.called_back: set[int] = set()
        """Of the numbers under way: those to whom nothing is to be sent any more."""
        self._claimed: dict[str, Sequence[int]] = {}
        self._under_way: set[int] = set()
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

    def begin(self, numbers: Iterable[int]) -> None:
        """These are under way."""
        self._under_way.update(numbers)

    def end(self, number: int) -> None:
        """It is no longer under way."""
        self._under_way.discard(number)
        self.called_back.discard(number)
        if not self._under_way:
            self._stopped.clear()

    def stopped(self, phone: str) -> bool:
        """Whether this phone said stop while messages were under way: what was granted before is not sent to it."""
        return phone in self._stopped

    def apply(self, entries: Iterable[Entry]) -> None:
        """Fold entries, in order."""
        for entry in entries:
            self.position = entry.position
            self._take(entry.fact)

    def _take(self, fact: AnyFact) -> None:
        if isinstance(fact, MessagesDue):
            self._call_back(fact.numbers)
            for number in fact.numbers:
                self.due.pop(number, None)
                self.due[number] = Due(fact.kind, fact.after_ms, fact.until_ms)
        elif isinstance(fact, MessagesDropped):
            self._call_back(fact.numbers)
            for number in fact.numbers:
                self.due.pop(number, None)
        elif isinstance(fact, MessagesGranted):
            mine = self._claimed.pop(fact.claim, None)
            for number in fact.numbers if mine is None else mine:  # what was claimed and not granted is due no more
                self.due.pop(number, None)
            if mine is not None:
                self.begin(fact.numbers)
                self.granted.append(fact)
        elif isinstance(fact, ContactPreference) and self._under_way:
            (self._stopped.add if fact.stopped else self._stopped.discard)(fact.phone)

    def _call_back(self, numbers: Iterable[int]) -> None:
        self.called_back |= self._under_way.intersection(numbers)
