"""Identity of incidents under a grouper whose answers are given by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from stormops.core import entry as facts
from stormops.core.arguing import Argument
from stormops.core.decide import Decider, Groupers
from stormops.core.entry import AnyFact
from stormops.core.explaining import make_groupers
from stormops.core.grouping import Delta, Group, Longs
from stormops.core.incident import Incident
from stormops.core.mislinks import Doubt
from stormops.core.network import City, Ints, Tree
from stormops.core.receipt_number import receipt_number
from stormops.core.report import Symptom, Utility
from tests.core.english import all_english
from tests.core.radial import radial_city
from tests.core.world import START_MS, World


class Told:
    """A grouper that answers what it was told."""

    def __init__(self) -> None:
        self.now: dict[tuple[int, int], Group] = {}
        self.next: dict[tuple[int, int], Group] = {}
        self.held: set[int] = set()
        self.reported: list[int] = []
        self.remembered: set[int] = set()

    def add(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        assert not meter
        assert at_ms >= START_MS
        self.reported.append(premise)

    def remove(self, premise: int, at_ms: int, *, meter: bool = False) -> None:
        assert not meter
        assert at_ms >= START_MS
        self.reported.remove(premise)

    def hold(self, device: int, *, held: bool) -> None:
        (self.held.add if held else self.held.discard)(device)

    def remember(self, devices: Iterable[int]) -> None:
        self.remembered = set(devices)

    def restored(self, premises: Ints, at_ms: Longs) -> None:
        assert len(premises) == len(at_ms)

    def seen_closed(self, devices: Ints, at_ms: Longs) -> None:
        assert len(devices) == len(at_ms)

    def sighted(self, devices: Ints, at_ms: Longs) -> None:
        assert len(devices) == len(at_ms)

    def heard_on(self, premises: Ints, at_ms: Longs) -> None:
        assert len(premises) == len(at_ms)

    def unheard(self, premises: Ints, since_ms: Longs) -> None:
        assert len(premises) == len(since_ms)

    def still_dark(self) -> Ints:
        return np.array([], np.int32)

    def listen(self, silence: Ints, spans_ms: Longs, every_ms: int) -> None:
        """Nothing is inferred here."""

    def doubts(self) -> list[Doubt]:
        return []

    def switched(self, device: int, *, opened: bool | None, at_ms: int) -> None:
        """Nothing is inferred here."""

    def rewire(self, tree: Tree) -> None:
        assert len(tree)

    def update(self, now_ms: int) -> Delta:
        assert now_ms >= START_MS
        gone = sorted(self.now.keys() - self.next.keys())
        changed = [self.next[key] for key in sorted(self.next) if self.now.get(key) != self.next[key]]
        self.now = dict(self.next)
        return Delta(gone, changed)

    def learn(self, now_ms: int, *, due: bool) -> facts.RatesLearned | None:
        assert now_ms >= START_MS
        assert due  # Nothing was learned yet.
        return None

    def believe(self, learned: facts.RatesLearned) -> None:
        raise AssertionError(learned)

    def argue(self, devices: Sequence[int]) -> list[Argument | None]:
        return [Argument(1, 2, [(device, 3)], [], [("call", 0, 4)]) for device in devices]

    def groups(self) -> list[Group]:
        return [self.now[key] for key in sorted(self.now)]

    def tell(self, *groups: tuple[int, tuple[int, ...]], probability: int = 9_000) -> None:
        """Groups as (device, premises); device -1 is a cluster of just its premises."""
        self.next = {}
        for device, premises in groups:
            alone = device < 0
            out, anchor = (premises, premises[0]) if alone else ((), -1)
            group = Group(device, anchor, premises, out, START_MS, probability)
            self.next[group.key] = group


class Scripted(World):
    """A world whose network is explained by hand."""

    def start(self) -> None:
        super().start()
        self.told = Told()
        clusters = make_groupers(self.city, self.tree).clusters
        self.decider = Decider(self.situation, self.matcher, Groupers(self.told, clusters))

    def groups(self, *groups: tuple[int, tuple[int, ...]], probability: int = 9_000) -> list[AnyFact]:
        self.told.tell(*groups, probability=probability)
        return self.tick()

    def where(self) -> dict[str, set[int]]:
        """Premises of each open incident's reports."""
        reports = self.situation.reports
        return {i.id: {reports.premise[reports.row_of[r]] for r in i.reports} for i in self.open()}

    def the(self, name: str) -> Incident:
        found = self.situation.incident(name)
        assert found is not None
        return found


def reported(*premises: int) -> Scripted:
    world = Scripted()
    for premise in premises:
        world.report(premise)
    return world


def test_a_group_that_moves_to_another_device_is_the_same_incident() -> None:
    world = reported(0, 1)
    world.groups((4, (0, 1)))
    world.groups((2, (0, 1)))
    assert world.where() == {"E-0001": {0, 1}}
    assert world.the("E-0001").device == 2


def test_a_split_keeps_the_name_where_most_premises_are() -> None:
    world = reported(0, 1, 2, 30, 31)
    world.groups((0, (0, 1, 2, 30, 31)))
    made = world.groups((2, (30, 31)), (4, (0, 1, 2)))
    assert world.where() == {"E-0001": {0, 1, 2}, "E-0002": {30, 31}}
    assert sum(isinstance(fact, facts.IncidentOpened) for fact in made) == 1


def test_joined_groups_keep_the_name_with_most_premises() -> None:
    world = reported(0, 30, 31)
    world.groups((2, (0,)), (4, (30, 31)))
    made = world.groups((0, (0, 30, 31)))
    assert facts.IncidentAbsorbed(incident="E-0001", into="E-0002") in made
    assert world.where() == {"E-0002": {0, 30, 31}}


def test_of_equals_the_older_name_stays() -> None:
    world = reported(0, 30)
    world.groups((2, (0,)), (4, (30,)))
    world.groups((0, (0, 30)))
    assert world.where() == {"E-0001": {0, 30}}


def test_names_change_places_with_their_premises() -> None:
    world = reported(0, 1, 30, 31)
    world.groups((2, (0, 1)), (4, (30, 31)))
    made = world.groups((2, (30, 31)), (4, (0, 1)))
    assert world.where() == {"E-0001": {0, 1}, "E-0002": {30, 31}}
    assert (world.the("E-0001").device, world.the("E-0002").device) == (4, 2)
    assert not any(isinstance(fact, facts.IncidentOpened | facts.IncidentAbsorbed) for fact in made)


def test_one_premise_that_moves_over_takes_its_reports_along() -> None:
    world = reported(0, 1, 2, 30, 31, 32)
    world.groups((2, (0, 1, 2)), (4, (30, 31, 32)))
    made = world.groups((2, (0, 1)), (4, (2, 30, 31, 32)))
    assert world.where() == {"E-0001": {0, 1}, "E-0002": {2, 30, 31, 32}}
    (change,) = [fact for fact in made if isinstance(fact, facts.IncidentChanged)]
    assert change == facts.IncidentChanged(incident="E-0002", receipts_added=["00-0000-0000-000-3"])


def test_a_premise_that_reports_anew_as_it_moves_over_is_not_taken_back() -> None:
    world = reported(0, 1, 30, 31)
    world.groups((4, (0, 1)), (2, (30, 31)))
    world.report(1, medical=True)
    world.groups((4, (0,)), (2, (1, 30, 31)))
    assert {frozenset(premises) for premises in world.where().values()} == {frozenset({0}), frozenset({1, 30, 31})}


def test_a_repeated_report_joins_though_its_group_did_not_change() -> None:
    world = reported(0, 1)
    world.groups((4, (0, 1)))
    world.report(1, medical=True)
    made = world.groups((4, (0, 1)))
    assert len(world.the("E-0001").reports) == 3
    assert sum(isinstance(fact, facts.IncidentChanged) for fact in made) == 1


def test_a_premise_that_reports_again_and_takes_all_back_within_one_tick_is_gone() -> None:
    world = reported(0)
    receipts = [world.report(1)]
    world.groups((4, (0, 1)))
    receipts.append(world.report(1, medical=True))
    for receipt in receipts:
        world.act(facts.ReportWithdrawn, receipt=receipt)
    world.groups((4, (0,)))
    assert world.where() == {"E-0001": {0}}


def test_a_wire_that_stood_by_a_withdrawn_incident_joins_the_one_that_had_its_house_all_along() -> None:
    world = reported(0)
    low, high = world.tree.path(0)[0], world.tree.path(0)[2]
    lights = [world.report(premise) for premise in (12, 13)]
    wire = receipt_number(world.report(1, Symptom.WIRE_DOWN))
    world.groups((high, (0, 12, 13)))
    world.groups((high, (12, 13)), (low, (0,)))
    assert wire in world.the("E-0001").reports
    for receipt in lights:
        world.act(facts.ReportWithdrawn, receipt=receipt)
    world.groups((low, (0,)))
    assert wire in world.the("E-0002").reports


def test_what_is_restored_already_takes_no_open_report_with_it() -> None:
    world = reported(0, 30)
    world.groups((world.tree.path(0)[0], (0,)), (world.tree.path(30)[0], (30,)))
    world.act(facts.IncidentConfirmed, incident="E-0001", device=world.situation.device_ids[0])
    world.act(facts.IncidentRestored, incident="E-0001")
    world.now_ms += 1
    flicker = world.report(30, Symptom.FLICKERING)
    world.groups()
    report = world.situation.report(receipt_number(flicker))
    assert report is not None
    assert (report.incident, report.answered) == (-1, False)


def test_a_probability_is_written_when_it_moved_enough() -> None:
    world = reported(0)
    world.groups((4, (0,)), probability=5_000)
    assert len(world.groups((4, (0,)), probability=5_400)) == 2
    assert world.the("E-0001").probability == 5_000
    world.groups((4, (0,)), probability=5_600)
    assert world.the("E-0001").probability == 5_600


def test_reasons_say_why_in_words() -> None:
    world = reported(0, 1)
    transformer = world.tree.path(0)[0]
    world.groups((transformer, (0, 1)))
    name = world.situation.device_ids[transformer]
    assert all_english(world.the("E-0001").reasons) == [f"Its reports share the transformer {name}."]
    world.groups((-1, (0,)), (-1, (1,)))
    assert all_english(world.the("E-0002").reasons) == ["One premise reports and its neighbours do not."]
    world.groups((-1, (0, 1)))
    together = "Its reports are close together, measured by the houses around them."
    assert all_english(world.the("E-0001").reasons) == [together]


def test_a_held_device_is_told_to_the_grouper_and_taken_back() -> None:
    world = reported(0, 1)
    world.groups((4, (0, 1)))
    world.act(facts.IncidentConfirmed, incident="E-0001")
    world.groups()
    assert world.told.held == {4}
    assert world.told.reported == []
    world.act(facts.IncidentRestored, incident="E-0001")
    world.groups()
    assert world.told.held == set()


def test_a_restart_continues_the_groups_it_finds() -> None:
    world = reported(0, 1, 30)
    world.groups((2, (30,)), (4, (0, 1)))
    before = world.where()
    world.start()
    assert sorted(world.told.reported) == [0, 1, 30]
    made = world.groups((2, (30,)), (4, (0, 1)))
    assert len(made) == 2
    assert world.where() == before


def _city(*, reached: bool) -> City:
    """Of one feeder, whose premises the network reaches or not."""
    city = radial_city(feeders=1, laterals=2, transformers=3, houses=4)
    if not reached:
        city.premises.bus[:] = -1
    return city


@pytest.mark.parametrize("symptom", [Symptom.LIGHTS_OUT, Symptom.WATER])
@pytest.mark.parametrize("reached", [True, False], ids=["by the network", "by none"])
@pytest.mark.parametrize("houses", [1, 3])
def test_a_group_whose_reports_all_change_at_the_first_tick_after_a_restart_goes_on(
    symptom: Symptom, reached: bool, houses: int
) -> None:
    """As for a decider that had seen the last tick: what was there before the news is the situation's to say."""
    told: list[list[AnyFact]] = []
    for killed in (False, True):
        world = World(_city(reached=reached))
        firsts = [world.report(premise, symptom) for premise in range(houses)]
        world.tick(0)
        (incident,) = world.open()
        if killed:
            world.start()
        for premise, first in enumerate(firsts):
            world.act(facts.ReportWithdrawn, receipt=first)
            world.report(premise, symptom, medical=True)
        told.append(world.tick(30))
        assert [one.id for one in world.open()] == [incident.id]
    assert told[0] == told[1]


@pytest.mark.parametrize("symptom", [Symptom.LIGHTS_OUT, Symptom.WATER])
@pytest.mark.parametrize("reached", [True, False], ids=["by the network", "by none"])
def test_an_incident_whose_last_report_leaves_at_the_first_tick_after_a_restart_ends(
    symptom: Symptom, reached: bool
) -> None:
    told: list[list[AnyFact]] = []
    for killed in (False, True):
        world = World(_city(reached=reached))
        first = world.report(0, symptom)
        world.tick(0)
        if killed:
            world.start()
        world.act(facts.ReportWithdrawn, receipt=first)
        told.append(world.tick(1))
        assert world.open() == []
    assert told[0] == told[1]


def test_clusters_of_the_other_utilities_are_their_own() -> None:
    world = reported(0)
    world.groups((4, (0,)))
    assert {i.utility for i in world.open()} == {Utility.ELECTRIC}
