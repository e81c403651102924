"""Oracle case 45: South Daytona 20-70."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.rules.allocation import Payment, pay
from tests.accounts.policies import PACKS, TODAY, proved, refused

CITY = PACKS["south-daytona"]
DUE = {
    "water": 31_20,
    "sewer": 48_30,
    "garbage": 25_00,
    "misc": 15_00,
    "penalties": 8_00,
    "stormwater": 10_71,
    "tax": 6_10,
}


def test_case_45_a_payment_meets_the_charges_in_their_order() -> None:
    allocation = proved(pay(CITY, TODAY, Payment(amount=100_00, due=DUE))).value
    assert list(allocation.paid.items()) == [
        ("tax", 6_10),
        ("stormwater", 10_71),
        ("penalties", 8_00),
        ("misc", 15_00),
        ("garbage", 25_00),
        ("sewer", 35_19),
        ("water", 0),
    ]
    assert {name: left for name, left in allocation.left.items() if left} == {"sewer": 13_11, "water": 31_20}
    assert allocation.excess == 0


def test_what_is_too_much_is_the_customers_credit_and_what_is_not_ranked_comes_last() -> None:
    allocation = proved(pay(CITY, TODAY, Payment(amount=20_00, due={"zoo": 5_00, "water": 3_00, "moat": 4_00}))).value
    assert list(allocation.paid) == ["water", "moat", "zoo"]
    assert allocation.excess == 8_00


def test_a_payment_is_of_something() -> None:
    assert refused(pay(CITY, TODAY, Payment(amount=0, due=DUE))) == "bad_amount"
    assert refused(pay(CITY, TODAY, Payment(amount=1, due={"tax": -1}))) == "bad_amount"


@given(st.integers(1, 10**7), st.dictionaries(st.sampled_from([*DUE, "zoo", "moat"]), st.integers(0, 10**6)))
def test_nothing_is_lost_and_nobody_is_paid_twice(amount: int, due: dict[str, int]) -> None:
    allocation = pay(CITY, TODAY, Payment(amount=amount, due=due)).value
    assert sum(allocation.paid.values()) + allocation.excess == amount
    assert {name: allocation.paid[name] + allocation.left[name] for name in due} == due
    short = [name for name in allocation.paid if allocation.left[name]]
    assert all(allocation.paid[name] == 0 for name in short[1:]), "a later charge is paid only when earlier ones are"
    assert not (allocation.excess and short)
