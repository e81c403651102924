from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from stormops.accounts import catalogue
from stormops.accounts.controls import approvals_needed
from stormops.accounts.policy import PolicyError
from stormops.accounts.policy_limits import ADJUSTING, PAYING_OUT, limits
from stormops.accounts.proposals import Proposal
from tests.accounts.policies import FOLDER, PACKS, TODAY, only, read


def test_the_numbers_are_those_of_the_pack() -> None:
    made = limits(PACKS["palmetto"], TODAY)
    assert made.payee_days == 14
    assert made.split_days == dict.fromkeys((*ADJUSTING, *PAYING_OUT), 30)
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
    assert approvals_needed(tiers["adjustment"], 10**12) == ("supervisor", "manager", "director")
    assert approvals_needed(tiers["credit_refund"], 50_001) == ("supervisor", "cashier_supervisor", "manager")


def test_each_kind_of_request_is_counted_together_over_its_own_days() -> None:
    text = (FOLDER / "palmetto.toml").read_text()
    at = text.index("window_days = 30", text.index('of = "refund"', text.index("[[approval_tiers]]")))
    clauses = tomllib.loads(f"{text[:at]}window_days = 90{text[at + 16 :]}", parse_float=Decimal)
    others = [read(path) for path in FOLDER.glob("*.toml") if path.stem != "palmetto"]
    made = limits(catalogue.packs([clauses, *others])["palmetto"], TODAY).split_days
    assert made == dict.fromkeys(ADJUSTING, 30) | dict.fromkeys(PAYING_OUT, 90)


def test_an_office_that_nobody_holds_opens_no_counter() -> None:
    clauses = tomllib.loads(
        (FOLDER / "palmetto.toml").read_text().replace('"director"', '"mayor"'), parse_float=Decimal
    )
    others = [read(path) for path in FOLDER.glob("*.toml") if path.stem != "palmetto"]
    with pytest.raises(PolicyError, match="mayor"):
        limits(catalogue.packs([clauses, *others])["palmetto"], TODAY)


def test_every_kind_of_request_has_tiers() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in Proposal.__subclasses__()}
    assert kinds == set(ADJUSTING) | set(PAYING_OUT)


def test_what_a_counter_cannot_do_without_is_named() -> None:
    with pytest.raises(PolicyError, match=r"\[\[refund\]\]"):
        limits(only("late_fee", percent=1), TODAY)
