"""The network's explanation: which device, whose reports, since when."""

from __future__ import annotations

from random import Random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.calling import WEB, LocalTime
from stormops.core.entry import RatesLearned
from stormops.core.grouping import Group
from stormops.core.inference import CLOSED_NOW
from stormops.core.learning import STARTS
from stormops.core.network import EdgeKind, trace
from stormops.core.network_groups import SUREST, Explanations
from stormops.core.summary import SwitchState
from stormops.core.topology import Switchgear
from tests.core.radial import radial_city

MINUTE = 60_000
NOON = 490_000 * 3_600_000
CITY = radial_city(feeders=3, laterals=8, transformers=4, houses=6)
"""A transformer is 6 houses, a lateral 24, a feeder 192."""
TREE = trace(CITY.network, CITY.premises)


def device(kind: EdgeKind, premise: int) -> int:
    """The device of a kind above a premise."""
    return next(d for d in TREE.path(premise) if TREE.kind[d] == kind)


def explained(reports: list[tuple[int, int]], now_minutes: int = 60, held: tuple[int, ...] = ()) -> list[Group]:
    """Groups after reports of (premise, minutes after noon)."""
    explanations = Explanations(CITY, TREE)
    for one in held:
        explanations.hold(one, held=True)
    for premise, minutes in reports:
        explanations.add(premise, NOON + minutes * MINUTE)
    explanations.update(NOON + now_minutes * MINUTE)
    return explanations.groups()


def test_neighbours_of_one_transformer() -> None:
    (group,) = explained([(24, 3), (26, 1), (28, 9)])
    assert group.key == (device(EdgeKind.TRANSFORMER, 24), -1)
    assert group.premises == (24, 26, 28)
    assert group.out == ()
    assert group.since_ms == NOON + MINUTE
    assert 6_000 < group.probability <= 9_999


def test_transformers_of_one_lateral() -> None:
    (group,) = explained([(24, 3), (31, 1), (37, 9), (44, 4)])
    assert group.device == device(EdgeKind.FUSE, 24)


def test_laterals_of_one_feeder() -> None:
    (group,) = explained([(premise, premise % 20) for premise in range(0, 192, 9)])
    assert group.device == device(EdgeKind.BREAKER, 0)
    assert TREE.customers[group.device] == 192


def test_a_device_that_was_closed_since_is_no_cause_of_what_was_heard_before() -> None:
    explanations = Explanations(CITY, TREE)
    for premise in range(0, 192, 9):
        explanations.add(premise, NOON + premise % 20 * MINUTE)
    breaker = device(EdgeKind.BREAKER, 0)
    explanations.update(NOON + 60 * MINUTE)
    assert [group.device for group in explanations.groups()] == [breaker]
    explanations.seen_closed(np.array([breaker], np.int32), np.array([NOON + 50 * MINUTE]))
    explanations.update(NOON + 60 * MINUTE)
    assert breaker not in [group.device for group in explanations.groups()]
    assert sorted(p for group in explanations.groups() for p in group.premises) == list(range(0, 192, 9))


def test_a_device_that_the_field_saw_closed_waits_for_a_new_word_from_below() -> None:
    explanations = Explanations(CITY, TREE)
    said = [(premise, NOON + premise % 20 * MINUTE) for premise in range(0, 192, 9)]
    for premise, at in said:
        explanations.add(premise, at)
    breaker = device(EdgeKind.BREAKER, 0)
    explanations.sighted(np.array([breaker], np.int32), np.array([NOON + 50 * MINUTE]))
    explanations.update(NOON + 60 * MINUTE)
    without = explanations.groups()
    assert breaker not in [group.device for group in without]
    assert sorted(p for group in without for p in group.premises) == [premise for premise, _ in said]
    explanations.add(5, NOON + 59 * MINUTE)
    explanations.update(NOON + 60 * MINUTE)
    assert [group.device for group in explanations.groups()] == [breaker]
    explanations.remove(5, NOON + 59 * MINUTE)
    explanations.update(NOON + 60 * MINUTE)
    assert explanations.groups() == without
    explanations.sighted(np.array([breaker], np.int32), np.array([0]))
    explanations.update(NOON + 60 * MINUTE)
    assert [group.device for group in explanations.groups()] == [breaker]


def test_a_word_of_telemetry_outlasts_and_gives_way_to_what_people_saw() -> None:
    explanations = Explanations(CITY, TREE)
    breaker = device(EdgeKind.BREAKER, 0)
    place = explanations.inference.places.place[breaker]
    seen = (np.array([breaker], np.int32), np.array([NOON]))
    explanations.switched(breaker, opened=False, at_ms=0)
    explanations.seen_closed(*seen)
    assert explanations.inference.closed_ms[place] == CLOSED_NOW
    explanations.switched(breaker, opened=None, at_ms=0)
    assert explanations.inference.closed_ms[place] == NOON


def test_two_laterals_are_not_their_feeder() -> None:
    groups = explained([(p, 2) for p in range(0, 24, 3)] + [(p, 4) for p in range(96, 120, 3)])
    assert [group.device for group in groups] == sorted((device(EdgeKind.FUSE, 0), device(EdgeKind.FUSE, 96)))


def test_a_single_report_is_alone() -> None:
    (group,) = explained([(30, 0)])
    assert group == Group(-1, 30, (30,), (30,), NOON, group.probability)


def test_in_a_storm_a_single_report_may_stand_for_more() -> None:
    """Where many laterals are known to fail, one call from a lateral is rather its fuse than a mistake."""
    city = radial_city(feeders=20, laterals=8, transformers=4, houses=6)
    tree = trace(city.network, city.premises)
    lone = 30
    calls = [(24 * lateral + house, 3 * lateral % 140) for lateral in range(8, 160, 2) for house in (0, 9, 17)]
    found = []
    for some in (calls, calls[:12]):
        explanations = Explanations(city, tree)
        for premise, minutes in [*some, (lone, 170)]:
            explanations.add(premise, NOON + minutes * MINUTE)
        for _ in range(3):
            explanations.update(NOON + 180 * MINUTE)
            learned = explanations.learn(NOON + 180 * MINUTE, due=True)
            if learned is not None:
                explanations.believe(learned)
        explanations.update(NOON + 180 * MINUTE)
        (group,) = [group for group in explanations.groups() if lone in group.premises]
        found.append(group.device >= 0)
    assert found == [True, False]


@pytest.mark.parametrize("gust", [True, False])
def test_a_gust_is_told_from_one_device_above_as_soon_as_enough_speak(gust: bool) -> None:
    """40 calls in three minutes: from 12 laterals here and there, or from all over one feeder."""
    city = radial_city(feeders=6, laterals=10, transformers=4, houses=6)
    tree = trace(city.network, city.premises)
    rng = np.random.default_rng(4)
    laterals = rng.choice(60, 12, replace=False) if gust else np.arange(10)
    below = (24 * laterals[:, None] + np.arange(24)).ravel()
    explanations = Explanations(city, tree)
    for premise in rng.choice(below, 40 if gust else 30, replace=False).tolist():
        explanations.add(premise, NOON + int(rng.integers(3 * MINUTE)))
    now = NOON + 4 * MINUTE
    left = []
    while (learned := explanations.learn(now, due=False)) is not None:
        assert explanations.learn(now, due=False) is not None, "what is not believed is learned again"
        explanations.believe(learned)
        left.append(learned.left)
    assert left == list(range(len(STARTS)))[::-1]
    explanations.update(now)
    kinds = {EdgeKind(int(tree.kind[group.device])) for group in explanations.groups() if group.device >= 0}
    out = float(explanations.inference.out().sum())
    if gust:
        assert EdgeKind.BREAKER not in kinds
        assert 200 < out < 400
    else:
        assert kinds == {EdgeKind.BREAKER}
        assert 230 < out < 300


def test_of_a_few_calls_of_one_minute_from_two_streets_no_common_device_is_sure() -> None:
    """Three each, from two laterals of a feeder: failures come together, and minutes later silence says the rest."""
    city = radial_city(feeders=6, laterals=10, transformers=4, houses=6)
    tree = trace(city.network, city.premises)
    rng = np.random.default_rng(4)
    shown = []
    for _ in range(10):
        explanations = Explanations(city, tree)
        feeder, (one, other) = rng.integers(6), rng.choice(10, 2, replace=False)
        for street in (one, other):
            for premise in rng.choice(24, 3, replace=False) + 24 * (10 * feeder + street):
                explanations.add(int(premise), NOON + int(rng.integers(MINUTE)))
        for minutes in (1, 3):
            explanations.update(NOON + minutes * MINUTE)
            groups = {EdgeKind(int(tree.kind[g.device])): g for g in explanations.groups() if g.device >= 0}
            breaker = groups.get(EdgeKind.BREAKER)
            shown.append((minutes, 0 if breaker is None else breaker.probability))
    assert max(chance for minutes, chance in shown if minutes == 1) < SUREST
    assert not any(chance for minutes, chance in shown if minutes == 3)


def test_nobody_is_shown_surer_than_what_people_confirmed() -> None:
    reports = [(premise, 2) for premise in range(24, 48)]
    (group,) = explained(reports)
    (held,) = explained(reports, held=(group.device,))
    assert group.probability == SUREST < held.probability


def test_what_failed_before_keeps_its_own_reports() -> None:
    transformer, fuse = device(EdgeKind.TRANSFORMER, 24), device(EdgeKind.FUSE, 24)
    morning = [(premise, 0) for premise in (24, 25, 27, 29)]
    evening = [(premise, 360 + premise % 5) for premise in range(30, 48, 2)]
    groups = {group.device: group for group in explained(morning + evening, 400)}
    assert groups.keys() == {transformer, fuse}
    assert groups[transformer].since_ms == NOON
    assert groups[fuse].since_ms >= NOON + 360 * MINUTE
    assert not set(groups[fuse].premises) & set(groups[transformer].premises)


def test_late_reports_below_a_failure_belong_to_it() -> None:
    (group,) = explained([(p, p % 10) for p in range(24, 48, 2)] + [(25, 300)], 320)
    assert 25 in group.premises


def test_below_a_held_device_reports_and_silence_explain_nothing_else() -> None:
    fuse, transformer = device(EdgeKind.FUSE, 24), device(EdgeKind.TRANSFORMER, 24)
    reports = [(24, 3), (26, 1), (28, 9), (60, 5)]
    groups = {group.key: group.premises for group in explained(reports, held=(fuse,))}
    assert groups == {(fuse, -1): (24, 26, 28), (-1, 60): (60,)}
    groups = {group.key: group.premises for group in explained(reports, held=(fuse, transformer))}
    assert groups == {(fuse, -1): (), (transformer, -1): (24, 26, 28), (-1, 60): (60,)}


def test_silence_below_held_devices_does_not_speak_for_the_feeder() -> None:
    reports = [(premise, 2) for premise in range(168, 192, 4)]
    laterals = tuple(device(EdgeKind.FUSE, 24 * i) for i in range(7))
    assert [group.device for group in explained(reports)] == [device(EdgeKind.FUSE, 170)]
    left = [group for group in explained(reports, held=laterals) if group.premises]
    assert len(left) == 1
    assert left[0].device in {device(EdgeKind.FUSE, 170), device(EdgeKind.BREAKER, 170)}


def test_a_held_device_is_a_group_while_it_is_held() -> None:
    fuse = device(EdgeKind.FUSE, 24)
    explanations = Explanations(CITY, TREE)
    explanations.hold(fuse, held=True)
    delta = explanations.update(NOON)
    assert delta.changed == [Group(fuse, -1, set(), (), 0, 9_999)]
    explanations.add(30, NOON)
    delta = explanations.update(NOON)
    assert delta.changed == [Group(fuse, -1, {30}, (), NOON, 9_999)]
    explanations.hold(fuse, held=False)
    delta = explanations.update(NOON)
    assert delta.gone == [(fuse, -1)]
    assert [group.key for group in delta.changed] == [(-1, 30)]


def test_an_update_without_news_changes_nothing() -> None:
    explanations = Explanations(CITY, TREE)
    for premise in (24, 26, 28, 100):
        explanations.add(premise, NOON - premise * MINUTE)
    assert len(explanations.update(NOON).changed) == 2
    assert explanations.update(NOON + MINUTE) == ([], [], {})
    explanations.add(24, NOON + MINUTE)
    assert explanations.update(NOON + MINUTE) == ([], [], {})


def test_a_premise_without_a_path_is_alone() -> None:
    city = radial_city()
    city.premises.bus[:12] = -1
    explanations = Explanations(city, trace(city.network, city.premises))
    for premise in range(12):
        explanations.add(premise, NOON)
    explanations.update(NOON)
    assert [group.key for group in explanations.groups()] == [(-1, premise) for premise in range(12)]


def test_a_city_without_a_network() -> None:
    city = radial_city()
    city.network.bus_source[:] = False
    tree = trace(city.network, city.premises)
    assert len(tree) == 0
    explanations = Explanations(city, tree)
    explanations.add(5, NOON)
    assert [group.key for group in explanations.update(NOON).changed] == [(-1, 5)]


def test_a_tree_of_another_city_is_refused() -> None:
    with pytest.raises(ValueError, match="another city"):
        Explanations(radial_city(feeders=1), TREE)


def test_every_kind_of_protective_device_may_fail() -> None:
    from stormops.core.network import PROTECTIVE
    from stormops.core.network_groups import OPENS

    assert set(OPENS) == set(PROTECTIVE)
    assert all(0 < chance < 0.5 for chance in OPENS.values())
    assert np.isin(TREE.kind, [int(kind) for kind in OPENS]).all()


def test_a_shut_way_and_the_shares_of_all_are_believed_as_they_were_learned() -> None:
    explanations = Explanations(CITY, TREE)
    bare = RatesLearned(report=1, false=1, service=1, gasp=1, wrong_link=1, share_out=1, opens=[1] * 5)
    heard = []
    down = msgspec.structs.replace(bare, ways=[100_000, 100_000, 800_000], shut=[(WEB, NOON - 600 * MINUTE, 0)])
    for learned in (bare, down):
        explanations.believe(learned)
        explanations.update(NOON + 60 * MINUTE)
        heard.append(explanations.inference.hearing.heard_share)
    assert (heard[1] <= heard[0]).all()
    assert heard[1].min() < heard[0].min() * 0.6
    explanations.believe(bare)
    explanations.update(NOON + 60 * MINUTE)
    assert np.array_equal(explanations.inference.hearing.heard_share, heard[0])


def test_how_it_stands_near_by_is_kept_with_the_rates_and_believed_again() -> None:
    explanations = Explanations(CITY, TREE)
    for premise in range(0, 40, 2):
        explanations.add(premise, NOON)
    explanations.update(NOON + 10 * MINUTE)
    learned = explanations.learn(NOON + 10 * MINUTE, due=True)
    assert learned is not None
    assert len(learned.near_out) == len(TREE)
    explanations.believe(learned)
    leaves = explanations.inference.places.place[np.unique(TREE.premise_device)]
    near_out = explanations.inference.customers.near_out
    assert (near_out[leaves] >= 0).all()
    assert (np.delete(near_out, leaves) == -1).all()
    again = Explanations(CITY, TREE)
    again.believe(learned)
    assert np.array_equal(again.inference.customers.near_out, near_out)
    again.believe(msgspec.structs.replace(learned, near_out=b""))
    assert (again.inference.customers.near_out == -1).all(), "another city's, or a journal of before"


TIED = radial_city(feeders=3, laterals=4, transformers=2, houses=3, ties=True)
TIED_TREE = trace(TIED.network, TIED.premises)
NIGHTS = LocalTime((0,), (12 * 3_600_000,))
"""It is night there."""


class Heard:
    """Explanations that hear and are told at random, and everything that they were told."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.gear = Switchgear(TIED.network, TIED.premises, TIED_TREE)
        self.operable = [row for row in range(len(self.gear.normal)) if self.gear.switchable(row)]
        self.states: dict[int, SwitchState] = {}
        self.said: list[tuple[int, int, bool]] = []
        self.holds: set[int] = set()
        self.let_go: set[int] = set()
        self.known: dict[int, bool | None] = {}
        self.closed: dict[int, int] = {}
        self.sighted: dict[int, int] = {}
        self.learned: RatesLearned | None = None
        self.explanations = Explanations(TIED, self.gear.normal, local=NIGHTS)
        self.now = NOON

    def step(self) -> None:
        self.now += MINUTE
        tell = [self.say, self.say, self.unsay, self.hold, self.know, self.see_closed, self.sight, self.believe]
        self.rng.choice([*tell, self.switch, self.switch, self.update])()

    def say(self) -> None:
        first = self.rng.randrange(72)
        for premise in range(first, min(first + self.rng.randrange(1, 6), 72)):
            self.said.append((premise, self.now, self.rng.random() < 0.3))
            self.explanations.add(premise, self.now, meter=self.said[-1][2])

    def unsay(self) -> None:
        if self.said:
            premise, at, meter = self.said.pop(self.rng.randrange(len(self.said)))
            self.explanations.remove(premise, at, meter=meter)

    def hold(self) -> None:
        device = self.rng.randrange(len(self.gear.normal))
        self.holds ^= {device}
        self.let_go |= {device} - self.holds
        self.explanations.hold(device, held=device in self.holds)

    def know(self) -> None:
        device = self.rng.randrange(len(self.gear.normal))
        self.known[device] = self.rng.choice([False, None])
        self.explanations.switched(device, opened=self.known[device], at_ms=0)

    def see_closed(self) -> None:
        device = self.rng.randrange(len(self.gear.normal))
        self.closed[device] = self.now - self.rng.randrange(5) * MINUTE
        self.explanations.seen_closed(np.array([device], np.int32), np.array([self.closed[device]]))

    def sight(self) -> None:
        device = self.rng.randrange(len(self.gear.normal))
        self.sighted[device] = (self.now - self.rng.randrange(5) * MINUTE) * (self.rng.random() < 0.7)  # 0: taken back
        self.explanations.sighted(np.array([device], np.int32), np.array([self.sighted[device]]))

    def believe(self) -> None:
        chances = [self.rng.randrange(1, 20_000) for _ in range(5)]
        report, false, service, ways = 300_000, 100, 900_000, [300_000, 300_000, 400_000]
        self.learned = RatesLearned(
            report=report, false=false, service=service, gasp=500_000, wrong_link=5_000, share_out=20_000,
            opens=chances, ways=ways, shut=[(WEB, self.now - 9 * MINUTE, 0)],
            near_out=bytes(self.rng.choices([0, 1, 15, 111, 255], k=len(self.gear.normal))),
        )  # fmt: skip
        self.explanations.believe(self.learned)

    def switch(self) -> None:
        row = self.rng.choice(self.operable)
        self.states[row] = SwitchState(self.rng.random() < 0.5, self.now, "", "", "", "person")
        self.explanations.rewire(self.gear.trace(self.states))

    def update(self) -> None:
        self.let_go.clear()
        self.explanations.update(self.now)

    def afresh(self) -> Explanations:
        """Others, told the same of the last tree alone; what is predicted now is known to them."""
        made = Explanations(TIED, self.gear.trace(self.states), local=NIGHTS)
        if self.learned is not None:
            made.believe(self.learned)
        for premise, at, meter in self.said:
            made.add(premise, at, meter=meter)
        for device in sorted(self.holds):
            made.hold(device, held=True)
        for device, opened in self.known.items():
            made.switched(device, opened=opened, at_ms=0)
        made.seen_closed(np.array([*self.closed], np.int32), np.array([*self.closed.values()], np.int64))
        made.sighted(np.array([*self.sighted], np.int32), np.array([*self.sighted.values()], np.int64))
        shown = {group.device for group in self.explanations.groups() if group.device >= 0}
        # That a device was shown because people held it until now is no prediction.
        made.remember(sorted(shown - self.holds - self.let_go))
        return made


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_after_any_switching_the_answer_is_that_of_working_it_out_afresh(seed: int) -> None:
    heard = Heard(seed)
    for _ in range(30):
        heard.step()
    afresh = heard.afresh()
    heard.update()
    afresh.update(heard.now)
    assert heard.explanations.groups() == afresh.groups()
    assert np.array_equal(heard.explanations.inference.out(), afresh.inference.out())
