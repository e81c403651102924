"""Deciding: from news to facts, at ticks and nowhere else.

Reports are matched, joined with what they repeat, explained in groups, and the groups become
incidents; desk actions are applied or refused; ended incidents are closed in time. Everything the
decider remembers besides the situation is derived from it and rebuilt by `start`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from msgspec.structs import replace

from stormops.core import entry as facts
from stormops.core.actions import act
from stormops.core.distinct import distinct
from stormops.core.draft import Draft
from stormops.core.ears import Ears
from stormops.core.entry import AnyFact, Entry, Tick
from stormops.core.grouping import Grouper
from stormops.core.holding import claim_own
from stormops.core.incident import UTILITIES, State, incident_id
from stormops.core.links import Links
from stormops.core.matching_answer import Matched, NotMatched
from stormops.core.messaging import Messaging
from stormops.core.metering import Metering
from stormops.core.meters import HOLD_MS
from stormops.core.mode_rules import ModeRules, tighten
from stormops.core.network import Ints
from stormops.core.open_reports import ANSWERED, RECEIVED, SAFETY, SYMPTOM_LIST, OpenReport, Standing
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.regroup import Evidence
from stormops.core.repeats import Heard, hash_key, lately, says_more
from stormops.core.report import SYMPTOMS, Report, Utility
from stormops.core.safety import Clocks, safety_first
from stormops.core.situation import Situation
from stormops.core.switching import Switching
from stormops.core.telemetered import Telemetered

ENDED_VISIBLE_MS = 3_600_000
"""How long a restored or cancelled incident stays in the situation: an hour of platform time."""


_EXPLAINED_AT_ONCE = facts.Action | facts.DeviceStatesReceived
"""What people and telemetry say: it is evidence of its own, and who said it looks for what follows."""

_MEANINGS = [SYMPTOMS[symptom] for symptom in SYMPTOM_LIST]
_NUMBERS = {utility: number for number, utility in enumerate(UTILITIES)}


class Matcher(Protocol):
    """Finds the premise that a report means (`core.matching`)."""

    def match_many(self, reports: Sequence[Report]) -> Sequence[Matched | NotMatched]:
        """An answer for each report, in order."""


class Groupers(NamedTuple):
    """Who explains what: `network` the electric reports below devices; `clusters` the rest, one a utility.

    The electric clusters are for premises that the network does not reach.
    """

    network: Grouper
    clusters: dict[Utility, Grouper]


class Decider:
    """Decides for one situation. `decide` is the only way in once `start` has been called."""

    def __init__(
        self,
        situation: Situation,
        matcher: Matcher,
        groupers: Groupers,
        meter_hold_ms: int = HOLD_MS,
        mode_rules: ModeRules | None = None,
    ) -> None:
        self.situation = situation
        self._matcher = matcher
        self.network = Evidence(groupers.network, 0, keeps_held=False)
        self.clusters = {
            utility: Evidence(groupers.clusters[utility], UTILITIES.index(utility), keeps_held=True)
            for utility in UTILITIES
        }
        self._bystanders: dict[int, set[int]] = {}
        self._ended: list[tuple[int, int]] = []
        self._more_due_ms = situation.at_ms if situation.put_off else None
        """When there was more to argue or to learn than one tick does, or explaining was put off."""
        self._cold = True
        """Whether no tick has explained since the start."""
        self._heard = Heard()
        self._clocks = Clocks()
        self._mode_rules = mode_rules or ModeRules()
        self._metering = Metering(self, meter_hold_ms)
        self.switching = Switching(self)
        self._start()
        self._ears = Ears(self)
        self._telemetered = Telemetered(self)
        self._links = Links(self)
        self._messaging = Messaging(self)

    # --- what the rest of deciding asks ----------------------------------------------------------------

    def evidence_of(self, utility: Utility, premise: int) -> Evidence:
        """Who explains lost service at a premise."""
        if utility is Utility.ELECTRIC and self.situation.tree.premise_device.item(premise) >= 0:
            return self.network
        return self.clusters[utility]

    def next_due_ms(self) -> int | None:
        """When (platform ms) something is due though there is no news; None = never."""
        ended_ms = self._ended[0][0] if self._ended else None
        dues = (
            ended_ms,
            self._metering.next_due_ms(),
            self._clocks.next_ms,
            self._more_due_ms,
            self._messaging.next_due_ms(),
        )
        return min((due for due in dues if due is not None), default=None)

    def ended(self, key: int, at_ms: int) -> None:
        """An incident was restored or cancelled: it leaves the situation in an hour."""
        heapq.heappush(self._ended, (at_ms + ENDED_VISIBLE_MS, key))

    # --- deciding ---------------------------------------------------------------------------------------

    def decide(self, news: Sequence[Entry], tick: Tick, first: Sequence[AnyFact] = ()) -> list[AnyFact]:
        """The facts of one tick, from `Tick` to `Decided`, given the news since the last one.

        They are part of the situation when this returns, at the positions that follow it: append
        exactly these next. `first` are facts of the caller (the city adopted), put before all others.

        With a tick that does not explain the caller is behind: reports find their premises, meters are heard, clocks
        of danger start and the mode is judged, but groups, their incidents and what is learned wait for the next tick
        that explains, which is due at once. After a start, and where people or telemetry said something, all do.
        """
        if not tick.explains and (self._cold or first or any(isinstance(one.fact, _EXPLAINED_AT_ONCE) for one in news)):
            tick = replace(tick, explains=True)
        before_ms = self.situation.explained_ms
        draft = Draft(self.situation, tick)
        another_city = self._metering.adopting(first)
        for fact in first:
            draft.add(fact)
        if another_city:
            self._metering.adopted(draft)
        self._heard.expire(tick.at_ms)
        self._take_news(draft, news)
        draft.settle()
        self.switching.decide(draft)
        self._telemetered.decide(draft, news)
        self._metering.decide(draft, news)
        touched = draft.touched.premises
        spoke = self.network.fresh if tick.explains else ()
        claim_own(self, draft, distinct(np.concatenate([np.fromiter(spoke, np.int32, len(spoke)), touched])))
        self._tell_restored(touched)
        self.tell_closed(draft.touched.closed)
        self.network.compare_reasons(self.situation, draft.touched)
        left = self._explain(draft) if tick.explains else self._put_off(draft)
        self._close_due(draft)
        self._join_bystanders(draft, left)
        if tick.explains:  # before other meters count as unheard, which the answer does not know yet
            self._links.decide(draft, before_ms)
        self._ears.decide(draft, news)
        for receipt, level in self._clocks.raised(self.situation, tick.at_ms):
            draft.add(facts.SafetyEscalated(receipt=receipt_text(receipt), level=level))
        tightened = tighten(self.situation, news, tick.at_ms, self._mode_rules)
        if tightened is not None:
            draft.add(tightened)
        draft.settle()
        self._messaging.decide(draft, news)
        return draft.close()

    def _explain(self, draft: Draft) -> set[int]:
        """Incidents follow the groups of all that speaks. Gives the premises whose reports lost theirs."""
        self._cold = False
        left: set[int] = set()
        for evidence in (self.network, *self.clusters.values()):
            self._follow(draft, evidence, left)
        if self._metering.presume(draft):
            self._follow(draft, self.network, left)
        more = self.network.argue(draft) or (self.situation.rates is not None and self.situation.rates.left > 0)
        self._more_due_ms = draft.tick.at_ms if more else None
        return left

    def _follow(self, draft: Draft, evidence: Evidence, left: set[int]) -> None:
        for receipt in evidence.update(draft):
            premise = self.situation.reports.premise[self.situation.reports.row_of[receipt]]
            self._bystanders.setdefault(premise, set()).add(receipt)
            left.add(premise)
        while evidence.ended:
            self.ended(*evidence.ended.pop())

    def _put_off(self, draft: Draft) -> set[int]:
        """Explaining waits. What this tick touched is remembered for it; no report loses its incident by evidence."""
        self.network.put_off(draft)
        self._more_due_ms = draft.tick.at_ms
        return set()

    def _take_news(self, draft: Draft, news: Sequence[Entry]) -> None:
        """Reports and actions, one by one: danger first, then the journal's order (invariant 12)."""
        verdicts = self._match(news)
        for entry in safety_first(news):
            if isinstance(entry.fact, facts.ReportReceived):
                self._report(draft, entry.fact, verdicts)
            elif (
                isinstance(entry.fact, facts.Action) and self.situation.actions.get(entry.fact.action) == entry.position
            ):
                draft.settle()
                refused = act(self, draft, entry.fact, entry.recorded_ms)
                if refused is not None:
                    code, text = refused
                    draft.add(facts.ActionRefused(action=entry.fact.action, code=code, text=text))

    def _match(self, news: Sequence[Entry]) -> dict[int, Matched | NotMatched]:
        """A verdict for each report that does not repeat another, and for every danger, by receipt."""
        fresh: dict[int, Report] = {}
        for entry in news:
            fact = entry.fact
            if not isinstance(fact, facts.ReportReceived):
                continue
            # What a danger repeats may have left by the time that it is looked at: it is matched in any case.
            if not fact.key or fact.report.safety or self._repeats(fact) is None:
                fresh.setdefault(receipt_number(fact.receipt), fact.report)
        answers = self._matcher.match_many(list(fresh.values())) if fresh else []
        return dict(zip(fresh, answers, strict=True))

    def _repeats(self, fact: facts.ReportReceived) -> int | None:
        """The receipt of the report that this one repeats, by the same sender's same key.

        A danger or medical need that the first, as far as it is still open, did not tell of is no repeat: one
        door refuses other words under a key, two doors do not see each other's.
        """
        if not fact.key:
            return None
        first, reports = self.situation.repeats.get(hash_key(fact.sender, fact.key)), self.situation.reports
        if first is None or first == receipt_number(fact.receipt):
            return None
        if fact.report.safety:
            row = reports.row_of.get(self.situation.later.first(first))
            if row is None or says_more(fact.report, reports, row):
                return None
        return first

    def _report(self, draft: Draft, fact: facts.ReportReceived, verdicts: dict[int, Matched | NotMatched]) -> None:
        receipt = receipt_number(fact.receipt)
        if (repeated := self._repeats(fact)) is not None:
            draft.add(facts.ReportDuplicated(receipt=fact.receipt, of=receipt_text(repeated)))
            return
        verdict, reports = verdicts.pop(receipt, None), self.situation.reports
        row = reports.row_of.get(receipt)
        if verdict is None or row is None or reports.standing[row] != RECEIVED:
            return
        received_ms = reports.received_ms[row]
        if reports.flags[row] & SAFETY:
            self._clocks.watch(receipt, received_ms)
        ids = self.situation.city.premises.id
        if isinstance(verdict, NotMatched):
            candidates = [
                facts.Candidate(premise=ids[c.premise], penalty=c.penalty, reasons=c.reasons)
                for c in verdict.candidates
            ]
            draft.add(facts.ReportUnmatched(receipt=fact.receipt, why=verdict.why, candidates=candidates))
            return
        first = self._heard.first(reports, verdict.premise, fact.channel, fact.report, received_ms)
        if first is not None:
            draft.add(facts.ReportRepeated(receipt=fact.receipt, of=receipt_text(first)))
            return
        matched = facts.ReportMatched(
            receipt=fact.receipt,
            premise=ids[verdict.premise],
            penalty=verdict.penalty,
            rule=verdict.rule,
            reasons=verdict.reasons,
        )
        draft.add(matched)
        self.route(draft, receipt)

    def place(self, draft: Draft, matched: facts.ReportMatched) -> None:
        """The report means a premise: it is answered already, joins who is out there, or is to be explained."""
        draft.add(matched)
        self.route(draft, receipt_number(matched.receipt))

    def route(self, draft: Draft, receipt: int) -> None:
        """A matched report without an incident finds its way."""
        reports, coverage = self.situation.reports, self.situation.coverage
        row = reports.row_of.get(receipt)
        if row is None or reports.premise[row] < 0:
            return
        premise, meaning = reports.premise[row], _MEANINGS[reports.symptom[row]]
        utility = _NUMBERS[meaning.utility]
        answered_ms, by = coverage.answered(utility, premise)
        if receipt >= 0:
            self._heard.note(reports, row)
        if answered_ms and reports.heard_ms(row) <= answered_ms:
            draft.add(
                facts.ReportClosed(receipt=receipt_text(receipt), outcome=self._outcome(by), incident=incident_id(by))
            )
            return
        owner = coverage.owner(utility, premise)
        if not meaning.service_lost:
            self.stand_by(draft, receipt, premise, owner)
            return
        held = owner >= 0 and self.situation.incidents[owner].held
        evidence = self.evidence_of(meaning.utility, premise)
        if held:
            draft.join(owner, receipt)
        if not held or evidence.keeps_held:
            evidence.add(receipt, premise, reports.received_ms[row])
        if held and evidence.keeps_held:
            evidence.pin(premise)

    def stand_by(self, draft: Draft, receipt: int, premise: int, owner: int) -> None:
        """A report that says nothing of lost service joins the incident of its premise, now or when there is one."""
        if owner >= 0:
            draft.join(owner, receipt)
        else:
            self._bystanders.setdefault(premise, set()).add(receipt)

    def take_out(self, receipt: int) -> None:
        """The report asks for no explanation any more (before the fact that says so)."""
        reports = self.situation.reports
        row = reports.row_of.get(receipt)
        if row is None or reports.premise[row] < 0:
            return
        premise = reports.premise[row]
        evidence = self.evidence_of(_MEANINGS[reports.symptom[row]].utility, premise)
        if not evidence.remove(receipt, premise, reports.received_ms[row]):
            standing_by = self._bystanders.get(premise, set())
            standing_by.discard(receipt)
            if not standing_by:
                self._bystanders.pop(premise, None)

    def _outcome(self, key: int) -> str:
        incident = self.situation.incidents.get(key)
        if incident is not None:
            return "cancelled" if incident.state is State.CANCELLED else "restored"
        return self.situation.closed_incidents[key].outcome

    def _tell_restored(self, premises: Ints) -> None:
        """The network's inference counts customers anew from when people said that they have service again."""
        column = self.situation.coverage.answered_column(UTILITIES.index(Utility.ELECTRIC))
        if column is not None and len(premises):
            self.network.grouper.restored(premises, column[premises])

    def tell_closed(self, devices: Iterable[int]) -> None:
        """The network's inference knows which devices were closed at a moment, and when."""
        rows = sorted(devices)
        if rows:
            situation, grouper, told = self.situation, self.network.grouper, np.array(rows, np.int32)
            last = situation.sightings.last
            seen = [last[row].at_ms if row in last else 0 for row in rows]
            grouper.seen_closed(told, np.array([situation.closed_at_ms(row) for row in rows], np.int64))
            grouper.sighted(told, np.array(seen, np.int64))

    def _close_due(self, draft: Draft) -> None:
        while self._ended and self._ended[0][0] <= draft.tick.at_ms:
            _, key = heapq.heappop(self._ended)
            incident = self.situation.incidents.get(key)
            if incident is not None:
                draft.add(facts.IncidentClosed(incident=incident.id, outcome=incident.state.value))

    def _join_bystanders(self, draft: Draft, left: set[int]) -> None:
        """Reports that stand by join the incidents that reach their premises since this tick.

        At the premises in `left` they lost their incident: another may have reached there before.
        """
        if not self._bystanders:
            return
        for premise in sorted(self._bystanders.keys() & left.union(draft.touched.premises.tolist())):
            alone = set()
            for receipt in sorted(self._bystanders[premise]):
                report = self.situation.reports.get(receipt)
                if report is None or report.incident >= 0:
                    continue
                owner = self.situation.coverage.owner(UTILITIES.index(report.utility), premise)
                if owner >= 0:
                    draft.join(owner, receipt)
                else:
                    alone.add(receipt)
            if alone:
                self._bystanders[premise] = alone
            else:
                del self._bystanders[premise]

    # --- starting ---------------------------------------------------------------------------------------

    def _start(self) -> None:
        """Rebuild what is derived: who explains what, who holds what, what is due."""
        situation = self.situation
        self.network.grouper.rewire(situation.tree)
        self._tell_restored(np.arange(len(situation.city.premises), dtype=np.int32))
        self.tell_closed(situation.closed_ms.keys() | situation.sightings.last.keys())
        reports = situation.reports
        for row in reports.rows_where(without=ANSWERED, standing=Standing.MATCHED):
            report = reports.get(reports.receipt[row])
            if report is not None:
                self._take_in(report)
                if report.receipt >= 0 and lately(report.received_ms, situation.at_ms):
                    self._heard.note(reports, row)
        for receipt, clock in situation.safety.items():
            if not clock.by:
                self._clocks.watch(receipt, reports.received_ms[reports.row_of[receipt]], clock.level)
        for key in sorted(situation.incidents):
            incident = situation.incidents[key]
            if not incident.live:
                self.ended(key, incident.ended_ms)
            elif incident.held and not incident.back:
                for device in incident.devices:
                    self.network.grouper.hold(device, held=True)

    def _take_in(self, report: OpenReport) -> None:
        incident = self.situation.incidents.get(report.incident)
        if not SYMPTOMS[report.symptom].service_lost:
            if incident is None:
                self._bystanders.setdefault(report.premise, set()).add(report.receipt)
            return
        evidence = self.evidence_of(report.utility, report.premise)
        held = incident is not None and incident.held
        if not held or evidence.keeps_held:
            evidence.add(report.receipt, report.premise, report.received_ms)
        if incident is not None and not held:
            evidence.belonged(report.premise, incident)
        if held and evidence.keeps_held:
            evidence.pin(report.premise)
