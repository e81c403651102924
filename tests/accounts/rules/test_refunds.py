"""Oracle cases 95, 96; escheat; the stop on new payees; nothing goes out in a storm without a pair."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stormops.accounts.rules.refunds import Escheat, Issued, RefundAsked, escheat, release
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]


def asked(**changed: Any) -> RefundAsked:
    return RefundAsked(
        **{
            "amount": 145_00,
            "paid_by": "cash",
            "paid_on": date(2026, 1, 5),
            "pay_to": "cheque",
            "payee_liable": True,
            "payee_since": date(2025, 1, 5),
            **changed,
        }
    )


def test_a_refund_of_cleared_money_to_a_known_payee_goes_out() -> None:
    assert proved(release(CITY, TODAY, asked(amount=1))).value == date(2026, 1, 5)
    assert proved(release(CITY, TODAY, asked(payee_since=TODAY - timedelta(14)))).value == TODAY


@pytest.mark.parametrize("pay_to", ["cheque", "cash", "transfer"])
def test_case_95_a_card_is_paid_back_to_the_card_unless_it_is_closed(pay_to: str) -> None:
    """Sarasota audit 2019."""
    assert refused(release(CITY, TODAY, asked(paid_by="card", pay_to=pay_to))) == "source"
    assert proved(release(CITY, TODAY, asked(paid_by="card", pay_to=pay_to, card_closed_proof=True))).value
    assert proved(release(CITY, TODAY, asked(paid_by="card", pay_to="card"))).value


def test_case_96_an_uncleared_cheque_holds_the_refund() -> None:
    paid = TODAY - timedelta(9)
    assert refused(release(CITY, TODAY, asked(paid_by="cheque", paid_on=paid))) == "uncleared"
    assert proved(release(CITY, TODAY + timedelta(1), asked(paid_by="cheque", paid_on=paid))).value == paid + timedelta(
        10
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"payee_liable": False}, "payee"),
        ({"amount": 0}, "payee"),
        ({"payee_since": TODAY - timedelta(13)}, "new_payee"),
        ({"storm": True}, "storm"),
        ({"storm": True, "hardship": True}, "storm"),
        ({"storm": True, "approvers": 2}, "storm"),
    ],
)
def test_what_is_stopped(changed: dict[str, Any], code: str) -> None:
    assert refused(release(CITY, TODAY, asked(**changed))) == code


def test_two_supervisors_release_one_in_hardship_where_the_city_allows_it() -> None:
    hardship = asked(storm=True, hardship=True, approvers=2)
    assert proved(release(CITY, TODAY, hardship)).value
    closed = one("refund", cheque_clears_days=10)
    assert refused(release(closed["test"], TODAY, hardship), closed) == "storm"
    always = one("refund", cheque_clears_days=10, in_storm="open", card_to_card=False)
    assert proved(release(always["test"], TODAY, asked(storm=True, paid_by="card")), always).value


def test_a_stale_refund_becomes_unclaimed_property_after_a_letter() -> None:
    given = Issued(issued=date(2025, 3, 1))
    assert proved(escheat(CITY, TODAY, given)).value == Escheat(letter=date(2025, 12, 1), unclaimed=date(2026, 3, 1))
    heard = Issued(issued=date(2025, 3, 1), last_contact=date(2025, 9, 1))
    assert proved(escheat(CITY, TODAY, heard)).value.unclaimed == date(2026, 9, 1)
