"""Groups of reports explained together: the seam between explaining and the incidents' life.

`core.network_groups` explains electric reports by devices of the network, `core.clustering` by geography
alone (water, gas, sewer, and where the network does not reach). Both keep this port. Their answer is
a function of the open reports, the held devices and the last tick, never of arrival order;
where the network is known, also of what was predicted before (`core.predicting`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from stormops.core.arguing import Argument
from stormops.core.entry import RatesLearned
from stormops.core.mislinks import Doubt
from stormops.core.network import Ints, Tree

Longs = npt.NDArray[np.int64]


class Group(NamedTuple):
    """Reports that share a cause.

    `device` is a row of `core.network.Tree`, -1 for a cluster. `anchor` names a cluster: its smallest
    reporting premise; -1 with a device. `premises` are the reporting premises, ascending; of a device in a `Delta`
    they are those that it has now, and go on changing. `out` are the premises believed out of a cluster, ascending,
    reporting ones included; empty with a device, where they are those below it. `since_ms` is the earliest report.
    `probability` per 10,000. `telemetered`: telemetry says that the device is open, since `since_ms` if nobody
    reported before; there may be no reports then.
    """

    device: int
    anchor: int
    premises: Collection[int]
    out: tuple[int, ...]
    since_ms: int
    probability: int
    telemetered: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """What tells this group from every other at one moment."""
        return self.device, self.anchor


class Delta(NamedTuple):
    """What an update changed: keys that are gone, groups that are new or different.

    `joined`: of such groups by key, the premises that were not in them at the update before; of others nobody knows.
    """

    gone: list[tuple[int, int]]
    changed: list[Group]
    joined: Mapping[tuple[int, int], Collection[int]] = MappingProxyType({})


class Grouper(Protocol):
    """Incremental explanation. Every reporting premise is in exactly one group."""

    def add(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        """One report that service is lost at a premise, or its meter's word. A premise may report many times."""

    def remove(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        """Take one such report back (withdrawn, or its incident was restored)."""

    def hold(self, device: int, *, held: bool) -> None:
        """A person confirmed this device open: what is below it is explained, reports and silence alike."""

    def remember(self, devices: Iterable[int]) -> None:
        """These devices are predicted already, by the facts: after a start, before the first update."""

    def restored(self, premises: Ints, at_ms: Longs) -> None:
        """When people last said that these premises have service again (0 = never)."""

    def seen_closed(self, devices: Ints, at_ms: Longs) -> None:
        """When these devices were last known closed: seen, service back below, or their link lost (0 = never)."""

    def sighted(self, devices: Ints, at_ms: Longs) -> None:
        """When the field last saw these closed: none is predicted before who is below speaks anew (0 = never)."""

    def heard_on(self, premises: Ints, at_ms: Longs) -> None:
        """When the meters of these premises last said that they are on (0 = never)."""

    def unheard(self, premises: Ints, since_ms: Longs) -> None:
        """Since when these have service again by people, and by their meters, which were off, not yet; 0 = they do."""

    def still_dark(self) -> Ints:
        """Of those premises the ones that are without service nearly for sure by the last update, ascending."""

    def listen(self, silence: Ints, spans_ms: Longs, every_ms: int) -> None:
        """Which meters were not heard (P, row of `spans_ms`; -1 = no meter), from when until when.

        `spans_ms` (rows, 2), row 0 is none; `every_ms`: each meter is read once in so long, 0 = that is not known.
        """

    def switched(self, device: int, *, opened: bool | None, at_ms: int) -> None:
        """Telemetry says that the device is open since then, or closed; None = nothing that holds any more."""

    def rewire(self, tree: Tree) -> None:
        """Switches were operated: everything is explained by this tree from the next update on (its rows stay)."""

    def learn(self, now_ms: int, *, due: bool) -> RatesLearned | None:
        """What all evidence so far says of the rates; None = too little new to learn from, or there are none.

        `due`: it was long ago.
        """

    def believe(self, learned: RatesLearned) -> None:
        """Explain by these rates from the next update on."""

    def update(self, now_ms: int) -> Delta:
        """Work out what changed since the last update. Cost follows what changed, not the storm."""

    def argue(self, devices: Sequence[int]) -> list[Argument | None]:
        """What speaks for and against each of these devices predicted at the last update.

        None where only reports are known.
        """

    def doubts(self) -> list[Doubt]:
        """Links of customers to transformers that are likely wrong by the last update, by premise."""

    def groups(self) -> list[Group]:
        """Every group now, ordered by key."""
