"""Clocks of time zones as data."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pytest

from stormops.gis.local_time import local_time


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
def test_it_shows_what_the_zone_does(zone: str) -> None:
    local = local_time(zone)
    assert list(local.since_ms) == sorted(set(local.since_ms))
    for second in np.random.default_rng(1).integers(1_600_000_000, 2_800_000_000, 300).tolist():
        row = np.searchsorted(local.since_ms, 1_000 * second, side="right") - 1
        offset = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset()
        assert offset is not None
        assert local.offset_ms[row] == offset.total_seconds() * 1_000


def test_the_hour_that_is_skipped_begins_to_the_second() -> None:
    local = local_time("America/New_York")
    change = int(datetime(2027, 3, 14, 7, tzinfo=ZoneInfo("UTC")).timestamp()) * 1_000
    row = local.since_ms.index(change)
    assert (local.offset_ms[row - 1], local.offset_ms[row]) == (-5 * 3_600_000, -4 * 3_600_000)


def test_a_zone_without_changes_is_one_row() -> None:
    assert local_time("Asia/Kathmandu").offset_ms == (20_700_000,)


def test_a_name_that_is_none() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        local_time("Nowhere/Land")
