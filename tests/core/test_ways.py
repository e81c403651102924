"""Ways to report as the reports themselves show them."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.calling import CALL, SHARE, TEXT, WEB, Shut
from stormops.core.entry import RatesLearned
from stormops.core.open_reports import CHANNEL_CODE, CHANNEL_SHIFT, OpenReports
from stormops.core.report import Channel, Symptom
from stormops.core.ways import WAY_OF, learn_ways, with_ways

NOON = 490_000 * 3_600_000
MINUTE = 60_000


def storm(count: int, share: tuple[float, ...], seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Reports of five hours, by ways of these shares."""
    rng = np.random.default_rng(seed)
    return NOON + rng.integers(0, 300 * MINUTE, count), rng.choice(3, count, p=share)


def test_every_channel_has_a_way() -> None:
    assert WAY_OF.keys() == set(Channel)


def test_without_reports_what_is_believed_stays() -> None:
    found = learn_ways(np.empty(0, np.intp), np.empty(0, np.intp), NOON)
    assert found.share == pytest.approx(SHARE)
    assert found.shut == ()


def test_shares_are_learned() -> None:
    true = (0.1, 0.7, 0.2)
    found = learn_ways(*storm(2_000, true), NOON + 300 * MINUTE)
    assert found.share == pytest.approx(true, abs=0.04)
    assert found.shut == ()


@pytest.mark.parametrize("seed", range(20))
def test_a_way_is_not_shut_because_few_use_it_or_none_does(seed: int) -> None:
    for share in ((0.6, 0.02, 0.38), (0.6, 0.0, 0.4)):
        assert not learn_ways(*storm(3_000, share, seed), NOON + 300 * MINUTE).shut


@pytest.mark.parametrize("over", [True, False])
def test_a_way_that_falls_silent_while_others_speak_is_shut(over: bool) -> None:
    at_ms, way = storm(1_500, (0.5, 0.2, 0.3))
    begun, end = NOON + 120 * MINUTE, NOON + (200 if over else 300) * MINUTE
    came = (way != TEXT) | (at_ms < begun) | (at_ms >= end)
    found = learn_ways(at_ms[came], way[came], NOON + 300 * MINUTE)
    (shut,) = found.shut
    assert shut.way == TEXT
    assert begun - 5 * MINUTE < shut.from_ms < begun
    assert end <= shut.until_ms < end + 5 * MINUTE if over else shut.until_ms == 0
    assert found.share == pytest.approx((0.5, 0.2, 0.3), abs=0.04)


def test_open_reports_tell_and_meters_do_not() -> None:
    reports = OpenReports()
    channels = [Channel.WEB] * 30 + [Channel.DESK] * 10 + [Channel.METER] * 50 + [Channel.TEXT]
    for receipt, channel in enumerate(channels, 1):
        flags = CHANNEL_CODE[channel] << CHANNEL_SHIFT
        reports.add(receipt, receipt, NOON, symptom=Symptom.LIGHTS_OUT, flags=flags, where=(0, 0))
    reports.drop(len(channels))
    bare = RatesLearned(report=1, false=1, service=1, gasp=1, wrong_link=1, share_out=1, opens=[1])
    learned = with_ways(bare, reports, NOON)
    believed = learn_ways(np.full(40, NOON), np.array([WEB] * 30 + [CALL] * 10), NOON)
    assert learned.ways == [round(1e6 * share) for share in believed.share]
    assert learned.shut == []
    assert believed.share[WEB] > 0.5


def test_what_is_shut_is_told_as_it_is_believed() -> None:
    at_ms, way = storm(1_500, (0.5, 0.2, 0.3))
    came = (way != WEB) | (at_ms < NOON + 200 * MINUTE)
    shut = learn_ways(at_ms[came], way[came], NOON + 300 * MINUTE).shut
    assert [Shut(*one) for one in map(tuple, shut)] == list(shut)
    assert shut[0].way == WEB
