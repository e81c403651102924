"""What it means that people hold an incident: its reports leave the explaining, evidence below is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from stormops.core import entry as facts
from stormops.core.distinct import distinct
from stormops.core.draft import Draft
from stormops.core.incident import Incident, Step, advance, incident_id, incident_key
from stormops.core.network import Ints, Tree
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.report import SYMPTOMS, Utility
from stormops.core.sentence import Sentence, say

if TYPE_CHECKING:
    from stormops.core.decide import Decider

Refused = tuple[str, Sentence]
"""Code, and a sentence for the person who asked."""


def live_incident(decider: Decider, name: str, step: Step) -> Incident | Refused:
    """The incident, if this step is legal for it."""
    situation = decider.situation
    incident = situation.incident(name)
    if incident is not None:
        if advance(incident.state, step) is not None:
            return incident if step is Step.CONFIRM else opened_by_switching(decider, incident) or incident
        return "wrong_state", say("no_more_steps", incident=name, state=incident.state.value)
    closed = situation.closed_incidents.get(incident_key(name) or -1)
    if closed is None:
        return "unknown_incident", say("no_incident", incident=name)
    if closed.into >= 0:
        return "incident_closed", say("became_part", incident=name, into=incident_id(closed.into))
    return "incident_closed", say("incident_is_closed", incident=name, state=closed.outcome)


def device_of(decider: Decider, incident: Incident, name: str) -> int | Refused:
    """The device's row, if it is above or below what the incident covers, or above one of its reports."""
    situation = decider.situation
    row = situation.device_of.get(name)
    if row is None:
        return "unknown_device", say("no_device", device=name)
    if incident.utility is Utility.ELECTRIC:
        if any(_related(situation.tree, row, mine) for mine in incident.devices):
            return row
        reported = (situation.reports.premise[situation.reports.row_of[receipt]] for receipt in incident.reports)
        if any(premise >= 0 and row in situation.tree.path(premise) for premise in reported):
            return row
    return "device_elsewhere", say("off_path", device=name, incident=incident.id)


def _related(tree: Tree, one: int, other: int) -> bool:
    return one == other or one in ancestors(tree, other) or other in ancestors(tree, one)


def opened_by_switching(decider: Decider, incident: Incident) -> Refused | None:
    """Whoever is out because people opened a device has service again by switching, and by nothing else."""
    situation = decider.situation
    for device in incident.devices:
        state = situation.switches.get(device)
        if state and state.opened_by_hand and situation.tree.customers[device]:
            name = situation.device_ids[device]
            return "switched_open", say("open_by_switching", device=name, by=state.by, incident=incident.id)
    return None


def open_report(decider: Decider, name: str) -> OpenReport | Refused:
    """The open report of that receipt that still asks for something."""
    digits = name.replace("-", "")  # What a person typed, or a client sent: it may be anything.
    known = digits.isascii() and digits.isdigit()
    status = decider.situation.status(receipt_number(digits)) if known else None
    if status is None:
        return "unknown_report", say("no_report", receipt=name)
    report = decider.situation.report(status.receipt)
    if report is None or report.answered:
        return "report_closed", say("report_is", receipt=name, state=status.state)
    return report


def stepped(incident: Incident, step: Step, fact: facts.Action, at_ms: int, device: str = "") -> facts.IncidentStepped:
    """The fact of a person's step."""
    return facts.IncidentStepped(
        incident=incident.id, step=step.value, action=fact.action, by=fact.by.person, at_ms=at_ms, device=device
    )


def unanswered(decider: Decider, receipts: Iterable[int]) -> list[OpenReport]:
    """Of these, the matched and unanswered reports, by receipt."""
    found = (decider.situation.reports.get(receipt) for receipt in sorted(receipts))
    return [report for report in found if report and not report.answered and report.premise >= 0]


def lost_service(decider: Decider, receipts: Iterable[int]) -> list[OpenReport]:
    """Of these, the matched and unanswered reports that say that service is lost, by receipt."""
    return [report for report in unanswered(decider, receipts) if SYMPTOMS[report.symptom].service_lost]


def take_over(decider: Decider, draft: Draft, incident: Incident) -> None:
    """People hold the incident: its reports leave the explaining, and so do all others below its devices."""
    keep_own(decider, incident)
    network = decider.network
    joined: list[int] = []
    for device in incident.devices:
        reach = below(decider.situation.tree, device, incident.back)
        for premise in sorted(network.at.keys() & reach):
            for receipt in list(network.at[premise]):
                owner = decider.situation.reports.incident[decider.situation.reports.row_of[receipt]]
                if owner >= 0:
                    network.moved[owner] = incident.key
                joined.append(receipt)
                decider.take_out(receipt)
    if joined:
        receipts = [receipt_text(receipt) for receipt in sorted(joined)]
        draft.add(facts.IncidentChanged(incident=incident.id, receipts_added=receipts))
    for device in incident.devices:
        network.grouper.hold(device, held=not incident.back)


def claim_own(decider: Decider, draft: Draft, premises: Ints) -> None:
    """Reports to be explained at these premises (ascending), below a device that people hold: they are theirs.

    What was below a nested incident falls to the one above it when that is over, while others call.
    """
    situation, network = decider.situation, decider.network
    above: dict[int, list[tuple[int, int]]] = {-1: []}
    devices = situation.tree.premise_device[premises]
    held = [device for device in distinct(devices).tolist() if _held_above(decider, device, above)]
    for premise in premises[np.isin(devices, held)].tolist():
        owner = _holder_of(decider, premise, above) if premise in network.at else -1
        if owner < 0:
            continue
        for receipt in list(network.at[premise]):
            before = situation.reports.incident[situation.reports.row_of[receipt]]
            if before >= 0 and before != owner:
                network.moved[before] = owner
            decider.take_out(receipt)
            draft.join(owner, receipt)
    draft.settle()


def _holder_of(decider: Decider, premise: int, above: dict[int, list[tuple[int, int]]]) -> int:
    """Key of the incident that people hold at the nearest device known open above a premise; -1 = it is not theirs."""
    situation = decider.situation
    for device, key in _held_above(decider, int(situation.tree.premise_device[premise]), above):
        if premise in below(situation.tree, device, situation.incidents[key].back):
            return key
    return -1


def _held_above(decider: Decider, device: int, above: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Devices at or above one, nearest first, and the incidents that people hold there; none beyond one known open.

    `above`: what this gave for others, since nothing changed.
    """
    found = above.get(device)
    if found is None:
        situation = decider.situation
        state, holders = situation.switches.get(device), situation.coverage.holders(device)
        found = [(device, key) for key in holders if situation.incidents[key].held]
        if state is None or not state.opened or state.source != "telemetry":
            found += _held_above(decider, int(situation.tree.parent[device]), above)
        above[device] = found
    return found


def keep_own(decider: Decider, incident: Incident) -> None:
    """Whatever the groupers say, these reports are its."""
    for report in lost_service(decider, incident.reports):
        evidence = decider.evidence_of(report.utility, report.premise)
        if evidence.keeps_held:
            evidence.pin(report.premise)
        else:
            evidence.remove(report.receipt, report.premise, report.received_ms)


def let_go(decider: Decider, draft: Draft, incident: Incident, receipts: list[int]) -> None:
    """These reports have another cause: they leave the incident; `reroute` them when it has settled."""
    for receipt in receipts:
        decider.take_out(receipt)
    if receipts:
        dropped = [receipt_text(receipt) for receipt in receipts]
        draft.add(facts.IncidentChanged(incident=incident.id, receipts_dropped=dropped))


def reroute(decider: Decider, draft: Draft, receipts: list[int]) -> None:
    """Explain these reports anew."""
    for receipt in receipts:
        decider.route(draft, receipt)
    draft.settle()


def unhold(decider: Decider, devices: Iterable[int]) -> None:
    """The grouper may explain what is below these devices again, unless another incident holds them."""
    for device in devices:
        if all(not decider.situation.incidents[key].held for key in decider.situation.coverage.holders(device)):
            decider.network.grouper.hold(device, held=False)


def below(tree: Tree, device: int, back: Iterable[int]) -> set[int]:
    """Premises below a device but not below any of `back`."""
    reach = set(tree.below(device).tolist())
    for restored in back:
        reach.difference_update(tree.below(restored).tolist())
    return reach


def ancestors(tree: Tree, device: int) -> list[int]:
    """Devices above a device, nearest first."""
    found: list[int] = []
    device = int(tree.parent[device])
    while device >= 0:
        found.append(device)
        device = int(tree.parent[device])
    return found


def topmost(tree: Tree, devices: Iterable[int]) -> tuple[int, ...]:
    """The devices without those that are below another of them, in the order given."""
    kept = dict.fromkeys(devices)
    return tuple(device for device in kept if not kept.keys() & set(ancestors(tree, device)))
