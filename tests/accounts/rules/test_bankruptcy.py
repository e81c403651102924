"""Oracle cases 61 to 67."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.money import Cents
from stormops.accounts.rules.bankruptcy import (
    CaseDates,
    CasePayment,
    DemandWithdrawn,
    Notice,
    PayerRecord,
    Petition,
    PrepetitionDeposit,
    Straddling,
    dates,
    demand_assurance,
    notice,
    payment,
    set_off,
    split,
    withdraw_assurance,
)
from stormops.accounts.rules.metered import PLAIN, Usage, charge
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]
PETITION = date(2026, 3, 20)


def bill(**changed: Any) -> Straddling:
    return Straddling(
        **{
            "first": date(2026, 3, 5),
            "end": date(2026, 4, 3),
            "petition": PETITION,
            "total": 125_28,
            "base": 7_77,
            "units": Decimal(1160),
            **changed,
        }
    )


def test_case_61_a_bill_is_split_by_day_of_service() -> None:
    used = Usage(use={PLAIN: Decimal(1160)}, days=29)
    assert charge(CITY, TODAY, used, "residential").value.total == 125_28
    found = proved(split(CITY, TODAY, bill(), "13")).value
    assert (found.pre, found.post, found.pre_units) == (64_80, 60_48, Decimal(600))


def test_case_62_an_actual_read_wins_over_days() -> None:
    """15 of 29 days of the base, 700 of 1,160 kWh of the rest."""
    decision = proved(split(CITY, TODAY, bill(read_at_petition=Decimal(700)), "13"))
    found = decision.value
    assert "actual read" in {step.formula for step in decision.formula}
    exact = Decimal("7.77") * 15 / 29 + Decimal("117.51") * 700 / 1160
    assert found.pre == round(exact * 100)
    assert (found.pre + found.post, found.pre_units) == (125_28, Decimal(700))


@pytest.mark.parametrize(
    ("petition", "pre"), [(date(2026, 3, 5), 0), (date(2026, 1, 1), 0), (date(2026, 5, 1), 125_28)]
)
def test_a_petition_outside_the_period_leaves_the_bill_whole(petition: date, pre: Cents) -> None:
    assert proved(split(CITY, TODAY, bill(petition=petition), "7")).value.pre == pre


def test_the_day_of_the_petition_may_count_as_before() -> None:
    packs = one("bankruptcy", assurance_days=20, claim_days=180, assurance_forms=["cash"], petition_day_is_post=False)
    found = proved(split(packs["test"], TODAY, bill()), packs).value
    assert found.pre == round(Decimal(125_28) * 16 / 29)


def test_a_read_beyond_the_use_is_refused() -> None:
    last = bill(read_at_petition=Decimal(1160), end=date(2026, 3, 6), petition=date(2026, 3, 6))
    assert proved(split(CITY, TODAY, last, "7")).value.post == 0
    assert refused(split(CITY, TODAY, bill(read_at_petition=Decimal(1161)), "7")) == "bad_period"
    assert refused(split(CITY, TODAY, bill(end=date(2026, 3, 5)), "7")) == "bad_period"
    with pytest.raises(ValueError, match="`units`"):
        bill(units=Decimal("NaN"))


@given(st.integers(0, 10**7), st.integers(-40, 80), st.integers(0, 1160), st.booleans())
def test_before_and_after_are_the_whole(total: int, day: int, read: int, was_read: bool) -> None:
    asked = bill(
        total=total,
        base=min(total, 7_77),
        petition=date(2026, 3, 5) + timedelta(day),
        read_at_petition=Decimal(read) if was_read else None,
    )
    found = split(CITY, TODAY, asked, "7").value
    assert found.pre + found.post == total
    assert 0 <= found.pre <= total


@pytest.mark.parametrize(
    ("chapter", "assurance"), [("7", date(2026, 4, 9)), ("13", date(2026, 4, 9)), ("11", date(2026, 4, 19))]
)
def test_case_63_dates_by_chapter(chapter: str, assurance: date) -> None:
    found = proved(dates(CITY, TODAY, Petition(filed=PETITION), chapter)).value
    assert found == CaseDates(assurance=assurance, claim=date(2026, 9, 16))
    assert dates(PACKS["danville"], TODAY, Petition(filed=PETITION), chapter).value == found, "federal law for all"


@pytest.mark.parametrize(
    ("service", "first", "urgent"),
    [("cut_queued", "cancel_cut", True), ("cut", "reconnect", True), ("on", "stay_prepetition", False)],
)
def test_case_64_a_notice_stops_a_cut_before_anything_else_and_asks_for_nothing(
    service: Any, first: str, urgent: bool
) -> None:
    """In re Tarrant v. Douglas: cut on the day of the notice, the city paid."""
    found = proved(notice(CITY, TODAY, Notice(service=service), "13")).value
    assert (found.actions[0], found.urgent, found.payment_asked) == (first, urgent, 0)
    assert {"stay_prepetition", "stop_dunning", "recall_placement"} <= set(found.actions)


@pytest.mark.parametrize(
    ("past_due", "times", "allowed"), [(0, 0, False), (30, 2, False), (31, 0, True), (35, 1, True), (0, 3, True)]
)
def test_case_65_a_timely_payer_owes_no_deposit(past_due: int, times: int, allowed: bool) -> None:
    """Steinebach."""
    record = PayerRecord(days_past_due=past_due, delinquent_times=times)
    decision = demand_assurance(CITY, TODAY, record, "13-steinebach")
    if allowed:
        assert "cash deposit" in proved(decision).value
    else:
        assert refused(decision) == "attorney"
    assert proved(demand_assurance(CITY, TODAY, record, "11")).value, "11 USC 366(c): timely payment is not considered"


@pytest.mark.parametrize(
    ("ground", "given_cents", "ordered", "code"),
    [
        ("mistake", 0, False, ""),
        ("not_due", 0, False, ""),
        ("court", 0, True, ""),
        ("court", 0, False, "no_order"),
        ("court", 1, True, "assurance_given"),
        ("mistake", 1, False, "assurance_given"),
    ],
)
def test_a_demand_is_withdrawn_while_nothing_was_given_and_for_the_court_by_its_order(
    ground: Any, given_cents: int, ordered: bool, code: str
) -> None:
    demand = DemandWithdrawn(ground=ground, given=given_cents, ordered=ordered)
    for chapter in ("7", "11", "13"):
        decision = withdraw_assurance(CITY, TODAY, demand, chapter)
        if code:
            assert refused(decision) == code
        else:
            assert proved(decision).value == ground


def test_case_66_a_payment_for_the_old_balance_waits_for_a_person() -> None:
    assert proved(payment(CITY, TODAY, CasePayment(amount=50_00, for_old_balance=True), "7")).value == "review"
    assert proved(payment(CITY, TODAY, CasePayment(amount=50_00), "7")).value == "post_petition"
    packs = one("bankruptcy", assurance_days=20, claim_days=180, assurance_forms=["cash"], old_balance_memo="apply")
    decision = payment(packs["test"], TODAY, CasePayment(amount=50_00, for_old_balance=True))
    assert proved(decision, packs).value == "pre_petition"


@pytest.mark.parametrize("chapter", ["7", "13"])
def test_case_67_a_deposit_is_held_but_in_chapter_11(chapter: str) -> None:
    given = PrepetitionDeposit(deposit=145_00, debt=412_00)
    assert refused(set_off(CITY, TODAY, given, chapter)) == "hold"
    assert proved(set_off(CITY, TODAY, given, "11")).value == 145_00
    assert proved(set_off(CITY, TODAY, PrepetitionDeposit(deposit=145_00, debt=64_80), "11")).value == 64_80
