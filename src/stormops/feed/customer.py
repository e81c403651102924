"""The customer on the line, on one page: who lives there, what is known of their outage, what is owed to them.

Run on the follower's thread; for staff only. What the platform does not hold (balances, promises, trips) is not in
the answer at all: the desk says that its source is not connected.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stormops.core.entry import ReportReceived
from stormops.core.incident import UTILITIES
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_text
from stormops.core.situation import Situation
from stormops.feed.later import later_said
from stormops.feed.scene import Scene

REPORTS_MAX = 50
"""Reports of one premise given in words, the latest first."""


def customer(scene: Scene, name: str) -> dict[str, Any] | None:
    """Everything about one premise at one journal position; None when there is no such premise.

    `nested`: somebody there was heard after the outage was called over, or the meter still says off: the
    cluster is restored and this house is not.
    """
    situation = scene.situation
    premise = situation.premise_of.get(name)
    if premise is None:
        return None
    premises = situation.city.premises
    owners = (situation.coverage.owner(utility, premise) for utility in range(len(UTILITIES)))
    incidents = [situation.incidents[key] for key in owners if key in situation.incidents]
    reports = _reports(situation, premise)
    meter = situation.meter_says(premise)
    lon, lat = float(premises.lon[premise]), float(premises.lat[premise])
    located = not np.isnan(lon)
    words = [_words(scene, report) for report in reports[:REPORTS_MAX]]
    return {
        "n": situation.position,
        "at_ms": scene.at_ms,
        "premise": name,
        "address": premises.address(premise),
        "lon": round(lon, 6) if located else None,
        "lat": round(lat, 6) if located else None,
        "account": premises.account[premise] or None,
        "phone": premises.phone[premise] or None,
        "meter_number": premises.meter[premise] or None,
        "meter": meter,
        "device": _device(situation, premise),
        "incidents": [scene.desk.incident(situation, incident) for incident in incidents],
        "reports_total": len(reports),
        "reports": words,
        "callbacks": [callback for report in words for callback in _callbacks(report)],
        "medical": any(report.medical for report in reports),
        "nested": not incidents and (meter == "off" or any(not report.answered for report in reports)),
    }


def _reports(situation: Situation, premise: int) -> list[OpenReport]:
    """The open reports of a premise, the latest first. O(open reports), in C."""
    columns = situation.reports
    rows = np.flatnonzero(np.asarray(columns.premise) == premise).tolist() if len(columns) else []
    found = (columns.get(columns.receipt[row]) for row in rows if columns.receipt[row] > 0)
    return sorted((report for report in found if report is not None), key=lambda report: -report.heard_ms)


def _device(situation: Situation, premise: int) -> str | None:
    """The device nearest above the premise."""
    row = int(situation.tree.premise_device[premise])
    return situation.device_ids[row] if row >= 0 else None


def _callbacks(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Each number that a report, or what said it again, asks to be called at, by its newest words; newest first."""
    numbers: dict[str, dict[str, Any]] = {}
    for said in (*report["later"], report):
        if said.get("callback"):
            told = {name: said[name] for name in ("symptom", "channel", "received_ms", "note", "callback")}
            numbers.setdefault(said["callback"], report | told)
    return list(numbers.values())


def _words(scene: Scene, report: OpenReport) -> dict[str, Any]:
    fact = scene.recall(report.position)
    told = fact.report if isinstance(fact, ReportReceived) else None
    later = later_said(scene, report.receipt)["later"] if report.repeats else []
    return {
        "receipt": receipt_text(report.receipt),
        "symptom": report.symptom.value,
        "channel": report.channel.value,
        "received_ms": report.received_ms,
        "heard_ms": report.heard_ms,
        "repeats": report.repeats,
        "safety": report.safety,
        "medical": report.medical,
        "answered": report.answered,
        "note": told.note if told else None,
        "callback": told.callback if told else None,
        "later": later,
    }
