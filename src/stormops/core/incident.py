"""The incident: what it is, and the table of steps that its life may take.

predicted → confirmed → (partly restored) → restored → closed; or cancelled; or absorbed by another.
Whether a step is legal is `EDGES` and nothing else: deciding asks it, the fold obeys it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from stormops.core.entry import IncidentArgued
from stormops.core.report import Utility
from stormops.core.sentence import Words

UTILITIES: tuple[Utility, ...] = tuple(Utility)
ELECTRIC = UTILITIES.index(Utility.ELECTRIC)
LATELY = 1 << 16
"""Incidents whose other form is remembered: each is turned several times within a tick or two."""

LETTERS = {Utility.ELECTRIC: "E", Utility.WATER: "W", Utility.GAS: "G", Utility.SEWER: "S"}
UTILITY_OF_LETTER = {letter: utility for utility, letter in LETTERS.items()}


class State(StrEnum):
    """Where an incident is in its life."""

    PREDICTED = "predicted"
    CONFIRMED = "confirmed"
    PARTLY_RESTORED = "partly_restored"
    RESTORED = "restored"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    ABSORBED = "absorbed"


class Step(StrEnum):
    """What may happen to an incident. A person's: confirm, regroup, merge, restore(_part), cancel, retract."""

    CONFIRM = "confirm"
    REGROUP = "regroup"
    """A person moved reports in or out (merged into it, split from it): it now keeps them."""
    MERGE = "merge"
    """A person said that it is part of another."""
    RESTORE_PART = "restore_part"
    RESTORE = "restore"
    CANCEL = "cancel"
    RETRACT = "retract"
    """Who confirmed it takes that back: it is a prediction again."""
    ABSORB = "absorb"
    """The evidence says that it is part of another."""
    WITHDRAW = "withdraw"
    """Nothing supports it any more: its last report was withdrawn or placed elsewhere."""
    CLOSE = "close"


LIVE = (State.PREDICTED, State.CONFIRMED, State.PARTLY_RESTORED)
"""States in which customers may be out."""

EDGES: dict[tuple[State, Step], State] = {
    (State.PREDICTED, Step.CONFIRM): State.CONFIRMED,
    (State.CONFIRMED, Step.CONFIRM): State.CONFIRMED,
    (State.PARTLY_RESTORED, Step.CONFIRM): State.PARTLY_RESTORED,
    (State.CONFIRMED, Step.RETRACT): State.PREDICTED,
    (State.PREDICTED, Step.ABSORB): State.ABSORBED,
    (State.PREDICTED, Step.WITHDRAW): State.CLOSED,
    (State.RESTORED, Step.CLOSE): State.CLOSED,
    (State.CANCELLED, Step.CLOSE): State.CLOSED,
    **{(state, Step.REGROUP): state for state in LIVE},
    **{(state, Step.MERGE): State.ABSORBED for state in LIVE},
    **{(state, Step.RESTORE_PART): State.PARTLY_RESTORED for state in LIVE},
    **{(state, Step.RESTORE): State.RESTORED for state in LIVE},
    **{(state, Step.CANCEL): State.CANCELLED for state in LIVE},
}
"""The whole life: (state, step) → state. What is not here does not happen."""

TELEMETRY = "telemetry"
"""Who took a step because telemetry saw the device close."""

PERSONAL = (Step.CONFIRM, Step.REGROUP, Step.RESTORE_PART)
"""Steps after which people hold the incident: evidence no longer moves or absorbs it."""


def advance(state: State, step: Step) -> State | None:
    """The state after the step, or None when the step is not legal."""
    return EDGES.get((state, step))


def make_key(utility: Utility, number: int) -> int:
    """One number for an incident: fits int32 columns up to 500 million incidents a utility."""
    return number * 4 + UTILITIES.index(utility)


@lru_cache(LATELY)
def incident_id(key: int) -> str:
    """The name that people use: "E-0042"."""
    return f"{LETTERS[UTILITIES[key % 4]]}-{key // 4:04d}"


@lru_cache(LATELY)
def incident_key(name: str) -> int | None:
    """The key of a name as `incident_id` writes it, or None for what cannot be one."""
    utility = UTILITY_OF_LETTER.get(name[:1])
    digits = name[2:]
    if utility is None or name[1:2] != "-" or not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return None
    key = make_key(utility, int(digits))
    return key if incident_id(key) == name else None


@dataclass(slots=True)
class Incident:
    """One open incident, as the situation knows it.

    `devices` are rows of the tree (several after a merge, the first is shown); none = a cluster.
    `premises` are those out by themselves: a cluster's, or a single service's. `back` are devices
    below which service is back though the incident goes on. `reports` are all its receipts, the
    answered ones included; `answered` counts those. `held`: people decided on it (`PERSONAL`).
    `repeats`: how often its reports were heard again. Times are platform milliseconds, 0 = not yet;
    `probability` per 10,000.
    """

    key: int
    since_ms: int
    opened_ms: int
    state: State = State.PREDICTED
    held: bool = False
    devices: tuple[int, ...] = ()
    premises: set[int] = field(default_factory=set)
    back: tuple[int, ...] = ()
    reports: set[int] = field(default_factory=set)
    answered: int = 0
    safety: int = 0
    medical: int = 0
    repeats: int = 0
    meters: int = 0
    """How many of `reports` are what meters say (receipts below zero)."""
    customers_out: int = 0
    customers_out_max: int = 0
    customers_restored: int = 0
    probability: int = 0
    reasons: tuple[Words, ...] = ()
    argued: IncidentArgued | None = None
    """What speaks for and against it, while it is predicted by the network."""
    unargued: bool = False
    """Whether its device or its chance is another than when it was argued."""
    confirmed_by: str = ""
    updated_ms: int = 0
    ended_ms: int = 0

    @property
    def id(self) -> str:
        """The name that people use."""
        return incident_id(self.key)

    @property
    def told(self) -> int:
        """How many reports people sent."""
        return len(self.reports) - self.meters

    @property
    def utility(self) -> Utility:
        """Whose service is out."""
        return UTILITIES[self.key % 4]

    @property
    def device(self) -> int:
        """The device shown, a row of the tree; -1 = none known."""
        return self.devices[0] if self.devices else -1

    @property
    def live(self) -> bool:
        """Whether customers may still be out."""
        return self.state in LIVE
