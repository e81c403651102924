"""From groups of reports to incidents that keep their identity.

A new group continues the predicted incident with which it shares most reporting premises; what no
group continues is absorbed where its reports went. Incidents that people hold keep their reports
whatever the grouper says, and are never moved by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from stormops.core.distinct import distinct
from stormops.core.draft import Draft
from stormops.core.entry import (
    IncidentAbsorbed,
    IncidentArgued,
    IncidentChanged,
    IncidentClosed,
    IncidentOpened,
    IncidentStepped,
)
from stormops.core.foremost import Foremost
from stormops.core.grouping import Group, Grouper
from stormops.core.holding import ancestors
from stormops.core.incident import LATELY, UTILITIES, Incident, Step, incident_id, make_key
from stormops.core.network import EdgeKind, Tree
from stormops.core.open_reports import OpenReport
from stormops.core.receipt_number import receipt_text
from stormops.core.report import SYMPTOMS, Utility
from stormops.core.sentence import Sentence, say
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.ways import with_ways

PROBABILITY_STEP = 500
"""A probability is written anew when it moved by this (per 10,000), so that it does not fill the journal."""

ARGUED_MAX = 48
"""Arguments written at one tick, those about most customers first; the others follow at the next ticks."""

LEARN_EVERY_MS = 600_000
"""How often (platform time) rates are learned anew: what they say of today does not change faster."""


_YOUNGEST = 2**40
"""Above every incident's key."""


class Known(NamedTuple):
    """A group as it was at the last tick, and the incident that continues it."""

    incident: int
    group: Group


class Evidence:
    """The reports given to one grouper, and the incidents made of its groups.

    `utility` is an index into `UTILITIES`. `keeps_held`: reports of incidents that people hold stay in
    the grouper and draw new ones to them (clusters); else they leave it, and the device is held there.
    """

    def __init__(self, grouper: Grouper, utility: int, *, keeps_held: bool) -> None:
        self.grouper = grouper
        self.utility = utility
        self.keeps_held = keeps_held
        self.at: dict[int, list[int]] = {}
        self.moved: dict[int, int] = {}
        """Predicted incidents whose reports people took into another (-1: let go), since the last tick."""
        self._pinned: set[int] = set()
        self._known: dict[tuple[int, int], Known] = {}
        self._telemetered: set[tuple[int, int]] = set()
        """Keys of groups that telemetry knows open."""
        self._group_at: dict[int, tuple[int, int]] = {}
        self._joined: Mapping[tuple[int, int], Collection[int]] = {}
        """As `Delta.joined`, of the last update."""
        self.fresh: set[int] = set()
        """Premises of which something was said since the last tick."""
        self._emptied: set[int] = set()
        self._changed: set[tuple[int, int]] = set()
        self._cold = True
        self._before: dict[int, tuple[int, int]] = {}
        """After a start, by premise: the device (-1 = none) and the incident that explained it at the last tick."""
        self._unargued = Foremost()
        """Incidents of which an argument is to be written, those with most customers out first."""
        self._touched: list[Touched] | None = None
        """What ticks touched since arguments were queued, the last one also after it argued; None = none is queued."""
        self.ended: list[tuple[int, int]] = []
        """Incidents that were over at the last update, and since when."""

    # --- reports ------------------------------------------------------------------------------------

    def add(self, receipt: int, premise: int, at_ms: int) -> None:
        """A report that service is lost is to be explained."""
        self.at.setdefault(premise, []).append(receipt)
        self.fresh.add(premise)
        self.grouper.add(premise, at_ms, meter=receipt < 0)

    def remove(self, receipt: int, premise: int, at_ms: int) -> bool:
        """It no longer is; False when it was not here."""
        receipts = self.at.get(premise)
        if receipts is None or receipt not in receipts:
            return False
        receipts.remove(receipt)
        if not receipts:
            del self.at[premise]
            self._pinned.discard(premise)
            self._emptied.add(premise)
        self.grouper.remove(premise, at_ms, meter=receipt < 0)
        return True

    def belonged(self, premise: int, incident: Incident) -> None:
        """After a start, before any news: a report from here was of this incident, which evidence may move.

        What the news takes away at the first tick is then known to have been there, as to one who had seen it.
        """
        self._before[premise] = incident.device, incident.key

    def pin(self, premise: int) -> None:
        """Some report from here belongs to an incident that people hold."""
        self._pinned.add(premise)
        self.fresh.add(premise)

    def loosen(self, key: int, premises: Collection[int]) -> None:
        """People hold this incident of these premises no more: its groups say what becomes of it."""
        self.moved.setdefault(key, -1)
        self.fresh.update(premises)

    def compare(self, device: int) -> None:
        """The incident at a device was changed by something else than its group: bring it in line again."""
        self._changed.add((device, -1))

    def compare_reasons(self, situation: Situation, touched: Touched) -> None:
        """Reasons name who saw what is above closed: compare them where that word, or what is above, is another."""
        if touched.switches and (situation.sightings.last or touched.sightings):
            self._changed.update(self._known)
        elif touched.sightings:
            tree, seen = situation.tree, touched.closed
            self._changed.update(key for key in self._known if not seen.isdisjoint(_above(tree, *key)))

    # --- groups -------------------------------------------------------------------------------------

    def update(self, draft: Draft) -> list[int]:
        """Bring the incidents in line with the groups at this tick. Cost follows what changed.

        Gives the reports that stood by an incident that nothing supports any more.
        """
        if self._cold:
            self.grouper.remember({device for device, _ in self._before.values() if device >= 0})
        self._learn(draft)
        delta = self.grouper.update(draft.tick.at_ms)
        changed, gone, self._joined = delta.changed, delta.gone, delta.joined
        loose = set(self.moved)
        if self._cold:  # After a start nothing is known of earlier groups; the situation knows the incidents.
            self._cold = False
            changed, gone = self.grouper.groups(), []
            loose |= self._predicted(draft.situation) | self._bare(draft.situation)
        # What people hold and nobody speaks below is no group of ours: what was known of it holds no more.
        bare = [group.key for group in changed if not (group.premises or group.telemetered)]
        for key in chain(gone, bare):
            known = self._known.pop(key, None)
            self._telemetered.discard(key)
            if known is not None:
                loose.add(known.incident)
        changed = self._with_fresh(draft.situation, changed)
        for group in changed:
            known = self._known.get(group.key)
            if known is not None:
                loose.add(known.incident)
        news = {group.key: self._news_of(group) for group in changed}
        claims = self._claims(draft.situation, changed, news)
        chosen = self._choose(draft.situation, changed, claims, loose)
        orphans, heirs = loose - set(chosen.values()), self._heirs(claims, chosen)
        self._continue(draft, changed, chosen, news, self._bequests(draft.situation, orphans, heirs, chosen))
        left = self._end_orphans(draft, orphans, heirs, chosen)
        self.moved.clear()
        self._before.clear()
        for premise in self._emptied:  # less the keys as a set: that would go through all of them
            if premise not in self.at:
                self._group_at.pop(premise, None)
        self._emptied.clear()
        self.fresh.clear()
        return left

    def _learn(self, draft: Draft) -> None:
        """What there is to learn of the rates becomes a fact every so often, and holds from this tick on."""
        if self.keeps_held:  # Only the network's inference has rates.
            return
        situation = draft.situation
        if self._cold and situation.rates is not None:
            self.grouper.believe(situation.rates)
        learned = self.grouper.learn(draft.tick.at_ms, due=draft.tick.at_ms - situation.rates_ms >= LEARN_EVERY_MS)
        if learned is not None:
            learned = with_ways(learned, situation.reports, draft.tick.at_ms)
            draft.add(learned)
            self.grouper.believe(learned)

    def _with_fresh(self, situation: Situation, changed: list[Group]) -> list[Group]:
        """The changed groups that have reports, and those with new ones or with other people's say, by key.

        And those that telemetry still knows open though people ended their incidents, or took them elsewhere.
        """
        chosen = {group.key: group for group in changed}
        for premise in self.fresh:
            key = self._group_at.get(premise)
            if key is not None and key not in chosen and key in self._known:
                chosen[key] = self._known[key].group
        for key in self._changed & self._known.keys():
            chosen.setdefault(key, self._known[key].group)
        self._changed.clear()
        for key in self._telemetered & self._known.keys():
            incident = situation.incidents.get(self._known[key].incident)
            if incident is None or not incident.live or key[0] not in incident.devices:
                chosen.setdefault(key, self._known[key].group)
        return [chosen[key] for key in sorted(chosen) if chosen[key].premises or chosen[key].telemetered]

    def _predicted(self, situation: Situation) -> set[int]:
        """Incidents that evidence may still move, of those with reports here."""
        found = {situation.reports.incident[situation.reports.row_of[r]] for rs in self.at.values() for r in rs}
        return {key for key in found if key >= 0 and not situation.incidents[key].held}

    def _bare(self, situation: Situation) -> set[int]:
        """Incidents that evidence may still move, and of which no report says any more that service is lost.

        Their last one left when nobody decided. Those of electricity are the network's to end, which alone may show
        an incident that nobody reports, but for those of premises that it does not reach.
        """
        electric = self.utility == UTILITIES.index(Utility.ELECTRIC)
        mine = [incident for key, incident in situation.incidents.items() if key % len(UTILITIES) == self.utility]
        if electric:
            mine = [incident for incident in mine if _by_geography(situation, incident) == self.keeps_held]
        return {one.key for one in mine if one.live and not one.held and not _says_lost(situation, one.reports)}

    def _claims(
        self, situation: Situation, changed: list[Group], news: Mapping[tuple[int, int], Collection[int]]
    ) -> dict[tuple[int, int], Counter[int]]:
        """For each group, how many of its premises each incident had."""
        row_of, incident, at = situation.reports.row_of, situation.reports.incident, self.at
        before = self._groups_before()
        claims: dict[tuple[int, int], Counter[int]] = {}
        for group in changed:
            key = group.key
            where = news[key]
            owners = [incident[row_of[at[premise][0]]] for premise in where]
            if before:  # As one who had seen the last tick: who stays in the group votes for its incident.
                were = map(before.get, where)
                owners = [was[1] if was and was[0] == key else now for was, now in zip(were, owners, strict=True)]
            votes = Counter(owners)
            known = self._known.get(key)
            if known is not None:
                votes[known.incident] += len(group.premises) - len(news[key])
            if group.telemetered:  # Nobody may report: it goes on where it was shown.
                votes.update(situation.coverage.holders(group.device))
            claims[key] = votes
        return claims

    def _groups_before(self) -> dict[int, tuple[tuple[int, int], int]]:
        """At the first update after a start, by premise: the key of its group at the last tick, and its incident."""
        anchors: dict[int, int] = {}
        for premise, (_, key) in self._before.items():
            anchors[key] = min(premise, anchors.get(key, premise))
        return {
            premise: ((device, -1 if device >= 0 else anchors[key]), key)
            for premise, (device, key) in self._before.items()
        }

    def _news_of(self, group: Group) -> Collection[int]:
        """Its premises that were not in it at the last tick."""
        known, key = self._known.get(group.key), group.key
        if known is None:
            return group.premises
        if known.group is group:  # changed by something else
            return ()
        where = self._group_at
        candidates = self._joined.get(key, group.premises)
        return [premise for premise in candidates if where.get(premise) != key]

    def _choose(
        self,
        situation: Situation,
        changed: list[Group],
        claims: dict[tuple[int, int], Counter[int]],
        loose: set[int],
    ) -> dict[tuple[int, int], int]:
        """The incident that each group continues; groups without one are to open it."""
        chosen: dict[tuple[int, int], int] = {}
        bids: list[tuple[int, int, tuple[int, int]]] = []
        for group in changed:
            group_key = group.key
            if self._pinned and (pinned := self._pinned.intersection(group.premises)):
                held = Counter(key for premise in pinned for key in self._holders(situation, premise))
                if held:
                    chosen[group_key] = min(held, key=lambda key: (-held[key], key))
                    continue
            for key, votes in claims[group_key].items():
                found = situation.incidents.get(key)
                if votes and found is not None and found.live and not found.held:
                    bids.append((-votes, key, group_key))
        taken: set[int] = set()
        for _, key, group_key in sorted(bids):
            if key not in taken and group_key not in chosen:
                taken.add(key)
                chosen[group_key] = key
        loose |= taken
        return chosen

    @staticmethod
    def _heirs(
        claims: dict[tuple[int, int], Counter[int]], chosen: dict[tuple[int, int], int]
    ) -> dict[int, tuple[int, int]]:
        """The group that has most of an incident's premises; of equals that of the oldest incident."""
        heirs: dict[int, tuple[int, int, tuple[int, int]]] = {}
        for order, (group, votes) in enumerate(claims.items()):
            # Those that are still to be opened are the youngest, in this order.
            age = chosen.get(group, _YOUNGEST + order)
            for key, count in votes.items():
                if count:
                    heirs[key] = min(heirs.get(key, (0, 0, group)), (-count, age, group))
        return {key: group for key, (_, _, group) in heirs.items()}

    @staticmethod
    def _bequests(
        situation: Situation,
        orphans: set[int],
        heirs: dict[int, tuple[int, int]],
        chosen: dict[tuple[int, int], int],
    ) -> dict[tuple[int, int], set[int]]:
        """By group: incidents that it will absorb, whose reports come with them and need not be named one by one."""
        bequests: dict[tuple[int, int], set[int]] = {}
        for key in orphans & heirs.keys():
            orphan, heir = situation.incidents.get(key), situation.incidents.get(chosen.get(heirs[key], -1))
            if orphan is None or orphan.held or not orphan.live or (heir is not None and (heir.held or not heir.live)):
                continue
            bequests.setdefault(heirs[key], set()).add(key)
        return bequests

    def _continue(
        self,
        draft: Draft,
        changed: list[Group],
        chosen: dict[tuple[int, int], int],
        news: Mapping[tuple[int, int], Collection[int]],
        bequests: dict[tuple[int, int], set[int]],
    ) -> None:
        """Write what each changed group means for its incident, which it opens when it continues none."""
        utility = UTILITIES[self.utility]
        fresh: dict[tuple[int, int], set[int]] = {}
        for premise in self.fresh:
            where = self._group_at.get(premise)
            if where is not None:
                fresh.setdefault(where, set()).add(premise)
        heard: list[Collection[int]] = []
        for group in changed:
            known, joined = self._known.get(group.key), news[group.key]
            if known is not None and known.incident != chosen.get(group.key):
                joined = group.premises
            # What reports anew may have moved to another group at this tick: there it is news.
            heard.append(fresh.get(group.key, set()).intersection(group.premises).union(joined))
            self._group_at.update(dict.fromkeys(joined, group.key))
        own = [{chosen.get(group.key, -1), *bequests.get(group.key, ())} for group in changed]
        strangers = self._strangers(draft.situation, heard, own)
        for group, (receipts, rows) in zip(changed, strangers, strict=True):
            group_key = group.key
            key = chosen.get(group_key)
            if key is None:
                key = chosen[group_key] = make_key(utility, draft.situation.opened[self.utility] + 1)
                draft.add(IncidentOpened(incident=incident_id(key), utility=utility, since_ms=group.since_ms))
            incident = draft.situation.incidents[key]
            self._known[group_key] = Known(key, group)
            (self._telemetered.add if group.telemetered else self._telemetered.discard)(group_key)
            if incident.held:
                self._pinned.update(group.premises)
            if incident.unargued:
                self._unargued.put(key, incident.customers_out)
            fact = self._difference(draft.situation, incident, group, receipts)
            if fact is not None:
                draft.add(fact, rows)

    @staticmethod
    def _reports(situation: Situation, incident: Incident) -> list[OpenReport]:
        found = (situation.reports.get(receipt) for receipt in sorted(incident.reports))
        return [report for report in found if report is not None]

    def put_off(self, draft: Draft) -> None:
        """This tick neither brings incidents in line nor argues: the next one that does knows what it touched."""
        if self._touched is not None:
            self._touched.append(draft.touched)

    def argue(self, draft: Draft) -> bool:
        """Write what speaks for and against predictions that moved since they were argued. Gives whether more wait."""
        situation = draft.situation
        if self._touched is None:
            self._queue(situation, situation.unargued)
        else:
            self._queue(situation, set[int]().union(*(one.incidents for one in (*self._touched, draft.touched))))
        self._touched = [draft.touched]
        waiting: list[Incident] = []
        more = False
        while not more and (key := self._unargued.pop()) is not None:
            incident = situation.incidents.get(key)
            if incident is None or not incident.unargued or not self._argues(incident):
                continue
            more = len(waiting) == ARGUED_MAX
            if more:
                self._unargued.put(key, incident.customers_out)
            else:
                waiting.append(incident)
        self._argue(draft, waiting)
        return more

    def _queue(self, situation: Situation, keys: Iterable[int]) -> None:
        """Those of these incidents of which an argument is to be written wait for it, by customers out."""
        for key in situation.unargued.intersection(keys):
            self._unargued.put(key, situation.incidents[key].customers_out)

    def _argues(self, incident: Incident) -> bool:
        """Whether the incident is one that inference predicts: what telemetry knows needs no argument."""
        known = self._known.get((incident.device, -1))
        return known is not None and not known.group.telemetered

    def _argue(self, draft: Draft, incidents: list[Incident]) -> None:
        devices, premises = draft.situation.device_ids, draft.situation.city.premises.id
        arguments = self.grouper.argue([incident.device for incident in incidents])
        for incident, argument in zip(incidents, arguments, strict=True):
            if argument is None:
                continue
            fact = IncidentArgued(
                incident=incident.id,
                low=argument.low,
                high=argument.high,
                alternatives=[(devices[row], chance) for row, chance in argument.alternatives],
                against=[(devices[row], silent, share) for row, silent, share in argument.against],
                next=[
                    (kind, (devices if kind == "look" else premises)[row], gain) for kind, row, gain in argument.next
                ],
            )
            draft.add(fact)

    def _holders(self, situation: Situation, premise: int) -> set[int]:
        """Incidents held by people that reports from here belong to."""
        reports = situation.reports
        keys = {reports.incident[reports.row_of[receipt]] for receipt in self.at[premise]} - {-1}
        return {key for key in keys if situation.incidents[key].held}

    def _strangers(
        self, situation: Situation, heard: list[Collection[int]], own: list[set[int]]
    ) -> list[tuple[list[int], list[int]]]:
        """For each group: reports at its premises (`heard`) that are none of its incidents' (`own`) yet, ascending.

        Nor another's that people hold. Their receipts, and their rows. For all groups at once: most have few.
        """
        reports, incidents = situation.reports, situation.incidents
        each = [list(chain.from_iterable(map(self.at.__getitem__, premises))) for premises in heard]
        receipts = np.array(list(chain.from_iterable(each)), np.int64)
        if not len(receipts):
            return [([], []) for _ in each]
        group = np.repeat(np.arange(len(each)), list(map(len, each)))
        rows = np.array(list(map(reports.row_of.__getitem__, chain.from_iterable(each))), np.intp)
        owner = np.frombuffer(reports.incident, np.int32)[rows]
        keys = distinct(owner)
        goes_to = {key: row for row, mine in enumerate(own) for key in mine}
        home = np.array([goes_to.get(key, -1) if key >= 0 else -1 for key in keys.tolist()])
        free = np.array([key < 0 or not incidents[key].held for key in keys.tolist()])
        which = np.searchsorted(keys, owner)
        strange = np.flatnonzero(free[which] & (home[which] != group))
        strange = strange[np.lexsort((receipts[strange], group[strange]))]
        last = np.cumsum(np.bincount(group[strange], minlength=len(each))).tolist()
        found, where = receipts[strange].tolist(), rows[strange].tolist()
        return [(found[first:end], where[first:end]) for first, end in zip([0, *last], last, strict=False)]

    def _difference(
        self, situation: Situation, incident: Incident, group: Group, receipts: list[int]
    ) -> IncidentChanged | None:
        """What the group changes in the incident; None = nothing worth writing."""
        if incident.held:
            return self._gain(situation, incident, group, receipts)
        devices = (group.device,) if group.device >= 0 else ()
        added: set[int] = set()
        dropped: set[int] = set()
        if group.out or incident.premises:
            out = set(group.out)
            added, dropped = out - incident.premises, incident.premises - out
        moved = incident.devices != devices
        likelier = abs(group.probability - incident.probability) >= PROBABILITY_STEP
        reasons = _reasons(situation, incident.utility, group)
        since = group.since_ms if group.since_ms != incident.since_ms else 0
        otherwise = incident.reasons != reasons
        if not (receipts or added or dropped or moved or likelier or since or otherwise):
            return None
        return IncidentChanged(
            incident=incident.id,
            devices=[situation.device_ids[row] for row in devices] if moved else None,
            receipts_added=list(map(receipt_text, receipts)),
            premises_added=sorted(added),
            premises_dropped=sorted(dropped),
            since_ms=since,
            probability=group.probability if likelier or moved else -1,
            reasons=[*reasons] if otherwise else [],
        )

    @staticmethod
    def _gain(situation: Situation, incident: Incident, group: Group, receipts: list[int]) -> IncidentChanged | None:
        """What a cluster adds to an incident that people hold: it never takes anything away."""
        if not receipts:
            return None
        reports = situation.reports
        since = min(reports.received_ms[reports.row_of[receipt]] for receipt in receipts)
        return IncidentChanged(
            incident=incident.id,
            receipts_added=[receipt_text(receipt) for receipt in receipts],
            premises_added=sorted(set(group.out) - incident.premises),
            since_ms=since if since < incident.since_ms else 0,
        )

    def _end_orphans(
        self,
        draft: Draft,
        orphans: set[int],
        heirs: dict[int, tuple[int, int]],
        chosen: dict[tuple[int, int], int],
    ) -> list[int]:
        """Incidents that no group continues: absorbed where their reports go, or closed without any."""
        left: list[int] = []
        for key in sorted(orphans):
            incident = draft.situation.incidents.get(key)
            if incident is None or incident.held or not incident.live:
                continue
            heir = draft.situation.incidents.get(chosen[heirs[key]] if key in heirs else self.moved.get(key, -1))
            # What is restored already takes no open report with it.
            if heir is not None and heir is not incident and (heir.live or not incident.reports):
                draft.add(IncidentAbsorbed(incident=incident.id, into=heir.id))
                continue
            # What is left of it never said that service is lost: it stays, by itself.
            alone = [report.receipt for report in self._reports(draft.situation, incident) if not report.answered]
            if alone:
                left += alone
                dropped = [receipt_text(receipt) for receipt in alone]
                draft.add(IncidentChanged(incident=incident.id, receipts_dropped=dropped))
            if incident.reports:  # Those who were fed round it were out: it is over, and was no mistake.
                gone = sorted(incident.premises)
                draft.add(IncidentChanged(incident=incident.id, devices=[], premises_dropped=gone))
                at_ms = draft.tick.at_ms
                draft.add(IncidentStepped(incident=incident.id, step=Step.RESTORE.value, action="", by="", at_ms=at_ms))
                self.ended.append((incident.key, at_ms))
                continue
            draft.add(IncidentClosed(incident=incident.id, outcome="withdrawn"))
        return left


def _by_geography(situation: Situation, incident: Incident) -> bool:
    """Whether an incident of electricity is of premises that the network does not reach."""
    if incident.devices or not incident.premises:
        return False
    return bool(situation.tree.premise_device[min(incident.premises)] < 0)


def _says_lost(situation: Situation, receipts: Iterable[int]) -> bool:
    """Whether any of these reports says that service is lost, unanswered so far."""
    found = (report for receipt in receipts if (report := situation.reports.get(receipt)) is not None)
    return any(SYMPTOMS[report.symptom].service_lost and not report.answered for report in found)


def _reasons(situation: Situation, utility: Utility, group: Group) -> tuple[Sentence, ...]:
    """Why these reports are one incident, for people, and whose word it is that it is none above."""
    last = situation.sightings.last
    if not last or utility is not Utility.ELECTRIC:
        return (_reason(situation, group),)
    told = [(device, last[device]) for device in _above(situation.tree, *group.key) if device in last]
    seen = [
        say("seen_closed", device=situation.device_ids[device], by=sighting.by)
        for device, sighting in told
        if sighting.at_ms >= group.since_ms
    ]
    return _reason(situation, group), *seen


def _above(tree: Tree, device: int, anchor: int) -> list[int]:
    """Devices above a group, by its key, nearest first."""
    return ancestors(tree, device) if device >= 0 else tree.path(anchor)


_KINDS = {int(kind): kind.name.lower() for kind in EdgeKind}
_ALONE, _TOGETHER = say("alone"), say("close_together")


def _unheard(situation: Situation, group: Group) -> int:
    """How many meters that did not come back are all that speaks for a group; 0 = something else does."""
    return 0 if group.telemetered else len(group.premises) * all(map(situation.meters.presumed, group.premises))


@lru_cache(LATELY)
def _of_device(kind: int, device: str, *, telemetered: bool, unheard: int) -> Sentence:
    """The same sentence each time: it is compared at each change of a group."""
    if unheard:
        return say("meters_unheard", kind=_KINDS[kind], device=device, count=unheard)
    return say("telemetry_open" if telemetered else "shares", kind=_KINDS[kind], device=device)


def _reason(situation: Situation, group: Group) -> Sentence:
    """Why these reports are one incident."""
    if group.device >= 0:
        kind, device = situation.tree.kind.item(group.device), situation.device_ids[group.device]
        return _of_device(kind, device, telemetered=group.telemetered, unheard=_unheard(situation, group))
    if len(group.out) == 1:
        return _ALONE
    return _TOGETHER
