"""A call between two turns: what it knows, what it asked last, and what it can say next.

The state is small and travels in the address of the next webhook, so any intake can go on with any call.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, Protocol

import msgspec

from stormops.core.report import Report, Symptom
from stormops.intake.asking import Told
from stormops.intake.contacts import Contact
from stormops.intake.look_ups import LookUps
from stormops.intake.phrases import LANGUAGES, phrases

MISSES_MAX = 2
"""Silences and wrong keys at one question; at the last the caller speaks instead."""

TRIES_MAX = 2
"""Addresses keyed and not found; at the last the caller speaks instead."""

TURNS_MAX = 20
"""Turns of a call; at the last the caller speaks instead, and the call ends."""

MAC_BYTES = 12


class Step(StrEnum):
    """The question that was asked last."""

    LANGUAGE = "language"
    MENU = "menu"
    OWN = "own"
    HOUSE = "house"
    STREET = "street"
    CHOOSE = "choose"
    CONFIRM = "confirm"
    UNIT = "unit"
    MEDICAL = "medical"
    RECEIPT = "receipt"
    AGAIN = "again"
    PERSON = "person"
    DANGER = "danger"
    RECORDED = "recorded"


class State(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """`number`, `street` as keyed; `premise` (id) once chosen, `whole` when it is the only one of its house.

    `receipt`: the report that this call repeats or belongs to. `still`: a repeat. `danger`: a danger was saved.
    `held`: what was heard (keys, recording, end of a connection) while it waits to be tried again, else empty.
    """

    step: Step
    language: str = ""
    turns: int = 0
    misses: int = 0
    tries: int = 0
    symptom: Symptom = Symptom.LIGHTS_OUT
    number: str = ""
    street: str = ""
    premise: str = ""
    whole: bool = True
    receipt: str = ""
    still: bool = False
    danger: bool = False
    held: tuple[str, str, str] | None = None

    def at(self, step: Step) -> State:
        """The same at another question, which nobody has missed yet."""
        return msgspec.structs.replace(self, step=step, misses=0)

    def but(self, **changes: object) -> State:
        """The same with some changes."""
        return msgspec.structs.replace(self, **changes)


_DECODER = msgspec.json.Decoder(State)


def seal(state: State, call: str, token: str) -> str:
    """The state as one word for an address, valid in this call only."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(state)).rstrip(b"=")
    return f"{body.decode()}.{_mac(body, call, token)}"


def unseal(word: str, call: str, token: str) -> State | None:
    """The state back from `seal`; None for any other word, and for another call's."""
    body, _, mac = word.partition(".")
    raw = body.encode(errors="replace")
    if not hmac.compare_digest(_mac(raw, call, token).encode(), mac.encode(errors="replace")):
        return None
    try:
        return _DECODER.decode(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def _mac(body: bytes, call: str, token: str) -> str:
    made = hmac.new(token.encode(), body + b"\0" + call.encode(errors="replace"), sha256).digest()
    return base64.urlsafe_b64encode(made[:MAC_BYTES]).decode()


class Spoken(NamedTuple):
    """A sentence and the language of the voice that says it."""

    text: str
    language: str


class Ask(NamedTuple):
    """Say, then wait for keys: `digits` of them, or any number up to pound (0)."""

    said: list[Spoken]
    state: State
    digits: int = 1


class Speak(NamedTuple):
    """Say, then record what the caller says."""

    said: list[Spoken]
    state: State


class Connect(NamedTuple):
    """Say, then connect to a number, and go on when that ends."""

    said: list[Spoken]
    state: State
    number: str


class End(NamedTuple):
    """Say, and hang up."""

    said: list[Spoken]


Turn = Ask | Speak | Connect | End


class NotKept(Exception):
    """The door did not keep the report now; ask it again, with the same key."""


class Line(NamedTuple):
    """What differs between cities. Empty numbers: that line or person is not offered.

    `mode(language)` is the mode's sentence, empty when nothing need be said.
    """

    title: str
    emergency_phone: str
    desk_phone: str
    mode: Callable[[str], str]


class Heard(NamedTuple):
    """What one webhook brings. `phone` digits, empty when withheld; `vouched`: the carrier attests it."""

    phone: str
    digits: str
    recording: str = ""
    dialled: str = ""
    vouched: bool = False


class Keep(Protocol):
    """Keeps the report of a step of this call and gives its receipt. Raises NotKept."""

    def __call__(self, report: Report, step: str) -> Awaitable[str]: ...


class Call(NamedTuple):
    """One turn of a call: what was heard, what is remembered of the phone, and the ports."""

    line: Line
    look: LookUps
    keep: Keep
    status: Callable[[str], Awaitable[Told]]
    remember: Callable[[Contact], Awaitable[bool]]
    heard: Heard
    contact: Contact


def say(state: State, name: str, **values: object) -> Spoken:
    """A sentence of the table, in the call's language."""
    words = phrases(state.language)
    return Spoken(words.voice[name].format(**values), words.language)


def speak(state: State, *said: Spoken) -> Turn:
    """Let the caller speak instead of keying."""
    return Speak([*said, say(state, "record_where" if state.danger else "record")], state.at(Step.RECORDED))


def missed(state: State, key: str, again: Callable[[State, Spoken], Turn]) -> Turn:
    """A silence or a wrong key: the question again, or, the second time, the caller speaks."""
    state = state.but(misses=state.misses + 1)
    if state.misses >= MISSES_MAX:
        return speak(state)
    return again(state, say(state, "wrong" if key else "silent"))


def spoken(receipt: str) -> str:
    """A receipt digit by digit, with a pause at each dash."""
    return ", ".join(" ".join(group) for group in receipt.split("-"))


def saved(state: State, receipt: str, *before: Spoken) -> Turn:
    """The end that every report has: its receipt, twice."""
    return End([*before, say(state, "saved", digits=spoken(receipt)), say(state, "goodbye")])


async def remember(call: Call, state: State, receipt: str, premise: str = "", address: str = "") -> None:
    """The phone's last receipt and where it was. Best effort: the report is saved already."""
    language = state.language or LANGUAGES[0]
    await call.remember(call.contact._replace(language=language, receipt=receipt, premise=premise, address=address))
