"""Answers to single questions, each about one journal position. Run on the follower's thread.

Only `receipt_status` and `premise_believed` are for customers, and neither tells an address, a person or words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stormops.core.entry import IncidentArgued, ReportMatched, ReportReceived, ReportUnmatched
from stormops.core.incident import UTILITIES, Incident, incident_id
from stormops.core.narrowing import narrower
from stormops.core.network import SERVICE_BITS, EdgeKind
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_text
from stormops.core.report import SYMPTOMS, Utility
from stormops.core.situation import Situation
from stormops.core.view_sightings import sightings_about
from stormops.feed.later import later_said, later_words, words
from stormops.feed.scene import Scene

INCIDENT_REPORTS_MAX = 500
"""Reports given in full with an incident: those of danger first, then the oldest; `reports_total` says how many."""


def receipt_status(scene: Scene, receipt: int) -> dict[str, Any] | None:
    """What the bearer of a receipt may know; None when the journal never had it."""
    situation = scene.situation
    status = situation.status(receipt)
    if status is None:
        return None
    answer: dict[str, Any] = {
        "receipt": receipt_text(receipt),
        "n": situation.position,
        "at_ms": scene.at_ms,
        "state": status.state,
        "received_ms": status.received_ms or scene.entry(status.position).recorded_ms,
    }
    incident = _incident_status(situation, status.incident)
    if incident is not None:
        answer["incident"] = incident
    return answer


def receipt_page(scene: Scene, receipt: int) -> dict[str, Any] | None:
    """The same for the bearer's page, with `again`: what says that service is still, or again, lost there.

    Whatever became of the report, and however long ago: nobody knows better than who is in the dark. `messages`:
    whether its bearer may sign up for them.
    """
    answer, situation = receipt_status(scene, receipt), scene.situation
    status = situation.status(receipt)
    if answer is None or status is None:
        return None
    answer["again"], answer["messages"] = None, False
    fact = scene.recall(status.position)
    if isinstance(fact, ReportReceived) and status.premise >= 0 and SYMPTOMS[fact.report.symptom].service_lost:
        utility = SYMPTOMS[fact.report.symptom].utility
        point = f"{utility.value[0].upper()}-{situation.city.premises.id[status.premise]}"
        answer["again"] = {"symptom": fact.report.symptom.value, "service_point": point}
        answer["messages"] = utility is Utility.ELECTRIC and situation.report(receipt) is not None
    return answer


def premise_believed(scene: Scene, premises: Sequence[int]) -> dict[str, Any]:
    """What the customer of these premises (rows) may know: no address, no name, nothing medical."""
    situation = scene.situation
    return {
        "n": situation.position,
        "at_ms": scene.at_ms,
        "premises": [_believed(situation, premise) for premise in premises],
    }


def _believed(situation: Situation, premise: int) -> dict[str, Any]:
    """Each service of a premise: believed out, on (its meter says so), or unknown: silence is not "on"."""
    mask = int(situation.city.premises.services[premise])
    services = []
    for utility, bit in SERVICE_BITS.items():
        if mask and not mask & bit:
            continue
        number = UTILITIES.index(Utility(utility))
        owner = situation.coverage.owner(number, premise)
        meter = situation.meter_says(premise) if utility == Utility.ELECTRIC else "unknown"
        believed = "out" if owner >= 0 or meter == "off" else meter
        services.append({"utility": utility, "believed": believed, "incident": _incident_status(situation, owner)})
    reports = situation.reports
    rows = np.flatnonzero(np.asarray(reports.premise) == premise).tolist() if len(reports) else []
    times = sorted(reports.received_ms[row] for row in rows if reports.receipt[row] > 0)
    reported = {"count": len(times), "first_ms": times[0], "last_ms": times[-1]} if times else None
    return {"services": services, "reported": reported}


def _incident_status(situation: Situation, key: int) -> dict[str, Any] | None:
    incident = situation.incidents.get(key)
    closed = situation.closed_incidents.get(key)
    while incident is None and closed is not None and closed.into >= 0:
        incident, closed = situation.incidents.get(closed.into), situation.closed_incidents.get(closed.into)
    if incident is not None:
        return {
            "state": incident.state.value,
            "since_ms": incident.since_ms,
            "others": max(0, incident.told - 1),
            "customers_out": incident.customers_out,
        }
    if closed is None:
        return None
    others = max(0, closed.reports - 1)
    return {"state": closed.outcome, "since_ms": closed.since_ms, "others": others, "customers_out": 0}


def incident_detail(scene: Scene, name: str) -> dict[str, Any] | None:
    """An incident with its reports, for the desk."""
    situation = scene.situation
    incident = situation.incident(name)
    if incident is None:
        return None
    reports = (situation.reports.get(receipt) for receipt in incident.reports if receipt >= 0)
    known = sorted((r for r in reports if r is not None), key=lambda r: (not (r.safety or r.medical), r.position))
    return {
        "n": situation.position,
        "at_ms": scene.at_ms,
        "incident": scene.desk.incident(situation, incident),
        "argument": None if incident.argued is None else _argument(scene, incident.argued),
        "narrower": _narrower(situation, incident),
        "sightings": sightings_about(situation, incident),
        "reports_total": len(known),
        "reports": [_open_report(scene, report) for report in known[:INCIDENT_REPORTS_MAX]],
    }


def _narrower(situation: Situation, incident: Incident) -> dict[str, Any] | None:
    """The few devices below the predicted one that most callers are below."""
    found = narrower(situation, incident)
    if found is None:
        return None
    devices = [situation.device_ids[row] for row in found.devices]
    return {"devices": devices, "callers": found.callers, "of": found.of}


def _argument(scene: Scene, argued: IncidentArgued) -> dict[str, Any]:
    """What speaks against a prediction, what else it may be, and what to ask next."""
    situation = scene.situation
    premises = situation.city.premises

    def kind_of(device: str) -> str | None:
        row = situation.device_of.get(device)
        return None if row is None else EdgeKind(int(situation.tree.kind[row])).name.lower()

    def asked(kind: str, target: str, gain: int) -> dict[str, Any]:
        row = situation.premise_of.get(target) if kind != "look" else None
        where = premises.address(row) if row is not None else None
        return {"kind": kind, "target": target, "address": where, "gain": gain}

    return {
        "customers_out": [argued.low, argued.high],
        "alternatives": [{"device": d, "device_kind": kind_of(d), "probability": p} for d, p in argued.alternatives],
        "against": [{"device": d, "device_kind": kind_of(d), "silent": n, "share": s} for d, n, s in argued.against],
        "next": [asked(*one) for one in argued.next],
    }


def report_detail(scene: Scene, receipt: int) -> dict[str, Any] | None:
    """One report in full, open or not, for the desk."""
    situation = scene.situation
    report = situation.report(receipt)
    if report is not None:
        return {"n": situation.position} | _open_report(scene, report) | later_said(scene, report.receipt)
    status = situation.status(receipt)
    if status is None:
        return None
    entry = scene.entry(status.position)
    first = situation.later.first(receipt)
    value = {"n": situation.position, "receipt": receipt_text(first), "state": status.state}
    value["incident"] = incident_id(status.incident) if status.incident >= 0 else None
    return value | {"received_ms": entry.recorded_ms} | words(entry.fact) | later_said(scene, first)


def _open_report(scene: Scene, report: OpenReport) -> dict[str, Any]:
    """What was said, where it was put, and why."""
    situation = scene.situation
    premises = situation.city.premises
    place = scene.desk.location(report)
    value: dict[str, Any] = {
        "receipt": receipt_text(report.receipt),
        "received_ms": report.received_ms,
        "repeats": report.repeats,
        "heard_ms": report.heard_ms,
        "noted": later_words(scene, report.noted) if report.noted else None,
        "state": report.standing.name.lower(),
        "answered": report.answered,
        "premise": premises.id[report.premise] if report.premise >= 0 else None,
        "address": premises.address(report.premise) if report.premise >= 0 else None,
        "lon": place[0] if place else None,
        "lat": place[1] if place else None,
        "incident": incident_id(report.incident) if report.incident >= 0 else None,
        "rule": report.rule or None,
        "penalty": report.penalty if report.premise >= 0 else None,
        "reasons": [],
        "why": None,
        "candidates": [],
    }
    value |= words(scene.recall(report.position))
    verdict = scene.recall(report.verdict) if report.verdict else None
    if isinstance(verdict, ReportMatched):
        value["reasons"] = verdict.reasons
    elif isinstance(verdict, ReportUnmatched):
        value["why"] = verdict.why
        value["candidates"] = scene.desk.candidates(situation, verdict)
    return value


def incident_premises(scene: Scene, name: str) -> dict[str, Any] | None:
    """Ids of the premises that are out because of an incident."""
    situation = scene.situation
    incident: Incident | None = situation.incident(name)
    if incident is None:
        return None
    ids = situation.city.premises.id
    owned = situation.coverage.owned(incident).tolist() if incident.live else []
    return {"n": situation.position, "premises": [ids[premise] for premise in owned]}


def premises_out(scene: Scene) -> dict[str, Any]:
    """Ids of all premises that are without at least one service."""
    situation = scene.situation
    ids = situation.city.premises.id
    dark = np.flatnonzero(situation.coverage.bits).tolist()
    return {"n": situation.position, "at_ms": scene.at_ms, "premises": [ids[premise] for premise in dark]}


def course(scene: Scene) -> dict[str, Any]:
    """Customers out over time, as the journal's own ticks have it: `samples` of [at_ms, customers out, reports]."""
    situation = scene.situation
    return {"n": situation.position, "at_ms": scene.at_ms, "samples": [list(each) for each in situation.course]}


def premise_known(scene: Scene, name: str) -> dict[str, Any] | None:
    """What is known of a premise while its customer is on the phone: its incidents, open reports, and its meter."""
    situation = scene.situation
    premise = situation.premise_of.get(name)
    if premise is None:
        return None
    owners = (situation.coverage.owner(utility, premise) for utility in range(len(UTILITIES)))
    incidents = [situation.incidents[key] for key in owners if key in situation.incidents]
    reports = situation.reports
    rows = np.flatnonzero(np.asarray(reports.premise) == premise).tolist() if len(reports) else []
    return {
        "n": situation.position,
        "premise": name,
        "address": situation.city.premises.address(premise),
        "incidents": [scene.desk.incident(situation, incident) for incident in incidents],
        "reports": sorted(receipt_text(reports.receipt[row]) for row in rows if reports.receipt[row] > 0),
        "meter": situation.meter_says(premise),
    }
