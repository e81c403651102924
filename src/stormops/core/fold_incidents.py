"""How the entries about incidents change the situation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from stormops.core import entry as facts
from stormops.core.entry import Entry
from stormops.core.fold_reports import answer, attach, attach_all, detach, leave, touch
from stormops.core.incident import (
    ELECTRIC,
    PERSONAL,
    TELEMETRY,
    UTILITIES,
    Incident,
    State,
    Step,
    advance,
    incident_key,
)
from stormops.core.receipt_number import receipt_number
from stormops.core.reliability import Interruption, keep
from stormops.core.summary import ClosedIncident, ClosedReport, Touched, pack_closed

if TYPE_CHECKING:
    from stormops.core.situation import Situation


def recount(situation: Situation, touched: Touched) -> None:
    """Bring counts of customers out up to date, after an entry that changed who is out."""
    for key in situation.coverage.recounted:
        incident = situation.incidents.get(key)
        if incident is not None:
            incident.customers_out = situation.coverage.counts.get(key, 0)
            incident.customers_out_max = max(incident.customers_out_max, incident.customers_out)
            touch(situation, incident, touched)
    situation.coverage.recounted.clear()


def incident_opened(situation: Situation, _entry: Entry, fact: facts.IncidentOpened, touched: Touched) -> None:
    """A new incident, without reports or extent yet."""
    key = incident_key(fact.incident)
    if key is None or key in situation.incidents or key in situation.closed_incidents:
        return
    incident = Incident(key=key, since_ms=fact.since_ms, opened_ms=situation.at_ms)
    situation.incidents[key] = incident
    situation.opened[key % 4] = max(situation.opened[key % 4], key // 4)
    touch(situation, incident, touched)


def incident_changed(
    situation: Situation,
    _entry: Entry,
    fact: facts.IncidentChanged,
    touched: Touched,
    rows: Iterable[int] | None = None,
) -> None:
    """Reports, extent and figures of an incident. `rows`: of those added, where they are known."""
    incident = situation.incident(fact.incident)
    if incident is None:
        return
    for name in fact.receipts_dropped:
        row = situation.reports.row_of.get(receipt_number(name))
        if row is not None and situation.reports.incident[row] == incident.key:
            detach(situation, row, touched)
    if rows is None:
        known = map(situation.reports.row_of.get, map(receipt_number, fact.receipts_added))
        rows = [row for row in known if row is not None]
    _join(situation, incident, rows, touched)
    if fact.devices is not None:
        incident.argued = None
        devices = (situation.device_of.get(name, -1) for name in fact.devices)
        claim_devices(situation, incident, tuple(row for row in devices if row >= 0), touched)
    if fact.premises_added or fact.premises_dropped:
        claim_premises(situation, incident, fact.premises_added, fact.premises_dropped, touched)
    incident.since_ms = fact.since_ms or incident.since_ms
    if fact.probability >= 0:
        incident.probability = fact.probability
    if fact.reasons:
        incident.reasons = tuple(fact.reasons)
    if fact.devices is not None or fact.probability >= 0:
        _argue(situation, incident, later=incident.state is State.PREDICTED and bool(incident.devices))
    touch(situation, incident, touched)


def _join(situation: Situation, incident: Incident, rows: Iterable[int], touched: Touched) -> None:
    attach(situation, rows, incident, touched)
    if not incident.live:
        for row in rows:
            answer(situation, row, incident, touched)


def incident_argued(situation: Situation, _entry: Entry, fact: facts.IncidentArgued, touched: Touched) -> None:
    """What speaks for and against a predicted incident."""
    incident = situation.incident(fact.incident)
    if incident is not None and incident.state is State.PREDICTED:
        incident.argued = fact
        _argue(situation, incident, later=False)
        touch(situation, incident, touched)


def _argue(situation: Situation, incident: Incident, *, later: bool) -> None:
    """Whether there is to be an argument about the incident at a later moment."""
    incident.unargued = later
    (situation.unargued.add if later else situation.unargued.discard)(incident.key)


def claim_devices(situation: Situation, incident: Incident, devices: tuple[int, ...], touched: Touched) -> None:
    """The incident covers what is below these devices from now on."""
    old, incident.devices = incident.devices, devices
    if not incident.live:
        return
    for device in old:
        if device not in devices:
            touched.reach(situation.coverage.release_device(incident.key, device))
    for device in devices:
        if device not in old:
            touched.reach(situation.coverage.claim_device(incident.key, device, incident.back))


def claim_premises(
    situation: Situation, incident: Incident, added: Iterable[int], dropped: Iterable[int], touched: Touched
) -> None:
    """The incident covers these premises more, and those less, by themselves."""
    less = incident.premises.intersection(dropped)
    more = {premise for premise in added if 0 <= premise < len(situation.city.premises)} - incident.premises
    incident.premises -= less
    incident.premises |= more
    if incident.live and less:
        touched.reach(situation.coverage.release_premises(incident.key, less))
    if incident.live and more:
        touched.reach(situation.coverage.claim_premises(incident.key, more))


def incident_stepped(situation: Situation, _entry: Entry, fact: facts.IncidentStepped, touched: Touched) -> None:
    """A person's step: confirmed, regrouped, restored or cancelled."""
    incident = situation.incident(fact.incident)
    step = Step(fact.step)
    state = None if incident is None else advance(incident.state, step)
    if incident is None or state is None:
        return
    device = situation.device_of.get(fact.device, -1)
    incident.held |= step in PERSONAL
    incident.argued = None
    _argue(situation, incident, later=False)
    if step is Step.RETRACT:
        incident.held, incident.confirmed_by = False, ""
    elif step is Step.CONFIRM:
        incident.confirmed_by = fact.by
        if device >= 0:
            _move(situation, incident, device, touched)
    elif step is Step.RESTORE_PART:
        if device >= 0:
            _restore_part(situation, incident, device, fact.at_ms, touched)
    elif step in (Step.RESTORE, Step.CANCEL):
        _end(situation, incident, state, fact.at_ms, touched)
        if step is Step.RESTORE and fact.by != TELEMETRY:  # It knows of no device above.
            for restored in incident.devices:
                _seen_closed(situation, restored, fact.at_ms, touched)
    incident.state = state
    touch(situation, incident, touched)


def _move(situation: Situation, incident: Incident, device: int, touched: Touched) -> None:
    """A person says where the open device is: that, and nothing else, is what the incident covers."""
    if incident.devices == (device,) and not incident.premises:
        return
    claim_devices(situation, incident, (), touched)
    incident.back = ()
    claim_premises(situation, incident, (), set(incident.premises), touched)
    claim_devices(situation, incident, (device,), touched)


def _restore_part(situation: Situation, incident: Incident, device: int, at_ms: int, touched: Touched) -> None:
    incident.back = (*incident.back, device)
    back = situation.coverage.restore_below(incident, device)
    touched.reach(back)
    situation.coverage.answer(incident.key, back, at_ms)
    count_restored(situation, incident, len(back), at_ms)
    below = set(situation.tree.below(device).tolist())
    for receipt in sorted(incident.reports):
        row = situation.reports.row_of[receipt]
        if situation.reports.premise[row] in below and situation.reports.heard_ms(row) <= at_ms:
            answer(situation, row, incident, touched)
    _seen_closed(situation, device, at_ms, touched)


def count_restored(situation: Situation, incident: Incident, customers: int, at_ms: int) -> None:
    """So many are back by one step; of electricity it is an interruption that is over."""
    incident.customers_restored += customers
    situation.totals.customers_restored += customers
    if incident.key % len(UTILITIES) == ELECTRIC:
        keep(situation.interruptions, Interruption(incident.since_ms, at_ms, customers))


def _seen_closed(situation: Situation, device: int, at_ms: int, touched: Touched) -> None:
    """Where service is back the device is closed, and all above it up to what is known open still.

    Where nobody is below it any more, they were fed round it: that shows nothing of it.
    """
    while device >= 0 and situation.tree.customers[device] and not known_open(situation, device):
        situation.closed_ms[device] = max(at_ms, situation.closed_ms.get(device, 0))
        touched.closed.add(device)
        device = int(situation.tree.parent[device])


def known_open(situation: Situation, device: int) -> bool:
    """Whether telemetry says so, or people opened it, or hold it open and nothing of it is back."""
    state, recorded = situation.telemetry.get(device), situation.switches.get(device)
    if (state is not None and state.opened) or (recorded is not None and recorded.opened_by_hand):
        return True
    holders = (situation.incidents[key] for key in situation.coverage.holders(device))
    return any(one.held and not one.back for one in holders)


def _end(situation: Situation, incident: Incident, state: State, at_ms: int, touched: Touched) -> None:
    """Restored or cancelled: nobody is out because of it any more, and its reports are answered."""
    owned = situation.coverage.owned(incident)
    situation.coverage.answer(incident.key, owned, at_ms)
    if state is State.RESTORED:
        count_restored(situation, incident, len(owned), at_ms)
    _release(situation, incident, touched)
    incident.ended_ms = at_ms
    incident.customers_out = 0
    for receipt in sorted(incident.reports):
        answer(situation, situation.reports.row_of[receipt], incident, touched)


def _release(situation: Situation, incident: Incident, touched: Touched) -> None:
    for device in incident.devices:
        touched.reach(situation.coverage.release_device(incident.key, device))
    if incident.premises:
        touched.reach(situation.coverage.release_premises(incident.key, incident.premises))
    situation.coverage.forget(incident.key)


def incident_absorbed(situation: Situation, _entry: Entry, fact: facts.IncidentAbsorbed, touched: Touched) -> None:
    """Its reports, and what is already restored of it, go to the other."""
    incident, into = situation.incident(fact.incident), situation.incident(fact.into)
    step = Step.MERGE if fact.by else Step.ABSORB
    if incident is None or into is None or incident is into or not advance(incident.state, step):
        return
    _release(situation, incident, touched)
    if fact.by:
        into.since_ms = min(into.since_ms, incident.since_ms)
    into.customers_restored += incident.customers_restored
    for device in incident.back:
        reach = situation.tree.below(device)
        dead = len(reach) > 0 and bool(situation.tree.dead[reach].all())  # switched off since: that is not back
        if device not in into.back and not dead:
            into.back = (*into.back, device)
            touched.reach(situation.coverage.restore_below(into, device))
    attach_all(situation, incident, into, touched)
    _forget(situation, incident, touched, outcome="absorbed", into=into.key)
    touch(situation, into, touched)


def incident_closed(situation: Situation, _entry: Entry, fact: facts.IncidentClosed, touched: Touched) -> None:
    """The incident and its reports leave; a summary stays."""
    incident = situation.incident(fact.incident)
    step = Step.WITHDRAW if fact.outcome == "withdrawn" else Step.CLOSE
    if incident is None or not advance(incident.state, step):
        return
    if incident.live:
        _release(situation, incident, touched)
    reports = incident.told
    for receipt in sorted(incident.reports):
        row = situation.reports.row_of[receipt]
        closed = ClosedReport(situation.reports.position[row], incident.key, situation.reports.premise[row])
        leave(situation, receipt, touched)
        if receipt >= 0:
            situation.closed_reports[receipt] = pack_closed(closed)
    _forget(situation, incident, touched, outcome=fact.outcome, reports=reports)


def _forget(
    situation: Situation, incident: Incident, touched: Touched, *, outcome: str, into: int = -1, reports: int = 0
) -> None:
    situation.closed_incidents[incident.key] = ClosedIncident(
        outcome,
        into,
        incident.since_ms,
        incident.ended_ms or situation.at_ms,
        incident.customers_out_max,
        reports,
    )
    _argue(situation, incident, later=False)
    del situation.incidents[incident.key]
    touched.incidents.add(incident.key)
