"""Outages of each premise that people confirmed or ended, over the whole journal: what a bill's estimate may rest on.

Gathered from the journal's facts as `marks` goes through them; an extent is what an incident covered when it was last
said. What was only predicted, cancelled or withdrawn is none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from stormops.core import entry as facts
from stormops.core.incident import Step

GIVEN_MAX = 50
"""Outages of one premise that are told, the latest first."""


class Extent(msgspec.Struct):
    """One incident: since when, below which devices and at which premises; `until_ms` 0 = it goes on.

    `back`: devices below which service was back earlier, each with its time. Times are platform ms.
    """

    since_ms: int
    devices: list[str] = []
    premises: set[int] = set()
    back: list[tuple[str, int]] = []
    until_ms: int = 0
    confirmed: bool = False


Extents = dict[str, Extent]
"""By the incident's id."""


def take(found: Extents, fact: facts.Fact) -> None:
    """Go on by one fact."""
    if (step := _TAKES.get(type(fact))) is not None:
        step(found, fact)


def of_premise(found: Extents, premise: int, above: Collection[str]) -> list[dict[str, Any]]:
    """Outages of a premise (its row in the city), the latest first. `above`: the devices that feed it, by id."""
    told: list[dict[str, Any]] = [
        {"incident": name, "since_ms": one.since_ms, "until_ms": _until(one, above), "confirmed": one.confirmed}
        for name, one in found.items()
        if (one.confirmed or one.until_ms) and (premise in one.premises or not set(one.devices).isdisjoint(above))
    ]
    return sorted(told, key=lambda each: -each["since_ms"])[:GIVEN_MAX]


def _until(one: Extent, above: Collection[str]) -> int:
    """When service was back there: with the whole, or with a part that it belongs to."""
    earlier = [at_ms for device, at_ms in one.back if device in above]
    return min([*earlier, one.until_ms or max(earlier, default=0)])


def _opened(found: Extents, fact: facts.IncidentOpened) -> None:
    found[fact.incident] = Extent(fact.since_ms)


def _changed(found: Extents, fact: facts.IncidentChanged) -> None:
    one = found.get(fact.incident)
    if one is None:
        return
    if fact.devices is not None:
        one.devices = list(fact.devices)
    one.premises = (one.premises - set(fact.premises_dropped)) | set(fact.premises_added)
    one.since_ms = fact.since_ms or one.since_ms


def _stepped(found: Extents, fact: facts.IncidentStepped) -> None:
    one, step = found.get(fact.incident), Step(fact.step)
    if one is None or one.until_ms:
        return
    if step is Step.CONFIRM:
        one.confirmed = True
        if fact.device and one.devices != [fact.device]:  # people say where: that and nothing else is out
            one.devices, one.premises, one.back = [fact.device], set(), []
    elif step is Step.RETRACT:
        one.confirmed = False
    elif step is Step.RESTORE_PART:
        one.back.append((fact.device, fact.at_ms))
    elif step is Step.RESTORE:
        one.until_ms = max(fact.at_ms, one.since_ms + 1)
    elif step is Step.CANCEL:
        del found[fact.incident]


def _absorbed(found: Extents, fact: facts.IncidentAbsorbed) -> None:
    one, into = found.pop(fact.incident, None), found.get(fact.into)
    if one is not None and into is not None and fact.by:
        into.since_ms = min(into.since_ms, one.since_ms)


def _closed(found: Extents, fact: facts.IncidentClosed) -> None:
    if fact.outcome != "restored":
        found.pop(fact.incident, None)


_TAKES: dict[type[facts.Fact], Callable[[Extents, Any], None]] = {
    facts.IncidentOpened: _opened,
    facts.IncidentChanged: _changed,
    facts.IncidentStepped: _stepped,
    facts.IncidentAbsorbed: _absorbed,
    facts.IncidentClosed: _closed,
}
