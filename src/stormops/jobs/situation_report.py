"""The situation report: what is known at one journal position, for people (HTML) and machines (JSON).

Its blocks follow ICS 209 (incident status summary). It names devices and feeders, never an address,
a phone or a customer; it is for staff all the same.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, PackageLoader

from stormops.core import sentence
from stormops.core.incident import ELECTRIC, LIVE, UTILITIES, Incident, State
from stormops.core.mode import FOR_STAFF
from stormops.core.mode_rules import AUTOMATIC, DECLARED
from stormops.core.network import EdgeKind
from stormops.core.reliability import Indices, Interruption, by_day, indices, major_event_days, total
from stormops.core.situation import Situation
from stormops.jobs.dues import ASKED_FOR
from stormops.pages.words import LANGUAGES, Words, table

LARGEST_MAX = 25
"""Incidents listed one by one; the rest are in the counts."""

KNOWN_OUT = (State.CONFIRMED, State.PARTLY_RESTORED)
"""What is only predicted is no interruption yet."""


class Line(msgspec.Struct, frozen=True):
    """One open incident."""

    id: str
    state: str
    device: str
    device_kind: str
    feeder: str
    customers_out: int
    reports: int
    since_ms: int
    safety: int
    medical: int


class FeederLine(msgspec.Struct, frozen=True):
    """A feeder with customers out."""

    feeder: str
    customers_out: int
    customers: int


class ModeLine(msgspec.Struct, frozen=True):
    """The mode in force, since when, and who or what declared it and why; `sentence` says what it means for staff."""

    mode: str
    since_ms: int
    cause: str
    by: str
    reason: sentence.Words
    scope: str
    sentence: str


class Reliability(msgspec.Struct, frozen=True):
    """IEEE 1366 indices of one stretch of time: SAIFI, SAIDI and CAIDI (minutes), and what they are made of."""

    stretch: str
    saifi: float
    saidi_minutes: float
    caidi_minutes: float
    customers_interrupted: int
    customer_minutes: int


class SituationReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. `name` is also its file's; `asked_for` says why it was made."""

    name: str
    title: str
    time_zone: str
    asked_for: str
    position: int
    at_ms: int
    mode: ModeLine
    customers: int
    customers_out: int
    customers_restored: int
    incidents_by_state: dict[str, int]
    reports: dict[str, int]
    meters: dict[str, int]
    largest: list[Line]
    feeders: list[FeederLine]
    reliability: list[Reliability]
    """Sustained interruptions by the day on which they began: today, with those still out, this year, and this year
    without its major event days."""
    major_event_days: list[str]
    """Of this year, ISO; none as long as there is no year before to judge by."""


def summarise(situation: Situation, title: str, time_zone: str, asked_for: str) -> SituationReport:
    """The report of a situation. The same situation gives the same report."""
    live = [i for i in situation.incidents.values() if i.state in LIVE]
    live.sort(key=lambda i: (-i.customers_out, i.key))
    totals = situation.totals
    reliability, major = _reliability(situation, ZoneInfo(time_zone))
    stamp = datetime.fromtimestamp(situation.at_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    return SituationReport(
        name=f"{stamp}-{situation.position}",
        title=title,
        time_zone=time_zone,
        asked_for=asked_for,
        position=situation.position,
        at_ms=situation.at_ms,
        mode=_mode(situation),
        customers=len(situation.city.premises),
        customers_out=situation.customers_out,
        customers_restored=totals.customers_restored,
        incidents_by_state=dict(sorted(Counter(i.state.value for i in situation.incidents.values()).items())),
        reports={
            "received": totals.received,
            "duplicated": totals.duplicated,
            "repeated": totals.repeated,
            "withdrawn": totals.withdrawn,
            "open": totals.open,
            "unmatched_open": totals.unmatched_open,
            "safety_open": totals.safety_open,
            "safety_waiting": totals.safety_waiting,
            "safety_escalated": totals.safety_escalated,
        },
        meters={"off": totals.meters_off, "unknown": situation.meters.told - totals.meters_off},
        largest=[_line(situation, i) for i in live[:LARGEST_MAX]],
        feeders=_feeders(situation, live),
        reliability=reliability,
        major_event_days=[day.isoformat() for day in sorted(major)],
    )


def _mode(situation: Situation) -> ModeLine:
    state = situation.mode
    since_ms = state.since_ms  # 0: it was never changed
    return ModeLine(state.mode.value, since_ms, state.cause, state.by, state.reason, state.scope, FOR_STAFF[state.mode])


def _line(situation: Situation, incident: Incident) -> Line:
    device = incident.device
    return Line(
        id=incident.id,
        state=incident.state.value,
        device=situation.device_ids[device] if device >= 0 else "",
        device_kind=EdgeKind(int(situation.tree.kind[device])).name.lower() if device >= 0 else "cluster",
        feeder=situation.device_ids[int(situation.tree.feeder[device])] if device >= 0 else "",
        customers_out=incident.customers_out,
        reports=incident.told,
        since_ms=incident.since_ms,
        safety=incident.safety,
        medical=incident.medical,
    )


def _reliability(situation: Situation, zone: ZoneInfo) -> tuple[list[Reliability], frozenset[date]]:
    def day_of(at_ms: int) -> date:
        return datetime.fromtimestamp(at_ms / 1000, zone).date()

    customers, now, today = len(situation.city.premises), situation.at_ms, day_of(situation.at_ms)
    days = by_day(customers, situation.interruptions, day_of)
    major = major_event_days(days, today.year)
    still = indices(
        customers,
        (
            Interruption(incident.since_ms, now, incident.customers_out)
            for incident in situation.incidents.values()
            if incident.state in KNOWN_OUT and incident.key % len(UTILITIES) == ELECTRIC
        ),
    )
    over = days.get(today, Indices(customers))
    year = [day for day in days if day.year == today.year]
    stretches = {
        "today": over,
        "today, with those still out": over.add(still.interrupted, still.customer_ms),
        "this year": total(customers, (days[day][1:] for day in year)),
        "this year without major event days": total(customers, (days[day][1:] for day in year if day not in major)),
    }
    return [_indices(name, each) for name, each in stretches.items()], major


def _indices(stretch: str, of: Indices) -> Reliability:
    saifi, saidi, caidi = round(of.saifi, 5), round(of.saidi, 2), round(of.caidi, 2)
    return Reliability(stretch, saifi, saidi, caidi, of.interrupted, round(of.minutes))


def _feeders(situation: Situation, live: list[Incident]) -> list[FeederLine]:
    tree, out = situation.tree, Counter[int]()
    for incident in live:
        if incident.device >= 0:
            out[int(tree.feeder[incident.device])] += incident.customers_out
    ordered = sorted(out.items(), key=lambda pair: (-pair[1], pair[0]))
    return [FeederLine(situation.device_ids[d], n, int(tree.customers[d])) for d, n in ordered if n]


@functools.cache
def said(language: str) -> Words:
    """The words of reports in a language."""
    return Words(language, {**table(language), **table(language, "stormops.jobs")})


def render(report: SituationReport, language: str = "en") -> str:
    """The report as one HTML page that prints on paper and needs nothing else."""
    pages = Environment(loader=PackageLoader("stormops.jobs"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    zone, w = ZoneInfo(report.time_zone), said(language)

    def local(at_ms: int) -> str:
        at = datetime.fromtimestamp(at_ms / 1000, zone)
        if not at_ms:
            return w("report.not_known")
        return at.strftime("%a %d %b %Y %H:%M %Z") if language == "en" else f"{w.day(at.date())}, {at:%H:%M %Z}"

    def word(group: str, name: str) -> str:
        key = f"{group}.{name.replace(', ', '_').replace(' ', '_')}"
        return w(key) if w.has(key) else name

    def figure(name: str, more: str, count: int) -> str:
        return w(f"figure.{name}_{more}", count=w.number(count)) if count else w(f"figure.{name}")

    mode = report.mode
    person = report.asked_for.removeprefix(ASKED_FOR)
    asked = w("report.asked_for", asked=person) if person != report.asked_for else word("report", report.asked_for)
    since = w(
        f"report.since_{AUTOMATIC if mode.cause == AUTOMATIC else DECLARED}",
        since=local(mode.since_ms),
        by=mode.by,
        scope=word("report", mode.scope),
        reason=_told(mode.reason, w),
    )
    key = f"mode_staff.{mode.mode}"
    return pages.get_template("situation_report.html").render(
        r=report,
        w=w,
        local=local,
        word=word,
        figure=figure,
        asked=asked,
        since=since,
        mode=w(key) if w.has(key) else mode.sentence,
    )


def _told(reason: sentence.Words, w: Words) -> str:
    """Why the mode is in force: a person's text, or what the core says."""
    if isinstance(reason, str):
        return reason
    values = {name: w.number(value) if isinstance(value, int) else value for name, value in reason.args.items()}
    return w(f"said.{reason.key}", **values)


def write(folder: Path, report: SituationReport) -> list[Path]:
    """Write the report, each file as a whole or not at all: `NAME.html`, `NAME.es.html`, … and `NAME.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    # The one that is asked for comes last: with it the others are there.
    ordered = reversed(LANGUAGES)
    pages = {".html" if code == "en" else f".{code}.html": render(report, code).encode() for code in ordered}
    places = []
    for suffix, body in (pages | {".json": msgspec.json.encode(report)}).items():
        place = folder / f"{report.name}{suffix}"
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        draft.write_bytes(body)
        draft.replace(place)
        places.append(place)
    return places
