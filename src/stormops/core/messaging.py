"""Deciding what signed-up people are told, from changes of the situation, and which sender may say it now.

A message is decided once for a change, waits at most `LATE_MS`, makes room for what is newer, and is looked at once
more when a sender claims it: what is not true then is dropped, never sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stormops.core import entry as facts
from stormops.core.draft import Draft
from stormops.core.entry import Entry
from stormops.core.incident import ELECTRIC, State
from stormops.core.messages import Due, Kind, SignUp, news, truth, unconfirmed, who_is

if TYPE_CHECKING:
    from stormops.core.decide import Decider
    from stormops.core.network import Ints
    from stormops.core.situation import Situation

LATE_MS = 30 * 60_000
"""A message that was not sent within this time (platform) is not sent."""

SETTLE_MS = 60_000
"""What only evidence says must have stood so long: predictions come and go in the first minute."""

METER_MS = 10 * 60_000
"""Where a meter has not confirmed that power is back it is given so long to say so, or the opposite: its word takes
three minutes on average, and after ten the inference believes those dark who are silent together."""

QUIET_MS = 2 * 60_000
"""Between two messages about one place."""

TOGETHER_MAX = 10_000
"""Numbers in one fact."""


class Messaging:
    """The part of a decider that has messages sent."""

    def __init__(self, decider: Decider) -> None:
        self._situation = decider.situation
        self._known: set[int] = set()
        """Incidents no longer predicted whose customers were looked at since."""

    def next_due_ms(self) -> int | None:
        """When the message that waits longest becomes too late; None = none waits."""
        waiting = self._situation.messages.due
        return next(iter(waiting.values())).until_ms if waiting else None

    def decide(self, draft: Draft, entries: Sequence[Entry]) -> None:
        """Late ones are dropped; requests are asked; who is touched is told; claims are granted."""
        self._drop_late(draft)
        self._ask(draft, entries)
        self._look(draft, self._touched(draft, entries))
        for entry in entries:
            if isinstance(entry.fact, facts.MessagesClaimed):
                self._grant(draft, entry.fact)

    def _drop_late(self, draft: Draft) -> None:
        late = []
        for number, due in self._situation.messages.due.items():
            if due.until_ms > draft.tick.at_ms:
                break
            late.append(number)
        _drop(draft, late, "late")

    def _ask(self, draft: Draft, entries: Sequence[Entry]) -> None:
        messages, now_ms = self._situation.messages, draft.tick.at_ms
        for entry in entries:
            asked = isinstance(entry.fact, facts.MessagesRequested) and entry.recorded_ms + LATE_MS > now_ms
            if asked and messages.may_ask(entry.position):
                _due(draft, Kind.ASK, [entry.position], now_ms)

    def _touched(self, draft: Draft, entries: Sequence[Entry]) -> list[int]:
        """Numbers of the sign-ups about which something may have changed since the last tick, ascending."""
        messages = self._situation.messages
        if not messages.sign_ups:
            return []
        numbers = set[int]()
        for premise in _among(messages.of_premise, draft.touched.premises):
            numbers.update(messages.of_premise[premise])
        for key in draft.touched.incidents:
            for premise in self._confirmed_at(key):
                numbers.update(messages.of_premise[premise])
        for receipt in draft.touched.receipts & messages.of_way.keys():
            numbers.update(messages.of_way[receipt])
        for entry in entries:
            if isinstance(entry.fact, facts.MessagesConfirmed):
                numbers.update(messages.of_phone.get(who_is(entry.fact.phone), ()))
            elif isinstance(entry.fact, facts.MeterEventsReceived) and messages.due:
                for premise in _among(messages.of_premise, self._situation.meters.rows(entry.fact.meters)):
                    numbers.update(messages.of_premise[premise])
        return sorted(numbers & messages.sign_ups.keys())

    def _confirmed_at(self, key: int) -> list[int]:
        """Where people are signed up below an incident that is predicted no longer, the first time it is seen so."""
        incident = self._situation.incidents.get(key)
        if incident is None or not incident.live:
            self._known.discard(key)
            return []
        if incident.state is State.PREDICTED or key in self._known:
            return []
        self._known.add(key)
        return _among(self._situation.messages.of_premise, self._situation.coverage.owned(incident))

    def _look(self, draft: Draft, numbers: Iterable[int]) -> None:
        """What these people are to be told, if anything; what waits and is no longer so is dropped."""
        situation = self._situation
        telling, untrue = defaultdict[tuple[Kind, int], list[int]](list), list[int]()
        for number in numbers:
            one = situation.messages.sign_ups[number]
            now = truth(situation, one)
            if not news(one.told, now):
                if one.decided != one.told or (one.sending and now != one.told):
                    untrue.append(number)
            elif one.decided != now or self._confirmed_since(number, one, draft.tick.at_ms):
                telling[now, self._after(one, now, draft.tick.at_ms)].append(number)
        _drop(draft, untrue, "untrue")
        for (kind, after_ms), together in sorted(telling.items()):
            _due(draft, kind, together, draft.tick.at_ms, after_ms)

    def _confirmed_since(self, number: int, one: SignUp, now_ms: int) -> bool:
        """Whether what waits for a meter's word, that power is back, waits no longer: it has come."""
        due = self._situation.messages.due.get(number)
        return due is not None and due.kind == Kind.RESTORED and due.after_ms > self._after(one, Kind.RESTORED, now_ms)

    def _after(self, one: SignUp, kind: Kind, now_ms: int) -> int:
        """From when on a message may be sent."""
        situation = self._situation
        after_ms = max(now_ms, one.told_ms + QUIET_MS if one.told else 0)
        if kind is Kind.ASSUMED:
            incident = situation.incidents[situation.coverage.owner(ELECTRIC, one.premise)]
            return max(after_ms, incident.opened_ms + SETTLE_MS)
        if kind is Kind.CLEARED:
            return max(after_ms, now_ms + SETTLE_MS)
        waits = kind is Kind.RESTORED and unconfirmed(situation, one.premise)
        return max(after_ms, now_ms + METER_MS) if waits else after_ms

    def _grant(self, draft: Draft, claim: facts.MessagesClaimed) -> None:
        """What of a claim is due and true, with what there is to say. The first claim of a message gets it."""
        messages, granted = self._situation.messages, facts.MessagesGranted(claim=claim.claim)
        untrue = []
        for number in dict.fromkeys(claim.numbers):
            due, one = messages.due.get(number), messages.get(number)
            if due is None or one is None or not due.after_ms <= draft.tick.at_ms < due.until_ms:
                continue
            if due.kind != Kind.ASK and truth(self._situation, one) != due.kind:
                untrue.append(number)
                continue
            _add(self._situation, granted, number, one, due)
        draft.add(granted)
        _drop(draft, untrue, "untrue")
        self._look(draft, [number for number in untrue if number in messages.sign_ups])


def _add(situation: Situation, granted: facts.MessagesGranted, number: int, one: SignUp, due: Due) -> None:
    owner = situation.coverage.owner(ELECTRIC, one.premise) if due.kind != Kind.ASK and one.premise >= 0 else -1
    incident = situation.incidents.get(owner)
    granted.numbers.append(number)
    granted.kinds.append(due.kind)
    granted.languages.append(one.language)
    granted.customers.append(incident.customers_out if incident else 0)
    granted.since_ms.append(incident.since_ms if incident else 0)
    granted.until_ms.append(due.until_ms)


def _among(signed_up: dict[int, set[int]], premises: Ints) -> list[int]:
    """Which of these premises have sign-ups. O(the fewer of both), with numpy for the more."""
    if len(premises) <= len(signed_up):
        return [premise for premise in premises.tolist() if premise in signed_up]
    known = np.fromiter(signed_up, np.int32, len(signed_up))
    found: list[int] = known[np.isin(known, premises)].tolist()
    return found


def _due(draft: Draft, kind: Kind, numbers: list[int], now_ms: int, after_ms: int = 0) -> None:
    for at in range(0, len(numbers), TOGETHER_MAX):
        together = numbers[at : at + TOGETHER_MAX]
        draft.add(
            facts.MessagesDue(
                kind=kind.value, numbers=together, after_ms=max(after_ms, now_ms), until_ms=now_ms + LATE_MS
            )
        )


def _drop(draft: Draft, numbers: list[int], why: str) -> None:
    for at in range(0, len(numbers), TOGETHER_MAX):
        draft.add(facts.MessagesDropped(numbers=numbers[at : at + TOGETHER_MAX], why=why))
