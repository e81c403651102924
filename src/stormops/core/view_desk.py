"""The storm desk's view: incidents, reports, what waits for a person, and the totals line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from stormops.core.distinct import distinct
from stormops.core.entry import AnyFact, ReportReceived, ReportUnmatched
from stormops.core.incident import LIVE, Incident, State, incident_id
from stormops.core.messages import COUNTED_HOURS
from stormops.core.mode import FOR_STAFF
from stormops.core.network import City, EdgeKind, Tree
from stormops.core.open_reports import ANSWERED, SHOWN, OpenReport, Standing
from stormops.core.receipt_number import receipt_text
from stormops.core.report import SYMPTOMS
from stormops.core.safety import due_ms
from stormops.core.shape import Shape, Shapes
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view import Changes, extent, said
from stormops.core.view_sightings import sightings_shown
from stormops.core.view_switches import abnormal_switches, opened_by_people

SAID_CHARACTERS_MAX = 300
"""Longest text of what was said in the unmatched list; the whole is read with the report."""

CANDIDATES_SHOWN_MAX = 5
"""Candidates shown in the unmatched list; all are read with the report."""

Recall = Callable[[int], AnyFact]
"""Reads an entry's fact back from the journal, by position."""


class DeskView:
    """What the storm desk sees. One object follows one situation from its `snapshot` on.

    `recall` gives back what the journal has at a position: the words of reports that wait for a person.
    """

    def __init__(self, city: City, tree: Tree, recall: Recall) -> None:
        self._city = city
        self._tree = tree
        """Of which the shapes are: another one when switches were operated."""
        self._recall = recall
        self._shapes = Shapes(city, tree)
        self._states: dict[int, State] = {}
        self._by_state: Counter[State] = Counter()
        self._refusals: set[str] = set()
        self._silences: set[str] = set()
        self._switches: set[str] = set()
        self._sightings: set[str] = set()
        self._meters_silent = 0

    def snapshot(self, situation: Situation) -> dict[str, Any]:
        """The whole view. O(open incidents and reports shown)."""
        self._states.clear()
        self._by_state.clear()
        self._refusals.clear()
        self._silences.clear()
        self._switches.clear()
        self._sightings.clear()
        view: dict[str, Any] = {"city": self._city_value()}
        for key in situation.incidents:
            view.update(self._incident(situation, key).put)
        reports = situation.reports
        for receipt in (reports.receipt[row] for row in reports.rows_where(flags=SHOWN, without=ANSWERED)):
            if receipt >= 0:
                view.update(self._report(situation, receipt).put)
        view.update(self._refused(situation).put)
        view.update(self._silent(situation).put)
        view.update(self._switched(situation).put)
        view.update(self._sighted(situation).put)
        view["mode"] = mode_value(situation)
        view["messages"] = messages_value(situation)
        view["totals"] = self._totals(situation)
        return view

    def changes(self, situation: Situation, touched: Touched) -> Changes:
        """What differs since the touched set was empty. O(touched)."""
        put: dict[str, Any] = {}
        unset: list[str] = []
        parts = [self._incident(situation, key) for key in sorted(touched.incidents)]
        parts += [self._report(situation, receipt) for receipt in sorted(touched.receipts) if receipt >= 0]
        if touched.refusals:
            parts.append(self._refused(situation))
        if touched.silences:
            parts.append(self._silent(situation))
        if touched.switches:
            parts.append(self._switched(situation))
        if touched.sightings or self._sightings:
            parts.append(self._sighted(situation))
        for part in parts:
            put.update(part.put)
            unset += part.unset
        if touched.mode:
            put["mode"] = mode_value(situation)
        put["messages"] = messages_value(situation)
        put["totals"] = self._totals(situation)
        if touched.city:
            put["city"] = self._city_value()
        return Changes(put, unset)

    def incident(self, situation: Situation, incident: Incident) -> dict[str, Any]:
        """One incident's value."""
        shape = self._shape(situation, incident)
        device = incident.device
        known = device >= 0
        return {
            "id": incident.id,
            "utility": incident.utility.value,
            "state": incident.state.value,
            "device": situation.device_ids[device] if known else None,
            "device_kind": EdgeKind(int(situation.tree.kind[device])).name.lower() if known else None,
            "feeder": situation.device_ids[int(situation.tree.feeder[device])] if known else None,
            "lon": shape.lon,
            "lat": shape.lat,
            "customers_out": incident.customers_out,
            "customers_out_max": incident.customers_out_max,
            "customers_out_low": incident.argued.low if incident.argued else None,
            "customers_out_high": incident.argued.high if incident.argued else None,
            "customers_restored": incident.customers_restored,
            "reports": incident.told,
            "meters": incident.meters,
            "since_ms": incident.since_ms,
            "opened_ms": incident.opened_ms,
            "updated_ms": incident.updated_ms,
            "place": shape.place,
            "hull": shape.hull,
            "probability": incident.probability,
            "confirmed_by": incident.confirmed_by or None,
            "switched": opened_by_people(situation, incident),
            "reasons": list(incident.reasons),
            "safety": incident.safety,
            "medical": incident.medical,
            "repeats": incident.repeats,
        }

    def location(self, report: OpenReport) -> tuple[float, float] | None:
        """Where a report is: its premise, else where it said it was. None when neither is known."""
        if report.premise >= 0:
            lon, lat = (float(column[report.premise]) for column in (self._city.premises.lon, self._city.premises.lat))
            if not np.isnan(lon):
                return round(lon, 6), round(lat, 6)
        if report.lon is not None and report.lat is not None:
            return report.lon, report.lat
        return None

    def candidates(self, situation: Situation, fact: ReportUnmatched) -> list[dict[str, Any]]:
        """The premises that a report may mean, with their addresses."""
        found: list[dict[str, Any]] = []
        premises = self._city.premises
        for candidate in fact.candidates:
            row = situation.premise_of.get(candidate.premise)
            if row is None:
                continue
            located = not np.isnan(premises.lon[row])
            found.append(
                {
                    "premise": candidate.premise,
                    "address": premises.address(row),
                    "penalty": candidate.penalty,
                    "reasons": candidate.reasons,
                    "lon": round(float(premises.lon[row]), 6) if located else None,
                    "lat": round(float(premises.lat[row]), 6) if located else None,
                }
            )
        return found

    def _shape(self, situation: Situation, incident: Incident) -> Shape:
        if situation.tree is not self._tree:
            self._tree = situation.tree
            self._shapes = Shapes(self._city, self._tree)
        if len(incident.devices) == 1 and not incident.premises:
            return self._shapes.below(incident.device)
        parts = [self._tree.below(device) for device in incident.devices]
        parts.append(np.fromiter(incident.premises, np.int32, len(incident.premises)))
        reach = distinct(np.concatenate(parts))
        if not len(reach):  # Nobody is out (yet): it is where its reports are.
            rows = (situation.reports.row_of[receipt] for receipt in incident.reports)
            here = {situation.reports.premise[row] for row in rows} - {-1}
            reach = np.array(sorted(here), np.int32)
        return self._shapes.of(reach)

    def _incident(self, situation: Situation, key: int) -> Changes:
        name = f"incident/{incident_id(key)}"
        before = self._states.pop(key, None)
        if before is not None:
            self._by_state[before] -= 1
        incident = situation.incidents.get(key)
        if incident is None:
            return Changes({}, [name])
        self._states[key] = incident.state
        self._by_state[incident.state] += 1
        return Changes({name: self.incident(situation, incident)}, [])

    def _report(self, situation: Situation, receipt: int) -> Changes:
        """The point on the map, and the place in the queue of those that wait for a person."""
        text = receipt_text(receipt)
        point, waiting, danger = f"report/{text}", f"unmatched/{text}", f"safety/{text}"
        report = situation.reports.get(receipt)
        if report is None or report.answered or not report.shown:
            return Changes({}, [point, waiting, danger])
        put: dict[str, Any] = {}
        place = self.location(report)
        if place is not None:
            put[point] = {
                "receipt": text,
                "lon": place[0],
                "lat": place[1],
                "symptom": report.symptom.value,
                "utility": report.utility.value,
                "incident": incident_id(report.incident) if report.incident >= 0 else None,
                "received_ms": report.received_ms,
                "safety": report.safety,
                "medical": report.medical,
                "state": report.standing.name.lower(),
                "repeats": report.repeats,
                "heard_ms": report.heard_ms,
            }
        if report.standing is Standing.UNMATCHED:
            put[waiting] = self._unmatched(situation, report)
        if receipt in situation.safety:
            put[danger] = self._safety(situation, report, place)
        return Changes(put, [key for key in (point, waiting, danger) if key not in put])

    def _safety(self, situation: Situation, report: OpenReport, place: tuple[float, float] | None) -> dict[str, Any]:
        """The place of a report of danger or medical need in the queue of its own."""
        news, clock = self._recall(report.position), situation.safety[report.receipt]
        return {
            "receipt": receipt_text(report.receipt),
            "kind": report.symptom.value if SYMPTOMS[report.symptom].safety else "medical",
            "said": said(news.report)[:SAID_CHARACTERS_MAX] if isinstance(news, ReportReceived) else "",
            "incident": incident_id(report.incident) if report.incident >= 0 else None,
            "lon": place[0] if place else None,
            "lat": place[1] if place else None,
            "received_ms": report.received_ms,
            "due_ms": None if clock.by else due_ms(report.received_ms, clock.level),
            "level": clock.level,
            "state": clock.state,
            "by": clock.by or None,
        }

    def _unmatched(self, situation: Situation, report: OpenReport) -> dict[str, Any]:
        news, verdict = self._recall(report.position), self._recall(report.verdict)
        value: dict[str, Any] = {
            "receipt": receipt_text(report.receipt),
            "said": said(news.report)[:SAID_CHARACTERS_MAX] if isinstance(news, ReportReceived) else "",
            "why": "",
            "candidates": [],
            "received_ms": report.received_ms,
            "safety": report.safety,
        }
        if isinstance(verdict, ReportUnmatched):
            value["why"] = verdict.why
            value["candidates"] = self.candidates(situation, verdict)[:CANDIDATES_SHOWN_MAX]
        return value

    def _refused(self, situation: Situation) -> Changes:
        put = {f"refusal/{refusal.action}": refusal._asdict() for refusal in situation.refusals}
        unset = sorted(self._refusals - put.keys())
        self._refusals = set(put)
        return Changes(put, unset)

    def _silent(self, situation: Situation) -> Changes:
        """The areas of the meter network that are not heard: what their meters said last is no news of now."""
        put: dict[str, Any] = {}
        self._meters_silent = 0
        for name, silence in sorted(situation.silences.items()):
            areas = situation.meter_areas
            row = areas.row_of().get(name)
            if row is None or silence.until_ms:
                continue
            located = not np.isnan(areas.lon[row])
            put[f"silence/{name}"] = {
                "id": name,
                "name": areas.name[row],
                "meters": int(areas.meters[row]),
                "since_ms": silence.since_ms,
                "lon": round(float(areas.lon[row]), 6) if located else None,
                "lat": round(float(areas.lat[row]), 6) if located else None,
            }
            self._meters_silent += int(areas.meters[row])
        unset = sorted(self._silences - put.keys())
        self._silences = set(put)
        return Changes(put, unset)

    def _switched(self, situation: Situation) -> Changes:
        put = abnormal_switches(situation)
        unset = sorted(self._switches - put.keys())
        self._switches = set(put)
        return Changes(put, unset)

    def _sighted(self, situation: Situation) -> Changes:
        """What the field saw closed, as long as it is of this shift."""
        shown = sightings_shown(situation)
        put = {key: value for key, value in shown.items() if key not in self._sightings}
        unset = sorted(self._sightings - shown.keys())
        self._sightings = set(shown)
        return Changes(put, unset)

    def _totals(self, situation: Situation) -> dict[str, Any]:
        totals = situation.totals
        return {
            "customers": len(self._city.premises),
            "customers_out": situation.customers_out,
            "customers_restored": totals.customers_restored,
            "incidents_open": sum(self._by_state[state] for state in LIVE),
            "incidents_by_state": {state.value: self._by_state[state] for state in State if self._by_state[state]},
            "reports": totals.received,
            "reports_matched": totals.matched,
            "reports_unmatched": totals.unmatched_open,
            "reports_duplicated": totals.duplicated,
            "reports_open": totals.open,
            "reports_repeated": totals.repeated,
            "safety_open": totals.safety_open,
            "safety_waiting": totals.safety_waiting,
            "safety_escalated": totals.safety_escalated,
            "reports_not_shown": totals.not_shown,
            "meters_off": totals.meters_off,
            "meters_unknown": situation.meters.told - totals.meters_off,
            "meters_silent": self._meters_silent,
            "links_doubted": len(situation.links),
            "switches_abnormal": len(self._switches),
            "at_ms": situation.at_ms,
        }

    def _city_value(self) -> dict[str, Any]:
        centre, bbox = extent(self._city)
        return {
            "name": self._city.name,
            "title": self._city.title,
            "customers": len(self._city.premises),
            "centre": centre,
            "bbox": bbox,
            "time_zone": self._city.time_zone,
            "hash": self._city.hash,
        }


def mode_value(situation: Situation) -> dict[str, Any]:
    """The mode in force, why, and what it means for staff."""
    state = situation.mode
    return {
        "mode": state.mode.value,
        "since_ms": state.since_ms,
        "cause": state.cause,
        "by": state.by or None,
        "reason": state.reason,
        "scope": state.scope,
        "sentence": FOR_STAFF[state.mode],
    }


def messages_value(situation: Situation) -> dict[str, Any]:
    """Text messages: sign-ups, wishes that wait for their yes, messages that wait, and what became of the others."""
    messages = situation.messages
    return {
        "signed_up": len(messages.sign_ups),
        "asked": len(messages.requests),
        "waiting": len(messages.due),
        "hours": COUNTED_HOURS,
        **messages.lately(),
    }
