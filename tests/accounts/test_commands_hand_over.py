"""A shift is handed over as a whole: signed by who leaves, accepted or refused by who comes."""

from __future__ import annotations

from typing import Any

import pytest

from stormops.accounts.commands_blocks import IssueReceiptBlock
from stormops.accounts.commands_cash import CountDrawer, OpenDrawer
from stormops.accounts.commands_hand_over import OfferHandOver, StepHandOver, left_by
from stormops.accounts.commands_review import AddTask, OpenCase, StepTask
from stormops.accounts.commands_work import MakePromise, OpenEscalation, StepEscalation, StepPromise
from stormops.accounts.records_money import Drawer
from stormops.accounts.records_work import Escalation, HandOver, Promise, Task
from tests.accounts.world import World, city

OFFER = OfferHandOver(taker="bob", note="Mrs. Lee waits for a call about her oxygen.")


def busy(world: World) -> dict[str, str]:
    """ann's promise, two escalations (one in hand), task and case; gives their ids."""
    due = world.envelope("ann").at_ms + 3_600_000
    own: dict[str, Any] = {"account": "a1", "owner": "ann", "due_ms": due}
    made = world.do(MakePromise(text="call back", **own)) | world.do(AddTask(text="file it", **own))
    made |= world.do(OpenCase(account="a1", kind="review", text="high bill"))
    raised = world.do(OpenEscalation(kind="billing", text="nobody called", **own))["escalation"]
    made |= {"raised": raised} | world.do(OpenEscalation(kind="billing", text="again", **own))
    world.do(StepEscalation(escalation=raised, step="acknowledge"))
    return made


def test_all_that_is_open_is_listed_signed_and_becomes_the_next_persons() -> None:
    world = city()
    made = busy(world)
    block = world.do(IssueReceiptBlock(desk="north", prefix="N", first=1, last=3))["receipt_block"]
    drawer = world.do(OpenDrawer(change=100))["drawer"]
    assert world.refused(OFFER) == "drawer_uncounted"
    world.do(CountDrawer(drawer=drawer, counted=100))
    key = world.do(OFFER)["hand_over"]
    offered = world.get(HandOver, key)
    assert {each.id for each in offered.left} == {*made.values(), block, drawer}
    assert {each.text for each in offered.left if each.kind == "promise"} == {"call back"}
    assert {each.text for each in offered.left if each.kind == "drawer"} == {"north"}
    world.do(StepHandOver(hand_over=key, step="accept"), "bob")
    after = world.get(HandOver, key)
    assert (after.state, after.answered_ms is not None) == ("accepted", True)
    owners = {world.get(Promise, made["promise"]).owner, world.get(Task, made["task"]).owner}
    owners |= {world.get(Escalation, made[name]).owner for name in ("escalation", "raised")}
    assert owners == {"bob"}
    assert {each.id for each in left_by(world.books, "ann", "south")} == {made["case"]}
    assert world.get(Drawer, drawer).opened_by == "ann"


def test_who_comes_answers_and_who_leaves_withdraws() -> None:
    world = city()
    busy(world)
    assert world.refused(OfferHandOver(taker="ann", note="x")) == "to_oneself"
    assert world.refused(OfferHandOver(taker="bob", note=" ")) == "no_text"
    key = world.do(OFFER)["hand_over"]
    assert world.refused(OFFER) == "offered_already"
    for step, person in (("accept", "ann"), ("accept", "cid"), ("refuse", "ann"), ("withdraw", "bob")):
        assert world.refused(StepHandOver(hand_over=key, step=step, note="n"), person) == "not_theirs"
    assert world.refused(StepHandOver(hand_over=key, step="refuse"), "bob") == "no_text"
    world.do(StepHandOver(hand_over=key, step="refuse", note="I leave too"), "bob")
    refused = world.get(HandOver, key)
    assert (refused.state, refused.reply) == ("refused", "I leave too")
    assert {each.owner for each in world.books.where(Promise)} == {"ann"}
    assert world.refused(StepHandOver(hand_over=key, step="accept"), "bob") == "final_state"
    again = world.do(OFFER)["hand_over"]
    world.do(StepHandOver(hand_over=again, step="withdraw"))
    assert world.get(HandOver, again).state == "withdrawn"


def test_what_was_done_meanwhile_is_left_out_and_what_came_is_not_taken_over_unseen() -> None:
    world = city()
    made = busy(world)
    key = world.do(OFFER)["hand_over"]
    world.do(StepPromise(promise=made["promise"], step="keep"))
    due = world.envelope("ann").at_ms + 3_600_000
    more = world.do(AddTask(text="one more", owner="ann", due_ms=due))["task"]
    accept = StepHandOver(hand_over=key, step="accept")
    assert world.refused(accept, "bob") == "more_since"
    world.do(StepTask(task=more, step="complete"))
    world.do(accept, "bob")
    assert world.get(Promise, made["promise"]).owner == "ann"
    assert world.get(Task, made["task"]).owner == "bob"


def test_nobody_takes_over_work_on_an_account_of_their_own() -> None:
    world = city()
    busy(world)
    key = world.do(OFFER)["hand_over"]
    world.related["bob"] = frozenset({"a1"})
    assert world.refused(StepHandOver(hand_over=key, step="accept"), "bob") == "own_account"


@pytest.mark.parametrize("step", ["raise", "keep"])
def test_other_steps_are_none_of_a_hand_over(step: str) -> None:
    world = city()
    key = world.do(OFFER)["hand_over"]
    assert world.refused(StepHandOver(hand_over=key, step=step), "bob") == "illegal_step"
