"""Oracle cases 57, 59, 60."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.dates import add_months
from stormops.accounts.policy import Packs
from stormops.accounts.rules.loan_life import Balance, Deferred, Extra, defer, extra_principal, payoff
from stormops.accounts.rules.loans import Note, schedule
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]
FIRST = date(2026, 8, 15)
WHOLE = schedule(CITY, TODAY, Note(principal=10_000_00, months=60, first_due=FIRST), "general").value
TO_COME = WHOLE.rows[24:]


def test_case_57_payoff_15_days_after_the_24th_instalment() -> None:
    last = WHOLE.rows[23]
    on = last.due + timedelta(15)
    found = proved(payoff(CITY, on, Balance(balance=last.balance, since=last.due), "general")).value
    assert (found.interest, found.amount) == (12_94, 6_309_50)
    assert found.per_diem == Decimal("6296.56") * 5 / 100 / 365
    early = payoff(CITY, last.due - timedelta(1), Balance(balance=1, since=last.due), "general")
    assert refused(early) == "bad_dates"


def test_a_payoff_includes_the_interest_of_deferred_months() -> None:
    found = payoff(CITY, FIRST, Balance(balance=100_00, since=FIRST, accrued=78_72), "general").value
    assert found.amount == 178_72


def test_case_59_shift_costs_nothing_and_the_term_is_three_months_longer() -> None:
    found = proved(defer(CITY, TODAY, Deferred(rows=TO_COME, months=3), "general")).value
    assert [row.due for row in found.rows] == [add_months(row.due, 3) for row in TO_COME]
    assert found.accrued == 0
    paid = WHOLE.rows[:24]
    assert sum(row.interest for row in (*paid, *found.rows)) == 1_322_74


def accruing() -> Packs:
    return one("loan", percent=5, least=500, most=10000, months_most=60, deferral="accrue")


def test_case_59_accrued_interest_stays_beside_the_balance_unless_it_was_signed_for() -> None:
    packs = accruing()
    found = proved(defer(packs["test"], TODAY, Deferred(rows=TO_COME, months=3)), packs).value
    assert found.accrued == 3 * 26_24  # 6,296.56 × 5 %/12 = 26.2357
    assert [row.balance for row in found.rows] == [row.balance for row in TO_COME], "not capitalised"
    signed = proved(defer(packs["test"], TODAY, Deferred(rows=TO_COME, months=3, signed=True)), packs).value
    assert signed.accrued == 0
    assert sum(row.principal for row in signed.rows) == 6_296_56 + 3 * 26_24
    assert (signed.rows[0].number, signed.rows[0].due, len(signed.rows)) == (25, add_months(TO_COME[0].due, 3), 36)


def test_an_instalment_is_put_off_by_a_month() -> None:
    found = proved(defer(CITY, TODAY, Deferred(rows=TO_COME[-1:], months=1), "general")).value
    assert found.rows[0].due == add_months(TO_COME[-1].due, 1)


def test_there_must_be_something_to_defer() -> None:
    assert refused(defer(CITY, TODAY, Deferred(rows=(), months=3), "general")) == "nothing_to_defer"
    for months in (0, 61):
        assert refused(defer(CITY, TODAY, Deferred(rows=TO_COME, months=months), "general")) == "nothing_to_defer"


def test_case_60_a_rebate_of_450_is_unscheduled_principal() -> None:
    extra = Extra(rows=TO_COME, payment=WHOLE.payment, amount=450_00)
    found = proved(extra_principal(CITY, TODAY, extra, "general")).value
    assert (found.applied, found.excess) == (450_00, 0)
    assert sum(row.principal for row in found.rows) == 6_296_56 - 450_00
    assert [row.number for row in found.rows] == list(range(25, 25 + 34))
    assert 0 < found.rows[-1].payment <= WHOLE.payment
    assert all(row.payment == WHOLE.payment for row in found.rows[:-1])
    assert sum(row.interest for row in found.rows) < sum(row.interest for row in TO_COME)


def test_more_than_is_owed_ends_the_loan_and_the_rest_is_the_customers() -> None:
    extra = Extra(rows=TO_COME, payment=WHOLE.payment, amount=7_000_00)
    found = proved(extra_principal(CITY, TODAY, extra, "general")).value
    assert (found.applied, found.excess, found.rows) == (6_296_56, 703_44, ())
    nothing = Extra(rows=(), payment=1, amount=1)
    assert refused(extra_principal(CITY, TODAY, nothing, "general")) == "nothing_owed"


@given(st.integers(1, 20_000_00))
def test_principal_is_neither_lost_nor_made(amount: int) -> None:
    found = extra_principal(CITY, TODAY, Extra(rows=TO_COME, payment=WHOLE.payment, amount=amount), "general").value
    assert found.applied + found.excess == amount
    assert found.applied + sum(row.principal for row in found.rows) == 6_296_56
    assert len(found.rows) <= len(TO_COME)
    assert all(0 < row.payment <= WHOLE.payment for row in found.rows[:-1])
    last = found.rows[-1].payment if len(found.rows) < len(TO_COME) and found.rows else 1
    assert 0 < last <= WHOLE.payment
