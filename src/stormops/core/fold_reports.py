"""How the entries about reports change the situation, and the small steps that incidents share with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from stormops.core import entry as facts
from stormops.core.entry import Entry
from stormops.core.fold_messages import placed
from stormops.core.incident import Incident, incident_key
from stormops.core.later_reports import Kind
from stormops.core.open_reports import (
    ANSWERED,
    CHANNEL_CODE,
    CHANNEL_SHIFT,
    MATCHED,
    MATCHED_ONCE,
    MEDICAL,
    NOTED,
    NOWHERE,
    SAFETY,
    SHOWN,
    SYMPTOM_CODE,
    UNMATCHED,
    Longs,
    OpenReports,
)
from stormops.core.receipt_number import receipt_number
from stormops.core.repeats import hash_key
from stormops.core.report import Report
from stormops.core.safety import SafetyClock
from stormops.core.summary import ClosedReport, Touched, pack_closed

if TYPE_CHECKING:
    from stormops.core.situation import Situation

DESK_REPORTS_MAX = 20_000
"""Open reports shown one by one on the desk's map; past it new ones are counted in `reports_not_shown`.

Safety reports are shown however many there are."""


_MARKS = SAFETY | MEDICAL | ANSWERED
"""Flags of a report that its incident counts."""


def touch(situation: Situation, incident: Incident, touched: Touched) -> None:
    """The incident changed at this tick."""
    incident.updated_ms = situation.at_ms
    touched.incidents.add(incident.key)


def report_received(situation: Situation, entry: Entry, fact: facts.ReportReceived, touched: Touched) -> None:
    """A new report; one that is known already changes nothing."""
    receipt, report = receipt_number(fact.receipt), fact.report
    if receipt in situation.reports or receipt in situation.closed_reports or receipt in situation.later:
        return
    totals, safety = situation.totals, report.safety
    shown = safety or totals.shown < DESK_REPORTS_MAX
    flags = SAFETY * safety | MEDICAL * report.medical | SHOWN * shown | NOTED * bool(report.note)
    flags |= CHANNEL_CODE[fact.channel] << CHANNEL_SHIFT
    situation.reports.add(
        receipt, entry.position, entry.recorded_ms, symptom=report.symptom, flags=flags, where=_where(report)
    )
    totals.received += 1
    totals.open += 1
    if safety:
        totals.safety_open += 1
        start_clock(situation, receipt, SafetyClock())
    totals.shown += shown
    totals.not_shown += not shown
    if fact.key:
        situation.repeats.first(hash_key(fact.sender, fact.key), receipt, entry.recorded_ms)
    touched.receipts.add(receipt)


def reports_received(situation: Situation, entries: Sequence[Entry], touched: Touched) -> bool:
    """Many new reports, written as columns: the same as `report_received` for each.

    False = nothing was done: some are known already.
    """
    heard: list[facts.ReportReceived] = [entry.fact for entry in entries]  # type: ignore[misc]
    receipts = [receipt_number(fact.receipt) for fact in heard]
    known = (situation.reports.row_of, situation.closed_reports, situation.later.row_of)
    if len(set(receipts)) < len(receipts) or not all(some.keys().isdisjoint(receipts) for some in known):
        return False
    said = [fact.report for fact in heard]
    safety, medical = np.array([report.safety for report in said]), np.array([report.medical for report in said])
    noted = np.array([bool(report.note) for report in said])
    channel = np.array([CHANNEL_CODE[fact.channel] for fact in heard])
    listed = safety | (np.arange(len(said)) < DESK_REPORTS_MAX - situation.totals.shown)
    times = [entry.recorded_ms for entry in entries]
    columns: dict[str, Longs | list[int] | int] = {
        "position": [entry.position for entry in entries],
        "received_ms": times,
        "symptom": [SYMPTOM_CODE[report.symptom] for report in said],
        "flags": SAFETY * safety | MEDICAL * medical | SHOWN * listed | NOTED * noted | channel << CHANNEL_SHIFT,
        **_wheres(said),
    }
    situation.reports.add_many(receipts, columns)
    totals, danger, count = situation.totals, np.flatnonzero(safety).tolist(), int(np.count_nonzero(listed))
    totals.received += len(heard)
    totals.open += len(heard)
    totals.safety_open += len(danger)
    totals.shown += count
    totals.not_shown += len(heard) - count
    for row in danger:
        start_clock(situation, receipts[row], SafetyClock())
    for fact, receipt, at_ms in zip(heard, receipts, times, strict=True):
        if fact.key:
            situation.repeats.first(hash_key(fact.sender, fact.key), receipt, at_ms)
    touched.receipts.update(receipts)
    return True


def report_matched(situation: Situation, entry: Entry, fact: facts.ReportMatched, touched: Touched) -> None:
    """The report means a premise; it leaves the incident that it was in."""
    receipt = receipt_number(fact.receipt)
    row = _judge(situation, entry, receipt, touched)
    if row is None:
        return
    reports = situation.reports
    if reports.incident[row] >= 0:
        detach(situation, row, touched)
    premise = situation.premise_of.get(fact.premise, -1)
    reports.premise[row] = premise
    placed(situation, receipt)
    reports.penalty[row] = fact.penalty
    reports.rule[row] = reports.rule_code(fact.rule)
    if premise < 0:
        reports.standing[row] = UNMATCHED
        situation.totals.unmatched_open += 1
        return
    reports.standing[row] = MATCHED
    if not reports.flags[row] & MATCHED_ONCE:
        reports.flags[row] |= MATCHED_ONCE
        situation.totals.matched += 1


def report_unmatched(situation: Situation, entry: Entry, fact: facts.ReportUnmatched, touched: Touched) -> None:
    """The report waits for a person."""
    row = _judge(situation, entry, receipt_number(fact.receipt), touched)
    if row is not None:
        situation.reports.standing[row] = UNMATCHED
        situation.totals.unmatched_open += 1


def _judge(situation: Situation, entry: Entry, receipt: int, touched: Touched) -> int | None:
    """The report's row, ready for a new verdict."""
    row = situation.reports.row_of.get(receipt)
    if row is not None:
        if situation.reports.standing[row] == UNMATCHED:
            situation.totals.unmatched_open -= 1
        situation.reports.verdict[row] = entry.position
        touched.receipts.add(receipt)
    return row


def report_duplicated(situation: Situation, _entry: Entry, fact: facts.ReportDuplicated, touched: Touched) -> None:
    """The report is another one, sent twice; its receipt names that one."""
    receipt, of = receipt_number(fact.receipt), receipt_number(fact.of)
    row = situation.reports.row_of.get(receipt)
    if row is not None:
        position = situation.reports.position[row]
        leave(situation, receipt, touched)
        situation.later.add(receipt, situation.later.first(of), position, Kind.SENT_TWICE)
        placed(situation, receipt)
        situation.totals.duplicated += 1


def report_repeated(situation: Situation, _entry: Entry, fact: facts.ReportRepeated, touched: Touched) -> None:
    """The report says again what an open one said: that one was heard once more, and both receipts name it."""
    receipt, of = receipt_number(fact.receipt), receipt_number(fact.of)
    of = situation.later.first(of)
    reports = situation.reports
    row, first = reports.row_of.get(receipt), reports.row_of.get(of)
    if row is None or first is None or row == first:
        return
    heard_ms, position, noted = reports.received_ms[row], reports.position[row], reports.flags[row] & NOTED
    leave(situation, receipt, touched)
    situation.later.add(receipt, of, position, Kind.NOTED if noted else Kind.SAID_AGAIN)
    placed(situation, receipt)
    situation.totals.repeated += 1
    reports.heard_again(of, heard_ms, position if noted else 0)
    touched.receipts.add(of)
    incident = situation.incidents.get(reports.incident[first])
    if incident is not None:
        incident.repeats += 1
        touch(situation, incident, touched)


def start_clock(situation: Situation, receipt: int, clock: SafetyClock) -> None:
    """The safety report's clock stands so from here on; the totals know."""
    stop_clock(situation, receipt)
    situation.safety[receipt] = clock
    situation.totals.safety_waiting += clock.state == "waiting"
    situation.totals.safety_escalated += clock.state == "escalated"


def stop_clock(situation: Situation, receipt: int) -> None:
    """The report asks for nobody any more."""
    clock = situation.safety.pop(receipt, None)
    if clock is not None:
        situation.totals.safety_waiting -= clock.state == "waiting"
        situation.totals.safety_escalated -= clock.state == "escalated"


def safety_clock_stopped(situation: Situation, _entry: Entry, fact: facts.SafetyClockStopped, touched: Touched) -> None:
    """Somebody took the report on."""
    receipt = receipt_number(fact.receipt)
    clock = situation.safety.get(receipt)
    if clock is not None:
        start_clock(situation, receipt, clock._replace(by=fact.by))
        touched.receipts.add(receipt)


def safety_escalated(situation: Situation, _entry: Entry, fact: facts.SafetyEscalated, touched: Touched) -> None:
    """Nobody has taken the report on for so long."""
    receipt = receipt_number(fact.receipt)
    clock = situation.safety.get(receipt)
    if clock is not None:
        start_clock(situation, receipt, clock._replace(level=fact.level))
        touched.receipts.add(receipt)


def report_closed(situation: Situation, _entry: Entry, fact: facts.ReportClosed, touched: Touched) -> None:
    """The report is answered by itself: it leaves, or joins the incident that answers it."""
    receipt = receipt_number(fact.receipt)
    row = situation.reports.row_of.get(receipt)
    if row is None:
        return
    incident = situation.incident(fact.incident)
    if incident is not None:
        attach(situation, [row], incident, touched)
        answer(situation, row, incident, touched)
        return
    key = incident_key(fact.incident) if fact.incident else None
    closed = ClosedReport(situation.reports.position[row], -1 if key is None else key, situation.reports.premise[row])
    leave(situation, receipt, touched)
    if receipt < 0:  # What a meter says is counted nowhere.
        return
    if key is None:
        situation.totals.withdrawn += 1
    situation.closed_reports[receipt] = pack_closed(closed)


def leave(situation: Situation, receipt: int, touched: Touched) -> None:
    """An open report leaves memory."""
    row = situation.reports.row_of[receipt]
    detach(situation, row, touched)
    touched.receipts.add(receipt)
    flags, totals = situation.reports.flags[row], situation.totals
    if receipt < 0:
        totals.meters_off -= not flags & ANSWERED
        situation.reports.drop(receipt)
        return
    if flags & SAFETY:
        stop_clock(situation, receipt)
    if not flags & ANSWERED:
        totals.open -= 1
        totals.safety_open -= flags & SAFETY
    if situation.reports.standing[row] == UNMATCHED:
        totals.unmatched_open -= 1
    if flags & SHOWN:
        totals.shown -= 1
    else:
        totals.not_shown -= 1
    situation.reports.drop(receipt)


def answer(situation: Situation, row: int, incident: Incident, touched: Touched) -> None:
    """An attached report is answered: it no longer asks for anything."""
    flags = situation.reports.flags[row]
    if flags & ANSWERED:
        return
    receipt = situation.reports.receipt[row]
    situation.reports.flags[row] = flags | ANSWERED
    incident.answered += 1
    touched.receipts.add(receipt)
    if receipt < 0:
        situation.totals.meters_off -= 1
        return
    situation.totals.open -= 1
    if flags & SAFETY:
        situation.totals.safety_open -= 1
        stop_clock(situation, receipt)


def detach(situation: Situation, row: int, touched: Touched) -> None:
    """The report leaves its incident."""
    incident = situation.incidents.get(situation.reports.incident[row])
    if incident is not None:
        situation.reports.incident[row] = -1
        _leave(situation, [row], incident, touched)


def attach(situation: Situation, rows: Iterable[int], incident: Incident, touched: Touched) -> None:
    """The reports of these rows join an incident, and leave those that they were in: of each of those all at once."""
    owner, key = situation.reports.incident, incident.key
    moved: dict[int, list[int]] = {}
    for row in rows:
        before = owner[row]
        if before != key:
            moved.setdefault(before, []).append(row)
            owner[row] = key
    for before, some in moved.items():
        left = situation.incidents.get(before)
        if left is not None:
            _leave(situation, some, left, touched)
        receipts = _count(situation.reports, some, incident, 1)
        incident.reports.update(receipts)
        touched.receipts.update(receipts)
        touch(situation, incident, touched)


def _leave(situation: Situation, rows: list[int], incident: Incident, touched: Touched) -> None:
    receipts = _count(situation.reports, rows, incident, -1)
    incident.reports.difference_update(receipts)
    touched.receipts.update(receipts)
    touch(situation, incident, touched)


def _count(reports: OpenReports, rows: list[int], incident: Incident, sign: int) -> list[int]:
    """What reports count for in an incident: 1 = they are there now, -1 = no longer. Gives their receipts."""
    receipts = list(map(reports.receipt.__getitem__, rows))
    again = reports.again
    incident.meters += sign * sum([receipt < 0 for receipt in receipts])
    if again:
        incident.repeats += sign * sum([again[receipt][0] for receipt in receipts if receipt in again])
    for marks in map(reports.flags.__getitem__, rows):
        if marks & _MARKS:
            incident.safety += sign * (marks & SAFETY)
            incident.medical += sign * ((marks & MEDICAL) // MEDICAL)
            incident.answered += sign * ((marks & ANSWERED) // ANSWERED)
    return receipts


def attach_all(situation: Situation, incident: Incident, into: Incident, touched: Touched) -> None:
    """All reports of an incident join another one."""
    row_of, owner = situation.reports.row_of, situation.reports.incident
    for receipt in incident.reports:
        owner[row_of[receipt]] = into.key
    into.reports |= incident.reports
    touched.receipts |= incident.reports
    for name in ("repeats", "meters", "safety", "medical", "answered"):
        setattr(into, name, getattr(into, name) + getattr(incident, name))
        setattr(incident, name, 0)
    incident.reports = set()
    touch(situation, incident, touched)
    touch(situation, into, touched)


def _wheres(said: Sequence[Report]) -> dict[str, Longs]:
    """(N): columns of where these say that it is."""
    given = np.array([report.latitude is not None and report.longitude is not None for report in said])
    columns = {}
    for name, degrees in (("lon_e7", [r.longitude for r in said]), ("lat_e7", [r.latitude for r in said])):
        column = columns[name] = np.full(len(said), NOWHERE, np.int64)
        column[given] = np.rint(np.array(degrees, np.float64)[given] * 1e7)
    return columns


def _where(report: Report) -> tuple[int, int]:
    if report.latitude is None or report.longitude is None:
        return NOWHERE, NOWHERE
    return round(report.longitude * 1e7), round(report.latitude * 1e7)
