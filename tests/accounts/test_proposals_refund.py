from __future__ import annotations

from stormops.accounts.commands_deposit import AccrueDepositInterest, PayDeposit, RequireDeposit
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.commands_request import ApproveRequest, DraftRequest, PostRequest
from stormops.accounts.proposals_refund import CreditRefund, DepositRefund
from stormops.accounts.records_money import Deposit, RefundCase
from tests.accounts.test_commands_cash import till
from tests.accounts.test_commands_request import submitted, through
from tests.accounts.world import PROOF, city


def test_no_more_than_the_credit_that_is_there() -> None:
    world = city()
    world.do(TakePayment(account="a1", number="n1", cents=3_000, tender="card"))
    request = submitted(world, CreditRefund(account="a1", amount=3_001))
    world.do(ApproveRequest(request=request), "bob")
    assert world.refused(PostRequest(request=request), "pam") == "overdrawn"
    through(world, CreditRefund(account="a1", amount=3_000))
    case = world.books.where(RefundCase)[0]
    assert (case.payable, case.to_card, case.maker) == (3_000, True, "ann")


def test_a_deposit_and_its_interest_are_refunded_to_its_own_customer() -> None:
    world = city()
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=5_000, decision=PROOF))["deposit"]
    world.do(PayDeposit(number="p1", deposit=deposit, cents=5_000, tender="bank"))
    world.do(AccrueDepositInterest(deposit=deposit, cents=50, decision=PROOF))
    wrong = DraftRequest(proposal=DepositRefund(account="b1", deposit=deposit), decision=PROOF, reason="r")
    assert world.refused(wrong) == "other_account"
    through(world, DepositRefund(account="a1", deposit=deposit))
    assert world.sums() == {"2100": 5_000, "2110": 50, "2160": -5_050}
    assert world.get(Deposit, deposit).state == "refunded"


def test_a_deposit_by_cheque_clears_first_and_says_nothing_of_where_a_credit_came_from() -> None:
    world = city()
    world.do(TakePayment(account="a1", number="n1", cents=3_000, tender="bank"))
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=5_000, decision=PROOF))["deposit"]
    world.do(PayDeposit(number="p1", deposit=deposit, cents=5_000, tender="cheque", drawer=till(world)))
    request = submitted(world, DepositRefund(account="a1", deposit=deposit))
    world.do(ApproveRequest(request=request), "bob")
    assert world.refused(PostRequest(request=request), "pam") == "uncleared"
    through(world, CreditRefund(account="a1", amount=3_000))
    assert not world.books.where(RefundCase)[0].to_card
    world.later(20)
    world.do(PostRequest(request=request), "pam")
