"""Every event of the posting table, against the table itself."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from msgspec.structs import replace

from stormops.accounts import ledger, postings
from stormops.accounts.ledger import Head, Journal
from stormops.accounts.postings import BANK, CARDS, Against, Held, Piece
from tests.beancount_books import complaints

HEAD = Head("k1", date(2026, 3, 5), 7)
DRAWER = postings.drawer("d1")
POWER = Piece("r1", "a1", "energy", "electric", 6_000)
WATER = Piece("r2", "a1", "water", "water", 4_000)
DEPOSIT = Held("dep1", "a1", "electric", 14_500)
REFUND = Held("ref1", "a1", "electric", 500)
RECEIPT = Held("p1", "a1", "general", 10_500)


def sums(entry: Journal) -> dict[str, int]:
    """Account → debits less credits, without what funds owe each other."""
    totals: Counter[str] = Counter()
    for line in entry.lines:
        if line.account not in {"1300", "2350"}:
            totals[line.account] += line.signed
    return dict(totals)


TABLE = [
    (
        postings.billed(
            HEAD,
            [
                Against(POWER, "4010"),
                Against(WATER._replace(cents=300), "2200"),
                Against(Piece("r3", "a1", "fire", "fire", 1_675), "2300"),
            ],
        ),
        {"1100": 7_975, "4010": -6_000, "2200": -300, "2300": -1_675},
    ),
    (postings.paid(HEAD, DRAWER, "a1", [POWER, WATER], 500), {"1020": 10_500, "1100": -10_000, "2150": -500}),
    (postings.paid(HEAD, CARDS, "a1", [POWER], 0), {"1030": 6_000, "1100": -6_000}),
    (postings.credit_applied(HEAD, "a1", [POWER]), {"2150": 6_000, "1100": -6_000}),
    (postings.float_issued(HEAD, DRAWER, 900), {"1020": 900, "1010": -900}),
    (postings.banked(HEAD, DRAWER, 900), {"1010": 900, "1020": -900}),
    (postings.stood_in(HEAD, DRAWER, RECEIPT), {"1020": 10_500, "1200": -10_500}),
    (postings.stand_in_posted(HEAD, RECEIPT, [POWER, WATER]), {"1200": 10_500, "1100": -10_000, "2150": -500}),
    (
        postings.returned(HEAD, "a1", [POWER], 100, Piece("r9", "a1", "returned", "general", 3_000)),
        {"1100": 9_000, "2150": 100, "1010": -6_100, "4500": -3_000},
    ),
    (postings.over_short(HEAD, DRAWER, -250), {"5400": 250, "1020": -250}),
    (postings.over_short(HEAD, DRAWER, 250), {"5400": -250, "1020": 250}),
    (postings.deposit_paid(HEAD, DRAWER, DEPOSIT), {"1020": 14_500, "2100": -14_500}),
    (postings.deposit_interest_accrued(HEAD, DEPOSIT._replace(cents=290)), {"5500": 290, "2110": -290}),
    (
        postings.deposit_interest_credited(HEAD, DEPOSIT._replace(cents=7_000), [POWER]),
        {"2110": 7_000, "1100": -6_000, "2150": -1_000},
    ),
    (postings.deposit_moved(HEAD, DEPOSIT, DEPOSIT._replace(item="dep2", party="a2"), 290), {"2100": 0, "2110": 0}),
    (postings.credit_refunded(HEAD, REFUND), {"2150": 500, "2160": -500}),
    (postings.refund_paid(HEAD, REFUND), {"2160": 500, "1010": -500}),
    (postings.refund_unclaimed(HEAD, REFUND), {"2160": 500, "2170": -500}),
    (postings.waived(HEAD, [Against(POWER, "4500")]), {"4500": 6_000, "1100": -6_000}),
    (
        postings.overcharged(
            HEAD, [Against(POWER, "4010"), Against(POWER._replace(cents=500), "2200")], [POWER], REFUND
        ),
        {"4010": 6_000, "2200": 500, "1100": -6_000, "2160": -500},
    ),
    (
        postings.storm_credit(HEAD, [POWER], [Held("a2", "a2", "electric", 3_500)]),
        {"5300": 9_500, "1100": -6_000, "2150": -3_500},
    ),
    (postings.transferred(HEAD, [POWER], [POWER._replace(item="r7", party="a2")]), {"1100": 0}),
    (postings.pass_sold(HEAD, DRAWER, "transit", 300), {"1020": 300, "2400": -300}),
    (postings.pass_earned(HEAD, "transit", 10), {"2400": 10, "4700": -10}),
    (postings.fare_paid(HEAD, DRAWER, "transit", 250), {"1020": 250, "4700": -250}),
]


@pytest.mark.parametrize(
    ("entry", "expected"), TABLE, ids=lambda value: value.event if isinstance(value, Journal) else ""
)
def test_each_event_posts_what_the_table_says_and_balances_in_each_fund(
    entry: Journal, expected: dict[str, int]
) -> None:
    assert sums(entry) == expected
    assert ledger.check(entry, {}) is None


def test_the_worked_example_a_final_bill_paid_from_its_deposit() -> None:
    owed = POWER._replace(cents=4_363)
    entry = postings.deposit_applied(HEAD, DEPOSIT, 290, [owed], refund="ref1")
    assert [(line.account, line.side.value, line.cents) for line in entry.lines] == [
        ("2100", "Dr", 14_500),
        ("2110", "Dr", 290),
        ("1100", "Cr", 4_363),
        ("2160", "Cr", 10_427),
    ]
    assert ledger.check(entry, {}) is None


def test_a_deposit_of_one_fund_pays_another_fund_by_what_they_owe_each_other() -> None:
    entry = postings.deposit_applied(HEAD, DEPOSIT._replace(cents=4_000), 0, [WATER], refund="ref1")
    due = [(line.account, line.fund, line.item, line.signed) for line in entry.lines[2:]]
    assert due == [("2350", "electric", "water", -4_000), ("1300", "water", "electric", 4_000)]


def test_by_a_case_a_deposit_pays_what_was_stayed() -> None:
    entry = postings.deposit_applied(HEAD, DEPOSIT, 0, [POWER], refund="ref1", case="b1")
    assert sums(entry) == {"2100": 14_500, "1110": -6_000, "2160": -8_500}
    assert ledger.check(entry, {"a1": "b1"}) is None


def test_money_is_the_pools_and_receivables_their_funds() -> None:
    entry = postings.paid(HEAD, BANK, "a1", [POWER, WATER], 0)
    assert {(line.account, line.fund) for line in entry.lines if line.account in {"1010", "1100"}} == {
        ("1010", "general"),
        ("1100", "electric"),
        ("1100", "water"),
    }


def test_an_independent_checker_agrees_and_would_not_if_a_cent_were_lost() -> None:
    entries = [entry for entry, _ in TABLE]
    trial = ledger.balances(entries)
    assert complaints(entries, trial) == []
    assert complaints(entries, trial | {("1010", "general"): trial["1010", "general"] + 1})
    lost = replace(entries[0].lines[0], cents=entries[0].lines[0].cents - 1)
    assert complaints([replace(entries[0], lines=(lost, *entries[0].lines[1:]))], {})
