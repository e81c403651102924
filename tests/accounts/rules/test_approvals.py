"""Limits by amount, amounts split to stay below them, payees that are too new."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.accounts.money import Cents
from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.approvals import Asked, Made, needed
from tests.accounts.policies import PACKS, TODAY, one, proved, refused

CITY = PACKS["palmetto"]


@pytest.mark.parametrize(
    ("amount", "roles"),
    [
        (100_00, ("supervisor",)),
        (100_01, ("supervisor", "manager")),
        (1_000_00, ("supervisor", "manager")),
        (1_000_01, ("supervisor", "manager", "director")),
    ],
)
def test_more_money_needs_more_persons(amount: Cents, roles: tuple[str, ...]) -> None:
    found = proved(needed(CITY, TODAY, Asked(amount=amount), "adjustment")).value
    assert (found.roles, found.split) == (roles, False)


@pytest.mark.parametrize(
    ("days_ago", "earlier", "roles", "split"),
    [
        (0, 60_00, 2, True),
        (29, 60_00, 2, True),
        (30, 60_00, 1, False),
        (5, 10_00, 1, False),
    ],
)
def test_what_is_split_to_stay_below_a_limit_is_approved_as_the_whole(
    days_ago: int, earlier: Cents, roles: int, split: bool
) -> None:
    made = (Made(TODAY - timedelta(days_ago), earlier),)
    found = proved(needed(CITY, TODAY, Asked(amount=90_00, earlier=made), "adjustment")).value
    assert (len(found.roles), found.split) == (roles, split)


@given(st.lists(st.integers(1, 500_00), min_size=1, max_size=8))
def test_no_way_of_splitting_an_amount_needs_fewer_persons(parts: list[int]) -> None:
    whole = needed(CITY, TODAY, Asked(amount=sum(parts)), "adjustment").value
    earlier = tuple(Made(TODAY, part) for part in parts[:-1])
    last = needed(CITY, TODAY, Asked(amount=parts[-1], earlier=earlier), "adjustment").value
    assert last.roles == whole.roles


def test_money_does_not_go_to_a_payee_who_was_just_entered() -> None:
    since = TODAY - timedelta(13)
    assert refused(needed(CITY, TODAY, Asked(amount=1, payee_since=since), "refund")) == "stop_list"
    assert proved(needed(CITY, TODAY + timedelta(1), Asked(amount=1, payee_since=since), "refund")).value


def test_what_has_no_tiers_is_refused() -> None:
    assert refused(needed(CITY, TODAY, Asked(amount=1), "gift")) == "no_policy"
    assert refused(needed(CITY, TODAY, Asked(amount=0), "refund")) == "bad_amount"
    with pytest.raises(PolicyError, match="`tiers` rise"):
        one("approval_tiers", window_days=1, tiers=[])
