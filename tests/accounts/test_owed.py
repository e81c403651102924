from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts import owed
from stormops.accounts.draft import Draft
from stormops.accounts.records_money import ChargeType, Receivable
from stormops.accounts.refusal import Refused
from tests.accounts.world import CHARGES, city

RANKS = {charge.id: charge.rank for charge in CHARGES}


def receivable(key: str, charge: str, cents: int, due: date) -> Receivable:
    return Receivable(id=key, account="a1", charge=charge, fund="x", due=due, cents=cents, owed=cents)


many = st.lists(
    st.tuples(st.sampled_from(sorted(RANKS)), st.integers(0, 10_000), st.dates(date(2026, 1, 1), date(2026, 12, 31))),
    max_size=12,
).map(lambda rows: [receivable(f"r{place}", *row) for place, row in enumerate(rows)])


@given(many, st.integers(0, 60_000))
def test_an_allocation_spends_all_it_can_in_order_and_not_a_cent_more(rows: list[Receivable], cents: int) -> None:
    pieces, left = owed.allocate(rows, RANKS, cents)
    total = sum(each.owed for each in rows)
    assert sum(piece.cents for piece in pieces) + left == cents
    assert left == max(0, cents - total)
    by_key = {each.id: each for each in rows}
    order = [(RANKS[piece.charge], by_key[piece.item].due, piece.item) for piece in pieces]
    assert order == sorted(order)
    for piece in pieces[:-1]:
        assert piece.cents == by_key[piece.item].owed, "only the last may be part"


def test_past_due_is_what_may_cut() -> None:
    charges = {charge.id: charge for charge in CHARGES}
    rows = [receivable("r1", "fire", 5, date(2026, 1, 1)), receivable("r2", "energy", 7, date(2026, 1, 1))]
    assert owed.past_due(rows, charges, date(2026, 1, 1)) == 0
    assert owed.past_due(rows, charges, date(2026, 1, 2)) == 7


def test_a_charge_credits_what_a_bill_may() -> None:
    world = city()
    odd = ChargeType(id="odd", name="Odd", fund="electric", credits="1010", disconnectable=False, rank=1)
    world.books.records["charge_type", "odd"] = odd
    draft = Draft(world.books, world.envelope(), world.grants("ann"), world.now)
    with pytest.raises(Refused, match="which no bill may"):
        owed.charge(draft, "a1", "odd", 5, due=world.day)
