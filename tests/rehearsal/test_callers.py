from __future__ import annotations

import msgspec
import numpy as np
import pytest

from stormops.core.report import Report
from stormops.rehearsal.callers import REPORT_SHARE, make_calls
from stormops.rehearsal.storm import load_storm
from stormops.rehearsal.truth import Failure, Truth

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


def test_who_is_left_alone_without_power_calls_by_half(truth: Truth) -> None:
    """A device above is repaired after two hours, each house's own service after twenty."""
    hour = 3_600_000
    device = int(np.argmax(np.where(truth.tree.parent >= 0, truth.tree.customers, 0)))
    below = truth.tree.below(device)
    services = [Failure(-1, int(house), 1, 0, 20 * hour) for house in below]
    broken = Failure(device, -1, len(below), 0, 2 * hour)
    left = {
        c.of for c in make_calls(Truth(truth.city, truth.tree, [broken, *services]), HOURS, 3) if c.at_ms > 2 * hour
    }
    dark = {c.of for c in make_calls(Truth(truth.city, truth.tree, services), HOURS, 3) if c.at_ms > 2 * hour}
    assert 0.4 * len(below) < len(left) < 0.7 * len(below)
    assert len(dark) < 0.1 * len(below)
