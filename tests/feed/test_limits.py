"""Guessing receipts: misses run out, bearers of real receipts are not shut out, the table is bounded."""

from __future__ import annotations

import pytest

from stormops.feed import limits
from stormops.feed.limits import MISSES_BURST, MISSES_PER_SECOND, MissLimit


def miss_until_refused(limit: MissLimit, address: str, now: float = 0.0) -> int:
    misses = 0
    while limit.check(address, now) == 0:
        limit.missed(address, now)
        misses += 1
    return misses


def test_an_address_may_miss_its_burst_and_then_waits() -> None:
    limit = MissLimit(0)
    assert miss_until_refused(limit, "192.0.2.1") == MISSES_BURST
    wait = limit.check("192.0.2.1", 0)
    assert wait == pytest.approx(1 / MISSES_PER_SECOND)
    assert limit.check("192.0.2.1", wait - 0.1) > 0
    assert limit.check("192.0.2.1", wait) == 0


def test_hits_cost_nothing() -> None:
    limit = MissLimit(0)
    assert all(limit.check("192.0.2.1", 0) == 0 for _ in range(1000))
    assert len(limit) == 0


def test_addresses_do_not_share_their_allowance() -> None:
    limit = MissLimit(0)
    miss_until_refused(limit, "192.0.2.1")
    assert limit.check("192.0.2.2", 0) == 0


def test_one_household_of_ipv6_is_one_address() -> None:
    limit = MissLimit(0)
    miss_until_refused(limit, "2001:db8::1")
    assert limit.check("2001:db8::ffff", 0) > 0
    assert limit.check("2001:db8:0:1::1", 0) == 0


def test_ipv4_in_ipv6_clothes_is_still_its_own_address() -> None:
    limit = MissLimit(0)
    miss_until_refused(limit, "::ffff:192.0.2.1")
    assert limit.check("::ffff:192.0.2.2", 0) == 0


def test_when_all_have_missed_too_much_only_guessers_are_refused() -> None:
    limit = MissLimit(0)
    for number in range(int(limits.ALL_MISSES_BURST)):
        limit.missed(f"10.0.{number // 250}.{number % 250}", 0)
    assert limit.check("10.0.0.0", 0) > 0
    assert limit.check("192.0.2.1", 0) == 0
    assert limit.check("10.0.0.0", 1 / limits.ALL_MISSES_PER_SECOND) == 0


def test_a_thousand_guessers_together_are_held_to_the_common_rate() -> None:
    limit = MissLimit(0)
    guesses = 0
    for second in range(600):
        for number in range(100):
            if limit.check(f"10.0.0.{number}", second) == 0:
                limit.missed(f"10.0.0.{number}", second)
                guesses += 1
    first_tries = 100
    assert guesses <= limits.ALL_MISSES_BURST + 600 * limits.ALL_MISSES_PER_SECOND + first_tries


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADDRESSES_MAX", 100)
    limit = MissLimit(0)
    for number in range(1000):
        limit.missed(f"10.1.{number // 250}.{number % 250}", 0)
    assert len(limit) == 100


def test_what_is_no_address_is_one_address() -> None:
    limit = MissLimit(0)
    miss_until_refused(limit, "testclient")
    assert limit.check("another", 0) > 0


def test_processes_side_by_side_count_each_its_part() -> None:
    limit = MissLimit(0, processes=5)
    for _ in range(2):
        assert limit.check("192.0.2.1", 0) == 0
        limit.missed("192.0.2.1", 0)
    assert limit.check("192.0.2.1", 0) == pytest.approx(5 * 60 / 10)
    assert MissLimit(0, processes=50).check("192.0.2.1", 0) == 0


def test_what_was_only_early_is_given_back() -> None:
    limit = MissLimit(0)
    miss_until_refused(limit, "10.0.0.1")
    limit.forgive("10.0.0.1", 0)
    assert limit.check("10.0.0.1", 0) == 0
    limit.missed("10.0.0.1", 0)
    assert limit.check("10.0.0.1", 0) > 0
    limit.forgive("10.9.9.9", 0)  # who owes nothing gains nothing
    for _ in range(30):
        limit.forgive("10.0.0.1", 0)
    miss_until_refused(limit, "10.0.0.1")
