from __future__ import annotations

from typing import Any

import pytest

from stormops.accounts.commands_loan import (
    AccrueLoanInterest,
    ApplyForLoan,
    ApplyForRebate,
    BillInstalment,
    PrepayLoan,
    StepLoan,
    StepRebate,
)
from stormops.accounts.proposals_credit import Disbursement
from stormops.accounts.records_money import Loan, Receivable
from tests.accounts.test_commands_budget import budget
from tests.accounts.test_commands_request import through
from tests.accounts.world import HASH, PROOF, World, city, premise


def lent(world: World, cents: int = 1_000_000) -> str:
    """A loan of a1, made by lou, disbursed."""
    application = ApplyForLoan(
        account="a1", charge="loan", cents=cents, months=60, contractor="Sun Co", quote=HASH, terms=PROOF
    )
    loan = world.do(application, "lou")["loan"]
    assert world.refused(StepLoan(loan=loan, step="sign")) == "no_evidence"
    world.do(StepLoan(loan=loan, step="sign", note=HASH), "lou")
    through(world, disbursement(loan, cents))
    return loan


def disbursement(loan: str, cents: int, **fields: Any) -> Disbursement:
    papers = {"quote": HASH, "invoice": HASH, "inspection": HASH}
    return Disbursement(**{"loan": loan, "quote_cents": cents, "invoice_cents": cents, **papers, **fields})


def test_52_an_instalment_on_the_bill_is_interest_and_principal() -> None:
    world = city()
    loan = lent(world)
    world.do(AccrueLoanInterest(loan=loan, cents=4_167, decision=PROOF))
    world.do(BillInstalment(loan=loan, principal=14_704, interest=4_167, due="2026-04-01"))
    assert world.sums() == {"1100": 18_871, "1155": -4_167, "1150": -14_704}
    after = world.get(Loan, loan)
    assert (after.principal, after.interest, after.billed) == (985_296, 0, 1)
    assert [each.owed for each in world.books.where(Receivable)] == [18_871]
    assert world.refused(BillInstalment(loan=loan, principal=0, interest=1, due="2026-04-01")) == "overdrawn"
    assert world.refused(BillInstalment(loan=loan, principal=0, interest=0, due="2026-04-01")) == "no_amount"


def test_57_a_payoff_is_principal_and_the_days_interest_and_never_more() -> None:
    world = city()
    loan = lent(world, 629_656)
    payoff: dict[str, Any] = {"loan": loan, "number": "n1", "tender": "bank", "per_diem": 1_294, "decision": PROOF}
    assert world.refused(PrepayLoan(cents=630_951, **payoff)) == "too_much"
    world.do(PrepayLoan(cents=630_950, **payoff))
    assert world.sums() == {"1010": 630_950, "1150": -629_656, "1155": -1_294}
    assert world.get(Loan, loan).state == "paid_off"


def test_the_last_instalment_ends_it() -> None:
    world = city()
    loan = lent(world, 500)
    world.do(BillInstalment(loan=loan, principal=500, interest=0, due="2026-04-01"))
    assert world.get(Loan, loan).state == "paid_off"


def test_a_deferral_has_its_terms() -> None:
    world = city()
    loan = lent(world)
    assert world.refused(StepLoan(loan=loan, step="defer")) == "no_decision"
    world.do(StepLoan(loan=loan, step="defer", terms=PROOF))
    assert world.refused(BillInstalment(loan=loan, principal=1, interest=0, due="2026-04-01")) == "illegal_step"
    world.do(StepLoan(loan=loan, step="resume"))


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"months": 0}, "no_term"), ({"charge": "xx"}, "unknown_charge_type"), ({"terms": {}}, "no_decision")],
)
def test_an_application_has_a_term_a_charge_and_a_decision(fields: dict[str, Any], code: str) -> None:
    fields = {"charge": "loan", "months": 12, "terms": PROOF, **fields}
    assert city().refused(ApplyForLoan(account="a1", cents=50_000, contractor="Sun Co", quote=HASH, **fields)) == code


def test_a_measure_has_one_rebate_a_premise() -> None:
    world = city()
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
    first = world.do(application)["rebate"]
    assert world.refused(application) == "rebate_taken"
    assert world.refused(StepRebate(rebate=first, step="inspect")) == "no_evidence"
    assert world.refused(StepRebate(rebate=first, step="grant")) == "illegal_step"
    world.do(StepRebate(rebate=first, step="decline"))
    world.do(application)
