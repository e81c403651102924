from __future__ import annotations

from collections import Counter

from stormops.accounts.cycles import CYCLES, cycle_of


def test_every_account_has_one_cycle_and_all_are_about_as_large() -> None:
    counts = Counter(cycle_of(str(number)) for number in range(20_000))
    assert set(counts) == set(range(1, CYCLES + 1))
    assert max(counts.values()) < 1.2 * min(counts.values())
    assert cycle_of("a1", 1) == 1
