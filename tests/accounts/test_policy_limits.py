from __future__ import annotations

import pytest

from stormops.accounts.controls import approvals_needed
from stormops.accounts.policy import PolicyError
from stormops.accounts.policy_limits import ADJUSTING, PAYING_OUT, limits
from stormops.accounts.proposals import Proposal
from tests.accounts.policies import PACKS, TODAY, only


def test_the_numbers_are_those_of_the_pack() -> None:
    made = limits(PACKS["palmetto"], TODAY)
    assert made.payee_days == 14
    assert made.uncleared_days == 10
    assert (made.exception_days, made.exceptions_per_inspector_day) == (30, 20)
    assert made.stand_in_payment_max == 100_000
    assert made.stand_in_deposit_max == 500_000
    assert made.stand_in_extension_days == 14
    assert (made.cheques_returned, made.cheques_returned_days, made.cheques_refused_days) == (2, 183, 366)


def test_tiers_ask_for_the_roles_that_the_policy_names() -> None:
    tiers = limits(PACKS["palmetto"], TODAY).tiers
    assert approvals_needed(tiers["adjustment"], 10_000) == ("supervisor",)
    assert approvals_needed(tiers["adjustment"], 10_001) == ("supervisor", "manager")
    assert approvals_needed(tiers["adjustment"], 100_001) == ("supervisor", "manager", "director")
    assert approvals_needed(tiers["credit_refund"], 50_001) == ("supervisor", "cashier_supervisor", "manager")
    assert limits(PACKS["palmetto"], TODAY).split_days == 30


def test_every_kind_of_request_has_tiers() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in Proposal.__subclasses__()}
    assert kinds == set(ADJUSTING) | set(PAYING_OUT)


def test_what_a_counter_cannot_do_without_is_named() -> None:
    with pytest.raises(PolicyError, match=r"\[\[refund\]\]"):
        limits(only("late_fee", percent=1), TODAY)
