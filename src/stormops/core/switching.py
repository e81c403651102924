"""Deciding on switches: the tree moves, and incidents with it, as little as they can.

Who is fed by another path has service again, as far as what he was out for is off his path; what was reported from
there before is answered by that. What no closed path feeds is out because of the device whose opening left it so: an
incident confirmed by whoever opened it, which ends when it is fed again, by that device or round it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from stormops.core import entry as facts
from stormops.core.actions import end
from stormops.core.draft import Draft
from stormops.core.holding import (
    Refused,
    ancestors,
    below,
    let_go,
    lost_service,
    reroute,
    take_over,
    unanswered,
    unhold,
)
from stormops.core.incident import ELECTRIC, Incident, Step, incident_id, make_key
from stormops.core.network import EdgeKind, Tree
from stormops.core.network_groups import HELD_PROBABILITY
from stormops.core.open_reports import ANSWERED
from stormops.core.report import Utility
from stormops.core.sentence import say
from stormops.core.summary import SwitchState
from stormops.core.switch_effect import confirmed_open

if TYPE_CHECKING:
    from stormops.core.decide import Decider


class Switching:
    """The part of a decider that moves the tree."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    def operate(self, draft: Draft, fact: facts.SwitchOperated, at_ms: int) -> Refused | None:
        """A person opened or closed a device."""
        situation = self._decider.situation
        row = situation.device_of.get(fact.device)
        if row is None:
            return "unknown_device", say("no_device", device=fact.device)
        if not situation.switchgear.switchable(row):
            kind = EdgeKind(int(situation.tree.kind[row])).name.lower()
            return "not_switchable", say("not_switchable", device=fact.device, kind=kind)
        is_open = situation.switchgear.is_open(situation.switches, row)
        if fact.open and is_open:
            return "already_open", say("already_open", device=fact.device)
        if not fact.open and not is_open and not situation.coverage.holders(row):
            return "already_closed", say("already_closed", device=fact.device)
        change = facts.SwitchChanged(
            device=fact.device, open=fact.open, at_ms=at_ms, by=fact.by.person, reason=fact.reason, action=fact.action
        )
        self.change(draft, change)
        return None

    def decide(self, draft: Draft) -> None:
        """After people's decisions of this tick: what was open because an incident said so closes with it.

        But not where the incident ended because nobody is below the device any more: then it is open as before.
        """
        situation = self._decider.situation
        for row, state in sorted(situation.switches.items()):
            if state.opened and state.source == "confirmed" and situation.tree.customers[row] and not self._held(row):
                name = situation.device_ids[row]
                at_ms = draft.tick.at_ms
                self.change(
                    draft,
                    facts.SwitchChanged(device=name, open=False, at_ms=at_ms, by=state.by, source="confirmed"),
                )
        self._islands(draft)

    def change(self, draft: Draft, change: facts.SwitchChanged) -> None:
        """The device is open, or closed: the tree and the incidents follow."""
        situation = self._decider.situation
        row = situation.device_of[change.device]
        before, tree = situation.switches.get(row), situation.tree
        switched = before is not None and before.opened_by_hand
        if not change.open:
            for device, state in confirmed_open(situation, row, change.at_ms).items():
                self._apply(draft, _changed(situation.device_ids[device], state))
        self._apply(draft, change)
        # A plain switch leaves the tree as it closes: nobody is below it any more, and `_follow` sees to that.
        left_tree = tree.customers[row] and not situation.tree.customers[row]
        if not change.open and not left_tree:
            self._closed(draft, row, change, switched=switched)
        self._follow(draft, tree, change)
        self._islands(draft)

    def _held(self, row: int) -> bool:
        situation = self._decider.situation
        return any(situation.incidents[key].held for key in situation.coverage.holders(row))

    def _apply(self, draft: Draft, change: facts.SwitchChanged) -> None:
        """Trace anew. Reports of who comes to the network, or leaves it, are explained elsewhere from now on."""
        decider, situation = self._decider, self._decider.situation
        row = situation.device_of[change.device]
        state = SwitchState(change.open, change.at_ms, change.by, change.reason, change.action, change.source)
        tree = situation.switchgear.trace({**situation.switches, row: state})
        others = np.flatnonzero((tree.premise_device >= 0) != (situation.tree.premise_device >= 0))
        elsewhere = self._leave(draft, set(others.tolist())) if len(others) else []
        draft.add(change)
        decider.network.grouper.rewire(situation.tree)
        self._answered()
        reroute(decider, draft, elsewhere)
        if len(others):
            self._keep_held(set(others.tolist()))

    def _keep_held(self, premises: set[int]) -> None:
        """Of these premises those that left the network: what people hold draws new reports to it there."""
        decider = self._decider
        for _, incident in sorted(decider.situation.incidents.items()):
            if not incident.held:
                continue
            for report in lost_service(decider, incident.reports):
                evidence = decider.evidence_of(report.utility, report.premise)
                known = evidence.at.get(report.premise, ())
                if report.premise in premises and evidence.keeps_held and report.receipt not in known:
                    evidence.add(report.receipt, report.premise, report.received_ms)
                    evidence.pin(report.premise)

    def _leave(self, draft: Draft, premises: set[int]) -> list[int]:
        """Take reports of lost electric service at these premises out of the explaining; gives them.

        Nor are those premises predicted out by themselves any more.
        """
        decider, reports = self._decider, self._decider.situation.reports
        left: list[int] = []
        for evidence in (decider.network, decider.clusters[Utility.ELECTRIC]):
            for premise in sorted(evidence.at.keys() & premises):
                left += evidence.at[premise]
        by_incident: dict[int, list[int]] = {}
        for receipt in left:
            by_incident.setdefault(reports.incident[reports.row_of[receipt]], []).append(receipt)
        for key, receipts in sorted(by_incident.items()):
            incident = decider.situation.incidents.get(key)
            if incident is not None and not incident.held:
                let_go(decider, draft, incident, receipts)
            else:
                for receipt in receipts:
                    decider.take_out(receipt)
        for key in sorted(decider.situation.incidents):
            incident = decider.situation.incidents[key]
            here = sorted(incident.premises & premises)
            if here and key % 4 == ELECTRIC and incident.live and not incident.held:
                draft.add(facts.IncidentChanged(incident=incident.id, premises_dropped=here))
        return left

    def _answered(self) -> None:
        """What the way round answered asks for no explanation any more."""
        reports = self._decider.situation.reports
        for receipts in list(self._decider.network.at.values()):
            for receipt in list(receipts):
                if reports.flags[reports.row_of[receipt]] & ANSWERED:
                    self._decider.take_out(receipt)

    def _closed(self, draft: Draft, row: int, change: facts.SwitchChanged, *, switched: bool) -> None:
        """Incidents at a device that was closed are over, or part of what is still open above it.

        What people hold is theirs to end: telemetry ends only what they opened by switching.
        """
        decider, situation = self._decider, self._decider.situation
        for key in situation.coverage.holders(row):
            incident = situation.incidents[key]
            if incident.devices != (row,) or (change.source != "person" and incident.held and not switched):
                continue
            above = self._still_dead(row)
            if above is None:
                end(decider, draft, incident, _restored(incident, change))
            else:
                self._absorb(draft, incident, above, change)

    def _still_dead(self, row: int) -> Incident | None:
        """The incident of what is open above a device that feeds nobody though it is closed."""
        situation = self._decider.situation
        reach = situation.tree.below(row)
        if not len(reach) or not situation.tree.dead[reach].all():
            return None
        for device in ancestors(situation.tree, row):
            for key in situation.coverage.holders(device):
                return situation.incidents[key]
        return None

    def _absorb(self, draft: Draft, incident: Incident, into: Incident, change: facts.SwitchChanged) -> None:
        decider = self._decider
        receipts = [report.receipt for report in unanswered(decider, incident.reports)]
        let_go(decider, draft, incident, receipts)
        devices = incident.devices
        draft.add(facts.IncidentAbsorbed(incident=incident.id, into=into.id, by=change.by))
        unhold(decider, devices)
        if not into.held:
            decider.network.compare(into.device)
        reroute(decider, draft, receipts)

    def _follow(self, draft: Draft, tree: Tree, change: facts.SwitchChanged) -> None:
        """Incidents keep what is still below their devices, get what has come there, and end when nothing is."""
        decider, situation = self._decider, self._decider.situation
        if situation.tree is tree:
            return
        for key in sorted(situation.incidents):
            incident = situation.incidents.get(key)
            if incident is None or not incident.live or not incident.devices:
                continue
            was, now = self._reach(tree, incident), self._reach(situation.tree, incident)
            if was == now:
                continue
            left = was - now
            away = [report.receipt for report in unanswered(decider, incident.reports) if report.premise in left]
            if now or incident.premises:
                if incident.held:
                    let_go(decider, draft, incident, away)
                    take_over(decider, draft, incident)
                    reroute(decider, draft, away)
            else:
                self._end(draft, incident, left, change)

    def _reach(self, tree: Tree, incident: Incident) -> set[int]:
        reach: set[int] = set()
        for device in incident.devices:
            reach |= below(tree, device, incident.back)
        return reach

    def _end(self, draft: Draft, incident: Incident, left: set[int], change: facts.SwitchChanged) -> None:
        """Nobody is below its devices: who was has service again, or most of them are out for another reason."""
        situation = self._decider.situation
        owners = situation.coverage.owners(ELECTRIC)
        reached = np.fromiter(sorted(left), np.int32, len(left))
        heirs = Counter() if owners is None else Counter(owners[reached].tolist())
        heirs.pop(incident.key, None)
        heir, count = max(heirs.items(), key=lambda one: (one[1], -one[0]), default=(-1, 0))
        if heir >= 0 and count * 2 > len(left):
            self._absorb(draft, incident, situation.incidents[heir], change)
        else:
            end(self._decider, draft, incident, _restored(incident, change))

    def _islands(self, draft: Draft) -> None:
        """Each device that people opened and that has customers below it is an incident which they know."""
        decider, situation = self._decider, self._decider.situation
        for row, state in sorted(situation.switches.items()):
            if not state.opened_by_hand or not situation.tree.customers[row]:
                continue
            known = (situation.incidents[key] for key in situation.coverage.holders(row))
            incident = next((one for one in known if not one.back), None) or self._open(draft, row, state)
            if incident.confirmed_by:
                continue
            confirm = facts.IncidentStepped(
                incident=incident.id,
                step=Step.CONFIRM.value,
                action=state.action,
                by=state.by,
                at_ms=state.since_ms,
            )
            draft.add(confirm)
            take_over(decider, draft, incident)

    def _open(self, draft: Draft, row: int, state: SwitchState) -> Incident:
        situation = self._decider.situation
        key = make_key(Utility.ELECTRIC, situation.opened[ELECTRIC] + 1)
        name = situation.device_ids[row]
        kind = EdgeKind(int(situation.tree.kind[row])).name.lower()
        draft.add(facts.IncidentOpened(incident=incident_id(key), utility=Utility.ELECTRIC, since_ms=state.since_ms))
        draft.add(
            facts.IncidentChanged(
                incident=incident_id(key),
                devices=[name],
                probability=HELD_PROBABILITY,
                reasons=[say("opened", kind=kind, device=name, by=state.by, reason=state.reason)],
            )
        )
        return situation.incidents[key]


def _changed(name: str, state: SwitchState) -> facts.SwitchChanged:
    return facts.SwitchChanged(
        device=name,
        open=state.opened,
        at_ms=state.since_ms,
        by=state.by,
        reason=state.reason,
        action=state.action,
        source=state.source,
    )


def _restored(incident: Incident, change: facts.SwitchChanged) -> facts.IncidentStepped:
    return facts.IncidentStepped(
        incident=incident.id, step=Step.RESTORE.value, action=change.action, by=change.by, at_ms=change.at_ms
    )
