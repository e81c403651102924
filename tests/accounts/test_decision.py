"""A decision holds all that is needed to show it and to compute it again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from stormops.accounts.decision import NO_POLICY, NOT_COMPUTABLE, Decision, Step, said, usd
from stormops.accounts.rules import fees, metered, refunds, storm
from stormops.accounts.rules.fees import PastDue, Returned
from stormops.accounts.rules.metered import Usage
from stormops.accounts.rules.proration import Share
from stormops.accounts.rules.refunds import Issued
from stormops.accounts.rules.storm import Held
from tests.accounts.policies import PACKS, TODAY, one, proved, refused


def test_it_says_by_what_policy_on_what_and_how() -> None:
    decision = proved(fees.late(PACKS["gru"], TODAY, PastDue(balance=250_00)))
    clause = decision.clause
    assert clause is not None
    assert (decision.rule, decision.result, decision.policy, decision.version) == ("fees.late", 3_75, "gru", "2026-07")
    assert (clause.kind, clause.cite) == ("late_fee", ("fees: gru.com 3611 (2015)",))
    assert clause.terms["percent"] == "1.5"
    assert decision.formula == (
        Step("share", "$250.00 × 1.5 %", "$3.75"),
        Step("fee", "at least $1.00", "$3.75"),
    )


def test_where_a_city_has_no_policy_nothing_is_done() -> None:
    decision = fees.late(PACKS["south-daytona"], TODAY, PastDue(balance=250_00))
    assert refused(decision) == NO_POLICY
    with pytest.raises(ValueError, match=r"fees\.late refused"):
        _ = decision.value


def test_an_edited_policy_is_found_out_by_computing_again() -> None:
    then, now = one("late_fee", percent=10), one("late_fee", percent=11)
    decision = proved(fees.late(then["test"], TODAY, PastDue(balance=100_00)), then)
    with pytest.raises(AssertionError):
        proved(decision, now)


@pytest.mark.parametrize(
    "decision",
    [
        fees.returned(PACKS["gru"], TODAY, Returned(payment=10**60)),
        metered.charge(PACKS["palmetto"], TODAY, Usage(use={}, base_share=Share(1, 0)), "residential"),
        refunds.escheat(PACKS["palmetto"], TODAY, Issued(issued=date.max)),
        storm.may_run(PACKS["palmetto"], TODAY, Held(action="cut", mode_on=False, mode_ended=date.max)),
    ],
    ids=lambda decision: decision.rule,
)
def test_what_leads_beyond_the_numbers_or_the_calendar_is_refused(decision: Decision[Any]) -> None:
    assert refused(decision) == NOT_COMPUTABLE


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("1954.83333333"), "1,954.833333"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("0.10130"), "0.10130"),
        (True, "yes"),
        (False, "no"),
        ((1, "two"), "1, two"),
        (TODAY, "2026-07-01"),
    ],
)
def test_values_are_said_as_people_read_them(value: object, words: str) -> None:
    assert said(value) == words


@pytest.mark.parametrize(("amount", "words"), [(0, "$0.00"), (-5, "-$0.05"), (123_456_789, "$1,234,567.89")])
def test_money_is_said_in_dollars(amount: int, words: str) -> None:
    assert usd(amount) == words
