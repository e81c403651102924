from __future__ import annotations

import pytest

from stormops.accounts.commands_blocks import NUMBERS_MAX, CloseReceiptBlock, IssueReceiptBlock
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.records_money import ReceiptBlock
from tests.accounts.world import World, city


def issued(world: World, first: int = 1, last: int = 5, desk: str = "north") -> str:
    return world.do(IssueReceiptBlock(desk=desk, prefix="N", first=first, last=last))["receipt_block"]


def pay(number: str) -> TakePayment:
    return TakePayment(account="a1", number=number, cents=100, tender="bank")


@pytest.mark.parametrize(("first", "last"), [(5, 4), (1, NUMBERS_MAX + 1)])
def test_a_block_has_some_numbers_and_not_too_many(first: int, last: int) -> None:
    assert city().refused(IssueReceiptBlock(desk="north", prefix="N", first=first, last=last)) == "bad_block"


def test_a_number_is_in_one_block_and_was_not_given_before() -> None:
    world = city()
    issued(world, 10, 20)
    for first, last in ((20, 21), (1, 10), (12, 13)):
        assert world.refused(IssueReceiptBlock(desk="south", prefix="N", first=first, last=last)) == "block_overlaps"
    world.do(IssueReceiptBlock(desk="south", prefix="S", first=10, last=20))
    world.do(pay("N-000030"))
    assert world.refused(IssueReceiptBlock(desk="south", prefix="N", first=30, last=31)) == "receipt_taken"


def test_only_its_desk_gives_a_blocks_numbers_and_only_until_it_is_closed() -> None:
    world = city()
    issued(world, 1, 5, "elsewhere")
    assert world.refused(pay("N-000003")) == "other_desk"
    world.do(pay("N-000006"))
    mine = issued(world, 7, 9)
    world.do(pay("N-000007"))
    world.do(CloseReceiptBlock(receipt_block=mine))
    assert world.refused(pay("N-000008")) == "block_closed"


def test_every_number_up_to_the_last_that_was_used_is_accounted_for() -> None:
    world = city()
    block = issued(world)
    for number in ("N-000001", "N-000004"):
        world.do(pay(number))
    assert world.refused(CloseReceiptBlock(receipt_block=block)) == "gaps"
    assert world.refused(CloseReceiptBlock(receipt_block=block, spoiled=("N-000001",))) == "not_spoiled"
    assert world.refused(CloseReceiptBlock(receipt_block=block, spoiled=("N-000009",))) == "not_spoiled"
    world.do(CloseReceiptBlock(receipt_block=block, spoiled=("N-000003", "N-000002")))
    closed = world.get(ReceiptBlock, block)
    assert (closed.state, closed.given, closed.spoiled) == ("closed", 2, ("N-000002", "N-000003"))
    again = CloseReceiptBlock(receipt_block=block, spoiled=("N-000002", "N-000003"))
    assert world.refused(again) == "final_state"
