from __future__ import annotations

import msgspec
import pytest

from stormops.core.report import Report
from stormops.rehearsal.callers import REPORT_SHARE, make_calls
from stormops.rehearsal.storm import load_storm
from stormops.rehearsal.truth import Truth

HOURS = load_storm("squall").hours


def test_calls_come_in_order_with_keys_of_their_own_and_are_legal(truth: Truth) -> None:
    calls = make_calls(truth, HOURS, 1)
    assert [c.at_ms for c in calls] == sorted(c.at_ms for c in calls)
    assert len({c.key for c in calls}) == len(calls)
    assert all(msgspec.convert(c.body, Report).located for c in calls)
    assert make_calls(truth, HOURS, 1) == calls


def test_about_a_tenth_of_the_customers_out_report(truth: Truth) -> None:
    shares = []
    for seed in range(12):
        reporters = {c.of for c in make_calls(truth, HOURS, seed) if not c.false}
        shares.append(len(reporters) / len({s.premise for s in truth.spells()}))
    assert REPORT_SHARE[0] * 0.8 < sum(shares) / len(shares) < REPORT_SHARE[1]


def test_only_false_calls_come_from_customers_who_are_not_out(truth: Truth) -> None:
    for call in make_calls(truth, HOURS, 2):
        assert bool(truth.out(call.at_ms)[call.of]) is not call.false


@pytest.mark.parametrize("way", ["account", "phone", "address", "latitude", "meter", "service_point"])
def test_every_way_of_saying_who_is_used(truth: Truth, way: str) -> None:
    assert any(way in c.body for seed in range(4) for c in make_calls(truth, HOURS, seed))
