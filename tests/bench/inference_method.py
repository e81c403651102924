"""What a method of outage inference is told, hears and answers. `inference.py` judges any that keeps this.

Devices are rows of the tree, 0 to N - 1. A premise's own service (its drop, its meter base) is a device too: it has
the number N + premise. Times are milliseconds from the start of the storm. `tests/bench/cases/` is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from stormops.core.network import Tree

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Channel(IntEnum):
    """How a report came. METER only in the static scenario, where a meter's word is a report like another."""

    VOICE = 0
    WEB = 1
    SMS = 2
    METER = 3


class MeterKind(IntEnum):
    """What a meter said: power lost, power back, or an interval read (so it has power)."""

    LAST_GASP = 0
    RESTORED = 1
    READ = 2


class Word(IntEnum):
    """What people or telemetry said of a device."""

    OPEN = 0
    """A person saw it open."""
    RESTORED = 1
    """A person closed or repaired it: nothing it explained before is its doing now."""
    TELEMETRY_CLOSED = 2
    TELEMETRY_OPEN = 3


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a utility knows beforehand. P premises, N devices, as its records have them (links may be wrong).

    `prior` (N) and `service_prior`: chance that the device opens in this storm, as forecast. `report_rate`: chance
    that a customer who is out has reported in the end, `delay_ms` after it went out (median of a lognormal of
    `delay_sigma`; 0 = at once, and the scenario is static). `false_rate`: chance that a customer with service reports
    during the storm of `storm_ms`. `meter_rate`: chance that a meter's last gasp is heard (0 = no meters);
    `read_every_ms`: interval of reads (0 = none are sent, their absence says nothing). `collector` (P): which
    collector a premise's meter speaks through, -1 = no meter. `where` (P, 2): metres on a plane.
    """

    tree: Tree
    where: Floats
    prior: Floats
    service_prior: float
    report_rate: float
    delay_ms: float
    delay_sigma: float
    false_rate: float
    storm_ms: int
    meter_rate: float
    read_every_ms: int
    collector: Ints


class Reports(NamedTuple):
    """Reports in order of time: premise, ms, channel."""

    premise: Ints
    ms: Ints
    channel: Ints


class MeterWords(NamedTuple):
    """Words of meters in the order in which they arrive at `ms`: premise, kind, ms. What happened, happened at `at`."""

    premise: Ints
    kind: Ints
    ms: Ints
    at: Ints


class DeviceWords(NamedTuple):
    """Words about devices in order of time: device (N + premise for a service), word, ms."""

    device: Ints
    word: Ints
    ms: Ints


class News(NamedTuple):
    """What came in since the last look."""

    reports: Reports
    meters: MeterWords
    devices: DeviceWords


_NONE = np.empty(0, np.int64)


@dataclass(kw_only=True)
class Answer:
    """What a method believes at one moment.

    `predicted`: devices believed open (N + premise for a service), those that people or telemetry know open included or
    not, as it likes. `device` (N): chance that the device is open and no device above it is (what a crew would find
    as the cause); `service` (P): the same of services; `customer` (P): chance that the customer is out. None = the
    method gives none. `unknown` (P): shown as unknown, because its meter or its area is silent. `mislinked`: premises
    that the records likely hang on the wrong transformer.
    """

    predicted: Ints
    device: Floats | None = None
    service: Floats | None = None
    customer: Floats | None = None
    unknown: Bools | None = None
    mislinked: Ints = field(default_factory=lambda: _NONE)


class Session(Protocol):
    """One storm."""

    def hear(self, news: News) -> None:
        """Take in what came since the last call."""

    def answer(self, now_ms: int) -> Answer:
        """What is believed now."""


class Method(Protocol):
    """A way to infer."""

    name: str

    def begin(self, told: Told) -> Session:
        """A fresh session, without any evidence."""
