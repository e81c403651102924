"""Loans, rebates, bankruptcy, agencies and bad debt, against the posting table."""

from __future__ import annotations

from datetime import date

import pytest

from stormops.accounts import ledger, postings_credit
from stormops.accounts.ledger import Head, Journal
from stormops.accounts.postings import Held, Piece, drawer
from tests.accounts.test_postings import sums

HEAD = Head("k1", date(2026, 3, 5), 7)
LOAN = Held("l1", "a1", "electric", 1_000_000)
POWER = Piece("r1", "a1", "energy", "electric", 6_000)
INSTALMENT = Piece("r5", "a1", "loan", "electric", 18_871)
REBATE = Held("b1", "a1", "electric", 45_000)

TABLE = [
    (postings_credit.loan_disbursed(HEAD, LOAN), {"1150": 1_000_000, "1010": -1_000_000}),
    (postings_credit.loan_interest_accrued(HEAD, LOAN._replace(cents=4_167)), {"1155": 4_167, "4600": -4_167}),
    (
        postings_credit.instalment_billed(HEAD, INSTALMENT, "l1", 14_704, 4_167),
        {"1100": 18_871, "1155": -4_167, "1150": -14_704},
    ),
    (
        postings_credit.loan_paid_off(HEAD, drawer("d1"), LOAN, 629_656, 1_294),
        {"1020": 630_950, "1150": -629_656, "1155": -1_294},
    ),
    (postings_credit.loan_written_off(HEAD, LOAN, 5), {"1190": 1_000_005, "1150": -1_000_000, "1155": -5}),
    (postings_credit.rebate_credited(HEAD, REBATE), {"5200": 45_000, "2150": -45_000}),
    (postings_credit.rebate_payable(HEAD, REBATE, "ref1"), {"5200": 45_000, "2160": -45_000}),
    (postings_credit.rebate_on_loan(HEAD, REBATE, LOAN._replace(cents=45_000)), {"5200": 45_000, "1150": -45_000}),
    (postings_credit.placed(HEAD, [POWER]), {"1120": 6_000, "1100": -6_000}),
    (postings_credit.recalled(HEAD, [POWER]), {"1120": -6_000, "1100": 6_000}),
    (postings_credit.recovered(HEAD, [POWER], 1_500), {"1010": 4_500, "1120": -6_000, "5600": 1_500}),
    (postings_credit.commission_paid(HEAD, 1_500), {"5600": 1_500, "1010": -1_500}),
    (postings_credit.allowed(HEAD, "electric", 6_000), {"5100": 6_000, "1190": -6_000}),
    (postings_credit.written_off(HEAD, [POWER]), {"1190": 6_000, "1120": -6_000}),
    (postings_credit.recovered_late(HEAD, [POWER]), {"1010": 6_000, "5100": -6_000}),
]

BY_CASE = [
    (postings_credit.petition_split(HEAD, [POWER], "b1"), {"1110": 6_000, "1100": -6_000}),
    (postings_credit.moved_after_petition(HEAD, [POWER], [POWER._replace(party="a2")], "b1"), {"1100": 0}),
    (postings_credit.dividend_received(HEAD, [POWER], "b1"), {"1010": 6_000, "1110": -6_000}),
    (postings_credit.discharged(HEAD, [POWER], "b1"), {"1190": 6_000, "1110": -6_000}),
    (postings_credit.stay_lifted(HEAD, [POWER], "b1"), {"1110": -6_000, "1100": 6_000}),
]


@pytest.mark.parametrize(
    ("entry", "expected"), [*TABLE, *BY_CASE], ids=lambda value: value.event if isinstance(value, Journal) else ""
)
def test_each_event_posts_what_the_table_says_and_balances_in_each_fund(
    entry: Journal, expected: dict[str, int]
) -> None:
    assert sums(entry) == expected
    assert ledger.check(entry, {}) is None


@pytest.mark.parametrize("entry", [entry for entry, _ in BY_CASE], ids=lambda entry: entry.event)
def test_what_is_stayed_moves_by_its_case_only(entry: Journal) -> None:
    assert ledger.check(entry, {"a1": "b1"}) is None
    refusal = ledger.check(entry, {"a1": "b2"})
    assert refusal is not None
    assert refusal.code == "stayed"
