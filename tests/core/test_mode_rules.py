"""When the mode changes: declared at once, tightened by figures, never flapping, never relaxed by itself."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core import entry as facts
from stormops.core.decide import Decider
from stormops.core.entry import Actor, ModeChanged
from stormops.core.explaining import make_groupers
from stormops.core.levels import Mode
from stormops.core.mode_rules import LEAST_MS, Figures, ModeRules, rung_reached, sample
from stormops.core.situation import Situation
from tests.core.english import english
from tests.core.radial import radial_city
from tests.core.world import MINUTE_MS, START_MS, World

SMALL = ModeRules(least=3)
"""For a city of a few houses."""


class Town(World):
    """Two dozen houses, in which a few reports are a storm already."""

    def __init__(self) -> None:
        super().__init__(radial_city(feeders=1, laterals=2, transformers=3, houses=4))

    def start(self) -> None:
        super().start()
        self.decider = Decider(self.situation, self.matcher, make_groupers(self.city, self.tree), mode_rules=SMALL)

    def declare(self, mode: Mode, *, relax: bool = False, scope: str = "city") -> str:
        return self.act(facts.ModeDeclared, mode=mode, relax=relax, scope=scope)

    def changes(self) -> list[tuple[int, ModeChanged]]:
        return [(e.recorded_ms, e.fact) for e in self.entries() if isinstance(e.fact, ModeChanged)]

    @property
    def mode(self) -> Mode:
        return self.situation.mode.mode


def refusals(made: list[facts.AnyFact]) -> list[str]:
    return [fact.code for fact in made if isinstance(fact, facts.ActionRefused)]


# --- declared -----------------------------------------------------------------------------------------------


def test_a_declared_mode_is_in_force_at_once_with_its_cause() -> None:
    world = Town()
    action = world.declare(Mode.STORM)
    made = world.tick(1)
    assert (
        facts.ModeChanged(mode=Mode.STORM, was=Mode.NORMAL, cause="declared", by="dora", reason="seen", action=action)
        in made
    )
    state = world.situation.mode
    assert (state.mode, state.since_ms, state.cause, state.by) == (
        Mode.STORM,
        START_MS + MINUTE_MS,
        "declared",
        "dora",
    )


@pytest.mark.parametrize(
    ("mode", "relax", "scope", "code"),
    [
        (Mode.WATCH, False, "city", "may_not_relax"),
        (Mode.STORM, True, "city", "same_mode"),
        (Mode.SURGE, True, "north", "unknown_scope"),
    ],
)
def test_a_declaration_that_cannot_be_says_why(mode: Mode, relax: bool, scope: str, code: str) -> None:
    world = Town()
    world.declare(Mode.STORM)
    world.tick(1)
    world.declare(mode, relax=relax, scope=scope)
    made = world.tick(2)
    assert refusals(made) == [code]
    assert english(world.situation.refusals[-1].text).endswith(".")
    assert world.mode is Mode.STORM


def test_only_who_may_relax_relaxes_and_at_once() -> None:
    world = Town()
    world.declare(Mode.ISLAND)
    world.tick(1)
    world.declare(Mode.NORMAL, relax=True)
    world.tick(1)
    assert world.mode is Mode.NORMAL


# --- automatic ----------------------------------------------------------------------------------------------

QUIET = Figures(out=0, out_share=0.0, reports=0, pace=0.0, behind=0, late_ms=0)


@pytest.mark.parametrize(
    ("figures", "mode"),
    [
        ({}, None),
        ({"out": 1_000, "out_share": 0.009}, None),
        ({"out": 1_000, "out_share": 0.01}, Mode.WATCH),
        ({"out": 99, "out_share": 0.9}, None),
        ({"out": 16_000, "out_share": 0.14}, Mode.STORM),
        ({"out": 75_000, "out_share": 0.8}, Mode.SURGE),
        ({"reports": 800, "pace": 1.0}, Mode.WATCH),
        ({"reports": 800, "pace": 7.0}, Mode.STORM),
        ({"reports": 99, "pace": 70.0}, None),
        ({"reports": 12_500, "pace": 23.0}, Mode.SURGE),
        ({"behind": 1_000, "late_ms": 60_000}, None),
        ({"behind": 1_000, "late_ms": 60_001}, Mode.SURGE),
        ({"behind": 999, "late_ms": 600_000}, None),
    ],
)
def test_the_harshest_rung_that_is_reached_is_asked_for(figures: dict[str, float], mode: Mode | None) -> None:
    reached = rung_reached(QUIET._replace(**figures), ModeRules())  # type: ignore[arg-type]
    assert (reached and reached[0]) == mode
    assert reached is None or english(reached[1]).endswith(".")


def test_the_rungs_stand_from_the_harshest_down_and_leave_island_to_people() -> None:
    modes = [rung.mode for rung in ModeRules().rungs]
    assert modes == sorted(modes, reverse=True)
    assert Mode.ISLAND not in modes
    assert Mode.NORMAL not in modes


def test_the_pace_is_a_mean_over_minutes_and_its_memory_is_bounded() -> None:
    pace: list[tuple[int, int]] = []
    for second in range(3_600):
        sample(pace, START_MS + second * 1_000, second)
    assert len(pace) == 6
    assert pace[-1][0] - pace[0][0] == 5 * MINUTE_MS


def test_customers_out_tighten_with_a_sentence() -> None:
    world = Town()
    for premise in range(24):
        world.report(premise)
    world.tick(0)
    ((_, change),) = world.changes()
    assert (change.mode, change.was, change.cause, change.by) == (Mode.SURGE, Mode.NORMAL, "automatic", "")
    assert "24 customers are out, 100.0% of all." in english(change.reason)


def test_it_never_relaxes_by_itself() -> None:
    world = Town()
    for premise in range(24):
        world.report(premise)
    world.tick(0)
    for incident in world.open():
        world.act(facts.IncidentRestored, incident=incident.id)
    for hour in range(1, 30):
        world.tick(hour * 60)
    assert world.situation.customers_out == 0
    assert world.mode is Mode.SURGE


def test_after_a_person_relaxed_it_does_not_go_back_on_the_same_figures() -> None:
    world = Town()
    for premise in range(24):
        world.report(premise)
    world.tick(0)
    world.declare(Mode.NORMAL, relax=True)
    world.tick(10)
    world.tick(39)
    assert [change.mode for _, change in world.changes()] == [Mode.SURGE, Mode.NORMAL]
    world.tick(40)
    assert world.mode is Mode.SURGE


def test_after_a_person_relaxed_something_worse_still_tightens() -> None:
    world = Town()
    world.declare(Mode.WATCH)
    world.tick(0)
    world.declare(Mode.NORMAL, relax=True)
    world.tick(1)
    for premise in range(24):
        world.report(premise)
    world.tick(2)
    assert world.mode is Mode.SURGE


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_no_two_automatic_changes_within_a_minute_and_none_that_relaxes(seed: int) -> None:
    """Random hours of failures, repairs and declarations, ticks from a second to minutes apart, some restarts."""
    world, rng = Town(), Random(seed)
    for _ in range(30):
        world.now_ms += rng.choice([1_000, 7_000, 30_000, 61_000, 400_000])
        for premise in rng.sample(range(24), rng.choice([0, 0, 1, 3, 12])):
            world.report(premise)
        if rng.random() < 0.2:
            world.declare(rng.choice(list(Mode)), relax=rng.random() < 0.7)
        if rng.random() < 0.2 and world.open():
            world.act(facts.IncidentRestored, incident=rng.choice(world.open()).id)
        if rng.random() < 0.1:
            world.start()
        world.tick()
    changes = world.changes()
    mode = Mode.NORMAL
    for _, change in changes:
        assert change.was is mode
        assert change.mode is not mode
        assert change.cause == "declared" or change.mode > mode
        assert change.cause in {"declared", "automatic"}
        assert bool(change.by) == bool(change.action) == (change.cause == "declared")
        assert change.reason
        mode = change.mode
    automatic = [at_ms for at_ms, change in changes if change.cause == "automatic"]
    assert all(later - earlier >= LEAST_MS for earlier, later in pairwise(automatic))
    assert world.mode is mode
    assert world.replayed().digest() == world.situation.digest()
    again = Situation(world.city, world.tree)
    again.restore(world.situation.snapshot())
    assert again.mode == world.situation.mode


def test_what_was_declared_is_in_the_journal_with_person_desk_and_reason() -> None:
    world = Town()
    world.declare(Mode.WATCH)
    world.tick(0)
    (declared,) = [e.fact for e in world.entries() if isinstance(e.fact, facts.ModeDeclared)]
    assert declared.by == Actor(person="dora", desk="storm", shift=1)
    assert declared.reason == "seen"
