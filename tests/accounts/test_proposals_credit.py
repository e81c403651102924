from __future__ import annotations

from typing import Any

import pytest

from stormops.accounts.commands_loan import ApplyForRebate, StepRebate
from stormops.accounts.commands_request import ApproveRequest, DraftRequest, PostRequest
from stormops.accounts.proposals_credit import LoanWriteOff, RebateGrant
from stormops.accounts.records_money import Loan, Rebate, RebateBudget
from tests.accounts.test_commands_budget import budget
from tests.accounts.test_commands_loan import disbursement, lent
from tests.accounts.test_commands_request import submitted, through
from tests.accounts.world import HASH, PROOF, World, city, premise


def inspected(world: World) -> str:
    application = ApplyForRebate(
        account="a1",
        premise=premise(world),
        measure="solar heater",
        budget=budget(world),
        cents=45_000,
        completed="2026-02-01",
        evidence=(HASH,),
        decision=PROOF,
    )
    rebate = world.do(application)["rebate"]
    world.do(StepRebate(rebate=rebate, step="inspect", evidence=(HASH,)))
    return rebate


@pytest.mark.parametrize(("pay", "account"), [("credit", "2150"), ("cheque", "2160")])
def test_a_rebate_as_credit_or_cheque(pay: str, account: str) -> None:
    world = city()
    rebate = inspected(world)
    through(world, RebateGrant(rebate=rebate, pay=pay))
    assert world.sums() == {"5200": 45_000, account: -45_000}
    assert world.get(Rebate, rebate).state == "granted"
    (kept,) = world.books.where(RebateBudget)
    assert (kept.encumbered, kept.spent, kept.left) == (0, 45_000, 955_000)


def test_60_a_rebate_on_the_loan_that_financed_it_is_principal() -> None:
    world = city()
    loan, rebate = lent(world), inspected(world)
    through(world, RebateGrant(rebate=rebate, pay="loan", loan=loan))
    assert world.sums() == {"5200": 45_000, "1150": -45_000}
    assert world.get(Loan, loan).principal == 955_000


def test_a_rebate_waits_for_its_inspection_and_is_paid_somewhere() -> None:
    world = city()
    request = submitted(world, RebateGrant(rebate=inspected(world), pay="gold"))
    for checker in ("bob", "cid"):
        world.do(ApproveRequest(request=request), checker)
    assert world.refused(PostRequest(request=request), "pam") == "no_payee"
    world.level("rebate_payment", "suspend")
    assert world.refused(PostRequest(request=request), "pam") == "suspended"


@pytest.mark.parametrize(
    ("maker", "fields", "code"),
    [
        ("lou", {}, "maker_is_checker"),
        ("ann", {"invoice_cents": 1}, "no_match"),
        ("ann", {"quote_cents": 1}, "no_match"),
    ],
)
def test_who_made_a_loan_does_not_disburse_it_and_papers_agree(maker: str, fields: dict[str, Any], code: str) -> None:
    world = city()
    loan = lent(world)
    proposal = disbursement(loan, 1_000_000, **fields)
    assert world.refused(DraftRequest(proposal=proposal, decision=PROOF, reason="r"), maker) == code


def test_a_loan_written_off_takes_its_interest_along() -> None:
    world = city()
    loan = lent(world, 500_000)
    through(world, LoanWriteOff(loan=loan))
    assert world.sums() == {"1190": 500_000, "1150": -500_000}
    assert world.get(Loan, loan).state == "written_off"
