"""The situation: everything known, as a plain fold of the journal's entries. It never decides.

The same entries give the same situation, byte for byte (invariant 2), whatever the batches, the hash
seed or the snapshots between. It holds what is open: closed incidents and their reports stay as
a summary each, their words stay in the journal. Entries about what is not here (a closed incident,
a premise of another city pack) change nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any

import msgspec

from stormops.core import entry as facts
from stormops.core import fold_incidents, fold_messages, fold_meters, fold_reports, fold_sightings, fold_switches
from stormops.core.course import Course, Sample, follow
from stormops.core.coverage import Coverage
from stormops.core.entry import Entry
from stormops.core.fold_incidents import claim_premises, recount
from stormops.core.frozen import Frozen, thaw
from stormops.core.incident import UTILITIES, Incident, State, incident_key
from stormops.core.later_reports import LaterReports
from stormops.core.messages import Messages
from stormops.core.meter_areas import MeterAreas, meter_areas
from stormops.core.meters import Meters
from stormops.core.mode_rules import AUTOMATIC, sample
from stormops.core.network import City, Tree
from stormops.core.open_reports import ANSWERED, OpenReport, OpenReports
from stormops.core.reliability import Hours
from stormops.core.repeats import Repeats
from stormops.core.safety import SafetyClock
from stormops.core.summary import (
    ClosedIncident,
    DeviceState,
    DoubtedLink,
    ModeState,
    Refusal,
    Sightings,
    Silence,
    Status,
    SwitchState,
    Totals,
    Touched,
    unpack_closed,
)
from stormops.core.topology import Switchgear

SITUATION_SCHEMA = "situation-12"
"""Raised when the snapshot's form or the fold's meaning changes: other snapshots are then replayed over."""

REFUSALS_MAX = 100
"""Refused desk actions kept for the desk; the oldest leaves first."""

FEW = 16
"""Reports that are folded one by one; of more in a row, columns are written."""

ACTIONS_MAX = 10_000
"""Action ids remembered, so that one sent through two doors acts once; the oldest is forgotten first."""


class Situation:
    """The fold. Read its fields freely; only `apply` changes them.

    `incidents` by key (see `core.incident`), those ended within the hour included; `reports` by
    receipt (an integer). `coverage` knows who is out because of which incident. `tree` is as the switches
    are now; its rows begin with those of the tree it was made with, which is that of their normal state.
    """

    def __init__(self, city: City, tree: Tree) -> None:
        self.city = city
        self.switchgear = Switchgear(city.network, city.premises, tree)
        self.tree = self.switchgear.normal
        edge_id = city.network.edge_id
        self.device_ids: list[str] = [edge_id[edge] for edge in self.tree.edge.tolist()]
        self.device_of: dict[str, int] = {name: row for row, name in reversed(list(enumerate(self.device_ids)))}
        self.premise_of: dict[str, int] = {name: row for row, name in reversed(list(enumerate(city.premises.id)))}
        self.position = 0
        self.tick = 0
        self.at_ms = 0
        self.through = 0
        self.city_name = ""
        self.city_hash = ""
        self.reports = OpenReports()
        self.incidents: dict[int, Incident] = {}
        self.unargued: set[int] = set()
        """Keys of the incidents with `unargued`."""
        self.closed_incidents: dict[int, ClosedIncident] = {}
        self.closed_reports: dict[int, int] = {}
        self.later = LaterReports()
        self.opened: list[int] = [0] * len(UTILITIES)
        self.totals = Totals()
        self.refusals: list[Refusal] = []
        self.actions: dict[str, int] = {}
        self.mode = ModeState()
        self.rates: facts.RatesLearned | None = None
        self.rates_ms = 0
        # When incidents were last brought in line with what was said; whether the last tick left that to a later one.
        self.explained_ms, self.put_off = 0, False
        self.pace: list[tuple[int, int]] = []
        self.course: Course = []
        self.interruptions: Hours = {}
        """Sustained interruptions of electricity that are over (`reliability`)."""
        self.safety: dict[int, SafetyClock] = {}
        self.repeats = Repeats()
        self.switches: dict[int, SwitchState] = {}
        """By device (row of the tree): the last word on each that was ever operated."""
        self.coverage = Coverage(self.tree, len(city.premises))
        self.meters = Meters(city.premises.meter)
        self.reads_ms = 0
        """Each meter is read once in so long (platform ms); 0 = that is not known."""
        self.silences: dict[str, Silence] = {}
        """By area of the meter network: when it was last not heard."""
        self.telemetry: dict[int, DeviceState] = {}
        """By device (row of the tree)."""
        self.closed_ms: dict[int, int] = {}
        """By device (row of the tree): when it was last known closed, and only then (platform ms); not sightings."""
        self.sightings = Sightings()
        self.links: dict[int, DoubtedLink] = {}
        """Links that are doubted, by premise."""
        self.messages = Messages()

    @cached_property
    def meter_areas(self) -> MeterAreas:
        """The areas of the meter network; made when they are first asked for."""
        return meter_areas(self.city)

    @property
    def schema(self) -> str:
        """The schema of its snapshots: indices in them are those of this city pack and no other."""
        return f"{SITUATION_SCHEMA}-{self.city.hash[:16]}"

    # --- questions ----------------------------------------------------------------------------------

    def incident(self, name: str) -> Incident | None:
        """The incident of that name ("E-0042"), if it is still here."""
        key = incident_key(name)
        return None if key is None else self.incidents.get(key)

    def report(self, receipt: int) -> OpenReport | None:
        """The open report of that receipt; of a repeated report, the one it repeats."""
        return self.reports.get(self.later.first(receipt))

    def status(self, receipt: int) -> Status | None:
        """What became of a receipt, open or not; None when the journal never had it."""
        original = self.later.first(receipt)
        report = self.reports.get(original)
        if report is not None:
            incident = self.incidents.get(report.incident)
            state = report.standing.name.lower()
            if report.answered and incident is not None:
                state = "cancelled" if incident.state is State.CANCELLED else "restored"
            return Status(receipt, state, report.position, report.received_ms, report.incident, report.premise)
        packed = self.closed_reports.get(original)
        if packed is None:
            return None
        position, key, premise = unpack_closed(packed)
        gone = self.closed_incidents.get(key)
        incident = self.incidents.get(key)
        if gone is not None:
            state = gone.outcome
        elif incident is not None:
            state = "cancelled" if incident.state is State.CANCELLED else "restored"
        else:
            state = "withdrawn"
        return Status(receipt, state, position, 0, key, premise)

    def closed_at_ms(self, device: int) -> int:
        """When a device (row of the tree) was last known closed, and only then (platform ms); 0 = never."""
        sighting = self.sightings.last.get(device)
        return max(self.closed_ms.get(device, 0), sighting.at_ms if sighting else 0)

    def meter_says(self, premise: int) -> str:
        """Off, on or unknown: the last word of a premise's meter, but "on" only while its area is heard."""
        word = self.meters.says(premise)
        if word != "on" or not self.silences:
            return word
        areas = self.meter_areas
        silence = self.silences.get(areas.id[areas.of_premise[premise]])
        return word if silence is None or silence.until_ms else "unknown"

    @property
    def customers_out(self) -> int:
        """Customers without at least one service, each counted once."""
        return self.coverage.customers_out

    # --- the fold -----------------------------------------------------------------------------------

    def apply(self, entries: Iterable[Entry]) -> Touched:
        """Fold entries, in order; gives what they touched. Raises ValueError on a gap in positions."""
        touched = Touched()
        for kind, same in groupby(entries, key=_kind):
            run = list(same)
            if kind is not facts.ReportReceived or len(run) < FEW or not self._take_reports(run, touched):
                for entry in run:
                    self.take(entry, touched)
        return touched

    def _take_reports(self, run: list[Entry], touched: Touched) -> bool:
        """Fold many new reports at once; False = they are to be folded one by one."""
        first = self.position + 1
        if [entry.position for entry in run] != list(range(first, first + len(run))):
            return False
        if not fold_reports.reports_received(self, run, touched):
            return False
        self.position += len(run)
        return True

    def take(self, entry: Entry, touched: Touched, rows: Sequence[int] | None = None) -> None:
        """Fold one entry, which adds to what is touched. Raises ValueError on a gap in positions.

        `rows`: of the reports that an `IncidentChanged` adds, where they are known (`Draft.add`).
        """
        if entry.position != self.position + 1:
            raise ValueError(f"entry {entry.position} follows {self.position}: the journal has a gap")
        self.position = entry.position
        if rows is not None and isinstance(entry.fact, facts.IncidentChanged):
            fold_incidents.incident_changed(self, entry, entry.fact, touched, rows)
        else:
            FOLDS[type(entry.fact)](self, entry, entry.fact, touched)
        if self.coverage.recounted:
            recount(self, touched)

    # --- snapshots ----------------------------------------------------------------------------------

    def freeze(self) -> Frozen:
        """A consistent copy, made quickly; its `encode` may run in another thread."""
        return Frozen.of(self)

    def snapshot(self) -> bytes:
        """The whole situation as bytes; the same situation gives the same bytes."""
        return self.freeze().encode()

    def restore(self, body: bytes) -> None:
        """Become what `snapshot` gave, with the same city. Raises ValueError or msgspec errors on other bytes."""
        thaw(self, body)

    def digest(self) -> str:
        """SHA-256 of the snapshot, in hexadecimal."""
        return hashlib.sha256(self.snapshot()).hexdigest()


def _tick(situation: Situation, _entry: Entry, fact: facts.Tick, _touched: Touched) -> None:
    situation.tick = fact.number
    situation.at_ms = fact.at_ms
    situation.put_off = not fact.explains
    if fact.explains:
        situation.explained_ms = fact.at_ms
    situation.repeats.expire(fact.at_ms)
    situation.messages.expire(fact.at_ms)
    sample(situation.pace, fact.at_ms, situation.totals.received)
    follow(situation.course, Sample(fact.at_ms, situation.customers_out, situation.totals.received))


def _decided(situation: Situation, _entry: Entry, fact: facts.Decided, _touched: Touched) -> None:
    situation.through = fact.through


def _city_adopted(situation: Situation, _entry: Entry, fact: facts.CityAdopted, touched: Touched) -> None:
    changed = situation.city_hash not in ("", fact.hash)
    situation.city_name, situation.city_hash = fact.name, fact.hash
    touched.city = True
    if changed:
        fold_meters.forget_meters(situation, touched)
        if situation.rates is not None:  # what is near which device was kept by the old pack's indices
            situation.rates = msgspec.structs.replace(situation.rates, near_out=b"")
        for key in sorted(situation.incidents):
            _rename_premises(situation, situation.incidents[key], touched)


def _rename_premises(situation: Situation, incident: Incident, touched: Touched) -> None:
    """Premises that are out by themselves were named by the old pack's indices: those that report are known by id."""
    if not incident.premises:
        return
    reports = situation.reports
    rows = [reports.row_of[receipt] for receipt in incident.reports]
    own = {reports.premise[row] for row in rows if not reports.flags[row] & ANSWERED and reports.premise[row] >= 0}
    claim_premises(situation, incident, (), set(incident.premises), touched)
    claim_premises(situation, incident, own, (), touched)


def _action(situation: Situation, entry: Entry, fact: facts.Action, _touched: Touched) -> None:
    if fact.action not in situation.actions:
        if len(situation.actions) >= ACTIONS_MAX:
            del situation.actions[next(iter(situation.actions))]
        situation.actions[fact.action] = entry.position


def _mode_changed(situation: Situation, _entry: Entry, fact: facts.ModeChanged, touched: Touched) -> None:
    before, now_ms = situation.mode, situation.at_ms
    automatic, relaxes = fact.cause == AUTOMATIC, fact.mode < fact.was
    situation.mode = ModeState(
        fact.mode,
        now_ms,
        fact.cause,
        fact.by,
        fact.reason,
        fact.scope,
        automatic_ms=now_ms if automatic else before.automatic_ms,
        relaxed_ms=now_ms if relaxes else before.relaxed_ms,
        relaxed_from=fact.was if relaxes else before.relaxed_from,
    )
    touched.mode = True


def _rates_learned(situation: Situation, _entry: Entry, fact: facts.RatesLearned, _touched: Touched) -> None:
    situation.rates, situation.rates_ms = fact, situation.at_ms


def _links_doubted(situation: Situation, _entry: Entry, fact: facts.LinksDoubted, _touched: Touched) -> None:
    """What another city pack hangs elsewhere than it was recorded is repaired, so that old doubts are none."""
    recorded_at = situation.tree.premise_device
    columns = (fact.premises, fact.chances, fact.recorded, fact.likely, fact.by_meter)
    for name, chance, recorded, likely, by_meter in zip(*columns, strict=False):
        premise, device = situation.premise_of.get(name), situation.device_of.get(recorded)
        if premise is not None and device is not None and recorded_at[premise] == device:
            at = situation.device_of.get(likely, -1)
            situation.links[premise] = DoubtedLink(chance, device, at, by_meter, situation.at_ms)
    for name in fact.over:
        situation.links.pop(situation.premise_of.get(name, -1), None)


def _action_refused(situation: Situation, _entry: Entry, fact: facts.ActionRefused, touched: Touched) -> None:
    situation.refusals.append(Refusal(fact.action, fact.code, fact.text, situation.at_ms))
    del situation.refusals[:-REFUSALS_MAX]
    touched.refusals = True


def _kind(entry: Entry) -> type[facts.Fact]:
    return type(entry.fact)


Fold = Callable[[Situation, Entry, Any, Touched], None]

FOLDS: dict[type[facts.Fact], Fold] = {
    facts.ReportReceived: fold_reports.report_received,
    facts.ContactPreference: fold_messages.contact_preference,
    facts.MessagesRequested: fold_messages.requested,
    facts.MessagesConfirmed: fold_messages.confirmed,
    facts.MessagesClaimed: fold_messages.claimed,
    facts.MessagesSettled: fold_messages.settled,
    facts.MessagesDue: fold_messages.due,
    facts.MessagesDropped: fold_messages.dropped,
    facts.MessagesGranted: fold_messages.granted,
    facts.MeterEventsReceived: fold_meters.meter_events_received,
    facts.DeviceStatesReceived: fold_meters.device_states_received,
    facts.MetersChanged: fold_meters.meters_changed,
    facts.MetersListened: fold_meters.meters_listened,
    facts.ReportMatched: fold_reports.report_matched,
    facts.ReportUnmatched: fold_reports.report_unmatched,
    facts.ReportDuplicated: fold_reports.report_duplicated,
    facts.ReportClosed: fold_reports.report_closed,
    facts.RatesLearned: _rates_learned,
    facts.LinksDoubted: _links_doubted,
    facts.SwitchChanged: fold_switches.switch_changed,
    facts.IncidentOpened: fold_incidents.incident_opened,
    facts.IncidentChanged: fold_incidents.incident_changed,
    facts.IncidentArgued: fold_incidents.incident_argued,
    facts.IncidentStepped: fold_incidents.incident_stepped,
    facts.DevicesClosed: fold_sightings.devices_closed,
    facts.SightingDropped: fold_sightings.sighting_dropped,
    facts.IncidentAbsorbed: fold_incidents.incident_absorbed,
    facts.IncidentClosed: fold_incidents.incident_closed,
    facts.ReportRepeated: fold_reports.report_repeated,
    facts.SafetyClockStopped: fold_reports.safety_clock_stopped,
    facts.SafetyEscalated: fold_reports.safety_escalated,
    facts.ModeChanged: _mode_changed,
    facts.CityAdopted: _city_adopted,
    facts.Tick: _tick,
    facts.Decided: _decided,
    facts.ActionRefused: _action_refused,
    facts.ReportPlaced: _action,
    facts.ReportWithdrawn: _action,
    facts.IncidentConfirmed: _action,
    facts.IncidentsMerged: _action,
    facts.IncidentSplit: _action,
    facts.IncidentCancelled: _action,
    facts.IncidentRestored: _action,
    facts.DeviceSeenClosed: _action,
    facts.ServiceAlone: _action,
    facts.SightingRetracted: _action,
    facts.SwitchOperated: _action,
    facts.SituationReportRequested: _action,
    facts.SafetyAcknowledged: _action,
    facts.ModeDeclared: _action,
}
"""What each fact does. News about incidents only becomes true by the facts that deciding makes of it."""
