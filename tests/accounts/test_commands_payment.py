from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stormops.accounts.commands_payment import (
    ApplyCredit,
    AuthoriseCard,
    PostStandIn,
    ReturnPayment,
    ReviewPayment,
    SettleCard,
    StandInPayment,
    TakePayment,
)
from stormops.accounts.ledger import JournalState
from stormops.accounts.records_money import Receipt, Receivable
from stormops.accounts.records_place import Account
from tests.accounts.test_commands_bankruptcy import notice
from tests.accounts.test_commands_cash import till
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, World, city


def owed(world: World, account: str = "a1") -> dict[str, int]:
    return {each.charge: each.owed for each in world.books.where(Receivable, account=account) if each.owed}


def pay(cents: int, number: str = "n1", tender: str = "bank", **fields: Any) -> TakePayment:
    return TakePayment(account="a1", number=number, cents=cents, tender=tender, **fields)


def test_45_a_payment_is_applied_in_the_order_of_the_charges() -> None:
    world = city()
    for charge, cents in (("energy", 3_120), ("sewer", 4_830), ("water", 2_500), ("late", 800), ("tax", 610)):
        bill(world, "a1", cents, charge)
    world.do(pay(6_000))
    assert owed(world) == {"sewer": 240, "water": 2_500, "energy": 3_120}
    world.do(pay(6_000, "n2"))
    assert owed(world) == {}
    assert world.get(Account, "a1").credit == 140


def test_the_oldest_of_a_charge_first() -> None:
    world = city()
    first = bill(world, "a1", 100)
    world.later(1)
    bill(world, "a1", 100)
    world.do(pay(150))
    left = {each.bill: each.owed for each in world.books.where(Receivable)}
    assert left[first] == 0
    assert sum(left.values()) == 50


def test_a_receipt_number_is_given_once() -> None:
    world = city()
    world.do(pay(100))
    assert world.refused(pay(100)) == "receipt_taken"
    assert world.refused(pay(100, "n2", "gold")) == "unknown_tender"
    assert world.refused(pay(100, "n2", "cash")) == "no_drawer"


def test_a_stand_in_is_posted_at_its_own_day_and_only_once() -> None:
    world = city()
    bill(world, "a1", 4_000)
    drawer = till(world)
    stand_in = StandInPayment(account="a1", number="n1", cents=5_000, tender="cash", drawer=drawer)
    made = world.do(stand_in)["receipt"]
    assert world.sums() == {"1020": 5_000, "1200": -5_000}
    assert owed(world) == {"energy": 4_000}
    world.later(9)
    world.do(PostStandIn(receipt=made))
    assert world.sums() == {"1200": 5_000, "1100": -4_000, "2150": -1_000}
    assert world.last.effective == date(2026, 3, 5)
    assert world.refused(PostStandIn(receipt=made)) == "illegal_step"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cents": 50_001}, "over_stand_in"),
        ({"tender": "card"}, "unknown_tender"),
        ({"account": "xx"}, "unknown_account"),
    ],
)
def test_a_stand_in_has_its_limit_and_is_never_a_card(fields: dict[str, Any], code: str) -> None:
    world = city()
    fields = {"account": "a1", "number": "n1", "cents": 5, "tender": "cash", "drawer": till(world), **fields}
    assert world.refused(StandInPayment(**fields)) == code


def test_a_card_is_pending_until_the_processor_answers_once() -> None:
    world = city()
    bill(world, "a1", 4_000)
    card = world.do(AuthoriseCard(account="a1", number="n1", cents=5_000))["receipt"]
    assert world.last.state is JournalState.PENDING
    assert world.get(Account, "a1").credit == 0
    world.do(SettleCard(receipt=card, paid=True))
    assert owed(world) == {}
    assert world.get(Account, "a1").credit == 1_000
    assert world.refused(SettleCard(receipt=card, paid=False)) == "illegal_step"
    other = world.do(AuthoriseCard(account="a1", number="n2", cents=5_000))["receipt"]
    world.do(SettleCard(receipt=other, paid=False))
    assert world.get(Account, "a1").credit == 1_000
    assert world.get(Receipt, other).state == "voided"
    world.do(ReturnPayment(receipt=card))
    assert owed(world) == {"energy": 4_000}
    assert world.get(Account, "a1").credit == 0


def test_44_a_returned_payment_is_owed_again_with_its_fee() -> None:
    world = city()
    bill(world, "a1", 4_000)
    receipt = world.do(pay(5_000, tender="cheque", drawer=till(world)))["receipt"]
    world.do(ReturnPayment(receipt=receipt, fee=2_500, decision=PROOF))
    assert world.sums() == {"1100": 6_500, "2150": 1_000, "1010": -5_000, "4500": -2_500}
    assert owed(world) == {"energy": 4_000, "returned": 2_500}
    assert world.refused(ReturnPayment(receipt=receipt)) == "final_state"


def test_cash_is_not_returned_by_a_bank() -> None:
    world = city()
    taken = world.do(pay(100, "n1", "cash", drawer=till(world)))["receipt"]
    assert world.refused(ReturnPayment(receipt=taken)) == "not_returned"


def test_credit_that_was_used_before_the_return_is_owed_too() -> None:
    world = city()
    receipt = world.do(pay(5_000))["receipt"]
    bill(world, "a1", 4_000)
    world.do(ApplyCredit(account="a1"))
    assert world.refused(ApplyCredit(account="a1")) == "nothing_to_apply"
    world.do(ReturnPayment(receipt=receipt))
    assert owed(world) == {"returned": 4_000}
    assert world.get(Account, "a1").credit == 0


def test_after_two_returned_cheques_no_more_for_a_year() -> None:
    world = city()
    drawer = till(world)
    for number in ("n1", "n2"):
        receipt = world.do(pay(100, number, "cheque", drawer=drawer))["receipt"]
        world.do(ReturnPayment(receipt=receipt))
        world.later(30)
    assert world.refused(pay(100, "n3", "cheque", drawer=drawer)) == "no_cheques"
    world.do(pay(100, "n3", "cash", drawer=drawer))
    world.later(335)
    world.do(pay(100, "n4", "cheque", drawer=drawer))


def test_66_a_payment_on_a_stayed_account_is_not_applied_but_reviewed() -> None:
    world = city()
    bill(world, "a1", 4_000)
    notice(world)
    receipt = world.do(pay(4_000, memo="old balance"))["receipt"]
    assert owed(world) == {"energy": 4_000}
    assert world.get(Account, "a1").credit == 4_000
    assert world.get(Receipt, receipt).review
    assert world.refused(ApplyCredit(account="a1")) == "nothing_to_apply"
    assert world.refused(ReturnPayment(receipt=receipt)) == "stayed"
    world.do(ReviewPayment(receipt=receipt, note="held for the trustee"))
    assert world.refused(ReviewPayment(receipt=receipt, note="again")) == "no_review"
