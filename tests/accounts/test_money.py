from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts import money


def test_half_a_cent_goes_up_and_away_from_zero() -> None:
    assert money.cents(Decimal("0.005")) == 1
    assert money.cents(Decimal("-0.005")) == -1
    assert money.cents(Decimal("1954.8349")) == 195_483


def test_a_cap_is_rounded_down_and_a_floor_up() -> None:
    assert money.cents_at_most(Decimal("1954.8399")) == 195_483
    assert money.cents_at_least(Decimal("1954.8301")) == 195_484


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_shares_add_up_and_none_is_a_cent_from_its_own(amount: int, weights: list[int]) -> None:
    shares = money.shares(amount, weights)
    assert sum(shares) == amount
    total = sum(weights)
    assert all(abs(share * total - amount * weight) < total for share, weight in zip(shares, weights, strict=True))


def test_cents_and_dollars_are_the_same_amount() -> None:
    assert money.cents(money.dollars(12_345)) == 12_345
