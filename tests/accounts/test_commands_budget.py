from __future__ import annotations

from stormops.accounts.commands_budget import SetRebateBudget, StepRebateBudget
from stormops.accounts.commands_loan import ApplyForRebate, StepRebate
from stormops.accounts.records_money import Rebate, RebateBudget
from tests.accounts.world import HASH, PROOF, World, city, premise

MEASURE = "solar heater"


def wanted(cents: int = 1_000_000, since: str = "2026-01-01", until: str = "2026-12-31") -> SetRebateBudget:
    return SetRebateBudget(measure=MEASURE, fund="electric", cents=cents, since=since, until=until, document=HASH)


def budget(world: World, cents: int = 1_000_000) -> str:
    """A budget of this year."""
    return world.do(wanted(cents))["rebate_budget"]


def applied(at: str, key: str, cents: int = 45_000) -> ApplyForRebate:
    """An application for what is of a premise."""
    return ApplyForRebate(
        account="a1",
        premise=at,
        measure=MEASURE,
        budget=key,
        cents=cents,
        completed="2026-02-01",
        evidence=(HASH,),
        decision=PROOF,
    )


def kept(world: World, key: str) -> tuple[int, int, int]:
    """What of a budget is encumbered, spent and left."""
    found = world.get(RebateBudget, key)
    return found.encumbered, found.spent, found.left


def test_an_application_is_kept_of_the_budget_and_given_back_when_it_ends() -> None:
    world = city()
    key, here, there = budget(world, 90_000), premise(world), premise(world, "9 Oak St")
    first = world.do(applied(here, key))["rebate"]
    assert world.get(Rebate, first).fund == "electric"
    second = world.do(applied(there, key))["rebate"]
    assert kept(world, key) == (90_000, 0, 0)
    third = applied(premise(world, "3 Elm Ct"), key, 1)
    assert world.refused(third) == "budget"
    world.do(StepRebate(rebate=first, step="inspect", evidence=(HASH,)))
    assert kept(world, key) == (90_000, 0, 0)
    world.do(StepRebate(rebate=first, step="decline"))
    assert kept(world, key) == (45_000, 0, 45_000)
    world.do(StepRebate(rebate=second, step="withdraw"))
    assert kept(world, key) == (0, 0, 90_000)
    world.do(third)


def test_a_measure_has_one_budget_a_day() -> None:
    world = city()
    key = budget(world)
    assert world.refused(wanted(since="2026-12-31", until="2027-12-31")) == "budget_exists"
    assert world.refused(wanted(since="2027-01-02", until="2027-01-01")) == "no_period"
    world.do(wanted(since="2027-01-01", until="2027-12-31"))
    at = premise(world)
    assert world.refused(applied(at, "nothing")) == "unknown_rebate_budget"
    world.do(StepRebateBudget(budget=key, step="close"))
    assert world.refused(applied(at, key)) == "no_budget"
    assert world.refused(StepRebateBudget(budget=key, step="close")) == "final_state"


def test_a_budget_is_of_its_days_and_its_measure() -> None:
    world = city()
    key, at = budget(world), premise(world)
    other = ApplyForRebate(
        account="a1",
        premise=at,
        measure="insulation",
        budget=key,
        cents=1,
        completed="2026-02-01",
        evidence=(HASH,),
        decision=PROOF,
    )
    assert world.refused(other) == "no_budget"
    world.later(400)
    assert world.refused(applied(at, key)) == "no_budget"


def test_a_budget_is_amended_by_a_resolution_and_never_below_what_is_promised() -> None:
    world = city()
    key = budget(world)
    world.do(applied(premise(world), key))

    def amended(cents: int | None, document: str | None = HASH) -> StepRebateBudget:
        return StepRebateBudget(budget=key, step="amend", cents=cents, document=document)

    assert world.refused(amended(44_999)) == "below_promised"
    assert world.refused(amended(None)) == "no_amount"
    assert world.refused(amended(45_000, None)) == "no_evidence"
    assert world.refused(StepRebateBudget(budget=key, step="close")) == "promised"
    world.do(amended(45_000))
    assert kept(world, key) == (45_000, 0, 0)


def test_who_takes_applications_sets_no_budget() -> None:
    world = city()
    world.without["lou"] = {"budget"}
    assert world.refused(wanted(), "lou") == "no_permission"
