"""Who is sent text messages about which premise, what they were told last, and what waits to be sent.

A *number* stands for a phone: the position of the entry in which the journal has it. Phones are known here by a hash
alone; who sends reads the phone from the journal. Bounds, each with its behaviour:

- `SIGNED_UP_MAX` sign-ups, waiting for a yes or confirmed, `PLACES_MAX` of one phone, `PHONES_MAX` by one receipt (or
  page of a premise): no further ones.
- A request waits `YES_MS` for its yes; a sign-up ends `SIGNED_UP_MS` after the yes or the last message.
- `ASKS_MAX` questions to one phone within `DAY_MS`, whoever asks for them: nobody's phone is bombed through us.
- `STOPPED_MAX` phones that said stop: beyond, nobody new is signed up, for a stop is never forgotten.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from stormops.core.incident import ELECTRIC, State

if TYPE_CHECKING:
    from stormops.core.situation import Situation

DAY_MS = 86_400_000
YES_MS = DAY_MS
SIGNED_UP_MS = 7 * DAY_MS
SIGNED_UP_MAX = 250_000
PLACES_MAX = 5
PHONES_MAX = 20
ASKS_MAX = 2
STOPPED_MAX = 1_000_000
HOUR_MS = 3_600_000
COUNTED_HOURS = 24
"""What became of messages is counted for so long, by the hour."""


class Fate(StrEnum):
    """What became of a message that was decided on."""

    SENT = "sent"
    REFUSED = "refused"
    """By the provider, for good."""
    UNCLEAR = "unclear"
    """Nobody knows whether the provider took it."""
    LATE = "late"
    OVERTAKEN = "overtaken"
    """It was no longer true or wanted, or something newer took its place."""


class Kind(StrEnum):
    """What a message says."""

    ASK = "ask"
    """Somebody asked for messages to this number: yes?"""
    ASSUMED = "assumed"
    CONFIRMED = "confirmed"
    RESTORED = "restored"
    CLEARED = "cleared"
    """There is no outage that we know of any more, and nobody said that one was restored."""
    UNKNOWN = ""
    """Nothing can be said."""


OUT = (Kind.ASSUMED, Kind.CONFIRMED)


class SignUp(NamedTuple):
    """One phone's wish about one place: `premise` is a row, -1 while nobody knows where its `receipt` belongs.

    `receipt` 0 = by the premise itself. `at_ms`: when it was asked for, or last renewed. `told`: the last message
    granted, when, and since when that outage was; `decided`: the last decided on; `sending`: it may be under way.
    """

    who: int
    premise: int
    receipt: int
    language: str
    at_ms: int
    told: str = ""
    told_ms: int = 0
    since_ms: int = 0
    decided: str = ""
    sending: bool = False

    @property
    def way(self) -> int:
        """By what it came: a receipt, or below zero a premise."""
        return self.receipt or -self.premise - 1


class Due(NamedTuple):
    """A message that waits; to be sent after one time and before another (platform ms), or not at all."""

    kind: str
    after_ms: int
    until_ms: int


def who_is(phone: str) -> int:
    """The hash of a phone's digits, 63 bits. No secret: it keeps numbers out of sight, the journal has them anyway."""
    return int.from_bytes(blake2b(phone.encode(), digest_size=8, person=b"messages").digest()) >> 1


class Messages:
    """The whole. Read its fields freely; only the fold changes them.

    `requests` wait for their yes, `sign_ups` have it; both by number, in the order of their `at_ms`.
    """

    def __init__(self) -> None:
        self.requests: dict[int, SignUp] = {}
        self.sign_ups: dict[int, SignUp] = {}
        self.due: dict[int, Due] = {}
        self.stopped: set[int] = set()
        self.forgot_a_stop = False
        self.asks: dict[int, tuple[int, ...]] = {}
        """By phone: when it was asked within a day; in the order of the last time."""
        self.fates: dict[int, dict[Fate, int]] = {}
        """By hour (of platform time): what became of messages."""
        self.now_ms = 0
        """The last tick's."""
        self.of_phone: dict[int, list[int]] = {}
        """Derived, as the next two."""
        self.of_way: dict[int, set[int]] = {}
        """By receipt, or by premise where it was not asked by a receipt (`SignUp.way`)."""
        self.of_premise: dict[int, set[int]] = {}
        """Numbers of sign-ups alone."""

    # --- questions --------------------------------------------------------------------------------------

    def get(self, number: int) -> SignUp | None:
        """The request or the sign-up of a number."""
        return self.sign_ups.get(number) or self.requests.get(number)

    def open_to(self, one: SignUp) -> bool:
        """Whether one more is taken."""
        if self.forgot_a_stop or one.who in self.stopped:
            return False
        full = len(self.requests) + len(self.sign_ups) >= SIGNED_UP_MAX
        mine, here = self.of_phone.get(one.who, ()), self.of_way.get(one.way, ())
        return not full and len(mine) < PLACES_MAX and len(here) < PHONES_MAX

    def may_ask(self, number: int) -> bool:
        """Whether the phone of a request is to be asked: not too often, and not what it said yes to."""
        request = self.requests.get(number)
        if request is None or len(self.asks.get(request.who, ())) >= ASKS_MAX:
            return False
        return request.premise < 0 or request.premise not in self.places(request.who)

    def places(self, who: int) -> set[int]:
        """Premises for which this phone said yes."""
        mine = (self.sign_ups.get(number) for number in self.of_phone.get(who, ()))
        return {one.premise for one in mine if one is not None and one.premise >= 0}

    def lately(self) -> dict[str, int]:
        """What became of messages in the last hours, by `Fate`."""
        return {fate.value: sum(hour.get(fate, 0) for hour in self.fates.values()) for fate in Fate}

    # --- changes ----------------------------------------------------------------------------------------

    def ended(self, fate: Fate) -> None:
        """So a message ended."""
        hour = self.fates.setdefault(self.now_ms // HOUR_MS, {})
        hour[fate] = hour.get(fate, 0) + 1

    def forgo(self, number: int, fate: Fate = Fate.OVERTAKEN) -> None:
        """What waits for this number, if anything, is not sent."""
        if self.due.pop(number, None) is not None:
            self.ended(fate)

    def request(self, number: int, one: SignUp) -> None:
        """A wish that waits for its yes, or where it is about another place."""
        self._index(number, self.requests.get(number), one)
        self.requests[number] = one

    def sign_up(self, number: int, one: SignUp) -> None:
        """The phone said yes, or was told something, or its place is another."""
        if number in self.requests:
            self.drop(number)
        before = self.sign_ups.get(number)
        self._index(number, before, one)
        if before is not None and before.premise != one.premise:
            _take(self.of_premise, before.premise, number)
        if one.premise >= 0 and (before is None or before.premise != one.premise):
            self.of_premise.setdefault(one.premise, set()).add(number)
        if before is not None and before.at_ms != one.at_ms:
            del self.sign_ups[number]  # it goes to the end
        self.sign_ups[number] = one

    def _index(self, number: int, before: SignUp | None, one: SignUp) -> None:
        if before is None:
            self.of_phone.setdefault(one.who, []).append(number)
            self.of_way.setdefault(one.way, set()).add(number)

    def drop(self, number: int) -> None:
        """The request or the sign-up ends, and what waits for it."""
        one = self.requests.pop(number, None) or self.sign_ups.pop(number)
        self.forgo(number)
        _take(self.of_premise, one.premise, number)
        _take(self.of_way, one.way, number)
        mine = self.of_phone[one.who]
        mine.remove(number)
        if not mine:
            del self.of_phone[one.who]

    def stop(self, who: int) -> None:
        """This phone is sent nothing more."""
        for number in list(self.of_phone.get(who, ())):
            self.drop(number)
        if len(self.stopped) < STOPPED_MAX:
            self.stopped.add(who)
        else:
            self.forgot_a_stop |= who not in self.stopped

    def asked(self, who: int, at_ms: int) -> None:
        """The phone is being asked."""
        self.asks[who] = (*self.asks.pop(who, ()), at_ms)

    def expire(self, now_ms: int) -> None:
        """A tick: what was wished, or asked, too long ago is over."""
        self.now_ms = now_ms
        for waiting, most_ms in ((self.requests, YES_MS), (self.sign_ups, SIGNED_UP_MS)):
            while waiting and next(iter(waiting.values())).at_ms + most_ms <= now_ms:
                self.drop(next(iter(waiting)))
        while self.asks and next(iter(self.asks.values()))[-1] + DAY_MS <= now_ms:
            del self.asks[next(iter(self.asks))]
        for hour in [hour for hour in self.fates if hour <= now_ms // HOUR_MS - COUNTED_HOURS]:
            del self.fates[hour]

    # --- snapshots --------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything as plain values, in an order that the entries make. Values are shared: none is ever changed."""
        return {
            "requests": list(self.requests.items()),
            "sign_ups": list(self.sign_ups.items()),
            "due": list(self.due.items()),
            "stopped": sorted(self.stopped),
            "forgot_a_stop": self.forgot_a_stop,
            "asks": list(self.asks.items()),
            "now_ms": self.now_ms,
            "fates": sorted((hour, sorted(fates.items())) for hour, fates in self.fates.items()),
        }

    @classmethod
    def load(cls, state: dict[str, Any]) -> Messages:
        """Back from `state`."""
        messages = cls()
        for number, values in state["requests"]:
            messages.request(number, SignUp(*values))
        for number, values in state["sign_ups"]:
            messages.sign_up(number, SignUp(*values))
        messages.due = {number: Due(*values) for number, values in state["due"]}
        messages.stopped = set(state["stopped"])
        messages.forgot_a_stop = state["forgot_a_stop"]
        messages.asks = {who: tuple(times) for who, times in state["asks"]}
        messages.now_ms = state["now_ms"]
        messages.fates = {hour: {Fate(fate): count for fate, count in fates} for hour, fates in state["fates"]}
        return messages


def _take(index: dict[int, set[int]], key: int, number: int) -> None:
    numbers = index.get(key)
    if numbers is not None:
        numbers.discard(number)
        if not numbers:
            del index[key]


def truth(situation: Situation, sign_up: SignUp) -> Kind:
    """What can be said of this place now to who was told so much: nothing is said that a meter contradicts."""
    premise, coverage = sign_up.premise, situation.coverage
    if premise < 0:
        return Kind.UNKNOWN
    owner = coverage.owner(ELECTRIC, premise)
    if owner >= 0:
        return Kind.ASSUMED if situation.incidents[owner].state is State.PREDICTED else Kind.CONFIRMED
    answered_ms, by = coverage.answered(ELECTRIC, premise)
    if unconfirmed(situation, premise) and situation.meters.off_ms[premise] > answered_ms:
        return Kind.UNKNOWN
    if sign_up.told not in OUT:
        return Kind(sign_up.told)
    if answered_ms < sign_up.since_ms or by < 0:
        return Kind.CLEARED
    return Kind.RESTORED if _restored(situation, by) else Kind.CLEARED


def unconfirmed(situation: Situation, premise: int) -> bool:
    """Whether a meter's last word was that power is off."""
    return situation.meters.says(premise) == "off"


def _restored(situation: Situation, key: int) -> bool:
    incident = situation.incidents.get(key)
    if incident is not None:
        return incident.state is not State.CANCELLED
    closed = situation.closed_incidents.get(key)
    return closed is None or closed.outcome != "cancelled"  # absorbed: a part was restored before


def news(told: str, now: Kind) -> bool:
    """Whether who was told the one is to be told the other: never the same twice, never less than was said."""
    if now is Kind.ASSUMED:
        return told not in OUT
    if now in (Kind.RESTORED, Kind.CLEARED):
        return told in OUT
    return now is Kind.CONFIRMED and told != now
