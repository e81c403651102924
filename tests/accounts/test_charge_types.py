from __future__ import annotations

from stormops.accounts.charge_types import FIRE, KINDS, charge_types
from stormops.accounts.chart import BILLABLE
from tests.accounts.policies import PACKS, TODAY, only


def test_rank_and_what_may_cut_are_the_policys() -> None:
    types = {kind.id: kind for kind in charge_types(PACKS["palmetto"], TODAY)}
    assert set(types) == set(KINDS)
    order = sorted(types, key=lambda key: types[key].rank)
    assert order[:3] == ["utility_tax", "stormwater", "late_fee"]
    assert not types[FIRE].disconnectable
    assert types["electric"].disconnectable


def test_every_charge_credits_what_a_bill_may_and_has_a_rank_of_its_own() -> None:
    types = charge_types(PACKS["palmetto"], TODAY)
    assert all(kind.credits in BILLABLE for kind in types)
    assert len({kind.rank for kind in types}) == len(types)


def test_a_policy_that_ranks_nothing_ranks_by_the_table() -> None:
    types = charge_types(only("late_fee", percent=1), TODAY)
    assert [kind.rank for kind in types] == list(range(len(KINDS)))
    assert all(kind.disconnectable for kind in types)
