from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from stormops.accounts.records_money import Loan, Receivable
from stormops.accounts.refusal import Refused
from stormops.papers.document import Due
from tests.accounts.asking.paper import Paper, lent
from tests.accounts.policies import only
from tests.papers.city import amounts, customer, said, written


def borrower(language: str = "en") -> tuple[Paper, Loan]:
    """Ada's loan of 1 September 2026; instalments begin a month later."""
    world, _, _ = customer(language)
    return world, lent(world)


def billed(world: Paper, key: str, due: date, owed: int) -> None:
    world.put(
        Receivable(id=key, account="a1", charge="loan", fund="electric", due=due, cents=10_273, owed=owed),
    )


def test_a_payoff_is_principal_and_interest_to_the_day_with_what_each_day_adds() -> None:
    world, _ = borrower()
    world.day = date(2026, 9, 17)
    paper = written(world, "loan_payoff", "l1")
    assert amounts(paper) == {
        "Principal not yet billed": "$1,200.00",
        "Interest": "$2.63",  # 5 % of $1,200 for 16 days of 365
        "Total": "$1,202.63",
    }
    assert Due("Payoff", "$1,202.63", "If we have it by September 17, 2026") in paper.parts
    assert "Each day after that adds $0.1644 of interest." in said(paper)


def test_instalments_that_were_billed_are_part_of_what_ends_it() -> None:
    world, loan = borrower()
    world.put(replace(loan, principal=110_227, interest=459, billed=1))
    billed(world, "i1", date(2026, 10, 1), 10_273)
    world.day = date(2026, 10, 1)
    paper = written(world, "loan_payoff", "l1")
    assert amounts(paper)["Instalments billed and not paid"] == "$102.73"
    assert amounts(paper)["Total"] == "$1,209.59" == f"${(110_227 + 459 + 10_273) / 100:,.2f}"


def test_a_notice_of_default_has_what_is_late_the_day_to_pay_it_and_what_is_asked_then() -> None:
    world, loan = borrower()
    world.put(replace(loan, principal=100_413, billed=2))
    billed(world, "i1", date(2026, 10, 1), 10_273)
    billed(world, "i2", date(2026, 11, 1), 273)
    billed(world, "i3", date(2026, 12, 1), 10_273)
    world.day = date(2026, 11, 15)
    paper = written(world, "loan_default", "l1")
    assert amounts(paper) == {
        "Instalment due October 1, 2026": "$102.73",
        "Instalment due November 1, 2026": "$2.73",
        "Total": "$105.46",
    }
    assert Due("Past due on your loan", "$105.46", "Pay by December 15, 2026") in paper.parts
    text = said(paper)
    assert "past due: 2, the oldest since October 1, 2026" in text
    assert "Today that is $1,006.06 beside what is past due." in text  # 14 days of $1,004.13
    assert "Sources: Tallahassee loan programmes" in text
    assert "this letter is then no demand" in text


def test_no_notice_where_nothing_is_late_and_no_day_where_the_policy_has_none() -> None:
    world, _ = borrower()
    with pytest.raises(Refused) as refused:
        written(world, "loan_default", "l1")
    assert refused.value.refusal.code == "nothing_late"
    billed(world, "i1", date(2026, 8, 1), 10_273)
    without = only("loan", percent=5, least=500, most=10_000, months_most=60)
    assert "Pay by" not in said(written(world, "loan_default", "l1", pack=without))


@pytest.mark.parametrize(
    ("language", "payoff", "default"),
    [
        ("es", "Liquidación de su préstamo", "Su préstamo está atrasado"),
        ("ht", "Pou fini ak prè ou a", "Prè ou a an reta"),
    ],
)
def test_they_are_in_the_customers_language(language: str, payoff: str, default: str) -> None:
    world, _ = borrower(language)
    billed(world, "i1", date(2026, 8, 1), 10_273)
    assert written(world, "loan_payoff", "l1").title == payoff
    assert written(world, "loan_default", "l1").title == default
