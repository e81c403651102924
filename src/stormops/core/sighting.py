"""What the field saw against a prediction: its device is closed, or the trouble is at one service alone.

Neither says what is open instead. That is for the inference, which explains what was heard without these devices.
What was said in error is taken back by a fact of its own: everything is explained as if it had not been said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormops.core import entry as facts
from stormops.core.draft import Draft
from stormops.core.fold_incidents import known_open
from stormops.core.holding import (
    Refused,
    device_of,
    live_incident,
    lost_service,
    open_report,
    reroute,
    stepped,
    take_over,
    unanswered,
)
from stormops.core.incident import ELECTRIC, UTILITIES, Incident, State, Step, incident_id, make_key
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_text
from stormops.core.report import SYMPTOMS, Utility
from stormops.core.sentence import say
from stormops.core.summary import Sighting

if TYPE_CHECKING:
    from stormops.core.decide import Decider


def seen_closed(decider: Decider, draft: Draft, fact: facts.DeviceSeenClosed, at_ms: int) -> Refused | None:
    """The device is not predicted again before it is confirmed open, or somebody below speaks after `at_ms`."""
    incident = _predicted(decider, fact.incident)
    if not isinstance(incident, Incident):
        return incident
    device = device_of(decider, incident, fact.device)
    if not isinstance(device, int):
        return device
    if known_open(decider.situation, device):
        return "known_open", say("known_open", device=fact.device)
    draft.add(_closed([fact.device], fact, at_ms))
    return None


def service_alone(decider: Decider, draft: Draft, fact: facts.ServiceAlone, at_ms: int) -> Refused | None:
    """The house becomes a confirmed incident of its own; no device above it is the cause of what was heard so far."""
    incident = _predicted(decider, fact.incident)
    if not isinstance(incident, Incident):
        return incident
    report = open_report(decider, fact.receipt)
    if not isinstance(report, OpenReport):
        return report
    if report.receipt not in incident.reports:
        return "not_in_incident", say("report_not_in", receipt=fact.receipt, incident=incident.id)
    situation = decider.situation
    if report.utility is not Utility.ELECTRIC or report.premise < 0 or not SYMPTOMS[report.symptom].service_lost:
        return "no_service", say("no_service_lost", receipt=fact.receipt)
    path = [device for device in situation.tree.path(report.premise) if not known_open(situation, device)]
    house = _house(decider, draft, fact, incident, report.premise)
    draft.add(_closed([situation.device_ids[device] for device in path], fact, at_ms, house.id))
    draft.add(stepped(house, Step.CONFIRM, fact, at_ms))
    take_over(decider, draft, house)
    return None


def retracted(decider: Decider, draft: Draft, fact: facts.SightingRetracted, at_ms: int) -> Refused | None:
    """The sighting counts no more, and the house that it confirmed is a prediction again, if it still is as it was."""
    situation = decider.situation
    sighting = situation.sightings.said.get(fact.sighting)
    if sighting is None:
        return "unknown_sighting", say("no_sighting")
    draft.add(facts.SightingDropped(sighting=fact.sighting, action=fact.action, by=fact.by.person))
    house = situation.incidents.get(sighting.incident)
    if house is not None and _as_it_was(house, sighting):
        _predicted_again(decider, draft, house, stepped(house, Step.RETRACT, fact, at_ms))
    return None


def _as_it_was(house: Incident, sighting: Sighting) -> bool:
    """Whether nothing more was done with the house than to confirm it by this sighting."""
    confirmed = house.state is State.CONFIRMED and house.confirmed_by == sighting.by
    return confirmed and not house.devices and len(house.premises) == 1


def _predicted_again(decider: Decider, draft: Draft, house: Incident, step: facts.IncidentStepped) -> None:
    (premise,) = house.premises
    evidence = decider.evidence_of(Utility.ELECTRIC, premise)
    draft.add(step)
    evidence.loosen(house.key, house.premises)
    if not evidence.keeps_held:
        reroute(decider, draft, [report.receipt for report in lost_service(decider, house.reports)])


def _predicted(decider: Decider, name: str) -> Incident | Refused:
    incident = live_incident(decider, name, Step.REGROUP)
    if not isinstance(incident, Incident):
        return incident
    if incident.state is not State.PREDICTED:
        return "wrong_state", say("no_prediction", incident=name, state=incident.state.value)
    if incident.held:
        return "wrong_state", say("made_by_people", incident=name)
    return incident


def _closed(devices: list[str], fact: facts.Action, at_ms: int, house: str = "") -> facts.DevicesClosed:
    return facts.DevicesClosed(
        devices=devices, action=fact.action, by=fact.by.person, at_ms=at_ms, reason=fact.reason, incident=house
    )


def _house(decider: Decider, draft: Draft, fact: facts.ServiceAlone, incident: Incident, premise: int) -> Incident:
    """The incident of this premise alone: this one where nobody else reports, else a new one with its reports."""
    situation = decider.situation
    here = [report for report in unanswered(decider, incident.reports) if report.premise == premise]
    house = incident
    if len(here) < len(incident.reports):
        key = make_key(Utility.ELECTRIC, situation.opened[ELECTRIC] + 1)
        since = min(report.received_ms for report in here)
        draft.add(facts.IncidentOpened(incident=incident_id(key), utility=UTILITIES[ELECTRIC], since_ms=since))
        house = situation.incidents[key]
    draft.add(
        facts.IncidentChanged(
            incident=house.id,
            devices=[],
            receipts_added=[] if house is incident else [receipt_text(report.receipt) for report in here],
            premises_added=[] if premise in house.premises else [premise],
            premises_dropped=sorted(house.premises - {premise}),
            reasons=[say("one_service", by=fact.by.person, reason=fact.reason)],
        )
    )
    return house
