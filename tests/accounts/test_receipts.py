"""Receipts of deposits and loans: numbered as all others, and taken back from there when the bank returns them."""

from __future__ import annotations

from typing import Any

from stormops.accounts.commands_deposit import AccrueDepositInterest, ApplyDeposit, PayDeposit, RequireDeposit
from stormops.accounts.commands_loan import PrepayLoan, StepLoan
from stormops.accounts.commands_payment import ReturnPayment, TakePayment
from stormops.accounts.records_money import Deposit, Loan, Receipt, Receivable
from tests.accounts.test_commands_cash import till
from tests.accounts.test_commands_loan import lent
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, World, city


def deposited(world: World, *cents: int) -> tuple[str, list[str]]:
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=sum(cents), decision=PROOF))["deposit"]
    pays = [
        PayDeposit(deposit=deposit, number=f"d{place}", cents=each, tender="bank") for place, each in enumerate(cents)
    ]
    return deposit, [world.do(pay)["receipt"] for pay in pays]


def test_a_number_is_given_once_whatever_the_money_is_for() -> None:
    world = city()
    deposit, (receipt,) = deposited(world, 5_000)
    taken = world.get(Receipt, receipt)
    assert (taken.number, taken.towards, taken.state) == ("d0", f"deposit:{deposit}", "posted")
    assert world.refused(TakePayment(account="a1", number="d0", cents=1, tender="bank")) == "receipt_taken"
    off: dict[str, Any] = {"loan": lent(world, 500), "cents": 1, "tender": "bank"}
    assert world.refused(PrepayLoan(number="d0", **off)) == "receipt_taken"


def test_what_the_bank_returns_is_taken_from_the_deposit_and_with_the_last_of_it_its_interest() -> None:
    world = city()
    deposit, (first, second) = deposited(world, 4_000, 6_000)
    world.do(AccrueDepositInterest(deposit=deposit, cents=90, decision=PROOF))
    world.do(ReturnPayment(receipt=first, fee=2_500, decision=PROOF))
    assert world.sums() == {"2100": 4_000, "1010": -4_000, "1100": 2_500, "4500": -2_500}
    after = world.get(Deposit, deposit)
    assert (after.state, after.held, after.interest) == ("held", 6_000, 90)
    world.do(ReturnPayment(receipt=second))
    assert world.sums() == {"2100": 6_000, "1010": -6_000, "2110": 90, "5500": -90}
    after = world.get(Deposit, deposit)
    assert (after.state, after.held, after.interest) == ("required", 0, 0)
    assert world.refused(ReturnPayment(receipt=second)) == "final_state"
    assert world.books.out_of_balance() == {}


def test_what_the_deposit_has_no_longer_is_owed() -> None:
    world = city()
    deposit, (receipt,) = deposited(world, 5_000)
    bill(world, "a1", 5_000)
    world.do(ApplyDeposit(deposit=deposit))
    world.do(ReturnPayment(receipt=receipt))
    assert world.get(Deposit, deposit).state == "applied"
    owed = {each.charge: each.owed for each in world.books.where(Receivable) if each.owed}
    assert owed == {"returned": 5_000}


def test_a_loan_that_was_paid_off_with_a_returned_payment_goes_on() -> None:
    world = city()
    loan = lent(world, 10_000)
    off: dict[str, Any] = {"loan": loan, "per_diem": 50, "decision": PROOF, "tender": "bank"}
    receipt = world.do(PrepayLoan(number="n1", cents=10_050, **off))["receipt"]
    assert world.get(Loan, loan).state == "paid_off"
    world.do(ReturnPayment(receipt=receipt))
    assert world.sums() == {"1150": 10_000, "1155": 50, "1010": -10_050}
    after = world.get(Loan, loan)
    assert (after.state, after.principal, after.interest) == ("active", 10_000, 50)


def test_a_loan_that_rests_still_rests_after_a_returned_payment() -> None:
    world = city()
    loan = lent(world, 10_000)
    receipt = world.do(PrepayLoan(loan=loan, number="n1", cents=1_000, tender="bank"))["receipt"]
    world.do(StepLoan(loan=loan, step="defer", terms=PROOF))
    world.do(ReturnPayment(receipt=receipt))
    after = world.get(Loan, loan)
    assert (after.state, after.principal) == ("deferred", 10_000)


def test_cheques_that_came_back_count_for_a_deposit_too() -> None:
    world = city()
    drawer = till(world)
    for number in ("n1", "n2"):
        cheque = TakePayment(account="a1", number=number, cents=100, tender="cheque", drawer=drawer)
        world.do(ReturnPayment(receipt=world.do(cheque)["receipt"]))
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=100, decision=PROOF))["deposit"]
    pay = PayDeposit(deposit=deposit, number="n3", cents=100, tender="cheque", drawer=drawer)
    assert world.refused(pay) == "no_cheques"
