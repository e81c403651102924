"""Small values of the situation: its counts, what stays of what left, and what some entries touched."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from stormops.core.distinct import distinct
from stormops.core.levels import Mode
from stormops.core.network import Ints
from stormops.core.sentence import Words


class ClosedIncident(NamedTuple):
    """What stays of an incident that left. `into` is the key it was absorbed into, -1 otherwise."""

    outcome: str
    into: int
    since_ms: int
    ended_ms: int
    customers_out_max: int
    reports: int


class Refusal(NamedTuple):
    """A desk action that was not applied, and why."""

    action: str
    code: str
    text: Words
    at_ms: int


class Status(NamedTuple):
    """What the bearer of a receipt may know. `position` is where the journal has the report's words.

    `state` is received, matched, unmatched, or how it ended: restored, cancelled, withdrawn.
    `received_ms` is 0 once the report left memory. `incident` is a key and `premise` a row, -1 = none.
    """

    receipt: int
    state: str
    position: int
    received_ms: int
    incident: int
    premise: int


class Totals(msgspec.Struct):
    """Counts of reports: ever received, duplicated, repeated, withdrawn, matched; and of the open ones.

    `safety_waiting` and `safety_escalated` are those that nobody has acknowledged, before and past five minutes.
    """

    received: int = 0
    duplicated: int = 0
    withdrawn: int = 0
    matched: int = 0
    open: int = 0
    unmatched_open: int = 0
    safety_open: int = 0
    shown: int = 0
    not_shown: int = 0
    customers_restored: int = 0
    repeated: int = 0
    safety_waiting: int = 0
    safety_escalated: int = 0
    meters_off: int = 0
    """Premises whose meter says that power is off, and that people have not called back on since."""


class ModeState(NamedTuple):
    """The mode in force, since when and why. `automatic_ms`: the last automatic change.

    `relaxed_ms`: when a person last declared a milder mode than `relaxed_from`, which was in force.
    `cause` is start (nobody and nothing has changed it yet), declared or automatic.
    """

    mode: Mode = Mode.NORMAL
    since_ms: int = 0
    cause: str = "start"
    by: str = ""
    reason: Words = ""
    scope: str = "city"
    automatic_ms: int = 0
    relaxed_ms: int = 0
    relaxed_from: Mode = Mode.NORMAL


class Silence(NamedTuple):
    """When an area of the meter network was last not heard, platform ms; `until_ms` 0 = it still is not."""

    since_ms: int
    until_ms: int = 0


class DoubtedLink(NamedTuple):
    """A customer who likely hangs elsewhere: chance per 10,000, rows of the tree (`likely` -1 = none is known).

    `at_ms`: when it was last written (platform ms); `by_meter`: the meter said so, else the customer did.
    """

    chance: int
    recorded: int
    likely: int
    by_meter: bool
    at_ms: int


class DeviceState(NamedTuple):
    """What telemetry says of a device since `at_ms` (platform ms); `opened_ms`: when it last opened, 0 = never.

    Not `known`: it was closed until then, and its link is lost since.
    """

    at_ms: int = 0
    opened: bool = False
    opened_ms: int = 0
    known: bool = True

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """What happened later holds; at the same instant open, then closed."""
        return self.at_ms, self.opened, self.known


class Sighting(NamedTuple):
    """The field saw these devices (rows of the tree) closed at `at_ms` (platform ms), says this person, and why.

    `incident`: key of that of the one service which alone has the trouble; -1 = a device was seen.
    """

    devices: tuple[int, ...]
    at_ms: int
    by: str
    reason: str
    incident: int


class Sightings:
    """The sightings that count, `said` by action as they came, and the `last` of each device."""

    def __init__(self, said: dict[str, Sighting] | None = None) -> None:
        self.said = said or {}
        self.last: dict[int, Sighting] = {}
        self._look()

    def add(self, action: str, sighting: Sighting) -> None:
        """One more."""
        self.said[action] = sighting
        self._look()

    def drop(self, action: str) -> Sighting | None:
        """It counts no more; None when there was none."""
        dropped = self.said.pop(action, None)
        self._look()
        return dropped

    def _look(self) -> None:
        """Of several at the same moment the last that came counts."""
        self.last.clear()
        for sighting in self.said.values():
            for device in sighting.devices:
                if device not in self.last or sighting.at_ms >= self.last[device].at_ms:
                    self.last[device] = sighting


class SwitchState(NamedTuple):
    """The last word on a switch or device since `since_ms` (platform ms): whose, why, by which desk action.

    `source`: a person's word, telemetry's, or what people had confirmed open of a faulted device (`SwitchChanged`).
    """

    opened: bool
    since_ms: int
    by: str
    reason: Words
    action: str
    source: str

    @property
    def opened_by_hand(self) -> bool:
        """Whether a person opened it."""
        return self.opened and self.source == "person"


class Touched:
    """What some entries touched, so that only that is shown again. What is no longer there has left."""

    def __init__(self) -> None:
        self.incidents: set[int] = set()
        self.receipts: set[int] = set()
        self.refusals = False
        self.mode = False
        self.city = False
        self.silences = False
        self.telemetry: set[int] = set()
        """Devices of which telemetry said something new."""
        self.closed: set[int] = set()
        """Devices of which people said something new: seen closed, or taken back."""
        self.sightings = False
        """Whether somebody saw a device closed, or took that back."""
        self.switches = False
        """Whether a switch was operated."""
        self._reach: list[Ints] = []

    def reach(self, premises: Ints) -> None:
        """These premises may be out, or back, or out because of another incident."""
        if len(premises):
            self._reach.append(premises)

    @property
    def premises(self) -> Ints:
        """Indices of premises whose incident may have changed, ascending."""
        return distinct(np.concatenate(self._reach)) if self._reach else np.empty(0, np.int32)

    def add(self, other: Touched) -> None:
        """Join what other entries touched."""
        self.incidents |= other.incidents
        self.receipts |= other.receipts
        self.refusals |= other.refusals
        self.mode |= other.mode
        self.city |= other.city
        self.silences |= other.silences
        self.telemetry |= other.telemetry
        self.closed |= other.closed
        self.sightings |= other.sightings
        self.switches |= other.switches
        self._reach += other._reach


class ClosedReport(NamedTuple):
    """What stays of a report that left: where the journal has its words, its incident's key, its premise's row.

    The last two are -1 where there is none.
    """

    position: int
    key: int
    premise: int


_LOW = 2**63 - 1


def pack_closed(closed: ClosedReport) -> int:
    """One number for one closed report, of which there may be millions: 63 bits, and above them its premise."""
    return closed.premise + 1 << 63 | closed.position << 32 | closed.key + 1


def unpack_closed(packed: int) -> ClosedReport:
    """Back from `pack_closed`."""
    return ClosedReport((packed & _LOW) >> 32, (packed & 0xFFFFFFFF) - 1, (packed >> 63) - 1)


def closed_columns(closed: dict[int, int]) -> tuple[bytes, bytes, bytes]:
    """Packed closed reports by receipt as columns: receipts in order, their 63 bits, their premises."""
    receipts = np.fromiter(closed, np.int64, len(closed))
    low = np.fromiter((packed & _LOW for packed in closed.values()), np.int64, len(closed))
    above = np.fromiter((packed >> 63 for packed in closed.values()), np.int32, len(closed))
    order = np.argsort(receipts)
    return receipts[order].tobytes(), low[order].tobytes(), above[order].tobytes()


def closed_of_columns(receipts: bytes, low: bytes, above: bytes) -> dict[int, int]:
    """Back from `closed_columns`."""
    packed = zip(np.frombuffer(low, np.int64).tolist(), np.frombuffer(above, np.int32).tolist(), strict=True)
    return dict(zip(np.frombuffer(receipts, np.int64).tolist(), (b | a << 63 for b, a in packed), strict=True))
