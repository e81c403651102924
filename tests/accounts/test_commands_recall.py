from __future__ import annotations

from datetime import date

from stormops.accounts.commands_collect import OfferArrangement, StepArrangement
from stormops.accounts.commands_recall import RecallPlacement
from stormops.accounts.commands_review import OpenCase
from stormops.accounts.records_money import Instalment, Placement
from stormops.accounts.records_work import Task
from tests.accounts.test_commands_collect import placed
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, World, city


def tasks(world: World) -> list[str]:
    return [each.text for each in world.books.where(Task, account="a1")]


def test_a_recall_moves_the_debt_back_and_keeps_why() -> None:
    world = city()
    placement = placed(world)
    assert world.refused(RecallPlacement(placement=placement, decision={})) == "no_decision"
    world.do(RecallPlacement(placement=placement, decision=PROOF))
    assert world.sums() == {"1120": -4_000, "1100": 4_000}
    assert world.get(Placement, placement).recalled == PROOF
    assert world.refused(RecallPlacement(placement=placement, decision=PROOF)) == "final_state"


def test_what_ends_collection_makes_the_recall_somebodys_task() -> None:
    world = city()
    world.do(OpenCase(account="a1", kind="dispute", text="not mine", disputed=100))
    assert tasks(world) == []
    placed(world)
    world.do(OpenCase(account="a1", kind="review", text="high bill"))
    assert tasks(world) == []
    world.do(OpenCase(account="a1", kind="dispute", text="not mine", disputed=100))
    assert tasks(world) == ["Call the debt back from acme: it is disputed."]
    bill(world, "a1", 1_000)
    part = (Instalment(date(2026, 4, 1), 1_000),)
    made = world.do(OfferArrangement(account="a1", instalments=part, decision=PROOF))["arrangement"]
    world.do(StepArrangement(arrangement=made, step="accept"))
    assert tasks(world)[1:] == ["Call the debt back from acme: an arrangement is being kept."]
