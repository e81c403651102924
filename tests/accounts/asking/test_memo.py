from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from stormops.accounts.asking import memo as module
from stormops.accounts.asking.memo import Memo
from stormops.accounts.rules import estimates, metered, property_charges
from tests.accounts.policies import PACKS, TODAY

PACK = PACKS["palmetto"]


def use(units: int) -> metered.Usage:
    return metered.Usage(use={"all": Decimal(units)})


def test_it_decides_as_the_rule_does_under_the_days_own_clause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_MAX", 3)  # forgetting changes nothing
    memo = Memo(PACK)
    for day in (TODAY, date(2025, 7, 1), TODAY):
        for units in (0, 500, 812, 1_000, 500):
            mine, rules = (
                memo.decide(metered.charge, day, use(units), "residential"),
                metered.charge(PACK, day, use(units), "residential"),
            )
            assert (mine.result, mine.refusal, mine.policy, mine.on) == (rules.result, None, rules.policy, day)
    assert len(memo.take()) == 8  # four uses under two clauses, each once
    assert memo.take() == []


def test_a_refusal_is_one_and_nothing_to_keep() -> None:
    memo = Memo(PACK)
    for given, of in ((use(1), "nobody's"), (metered.Usage(use={"odd": Decimal(1)}), "residential")):
        mine, rules = memo.decide(metered.charge, TODAY, given, of), metered.charge(PACK, TODAY, given, of)
        assert (mine.result, mine.refusal) == (None, rules.refusal)
    negative = property_charges.Area(square_feet=-1)
    assert memo.decide(property_charges.stormwater, TODAY, negative, "commercial").refusal is not None


def test_a_rule_that_looks_at_the_day_is_not_remembered_for_another() -> None:
    with pytest.raises(AttributeError):
        Memo(PACK).decide(estimates.allowed, TODAY, estimates.Wanted(cause="utility"))
