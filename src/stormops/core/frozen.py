"""Snapshots of the situation: a quick consistent copy, its bytes, and the way back.

The bytes are canonical: everything in an order of its own, so that equal situations are equal bytes.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from stormops.core.course import Sample
from stormops.core.entry import IncidentArgued, RatesLearned, decode, encode
from stormops.core.incident import Incident, State
from stormops.core.later_reports import LaterReports
from stormops.core.levels import Mode
from stormops.core.messages import Messages
from stormops.core.open_reports import OpenReports
from stormops.core.repeats import Repeats
from stormops.core.safety import SafetyClock
from stormops.core.sentence import words
from stormops.core.summary import (
    ClosedIncident,
    DeviceState,
    DoubtedLink,
    ModeState,
    Refusal,
    Sighting,
    Sightings,
    Silence,
    SwitchState,
    Totals,
    closed_columns,
    closed_of_columns,
)

if TYPE_CHECKING:
    from stormops.core.situation import Situation

_PLAIN = (
    "position",
    "tick",
    "at_ms",
    "through",
    "city_name",
    "city_hash",
    "rates_ms",
    "explained_ms",
    "put_off",
    "reads_ms",
)
_INCIDENT = (
    "key",
    "since_ms",
    "opened_ms",
    "held",
    "devices",
    "back",
    "answered",
    "safety",
    "medical",
    "repeats",
    "meters",
    "customers_out",
    "customers_out_max",
    "customers_restored",
    "probability",
    "reasons",
    "unargued",
    "confirmed_by",
    "updated_ms",
    "ended_ms",
)
"""Fields of an incident kept as they are; its state and premises are kept beside, its reports are found again."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A copy that no longer changes with the situation."""

    position: int
    plain: dict[str, Any]
    columns: dict[str, bytes]
    again: dict[int, tuple[int, int, int]]
    incidents: list[tuple[Any, ...]]
    closed_reports: dict[int, int]
    later: dict[str, bytes]
    closed_incidents: dict[int, Any]
    repeats: Repeats
    coverage: dict[str, Any]
    meters: dict[str, Any]
    messages: dict[str, Any]

    @classmethod
    def of(cls, situation: Situation) -> Frozen:
        """Copy what can change; cost of the order of tens of nanoseconds a report."""
        plain = {name: getattr(situation, name) for name in _PLAIN}
        plain["rules"] = list(situation.reports.rules)
        plain["opened"] = list(situation.opened)
        plain["totals"] = msgspec.structs.asdict(situation.totals)
        plain["refusals"] = [tuple(refusal) for refusal in situation.refusals]
        plain["actions"] = list(situation.actions.items())
        plain["mode"] = tuple(situation.mode)
        plain["rates"] = b"" if situation.rates is None else encode(situation.rates)
        plain["pace"] = list(situation.pace)
        plain["course"] = [tuple(sample) for sample in situation.course]
        plain["interruptions"] = sorted((hour, *counted) for hour, counted in situation.interruptions.items())
        plain["again"] = ()  # in its place when encoded
        plain["safety"] = sorted((receipt, *clock) for receipt, clock in situation.safety.items())
        plain["silences"] = sorted((name, *silence) for name, silence in situation.silences.items())
        plain["links"] = sorted((premise, *link) for premise, link in situation.links.items())
        plain["switches"] = sorted((device, *state) for device, state in situation.switches.items())
        plain["telemetry"] = sorted((device, *state) for device, state in situation.telemetry.items())
        plain["closed_ms"] = sorted(situation.closed_ms.items())
        plain["sightings"] = [(action, *sighting) for action, sighting in situation.sightings.said.items()]
        return cls(
            position=situation.position,
            plain=plain,
            columns=situation.reports.copy_columns(),
            again=situation.reports.again.copy(),
            incidents=[_copy_incident(incident) for incident in situation.incidents.values()],
            closed_reports=situation.closed_reports.copy(),
            later=situation.later.copy_columns(),
            closed_incidents=situation.closed_incidents.copy(),
            repeats=situation.repeats.copy(),
            coverage=situation.coverage.state(),
            meters=situation.meters.state(),
            messages=situation.messages.state(),
        )

    def encode(self) -> bytes:
        """The canonical bytes."""
        return msgspec.msgpack.encode(
            {
                "plain": {**self.plain, "again": sorted((receipt, *again) for receipt, again in self.again.items())},
                "columns": self.columns,
                "incidents": [_pack_incident(one) for one in sorted(self.incidents, key=itemgetter(0))],
                "closed_reports": closed_columns(self.closed_reports),
                "later": self.later,
                "closed_incidents": [(key, *self.closed_incidents[key]) for key in sorted(self.closed_incidents)],
                "repeats": self.repeats.state(),
                "coverage": self.coverage,
                "meters": self.meters,
                "messages": self.messages,
            }
        )


_fields = attrgetter(*_INCIDENT)


def _copy_incident(incident: Incident) -> tuple[Any, ...]:
    """What of an incident can change."""
    return (*_fields(incident), incident.argued, incident.state.value, tuple(incident.premises))


def _pack_incident(copied: tuple[Any, ...]) -> tuple[Any, ...]:
    *plain, argued, state, premises = copied
    return (*plain, b"" if argued is None else encode(argued), state, array("i", sorted(premises)).tobytes())


def _unpack_incident(values: list[Any]) -> Incident:
    *plain, argued, state, premises = values
    incident = Incident(**dict(zip(_INCIDENT, plain, strict=True)))
    incident.devices, incident.back = tuple(incident.devices), tuple(incident.back)
    incident.reasons = tuple(map(words, incident.reasons))
    fact = decode(argued) if argued else None
    incident.argued = fact if isinstance(fact, IncidentArgued) else None
    incident.state = State(state)
    incident.premises = set(np.frombuffer(premises, np.int32).tolist())
    return incident


def thaw(situation: Situation, body: bytes) -> None:
    """Put what `Frozen.encode` gave into a situation of the same city."""
    whole = msgspec.msgpack.decode(body)
    plain = whole["plain"]
    for name in _PLAIN:
        setattr(situation, name, plain[name])
    situation.opened = plain["opened"]
    situation.totals = Totals(**plain["totals"])
    refusals = (Refusal(*values) for values in plain["refusals"])
    situation.refusals = [refusal._replace(text=words(refusal.text)) for refusal in refusals]
    situation.actions = dict(plain["actions"])
    state = ModeState(*plain["mode"])
    situation.mode = state._replace(
        mode=Mode(state.mode), relaxed_from=Mode(state.relaxed_from), reason=words(state.reason)
    )
    learned = decode(plain["rates"]) if plain["rates"] else None
    situation.rates = learned if isinstance(learned, RatesLearned) else None
    situation.pace = [(at_ms, received) for at_ms, received in plain["pace"]]
    situation.course = [Sample(*values) for values in plain["course"]]
    situation.interruptions = {hour: (customers, ms) for hour, customers, ms in plain["interruptions"]}
    situation.safety = {receipt: SafetyClock(*clock) for receipt, *clock in plain["safety"]}
    situation.silences = {name: Silence(*silence) for name, *silence in plain["silences"]}
    situation.links = {premise: DoubtedLink(*link) for premise, *link in plain["links"]}
    switches = ((device, SwitchState(*state)) for device, *state in plain["switches"])
    situation.switches = {device: state._replace(reason=words(state.reason)) for device, state in switches}
    situation.tree = situation.switchgear.trace(situation.switches)
    situation.telemetry = {device: DeviceState(*state) for device, *state in plain["telemetry"]}
    situation.closed_ms = dict(plain["closed_ms"])
    told = plain["sightings"]
    situation.sightings = Sightings({action: Sighting(tuple(seen), *words) for action, seen, *words in told})
    situation.reports = OpenReports.from_columns(whole["columns"], plain["rules"], plain["again"])
    situation.incidents = {}
    for values in whole["incidents"]:
        incident = _unpack_incident(values)
        situation.incidents[incident.key] = incident
    situation.unargued = {key for key, incident in situation.incidents.items() if incident.unargued}
    for row, key in enumerate(situation.reports.incident):
        if key >= 0:
            situation.incidents[key].reports.add(situation.reports.receipt[row])
    situation.closed_reports = closed_of_columns(*whole["closed_reports"])
    situation.later = LaterReports.from_columns(whole["later"])
    situation.closed_incidents = {key: ClosedIncident(*values) for key, *values in whole["closed_incidents"]}
    situation.repeats = Repeats.load(whole["repeats"])
    situation.coverage.load(whole["coverage"], situation.tree)
    situation.meters.load(whole["meters"])
    situation.messages = Messages.load(whole["messages"])
