"""A master bill is shared out to the cent, and a vacant unit is its owner's only by a signature."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.rules.umbrella import Master, Member, Part, allocate
from tests.accounts.policies import PACKS, TODAY, one, only, proved, refused

BY_USE = only("master_bill", basis="use")


def test_a_bill_is_split_by_dwelling_units() -> None:
    members = (
        Member(account="a"),
        Member(account="b", dwelling_units=2),
        Member(account="c", vacant=True, owner="landlord"),
    )
    parts = proved(allocate(PACKS["palmetto"], TODAY, Master(amount=100_01, members=members))).value
    assert parts == (Part("a", "a", 25_00), Part("b", "b", 50_01), Part("c", "landlord", 25_00))


def test_a_vacant_unit_without_an_owners_agreement_stops_the_bill() -> None:
    members = (Member(account="a"), Member(account="b", vacant=True))
    assert refused(allocate(PACKS["palmetto"], TODAY, Master(amount=1, members=members))) == "no_owner_agreement"


def test_a_roster_without_anything_to_split_by_is_refused() -> None:
    packs = one("master_bill", basis="square_feet")
    for members in ((), (Member(account="a"),)):
        asked = allocate(packs["test"], TODAY, Master(amount=1, members=members))
        assert refused(asked, packs) == "nothing_to_split_by"


@given(st.integers(0, 10**8), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_the_parts_are_the_bill_to_the_cent(amount: int, uses: list[int]) -> None:
    members = tuple(Member(account=str(number), use=use) for number, use in enumerate(uses))
    parts = allocate(BY_USE, TODAY, Master(amount=amount, members=members)).value
    assert sum(part.amount for part in parts) == amount
