"""What people at the desk decide, applied or refused with a reason.

People win: what they confirmed, merged or split keeps its reports and its place, and evidence below
a device that they saw open is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stormops.core import entry as facts
from stormops.core.draft import Draft
from stormops.core.holding import (
    Refused,
    ancestors,
    below,
    device_of,
    let_go,
    live_incident,
    lost_service,
    open_report,
    opened_by_switching,
    reroute,
    stepped,
    take_over,
    unanswered,
    unhold,
)
from stormops.core.incident import Incident, State, Step
from stormops.core.merging import merge, split
from stormops.core.mode_rules import declare
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_text
from stormops.core.sentence import say
from stormops.core.sighting import retracted, seen_closed, service_alone

if TYPE_CHECKING:
    from stormops.core.decide import Decider


def act(decider: Decider, draft: Draft, fact: facts.Action, at_ms: int) -> Refused | None:
    """Apply one desk action, said at `at_ms`; None when it was applied."""
    return ACTIONS[type(fact)](decider, draft, fact, at_ms)


# --- reports -------------------------------------------------------------------------------------------


def _place(decider: Decider, draft: Draft, fact: facts.ReportPlaced, _at_ms: int) -> Refused | None:
    report = open_report(decider, fact.receipt)
    if not isinstance(report, OpenReport):
        return report
    if fact.premise not in decider.situation.premise_of:
        return "unknown_premise", say("no_premise", premise=fact.premise)
    decider.take_out(report.receipt)
    decider.place(
        draft,
        facts.ReportMatched(
            receipt=receipt_text(report.receipt),
            premise=fact.premise,
            penalty=0,
            rule="placed",
            reasons=[say("placed", by=fact.by.person, reason=fact.reason)],
        ),
    )
    draft.settle()
    close_when_bare(decider, draft, report.incident)
    return None


def _withdraw(decider: Decider, draft: Draft, fact: facts.ReportWithdrawn, _at_ms: int) -> Refused | None:
    report = open_report(decider, fact.receipt)
    if not isinstance(report, OpenReport):
        return report
    decider.take_out(report.receipt)
    draft.add(facts.ReportClosed(receipt=receipt_text(report.receipt), outcome="withdrawn"))
    close_when_bare(decider, draft, report.incident)
    return None


def close_when_bare(decider: Decider, draft: Draft, key: int) -> None:
    """A predicted incident that people hold and that has no report left has nothing to stand on."""
    incident = decider.situation.incidents.get(key)
    if incident is not None and incident.held and not incident.reports and incident.state is State.PREDICTED:
        draft.add(facts.IncidentClosed(incident=incident.id, outcome="withdrawn"))
        unhold(decider, incident.devices)


# --- confirm -------------------------------------------------------------------------------------------


def _confirm(decider: Decider, draft: Draft, fact: facts.IncidentConfirmed, at_ms: int) -> Refused | None:
    incident = live_incident(decider, fact.incident, Step.CONFIRM)
    if not isinstance(incident, Incident):
        return incident
    if not fact.device:
        draft.add(stepped(incident, Step.CONFIRM, fact, at_ms))
        take_over(decider, draft, incident)
        return None
    device = device_of(decider, incident, fact.device)
    if not isinstance(device, int):
        return device
    holder = _holder_at(decider, incident, device)
    if holder is not None:
        _confirm_again(decider, draft, fact, at_ms, (incident, holder))
        return None
    before = incident.devices
    refused = None if before == (device,) else opened_by_switching(decider, incident)
    if refused:
        return refused
    draft.add(stepped(incident, Step.CONFIRM, fact, at_ms, fact.device))
    unhold(decider, (d for d in before if d != device))
    reach = set(decider.situation.tree.below(device).tolist())
    elsewhere = [r.receipt for r in lost_service(decider, incident.reports) if r.premise not in reach]
    let_go(decider, draft, incident, elsewhere)
    take_over(decider, draft, incident)
    reroute(decider, draft, elsewhere)
    return None


def _confirm_again(
    decider: Decider, draft: Draft, fact: facts.IncidentConfirmed, at_ms: int, both: tuple[Incident, Incident]
) -> None:
    """The open device was found already, for another incident: what is below it belongs to that one."""
    incident, holder = both
    if holder.state is State.PREDICTED:
        draft.add(stepped(holder, Step.CONFIRM, fact, at_ms))
    if incident.held:
        draft.add(facts.IncidentAbsorbed(incident=incident.id, into=holder.id, by=fact.by.person))
        unhold(decider, incident.devices)
    take_over(decider, draft, holder)


def _holder_at(decider: Decider, incident: Incident, device: int) -> Incident | None:
    """Another incident that people hold at exactly this device."""
    for key in decider.situation.coverage.holders(device):
        other = decider.situation.incidents[key]
        if other is not incident and other.held:
            return other
    return None


# --- cancel and restore ----------------------------------------------------------------------------------


def _cancel(decider: Decider, draft: Draft, fact: facts.IncidentCancelled, at_ms: int) -> Refused | None:
    incident = live_incident(decider, fact.incident, Step.CANCEL)
    if not isinstance(incident, Incident):
        return incident
    end(decider, draft, incident, stepped(incident, Step.CANCEL, fact, at_ms))
    return None


def _restore(decider: Decider, draft: Draft, fact: facts.IncidentRestored, at_ms: int) -> Refused | None:
    incident = live_incident(decider, fact.incident, Step.RESTORE)
    if not isinstance(incident, Incident):
        return incident
    whole = stepped(incident, Step.RESTORE, fact, at_ms)
    refused = _restorable(decider, incident, fact.device) if fact.device else None
    if refused:
        return refused
    tree, device = decider.situation.tree, decider.situation.device_of.get(fact.device or "", -1)
    if device < 0 or all(device in (mine, *ancestors(tree, mine)) for mine in incident.devices):
        end(decider, draft, incident, whole)
        for mine in incident.devices:
            _restore_around(decider, draft, mine, fact, at_ms)
    else:
        part = stepped(incident, Step.RESTORE_PART, fact, at_ms, fact.device or "")
        _restore_part(decider, draft, incident, (part, whole))
    return None


def _restorable(decider: Decider, incident: Incident, name: str) -> Refused | None:
    """Why service cannot be back below this device of the incident, if so."""
    row = decider.situation.device_of.get(name)
    if row is None:
        return "unknown_device", say("no_device", device=name)
    tree = decider.situation.tree
    above = {row, *ancestors(tree, row)}
    if above & set(incident.back):
        return "already_restored", say("already_back", device=name)
    whole = all(row in (mine, *ancestors(tree, mine)) for mine in incident.devices)
    if not incident.devices or not (whole or above & set(incident.devices)):
        return "device_elsewhere", say("device_not_in", device=name, incident=incident.id)
    return None


def _restore_part(
    decider: Decider, draft: Draft, incident: Incident, steps: tuple[facts.IncidentStepped, facts.IncidentStepped]
) -> None:
    part, whole = steps
    tree = decider.situation.tree
    reach = set(tree.below(decider.situation.device_of[part.device]).tolist())
    back = [r for r in lost_service(decider, incident.reports) if r.premise in reach]
    later = [r.receipt for r in back if r.heard_ms > part.at_ms]
    let_go(decider, draft, incident, later)
    for report in back:
        decider.take_out(report.receipt)
    draft.add(part)
    take_over(decider, draft, incident)
    if not incident.premises and not any(below(tree, device, incident.back) for device in incident.devices):
        end(decider, draft, incident, whole)
    reroute(decider, draft, later)


def _restore_around(decider: Decider, draft: Draft, device: int, fact: facts.IncidentRestored, at_ms: int) -> None:
    """Where a larger outage is partly back, what lies below this device is back in it too: its feed has power."""
    situation = decider.situation
    above = ancestors(situation.tree, device)
    for key in [key for outer in above for key in situation.coverage.holders(outer)]:
        incident = situation.incidents[key]
        if incident.back and not {device, *above} & set(incident.back):
            part = stepped(incident, Step.RESTORE_PART, fact, at_ms, situation.device_ids[device])
            _restore_part(decider, draft, incident, (part, stepped(incident, Step.RESTORE, fact, at_ms)))


def end(decider: Decider, draft: Draft, incident: Incident, step: facts.IncidentStepped) -> None:
    """Restored or cancelled. Reports heard since the person said so are not answered by it."""
    later = [r.receipt for r in unanswered(decider, incident.reports) if r.heard_ms > step.at_ms]
    let_go(decider, draft, incident, later)
    for receipt in sorted(incident.reports):
        decider.take_out(receipt)
    draft.add(step)
    unhold(decider, incident.devices)
    decider.ended(incident.key, incident.ended_ms)
    reroute(decider, draft, later)


# --- safety ---------------------------------------------------------------------------------------------


def _acknowledge(decider: Decider, draft: Draft, fact: facts.SafetyAcknowledged, _at_ms: int) -> Refused | None:
    report = open_report(decider, fact.receipt)
    if not isinstance(report, OpenReport):
        return report
    clock = decider.situation.safety.get(report.receipt)
    if clock is None:
        return "not_safety", say("no_danger", receipt=fact.receipt)
    if clock.by:
        return "acknowledged", say("acknowledged", receipt=fact.receipt, by=clock.by)
    stopped = facts.SafetyClockStopped(receipt=receipt_text(report.receipt), action=fact.action, by=fact.by.person)
    draft.add(stopped)
    return None


# --- switches -------------------------------------------------------------------------------------------


def _operate(decider: Decider, draft: Draft, fact: facts.SwitchOperated, at_ms: int) -> Refused | None:
    return decider.switching.operate(draft, fact, at_ms)


def _not_ours(*_: object) -> None:
    """What the worker does, seen in the journal as every action is: nothing follows for incidents."""


ACTIONS: dict[type[facts.Action], Callable[[Decider, Draft, Any, int], Refused | None]] = {
    facts.ReportPlaced: _place,
    facts.ReportWithdrawn: _withdraw,
    facts.IncidentConfirmed: _confirm,
    facts.IncidentsMerged: merge,
    facts.IncidentSplit: split,
    facts.IncidentCancelled: _cancel,
    facts.IncidentRestored: _restore,
    facts.DeviceSeenClosed: seen_closed,
    facts.ServiceAlone: service_alone,
    facts.SightingRetracted: retracted,
    facts.SwitchOperated: _operate,
    facts.SituationReportRequested: _not_ours,
    facts.SafetyAcknowledged: _acknowledge,
    facts.ModeDeclared: declare,
}
