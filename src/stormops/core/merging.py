"""Merge and split: people say which reports have one cause, and from then on that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormops.core import entry as facts
from stormops.core.draft import Draft
from stormops.core.holding import (
    Refused,
    keep_own,
    live_incident,
    lost_service,
    open_report,
    stepped,
    take_over,
    topmost,
    unhold,
)
from stormops.core.incident import UTILITIES, Incident, State, Step, incident_id, make_key
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Utility
from stormops.core.sentence import Sentence, say

if TYPE_CHECKING:
    from stormops.core.decide import Decider

Extent = tuple[tuple[int, ...], set[int]]
"""Devices, and premises that are out by themselves."""


def merge(decider: Decider, draft: Draft, fact: facts.IncidentsMerged, at_ms: int) -> Refused | None:
    """Several incidents become one, which covers what they covered."""
    into = live_incident(decider, fact.into, Step.REGROUP)
    if not isinstance(into, Incident):
        return into
    others = _others(decider, fact, into)
    if isinstance(others, tuple):
        return others
    seen = any(other.state is not State.PREDICTED for other in others)
    devices, premises = list(into.devices), set()
    for other in others:
        devices += other.devices
        premises |= other.premises
        draft.add(facts.IncidentAbsorbed(incident=other.id, into=into.id, by=fact.by.person))
    kept = topmost(decider.situation.tree, devices)
    draft.add(
        facts.IncidentChanged(
            incident=into.id,
            devices=[decider.situation.device_ids[row] for row in kept],
            premises_added=sorted(premises),
            reasons=[say("merged", by=fact.by.person, reason=fact.reason)],
        )
    )
    draft.add(stepped(into, Step.REGROUP, fact, at_ms))
    if seen and into.state is State.PREDICTED:
        draft.add(stepped(into, Step.CONFIRM, fact, at_ms))
    unhold(decider, (device for device in devices if device not in kept))
    take_over(decider, draft, into)
    return None


def _others(decider: Decider, fact: facts.IncidentsMerged, into: Incident) -> list[Incident] | Refused:
    others: list[Incident] = []
    for name in dict.fromkeys(fact.incidents):
        other = live_incident(decider, name, Step.MERGE)
        if not isinstance(other, Incident):
            return other
        if other is into:
            return "same_incident", say("merge_itself", incident=name)
        if other.utility is not into.utility:
            theirs, ours = other.utility.value, into.utility.value
            return "other_utility", say("other_utility", incident=name, utility=theirs, into=into.id, into_utility=ours)
        others.append(other)
    return others or ("nothing_to_merge", say("nothing_to_merge", incident=into.id))


def split(decider: Decider, draft: Draft, fact: facts.IncidentSplit, at_ms: int) -> Refused | None:
    """Some reports of an incident become an incident of their own."""
    incident = live_incident(decider, fact.incident, Step.REGROUP)
    if not isinstance(incident, Incident):
        return incident
    leaving = _leaving(decider, fact, incident)
    if isinstance(leaving, tuple):
        return leaving
    situation = decider.situation
    utility = incident.key % 4
    key = make_key(UTILITIES[utility], situation.opened[utility] + 1)
    since = min(situation.reports.received_ms[situation.reports.row_of[receipt]] for receipt in leaving)
    seen = incident.state is not State.PREDICTED
    before = incident.devices
    extent = _extent(decider, leaving, before if seen else ())
    rest = _rest(decider, incident, leaving)
    draft.add(facts.IncidentOpened(incident=incident_id(key), utility=incident.utility, since_ms=since))
    new = situation.incidents[key]
    draft.add(_extended(decider, new, extent, leaving, say("split_off", by=fact.by.person, reason=fact.reason)))
    if not seen:
        draft.add(_extended(decider, incident, rest, set(), say("split", by=fact.by.person, reason=fact.reason)))
    unhold(decider, before)
    for one in (incident, new):
        draft.add(stepped(one, Step.REGROUP, fact, at_ms))
        keep_own(decider, one)
    take_over(decider, draft, new)
    take_over(decider, draft, incident)
    return None


def _leaving(decider: Decider, fact: facts.IncidentSplit, incident: Incident) -> set[int] | Refused:
    leaving: set[int] = set()
    for name in fact.receipts:
        report = open_report(decider, name)
        if not isinstance(report, OpenReport):
            return report
        if report.receipt not in incident.reports:
            return "not_in_incident", say("report_not_in", receipt=name, incident=incident.id)
        leaving.add(report.receipt)
    if not leaving or len(leaving) == len(incident.reports):
        return "nothing_to_split", say("nothing_to_split", incident=incident.id)
    return leaving


def _extent(decider: Decider, receipts: set[int], inside: tuple[int, ...]) -> Extent:
    """The smallest extent that explains these reports; not the devices `inside` again, when given."""
    tree = decider.situation.tree
    lost = lost_service(decider, receipts)
    fed = {r.premise for r in lost if r.utility is Utility.ELECTRIC and tree.premise_device[r.premise] >= 0}
    alone = {r.premise for r in lost} - fed
    if len(fed) <= 1:
        return (), alone | fed
    paths = [tree.path(premise) for premise in sorted(fed)]
    common = [device for device in paths[0] if all(device in path for path in paths)]
    if common and common[0] not in inside:
        return (common[0],), alone
    return topmost(tree, (path[0] for path in paths)), alone


def _rest(decider: Decider, incident: Incident, leaving: set[int]) -> Extent:
    """What a predicted incident still covers when these reports leave it."""
    staying = incident.reports - leaving
    if incident.devices:
        return _extent(decider, staying, ())
    gone = {report.premise for report in lost_service(decider, leaving)}
    return (), incident.premises - (gone - {report.premise for report in lost_service(decider, staying)})


def _extended(
    decider: Decider, incident: Incident, extent: Extent, receipts: set[int], reason: Sentence
) -> facts.IncidentChanged:
    devices, premises = extent
    return facts.IncidentChanged(
        incident=incident.id,
        devices=[decider.situation.device_ids[row] for row in devices],
        receipts_added=[receipt_text(receipt) for receipt in sorted(receipts)],
        premises_added=sorted(premises - incident.premises),
        premises_dropped=sorted(incident.premises - premises),
        reasons=[reason],
    )
