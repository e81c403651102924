from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts import chart, ledger
from stormops.accounts.chart import CHART, Side
from stormops.accounts.ledger import Head, Journal, JournalState, Line
from stormops.accounts.refusal import Refusal

HEAD = Head("k1", date(2026, 3, 5), 7, "pack 1", ("ann",))
FUNDS = ["electric", "fire", "general", "sewer", "water"]


def sale(cents: int = 500) -> Journal:
    lines = [
        Line(chart.RECEIVABLE, Side.DEBIT, cents, "electric", "a1", "energy", "r1"),
        Line("4010", Side.CREDIT, cents, "electric", "a1", "energy"),
    ]
    return ledger.journal(HEAD, "billed", lines)


@st.composite
def balanced_lines(draw: st.DrawFn) -> list[Line]:
    parts = draw(st.lists(st.tuples(st.sampled_from(FUNDS), st.integers(1, 10**7)), min_size=1, max_size=12))
    lines = [Line(chart.CASH, Side.DEBIT, cents, fund) for fund, cents in parts]
    rest = sum(cents for _, cents in parts)
    for fund, cents in draw(st.lists(st.tuples(st.sampled_from(FUNDS), st.integers(1, 10**7)), max_size=12)):
        if cents < rest:
            lines.append(Line("4010", Side.CREDIT, cents, fund))
            rest -= cents
    return [*lines, Line("4090", Side.CREDIT, rest, draw(st.sampled_from(FUNDS)))]


@given(balanced_lines())
def test_whatever_crosses_funds_balances_in_each_fund_and_is_owed_between_them(lines: list[Line]) -> None:
    made = ledger.journal(HEAD, "x", lines)
    assert ledger.check(made, {}) is None
    for fund in FUNDS:
        assert sum(line.signed for line in made.lines if line.fund == fund) == 0
    due = [line for line in made.lines if line.account in {chart.DUE_TO, chart.DUE_FROM}]
    assert len(due) < 2 * len({line.fund for line in lines})
    for line in due:
        opposite = chart.DUE_FROM if line.account == chart.DUE_TO else chart.DUE_TO
        assert Line(opposite, line.side.other, line.cents, line.item, item=line.fund) in due


@given(balanced_lines())
def test_a_journal_and_its_mirror_are_nothing(lines: list[Line]) -> None:
    made = ledger.journal(HEAD, "x", lines)
    mirror = ledger.reverse(made, msgspec.structs.replace(HEAD, id="k2"))
    assert isinstance(mirror, Journal)
    assert (mirror.id, mirror.reverses) == ("k2", "k1")
    assert ledger.check(mirror, {}) is None
    assert not any(ledger.balances([made, mirror]).values())


def test_within_one_fund_nothing_is_added() -> None:
    assert len(sale().lines) == 2


def test_lines_without_an_amount_are_left_out() -> None:
    made = ledger.journal(HEAD, "x", [*sale().lines, Line(chart.TAXES, Side.CREDIT, 0, "electric")])
    assert made.lines == sale().lines


def change(place: int, **fields: object) -> Journal:
    entry = sale()
    lines = list(entry.lines)
    lines[place] = msgspec.structs.replace(lines[place], **fields)
    return msgspec.structs.replace(entry, lines=tuple(lines))


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (ledger.journal(HEAD, "x", []), "too_few_lines"),
        (change(0, account="9999"), "unknown_account"),
        (change(0, cents=0), "no_amount"),
        (change(0, cents=-500), "no_amount"),
        (change(0, fund=""), "no_fund"),
        (change(0, item=""), "no_item"),
        (change(0, cents=501), "unbalanced"),
        (change(0, fund="water"), "unbalanced"),
        (change(0, account=chart.PREPETITION), "stayed"),
        (change(1, account=chart.DUE_TO, item="water"), "unbalanced"),
    ],
)
def test_what_is_not_a_journal_is_refused(entry: Journal, code: str) -> None:
    refusal = ledger.check(entry, {})
    assert refusal is not None
    assert refusal.code == code
    assert refusal.sentence.endswith(".")


def test_what_is_stayed_is_touched_only_by_its_case() -> None:
    assert ledger.check(sale(), {"a2": "b1"}) is None
    for case, code in (("", "stayed"), ("b2", "stayed"), ("b1", None)):
        refusal = ledger.check(change(0, case=case), {"a1": "b1"})
        assert (refusal and refusal.code) == code


def test_pending_ends_once_and_only_what_is_posted_counts() -> None:
    pending = msgspec.structs.replace(sale(), state=JournalState.PENDING)
    assert ledger.balances([pending]) == {}
    posted = ledger.end(pending, JournalState.POSTED, 9)
    assert isinstance(posted, Journal)
    assert posted.posted_ms == 9
    assert ledger.balances([posted]) == {("1100", "electric"): 500, ("4010", "electric"): -500}
    voided = ledger.end(pending, JournalState.VOIDED, 9)
    assert isinstance(voided, Journal)
    assert ledger.balances([voided]) == {}
    for ended in (posted, voided):
        again = ledger.end(ended, JournalState.POSTED, 10)
        assert isinstance(again, Refusal)
        assert again.code == "already_ended"
    assert isinstance(ledger.end(pending, JournalState.PENDING, 9), Refusal)


def test_only_what_is_posted_is_reversed_and_a_reversal_is_not() -> None:
    pending = ledger.reverse(msgspec.structs.replace(sale(), state=JournalState.PENDING), HEAD)
    assert isinstance(pending, Refusal)
    assert pending.code == "not_posted"
    mirror = ledger.reverse(sale(), HEAD)
    assert isinstance(mirror, Journal)
    twice = ledger.reverse(mirror, HEAD)
    assert isinstance(twice, Refusal)
    assert twice.code == "is_reversal"


def test_every_account_of_the_chart_is_its_own_code() -> None:
    assert all(code == row.code for code, row in CHART.items())
