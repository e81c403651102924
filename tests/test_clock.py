from __future__ import annotations

import time

import pytest

from stormops.clock import Clock


def test_the_plain_clock_shows_the_wall() -> None:
    assert abs(Clock().now_ms() - time.time_ns() // 1_000_000) < 1000


def test_a_scaled_clock_runs_faster_from_its_epoch() -> None:
    anchor = time.time_ns() // 1_000_000 - 10_000
    now = Clock(speed=240, epoch_ms=5_000_000, anchor_ms=anchor).now_ms()
    assert 5_000_000 + 2_400_000 <= now <= 5_000_000 + 2_400_000 + 240 * 1000


def test_a_time_of_the_wall_has_its_place_on_the_platform() -> None:
    assert Clock().platform_ms(7) == 7
    assert Clock(speed=60.0, epoch_ms=1_000, anchor_ms=500).platform_ms(510) == 1_600


def test_a_span_of_platform_time_is_shorter_on_the_wall() -> None:
    assert Clock(speed=240).wall_seconds(240_000) == pytest.approx(1.0)
